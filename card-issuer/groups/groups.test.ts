import { clearingMigrations, findPurse, cardNo } from '@citycard/clearing';
import { commonMigrations, type Principal, startTestDatabase, transact } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cardIssuerMigrations } from '../index.ts';
import { startTestProtection } from '../protection/test-protection.ts';
import { registerResident } from '../residents/index.ts';
import { testNumber, testPerson } from '../residents/test-residents.ts';
import { badRows, handInMembers, openGroup } from './application.ts';
import { destroyUncollected, handOutGroupCards, orderGroupCards, receiveCard, takeBack } from './hand-out.ts';
import { groupStatus, handOutList, listCsv, listHtml } from './lists.ts';
import { photoName, readMembers } from './member-rows.ts';
import { handInPhoto } from './photos.ts';

const [JIA, YI, BING, DING, WU] = [testNumber(), testNumber(), testNumber(), testNumber(), testNumber()];
/** The smallest JPEG frame that says its size. */
const PHOTO = Buffer.from(
  'ffd8ffe000104a46494600010100000100010000ffc0000b08006e00500101011100ffda0008010100003f00d2ffd9',
  'hex',
);

let database: Awaited<ReturnType<typeof startTestDatabase>>;
let device: Awaited<ReturnType<typeof startTestProtection>>;
let deps: { db: typeof database.db; protection: ReturnType<typeof device.protection> };
let officer: Principal;
beforeAll(async () => {
  [database, device] = await Promise.all([
    startTestDatabase([commonMigrations, clearingMigrations, cardIssuerMigrations]),
    startTestProtection(),
  ]);
  deps = { db: database.db, protection: device.protection(database.db) };
  officer = await testPerson(database.db, 'bureau-1', 'bureau');
  await transact(database.db, (tx) =>
    tx.query(`insert into clearing.business_day (business_date, state) values (current_date, 'open')`),
  );
});
afterAll(async () => {
  await Promise.all([database.stop(), device.stop()]);
});

const open = async () =>
  (
    await transact(deps.db, (tx) =>
      openGroup(tx, officer, { kind: 'school', name: '测试<小学>', product: 'standard', collectDays: 30 }),
    )
  ).groupId;
const TABLE = [
  '姓名,身份证号,电话,照片',
  `测试甲,${JIA},13800000001,甲.JPG`,
  `测试乙,${YI},,`,
  `测试丙,${BING},,`,
  `测试错,370799199003010000,,`,
  `测试甲,${JIA},,`,
  `,${DING},,`,
  `测试戊,${WU},电话,`,
  `测试数,3.70799199003010E+17,,`,
  `别名,${DING},,`,
].join('\r\n');

/** What the machine would have done with the batch. */
const personalise = (batchId: bigint) =>
  deps.db.query(
    `update issuer.card set state = 'personalised', chip_serial = 'CHIP' || card_no where batch_id = $1 and state = 'prepared'`,
    [batchId],
  );

