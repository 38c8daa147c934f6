import { createHash } from 'node:crypto';
import { businessDate, fen, transact } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeFileHeader, fileNameOf, type PurchaseFileHeader } from '../purchases/purchase-file.ts';
import {
  BUS_ONE,
  BUS_TWO,
  minutes,
  newCardNo,
  NOON,
  type PurchaseWorld,
  QINGDAO,
  SAM_ONE,
  startPurchaseWorld,
  tap,
  TERMINAL_ONE,
  TODAY,
} from '../validation/purchase-fixture.ts';
import { validateReceived } from '../validation/validate.ts';
import { batchTotals } from './batch-totals.ts';
import { ccipOutcomes, intakeCcip } from './city-file.ts';
import type { DeliveredFile, FileIntakeDeps, FileIntakeResult } from './file.ts';
import type { SignatureCheck } from './file-checks.ts';
import { intakeMessage, markAnswered, sumOfRecords } from './message.ts';
import { intakeFile } from './operator-file.ts';

let world: PurchaseWorld;
let deps: FileIntakeDeps;
beforeAll(async () => {
  world = await startPurchaseWorld();
  deps = { db: world.db, verifySignature: standIn };
});
afterAll(() => world.stop());

/**
 * Stands in for the city CA, whose own tests are beside it: a "signature" is the signer's name and the hash of the file.
 */
const standIn: SignatureCheck = (_, { content, signatureDer, expectedCn }) => {
  const [cn = '', digest] = signatureDer.toString().split(' ');
  if (cn !== expectedCn) return Promise.resolve({ ok: false, reason: `the certificate is of ${cn}` });
  const sha256 = 'sha256' in content ? content.sha256.toString('hex') : '';
  if (digest !== sha256) return Promise.resolve({ ok: false, reason: 'the signature is of another file' });
  return Promise.resolve({ ok: true, serial: '01' });
};

let sequence = 0;

function fileOf(records: readonly Buffer[], header: Partial<PurchaseFileHeader> = {}): DeliveredFile {
  sequence += 1;
  const whole: PurchaseFileHeader = {
    magic: 'CCPF',
    sender: BUS_ONE,
    businessDate: TODAY,
    sequence,
    count: records.length,
    totalFen: sumOfRecords(records),
    createdAt: NOON,
    ...header,
  };
  const content = Buffer.concat([encodeFileHeader(whole), ...records]);
  const cn = whole.magic === 'CCPF' ? whole.sender : whole.sender.slice(0, 4);
  return { name: fileNameOf(whole), content, signature: signed(content, cn), receivedAt: NOON };
}

function signed(content: Buffer, cn: string): Buffer {
  return Buffer.from(`${cn} ${createHash('sha256').update(content).digest('hex')}`);
}

async function storedRecords(): Promise<number> {
  const { rows } = await world.db.query<{ count: bigint }>(
    'select coalesce(sum(record_count), 0)::bigint as count from clearing.intake',
  );
  return Number(rows[0]?.count);
}

async function expectRefused(work: Promise<FileIntakeResult>, reason: string): Promise<void> {
  const before = await storedRecords();
  const result = await work;
  expect(result).toMatchObject({ status: 'refused', reason });
  expect(result.status === 'refused' && result.detail).toMatch(/\w+ \w+/);
  expect(await storedRecords()).toBe(before);
}

describe('a message', () => {
  it('is stored exactly as received, on the open business day', async () => {
    const records = [tap(newCardNo()), Buffer.alloc(64, 0xff), Buffer.alloc(64)];
    const intake = await world.upload(records);
    const { rows } = await world.db.query(
      `select r.raw, r.business_date, i.source, i.participant_no, i.terminal_no, i.batch_no, i.record_count, i.received_at
         from clearing.undecided_records() r join clearing.intake i using (intake_id) where intake_id = $1 order by record_index`,
      [intake],
    );
    expect(rows.map(({ raw }: { raw: Buffer }) => raw)).toEqual(records);
    expect(rows[1]).toMatchObject({
      business_date: TODAY,
      source: 'message',
      participant_no: BUS_ONE,
      terminal_no: TERMINAL_ONE,
      batch_no: '000001',
      record_count: 3,
      received_at: NOON,
    });
  });

  it('is stored with its transaction or not at all', async () => {
    const before = await storedRecords();
    await expect(
      transact(world.db, async (tx) => {
        const records = [tap(newCardNo())];
        const sha256 = Buffer.alloc(32);
        const at = { terminalNo: TERMINAL_ONE, batchNo: '000001', participantNo: BUS_ONE };
        await intakeMessage(tx, { source: 'message', ...at, records, sha256, receivedAt: NOON });
        throw new Error('power cut');
      }),
    ).rejects.toThrow('power cut');
    expect(await storedRecords()).toBe(before);
  });

  it('has records of 64 bytes, and at least one', async () => {
    await expect(world.upload([])).rejects.toThrow(RangeError);
    await expect(world.upload([Buffer.alloc(63)])).rejects.toThrow(RangeError);
  });
});