describe('the application of a school', () => {
  let groupId: bigint;
  let cards: string[];

  it('registers good rows and names every bad one with column and reason, never with what it says', async () => {
    groupId = await open();
    await registerResident(deps, officer, { idNumber: DING, name: '测试丁', population: 'permanent' });
    const handedIn = await handInMembers(deps, officer, groupId, Buffer.from(TABLE));
    expect(handedIn).toMatchObject({ rows: 9, good: 3 });
    expect(handedIn.bad.map(({ line, column }) => [line, column])).toEqual([
      [5, 'idNumber'],
      [6, 'idNumber'],
      [7, 'name'],
      [8, 'phone'],
      [9, 'idNumber'],
      [10, 'name'],
    ]);
    const said = JSON.stringify(handedIn.bad);
    for (const secret of [JIA, DING, '测试甲', '测试丁', '370799199003010000']) expect(said).not.toContain(secret);
    expect(await handInMembers(deps, officer, groupId, Buffer.from(TABLE))).toEqual(handedIn);
    expect(await badRows(deps.db, groupId)).toEqual(handedIn.bad);
  });

  it('takes photos by the name in the table or the number of the row', async () => {
    expect(await handInPhoto(deps, officer, groupId, '三年级/甲.jpg', PHOTO)).toMatchObject({ line: 2 });
    expect(await handInPhoto(deps, officer, groupId, '3.png', PHOTO)).toMatchObject({ line: 3 });
    await expect(handInPhoto(deps, officer, groupId, '谁.jpg', PHOTO)).rejects.toMatchObject({
      code: 'card-issuer.groups.photo-unknown',
    });
    await expect(handInPhoto(deps, officer, groupId, '甲', Buffer.from('no picture'))).rejects.toMatchObject({
      code: 'card-issuer.residents.photo-unreadable',
    });
    expect(photoName('C:\\photos\\A B.JPEG')).toBe('a b');
  });

  it('gets its cards as a batch, once, and hands them out inactive', async () => {
    const { batchId, cards: count } = await orderGroupCards(deps.db, officer, groupId);
    expect(count).toBe(3);
    await expect(orderGroupCards(deps.db, officer, groupId)).rejects.toMatchObject({
      code: 'card-issuer.groups.nobody',
    });
    expect(await handOutGroupCards(deps.db, officer, groupId)).toEqual({ handedOut: 0, withdrawn: 0, waiting: 3 });
    await personalise(batchId);
    expect(await handOutGroupCards(deps.db, officer, groupId)).toEqual({ handedOut: 3, withdrawn: 0, waiting: 0 });
    const list = await handOutList(deps, groupId);
    cards = list.map((line) => line.cardNo);
    expect(list).toMatchObject([
      { line: 2, name: '测**', document: expect.stringMatching(/^\*+.{4}$/) as string },
      { line: 3 },
      { line: 4 },
    ]);
    expect(await findPurse(deps.db, cardNo(cards[0]!))).toMatchObject({ status: 'inactive' });
    const printed = listHtml({ name: '测试<小学>', groupId }, list) + listCsv(list);
    expect(printed).toContain('测试&lt;小学&gt;');
    for (const secret of [JIA, '测试甲']) expect(printed).not.toContain(secret);
  });

  it('makes a card work when it was signed for, and tracks those that were not', async () => {
    const receive = (number: string) => transact(deps.db, (tx) => receiveCard(tx, officer, number, 'signed for'));
    await receive(cards[0]!);
    await receive(cards[0]!);
    expect(await findPurse(deps.db, cardNo(cards[0]!))).toMatchObject({ status: 'active' });
    await deps.db.query(
      `update issuer.group_member set handed_out_at = handed_out_at - interval '10 days' where state = 'handed-out'`,
    );
    expect(await groupStatus(deps.db, groupId)).toMatchObject({
      members: { received: 1, 'handed-out': 2 },
      photos: 2,
      batches: [{ cards: 3, ready: 3 }],
      uncollected: [{ line: 3, ageDays: 10 }, { line: 4 }],
    });
  });

  it('gets back what nobody collected: to the counter at once, destroyed when the time is over', async () => {
    await transact(deps.db, (tx) => takeBack(tx, officer, cards[1]!));
    const again = transact(deps.db, (tx) => takeBack(tx, officer, cards[1]!));
    await expect(again).rejects.toMatchObject({ code: 'card-issuer.groups.member-unknown' });
    expect(await destroyUncollected(deps.db, officer, groupId)).toBe(0);
    await deps.db.query(
      `update issuer.group_member set handed_out_at = handed_out_at - interval '21 days' where state <> 'registered'`,
    );
    expect(await destroyUncollected(deps.db, officer, groupId)).toBe(2);
    const states = await deps.db.query('select state from issuer.card where card_no = any($1) order by card_no', [
      cards,
    ]);
    expect(states.rows).toEqual([{ state: 'active' }, { state: 'destroyed' }, { state: 'destroyed' }]);
    await expect(transact(deps.db, (tx) => receiveCard(tx, officer, cards[2]!, 'late'))).rejects.toMatchObject({
      code: 'card-issuer.groups.member-unknown',
    });
  });

  it('leaves out who has a card already', async () => {
    const other = await open();
    const handedIn = await handInMembers(
      deps,
      officer,
      other,
      Buffer.from(`name,idNumber\n测试甲,${JIA}\n测试丁,${DING}`),
    );
    expect(handedIn).toMatchObject({
      good: 1,
      bad: [{ line: 2, column: 'idNumber', reason: expect.stringContaining('has a card') as string }],
    });
  });
});

describe('a table of people', () => {
  it('that lacks the names, or has too many rows, is refused whole', () => {
    expect(() => readMembers([{ line: 1, cells: ['idNumber'] }])).toThrow(
      expect.objectContaining({ code: 'card-issuer.groups.header-wrong' }),
    );
    const many = Array.from({ length: 20_002 }, (_, at) => ({ line: at + 1, cells: [at === 0 ? 'name' : '测试'] }));
    expect(() => readMembers(many)).toThrow(expect.objectContaining({ code: 'card-issuer.groups.too-many-rows' }));
  });

  it('may know people by other documents', () => {
    const cells = ['name', 'documentKind', 'documentNo', 'birthDate', 'sex', 'population', 'residencePermitNo'];
    const row = ['TEST PERSON', 'passport', 'T1234567', '1990-03-01', '2', 'floating', 'JZ370799000001'];
    const { good, bad } = readMembers([
      { line: 1, cells },
      { line: 2, cells: row },
      { line: 3, cells: [...row.slice(0, 3), '', ...row.slice(4)] },
      { line: 4, cells: row.slice(0, 6) },
    ]);
    expect(good).toMatchObject([{ line: 2, documentKind: 'passport' }]);
    expect(bad.map(({ line }) => line)).toEqual([3, 4]);
  });
});