describe('a purchase file', () => {
  it('is taken whole and its records are judged like any others', async () => {
    const card = await world.card();
    const file = fileOf([tap(card), tap(card, { offlineCounter: 2, amount: 300 })]);
    const result = await intakeFile(deps, { ...file, deliveredBy: BUS_ONE });
    expect(result).toMatchObject({
      status: 'accepted',
      file: {
        fileName: file.name,
        participantNo: BUS_ONE,
        sequence,
        records: 2,
        amountFen: 500n,
        headerBusinessDate: TODAY,
        businessDate: TODAY,
        receivedAt: NOON,
      },
    });
    await validateReceived(world);
    expect(result.status === 'accepted' && (await world.outcomes(result.file.intakeId))).toEqual([
      'accepted',
      'accepted',
    ]);
  });

  it('may be empty', async () => {
    expect(await intakeFile(deps, fileOf([]))).toMatchObject({
      status: 'accepted',
      file: { records: 0, amountFen: 0n },
    });
  });

  it('of many records is judged as it was sent, piece by piece', async () => {
    const card = await world.card(100);
    const records = Array.from({ length: 4_200 }, (_, n) => tap(card, { offlineCounter: n, tac: Buffer.alloc(4, 1) }));
    const result = await intakeFile(deps, fileOf(records));
    expect(result).toMatchObject({ status: 'accepted', file: { records: 4_200, amountFen: 840_000n } });
    for (let left = 4_200; left > 0;) left -= (await validateReceived(world, { limit: 2_500 })).decided;
    const { rows } = await world.db.query<{ raw: Buffer }>(
      `select raw from clearing.purchase_record where card_no = $1 and state = 'rejected' order by record_index`,
      [card],
    );
    expect(Buffer.concat(rows.map(({ raw }) => raw)).equals(Buffer.concat(records))).toBe(true);
  });

  it('delivered again is answered with the first result, even when its business date has grown old', async () => {
    const file = fileOf([tap(newCardNo())]);
    const first = await intakeFile(deps, file);
    const before = await storedRecords();
    const again = await intakeFile(deps, { ...file, receivedAt: minutes(200 * 24 * 60) });
    expect(again).toEqual({ status: 'repeat', file: first.status === 'accepted' && first.file });
    expect(await storedRecords()).toBe(before);
  });

  it('delivered twice at the same moment is taken once', async () => {
    const file = fileOf([tap(newCardNo())]);
    const results = await Promise.all([intakeFile(deps, file), intakeFile(deps, file), intakeFile(deps, file)]);
    expect(results.map(({ status }) => status).sort()).toEqual(['accepted', 'repeat', 'repeat']);
  });

  it('is refused under a name or sequence that stands for other content', async () => {
    const file = fileOf([tap(newCardNo())]);
    await intakeFile(deps, file);
    sequence -= 1;
    await expectRefused(intakeFile(deps, fileOf([tap(newCardNo())])), 'other-content');
    sequence -= 1;
    const otherDay = fileOf([tap(newCardNo())], { businessDate: businessDate('2026-11-21') });
    await expectRefused(intakeFile(deps, otherDay), 'other-content');
  });

  it('has a sequence of its own per participant', async () => {
    await intakeFile(deps, fileOf([tap(newCardNo())]));
    sequence -= 1;
    expect(await intakeFile(deps, fileOf([tap(newCardNo())], { sender: BUS_TWO }))).toMatchObject({
      status: 'accepted',
    });
  });

  it.each([
    ['a malformed name', 'name', (file: DeliveredFile) => ({ ...file, name: 'purchases.ccpf' })],
    ['a damaged header', 'header', (file: DeliveredFile) => changed(file, 0)],
    ['fewer bytes than a header', 'header', (file: DeliveredFile) => resigned(file, bytesOf(file).subarray(0, 40))],
    [
      'another sequence in its name',
      'name-and-header-differ',
      (file: DeliveredFile) => ({ ...file, name: file.name.replace(/\d{8}\.ccpf/, '99999999.ccpf') }),
    ],
    [
      'another date in its name',
      'name-and-header-differ',
      (file: DeliveredFile) => ({ ...file, name: file.name.replace('-20261122-', '-20261121-') }),
    ],
    [
      'another participant in its name',
      'name-and-header-differ',
      (file: DeliveredFile) => ({ ...file, name: file.name.replace(BUS_ONE, BUS_TWO) }),
    ],
    ['another sender than its participant', 'sender', (file: DeliveredFile) => ({ ...file, deliveredBy: BUS_TWO })],
    [
      'a certificate of somebody else',
      'signature',
      (file: DeliveredFile) => ({ ...file, signature: signed(bytesOf(file), BUS_TWO) }),
    ],
    ['a flipped byte', 'signature', (file: DeliveredFile) => changed(file, 100)],
    ['a record too few', 'length', (file: DeliveredFile) => resigned(file, bytesOf(file).subarray(0, -64))],
    [
      'a byte too many',
      'length',
      (file: DeliveredFile) => resigned(file, Buffer.concat([bytesOf(file), Buffer.alloc(1)])),
    ],
  ])('with %s is refused whole', async (_, reason, spoil) => {
    await expectRefused(intakeFile(deps, spoil(fileOf([tap(newCardNo()), tap(newCardNo())]))), reason);
  });

  it('with a wrong total is refused whole', async () => {
    await expectRefused(intakeFile(deps, fileOf([tap(newCardNo())], { totalFen: fen(199) })), 'total');
  });

  it('of an unknown participant, or of one that sells nothing, is refused', async () => {
    await expectRefused(intakeFile(deps, fileOf([tap(newCardNo())], { sender: '904458041110777' })), 'sender');
    await expectRefused(intakeFile(deps, fileOf([tap(newCardNo())], { sender: QINGDAO })), 'sender');
  });

  it.each([
    ['of tomorrow', '2026-11-23', 'refused'],
    ['of today', '2026-11-22', 'accepted'],
    ['of 90 days ago', '2026-08-24', 'accepted'],
    ['of 91 days ago', '2026-08-23', 'refused'],
  ])('with a business date %s is %3$s', async (_, date, status) => {
    const file = fileOf([tap(newCardNo())], { businessDate: businessDate(date) });
    expect(await intakeFile(deps, file)).toMatchObject(
      status === 'refused' ? { status, reason: 'business-date' } : { status },
    );
  });
});

const bytesOf = (file: DeliveredFile): Buffer => file.content;

function resigned(file: DeliveredFile, content: Buffer): DeliveredFile {
  return { ...file, content, signature: signed(content, BUS_ONE) };
}

function changed(file: DeliveredFile, offset: number): DeliveredFile {
  const content = Buffer.from(bytesOf(file));
  content[offset] = (content[offset] ?? 0) ^ 1;
  return { ...file, content };
}

describe('a file of another city', () => {
  const cityFile = (records: readonly Buffer[], header: Partial<PurchaseFileHeader> = {}) =>
    fileOf(records, { magic: 'CCIP', sender: '45204580', ...header });

  it('brings purchases of our cards, whose SAMs the sending city answers for, and is owed for them', async () => {
    const card = await world.card(1_000);
    const short = await world.card(0);
    const taken = await intakeCcip(deps, {
      ...cityFile([
        tap(card, { samNo: '880000000001', offlineCounter: 1 }),
        tap(card, { samNo: '880000000001', offlineCounter: 2, tac: Buffer.alloc(4) }),
        tap(newCardNo('4520')),
        tap(short),
      ]),
      deliveredBy: QINGDAO,
    });
    expect(taken).toMatchObject({ status: 'accepted', file: { participantNo: QINGDAO, records: 4 } });
    const { intakeId } = (taken as { file: { intakeId: bigint } }).file;
    expect(await ccipOutcomes(world.db, intakeId)).toBeUndefined();
    await validateReceived(world);
    expect(await world.outcomes(intakeId)).toEqual(['accepted', 'rejected 01', 'rejected 0A', 'suspicious 08']);
    expect(await world.owed('city-payable:4520')).toBe(200n);
    const zero = { acceptedFen: 0n, final: true };
    const answered = [
      { index: 0, outcome: '00', acceptedFen: 200n, final: true },
      { index: 1, outcome: '01', ...zero },
      { index: 2, outcome: '0A', ...zero },
    ];
    expect(await ccipOutcomes(world.db, intakeId)).toEqual([
      ...answered,
      { index: 3, outcome: '0F', ...zero, final: false },
    ]);
    await world.load(short, 200);
    await validateReceived(world);
    const last = { index: 3, outcome: '00', acceptedFen: 200n, final: true };
    expect(await ccipOutcomes(world.db, intakeId)).toEqual([...answered, last]);
    expect(await world.owed('city-payable:4520')).toBe(400n);
  });

  it('is refused when it is for another city, or from one without agreement, or delivered by another', async () => {
    const records = [tap(newCardNo())];
    await expectRefused(intakeCcip(deps, cityFile(records, { sender: '45204610' })), 'sender');
    await expectRefused(intakeCcip(deps, cityFile(records, { sender: '46104580' })), 'sender');
    await expectRefused(intakeCcip(deps, { ...cityFile(records), deliveredBy: BUS_ONE }), 'sender');
    await expectRefused(intakeCcip(deps, fileOf(records)), 'name');
  });

  it('needs a certificate whose CN is the city code', async () => {
    const file = cityFile([tap(newCardNo())]);
    await expectRefused(intakeCcip(deps, { ...file, signature: signed(bytesOf(file), QINGDAO) }), 'signature');
  });
});

describe('batch totals', () => {
  const zero = { count: 0, amount: 0n };

  it('count all records of the batch once, gray and refused ones too, and no reports of locked cards', async () => {
    const card = await world.card();
    const at = { terminalNo: 'T9000007', batchNo: '000031' };
    const right = tap(card, { amount: 200, offlineCounter: 1 });
    const gray = tap(card, { amount: 300, flag: 1, offlineCounter: 2 });
    const forged = tap(card, { amount: 50, tac: Buffer.alloc(4, 7), offlineCounter: 3 });
    await world.upload([right, gray, right], at);
    await world.upload([right, forged, tap(card, { flag: 3, amount: 0 })], at);
    await world.upload([tap(card, { offlineCounter: 4 })], { ...at, batchNo: '000032' });
    const expected = { loads: zero, purchases: { count: 3, amount: 550n } };
    expect(await batchTotals(world.db, at.terminalNo, at.batchNo)).toEqual(expected);
    await validateReceived(world);
    expect(await batchTotals(world.db, at.terminalNo, at.batchNo)).toEqual(expected);
    expect(await batchTotals(world.db, at.terminalNo, '000033')).toEqual({ loads: zero, purchases: zero });
  });

  it('count a purchase with a bill from the moment it was answered 00', async () => {
    const at = { terminalNo: 'T9000007', batchNo: '000041' };
    const intake = await world.upload([tap(newCardNo(), { amount: 700 })], { ...at, source: 'bill' });
    expect(await batchTotals(world.db, at.terminalNo, at.batchNo)).toEqual({ loads: zero, purchases: zero });
    await transact(world.db, (tx) => markAnswered(tx, intake));
    const purchases = { count: 1, amount: 700n };
    expect(await batchTotals(world.db, at.terminalNo, at.batchNo)).toEqual({ loads: zero, purchases });
  });

  it('count loads whose result "credited" was answered 00', async () => {
    const card = await world.card(0);
    const insert = (trace: string, state: string, tac: Buffer | null) =>
      world.db.query(
        `insert into clearing.load (card_no, terminal_no, merchant_no, batch_no, trace_no, city_date, kind, online_counter,
                balance_before_fen, amount_fen, sam_no, host_date, host_time, posting_key, state, tac, opened_at)
         values ($1, 'T9000007', $2, '000051', $3, $4, 'agent-cash', 0, 0, 1000, $5, '20261122', '110000', 'k', $6, $7, $8)`,
        [card, BUS_ONE, trace, TODAY, SAM_ONE, state, tac, NOON],
      );
    await insert('000001', 'posted', Buffer.alloc(4, 1));
    await insert('000002', 'posted', null);
    await insert('000003', 'pending', null);
    await insert('000004', 'void', null);
    expect((await batchTotals(world.db, 'T9000007', '000051')).loads).toEqual({ count: 1, amount: 1_000n });
  });
});
