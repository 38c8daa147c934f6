import { accountBalance, addHotlistEntries, createParticipant, validateReceived } from '@citycard/clearing';
import { type Database, transact } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  agreeOn,
  answers,
  outcomes,
  purse,
  routed,
  sequenceOf,
  signedFile,
  startNeighbours,
  tap,
  TODAY,
} from './cities.test-data.ts';
import { findUncounted } from './centre/uncounted.ts';
import { exchangeWithCity, takeCityFile } from './exchange.ts';
import { writeHotlist } from './lists/hotlist.ts';
import { readText } from './text/text-file.ts';

const CENTRE = 'inter-centre';
const yymmdd = TODAY.replaceAll('-', '').slice(2);
const yyyymmdd = TODAY.replaceAll('-', '');

let db: Database;
let deps: Awaited<ReturnType<typeof startNeighbours>>;
beforeAll(async () => {
  deps = await startNeighbours();
  ({ db } = deps);
  await transact(db, (tx) =>
    createParticipant(tx, { participantNo: CENTRE, name: 'Test centre', kind: 'city', cityCode: '0000' }),
  );
  await agreeOn({ city: '4520', through: '0000', settlement: 'centre', format: 'text' });
});
afterAll(() => deps.stop());

/** A text file of the centre: first line, second line, rows; lines end as given. */
async function fromCentre(
  type: string,
  serial: number,
  rows: readonly string[],
  over: { sum?: bigint; count?: number; end?: string; length?: number } = {},
) {
  const { end = '\r\n', count = rows.length, length = rows[0]?.length ?? 0, sum = 0n } = over;
  const lines = [
    `0100004580${yyyymmdd}`,
    `${String(count).padStart(5, '0')}${String(sum).padStart(8, '0')}4580${String(length).padStart(4, '0')}`,
    ...rows,
  ];
  const name = `${type}${yymmdd}45800000${String(serial).padStart(6, '0')}`;
  const file = await signedFile(name, Buffer.from(lines.map((line) => line + end).join(''), 'latin1'), '0000');
  return { ...file, deliveredBy: CENTRE };
}

/** The FH row of a record made in that city, put together as the page has it and not by our own code. */
function purchaseRow(raw: Buffer, city: string): string {
  const hex = raw.toString('hex');
  const number = (from: number, to: number, width: number) =>
    String(Number.parseInt(hex.slice(from * 2, to * 2), 16)).padStart(width, '0');
  return [
    ...[
      '000000000001',
      '0601000100',
      '00000000',
      '00000000',
      city,
      '000000000000',
      `0000${hex.slice(60, 72)}`,
      '0',
      '000000000',
    ],
    ...[
      number(36, 40, 9),
      hex.slice(60, 72),
      hex.slice(12, 16),
      hex.slice(12, 28),
      number(20, 22, 6),
      hex.slice(28, 30),
      hex.slice(30, 32),
    ],
    ...[number(22, 26, 8), number(26, 30, 8), hex.slice(80, 94), hex.slice(94, 102).toUpperCase(), '01', '0'],
  ].join('');
}

const textOf = async (name: string): Promise<string> => {
  const { rows } = await db.query<{ content: Buffer }>(
    `select content from reconciliation.city_text_file where file_name = $1`,
    [name],
  );
  return rows[0]!.content.toString('latin1');
};

describe('text rows in CJ/T 332 style', () => {
  it('carry purchases out (FH), and answers back (DT)', async () => {
    const { intakeId, records } = await routed([120, 80]);
    const [file] = await exchangeWithCity(deps, '4520');
    const lines = (await textOf(file!.name)).split('\r\n');
    expect(lines.slice(0, 2)).toEqual([`0145800000${yyyymmdd}`, '000020000020045200172']);
    const expected = records.map((raw, index) =>
      purchaseRow(raw, '4580').replace(/^000000000001/, String(index + 1).padStart(12, '0')),
    );
    expect(lines.slice(2)).toEqual([...expected, '']);

    const answer = (raw: Buffer, place: number, state: string) => {
      const hex = raw.toString('hex');
      const tsn = String(Number.parseInt(hex.slice(72, 80), 16)).padStart(9, '0');
      return `000000000${place}0000${hex.slice(60, 72)}${tsn}4520${hex.slice(8, 28)}000001${hex.slice(80, 94)}${yyyymmdd}${state}0`;
    };
    const rows = [answer(records[0]!, 1, '000000'), answer(records[1]!, 2, '000001')];
    const stranger = answer(
      Buffer.concat([records[0]!.subarray(0, 36), Buffer.alloc(4, 7), records[0]!.subarray(40)]),
      1,
      '000000',
    );
    await expect(takeCityFile(deps, await fromCentre('DT', 1, [stranger], { sum: 120n }))).rejects.toMatchObject({
      code: 'cities.not-by-row',
    });
    await expect(takeCityFile(deps, await fromCentre('DT', 1, [rows[0]!], { sum: 120n }))).rejects.toMatchObject({
      code: 'cities.rows-incomplete',
    });
    const file2 = await fromCentre('DT', 1, rows, { sum: 120n, end: '\n\r' });
    expect(await takeCityFile(deps, file2)).toMatchObject({
      status: 'accepted',
      kind: 'ccir',
      records: 2,
      amountFen: 120n,
    });
    expect(await takeCityFile(deps, file2)).toMatchObject({ status: 'repeat' });
    expect(await outcomes(intakeId)).toEqual(['accepted', 'rejected 01']);
  });

  it('bring purchases in (DF), whatever the line ends, and answer them (DT)', async () => {
    const card = await purse(1000);
    const raw = tap(card, 130);
    const file = await fromCentre('DF', 2, [purchaseRow(raw, '4520')], { sum: 130n, end: '\n\r' });
    expect(await takeCityFile(deps, file)).toMatchObject({ status: 'accepted', kind: 'ccip', amountFen: 130n });
    expect(await takeCityFile(deps, file)).toMatchObject({ status: 'repeat' });
    await validateReceived(deps);
    const [answer] = await exchangeWithCity(deps, '4520');
    expect(answer).toMatchObject({ kind: 'ccir', records: 1, amountFen: 130n });
    const row = (await textOf(answer!.name)).split('\r\n')[2]!;
    expect([row.length, row.slice(-7)]).toEqual([94, '0000000']);
  });

  it('are refused whole with the row that is wrong', async () => {
    const card = await purse(1000);
    const row = purchaseRow(tap(card, 10), '4520');
    const refused = async (file: ReturnType<typeof fromCentre>, code: string, words: RegExp) => {
      const given = await file;
      await expect(takeCityFile(deps, given)).rejects.toMatchObject({ code: `cities.${code}` });
      await expect(takeCityFile(deps, given)).rejects.toThrow(words);
    };
    await refused(fromCentre('DF', 9, [row], { sum: 11n }), 'total-bad', /11 fen/);
    await refused(fromCentre('DF', 9, [row], { sum: 10n, count: 3 }), 'text-bad', /promises 3 rows; there are 1/);
    await refused(fromCentre('DF', 9, [row, row.slice(1)], { sum: 20n }), 'text-bad', /row 2 has 171/);
    await refused(fromCentre('DF', 9, [row.replace(/.$/, 'X')], { sum: 10n }), 'not-by-row', /row 1/);
    await refused(fromCentre('DF', 9, [row.replace(/..$/, '\u00b51')], { sum: 10n }), 'text-bad', /byte .* is b5/);
    await refused(fromCentre('DF', 9, ['0'.repeat(100)]), 'text-bad', /neither SAM nor transaction number/);
    const unsigned = { ...(await fromCentre('DF', 9, [row], { sum: 10n })), signature: Buffer.from('none') };
    await expect(takeCityFile(deps, unsigned)).rejects.toMatchObject({ code: 'cities.signature-bad' });
    const { deliveredBy: _, ...anonymous } = await fromCentre('DF', 9, [row], { sum: 10n });
    await expect(takeCityFile(deps, anonymous)).rejects.toMatchObject({ code: 'cities.not-your-city' });
  });

  it('reads any line end as one', () => {
    const lines = [`0100004580${yyyymmdd}`, '000020000000045800003', 'abc', 'def'];
    for (const end of ['\r\n', '\n\r', '\n', '\r'])
      expect(readText('test', Buffer.from(lines.map((line) => line + end).join(''))).rows).toEqual(['abc', 'def']);
  });
});

describe('the statement of a centre', () => {
  const balances = async () => {
    const of = async (account: string) => (await accountBalance(db, account)).posted;
    return {
      city: (await of('city-receivable:4520')) - (await of('city-payable:4520')),
      centre: (await of('city-receivable:0000')) - (await of('city-payable:0000')),
    };
  };
  const statement = (serial: number, lines: readonly string[], sum: bigint, fee = '00000000') =>
    fromCentre('SA', serial, [...lines, `00000000${fee}${String(sum).padStart(12, '0')}`], { sum });
  const open = async () => {
    const { rows } = await db.query<{ subject_key: string; kind: string; state: string }>(
      `select subject_key, kind, state from reconciliation.difference where counterpart = $1 order by difference_no`,
      [CENTRE],
    );
    return rows.map(({ subject_key: key, kind, state }) => `${key} ${kind} ${state}`);
  };

  it('books what is equal over to the centre, and puts down what is not until it is corrected', async () => {
    const files = await db.query<{ direction: string; sequence: bigint; amount_fen: bigint }>(
      `select direction, sequence, amount_fen from reconciliation.city_file where kind = 'ccir' order by direction`,
    );
    const [theirs, ours] = files.rows;
    expect([theirs?.amount_fen, ours?.amount_fen]).toEqual([120n, 130n]);
    const line = (issuer: string, acquirer: string, sequence: bigint, amount: bigint) =>
      `${issuer}${acquirer}${String(sequence).padStart(8, '0')}${String(amount).padStart(12, '0')}`;
    const toUs = (amount: bigint) => line('4520', '4580', theirs!.sequence, amount);
    const fromUs = line('4580', '4520', ours!.sequence, 130n);
    const before = await balances();
    expect(before.city).toBe(-10n);

    await expect(takeCityFile(deps, await statement(1, [toUs(120n)], 119n))).rejects.toMatchObject({
      code: 'cities.statement-bad',
    });
    const between = line('4520', '4530', 1n, 5n);
    await expect(takeCityFile(deps, await statement(1, [between], 5n))).rejects.toThrow(/row 1 is not between us/);

    const unknown = line('4520', '4580', 77n, 40n);
    const first = await statement(1, [toUs(119n), fromUs, fromUs, unknown], 119n + 130n + 130n + 40n);
    expect(await takeCityFile(deps, first)).toMatchObject({ status: 'accepted', kind: 'statement', records: 4 });
    expect(await takeCityFile(deps, first)).toMatchObject({ status: 'repeat' });
    expect(await balances()).toEqual({ city: 120n, centre: -130n });
    const key = (issuer: string, acquirer: string, sequence: bigint) =>
      `CCIR ${issuer}-${acquirer}-${String(sequence).padStart(8, '0')}`;
    expect(await open()).toEqual([
      `${key('4520', '4580', theirs!.sequence)} amount open`,
      `${key('4580', '4520', ours!.sequence)} duplicate open`,
      `${key('4520', '4580', 77n)} only-theirs open`,
    ]);
    // The days agreed are over for both, and one of them no statement has ever named.
    expect(await findUncounted(db, '4520', '4580', new Date(Date.now() + 4 * 86_400_000))).toBe(0);
    await routed([33]);
    const [sent] = await exchangeWithCity(deps, '4520');
    await takeCityFile(deps, await answers([[sequenceOf(sent?.name), 0, '00', 33]], { sequence: 900 }));
    expect(await findUncounted(db, '4520', '4580', new Date())).toBe(0);
    expect(await findUncounted(db, '4520', '4580', new Date(Date.now() + 4 * 86_400_000))).toBe(1);
    expect((await open()).at(-1)).toBe(`${key('4520', '4580', 900n)} only-ours open`);
    const counted = line('4520', '4580', 900n, 33n);
    await takeCityFile(deps, await statement(3, [counted], 33n));
    expect((await open()).at(-1)).toBe(`${key('4520', '4580', 900n)} only-ours ended`);

    await takeCityFile(deps, await statement(2, [toUs(120n)], 120n));
    expect(await balances()).toEqual({ city: 0n, centre: 23n });
    expect((await open())[0]).toBe(`${key('4520', '4580', theirs!.sequence)} amount ended`);
  });
});

describe('hotlists of other cities', () => {
  const card = (number: number) => `03104520990000000${String(number).padStart(3, '0')}`;
  const list = async (serial: number, cards: readonly string[]) => {
    const lines = [
      `0145204580${yyyymmdd}`,
      `${String(cards.length).padStart(5, '0')}0000000045200022`,
      ...cards.map((each) => `${each}00`),
    ];
    return signedFile(
      `WL${yymmdd}45200000${String(serial).padStart(6, '0')}`,
      lines.map((line) => `${line}\r\n`).join(''),
    );
  };
  const listed = async () => {
    const { rows } = await db.query<{ action: string; application_serial: string }>(
      `select action, application_serial from clearing.hotlist_entry where put_by = 'city 4520' order by version`,
    );
    return rows.map(({ action, application_serial: serial }) => `${action} ${serial.slice(-1)}`);
  };

  it('put their cards on ours, take off what they drop, and change nothing when they are old or of others', async () => {
    await takeCityFile(deps, await list(1, [card(1), card(2)]));
    await takeCityFile(deps, await list(3, [card(2), card(3)]));
    expect(await takeCityFile(deps, await list(2, [card(1)]))).toMatchObject({ status: 'repeat' });
    const entries = ['add 1', 'add 2', 'add 3', 'remove 1'];
    expect(await listed()).toEqual(entries);
    const ours = await list(4, ['03104580990000000001']);
    await expect(takeCityFile(deps, ours)).rejects.toMatchObject({ code: 'cities.list-bad' });
    expect(await listed()).toEqual(entries);
  });

  it('of more rows than a file has room for come in parts, and count when all are there', async () => {
    const part = async (serial: number, place: string, cards: readonly string[]) => {
      const lines = [
        `0145204580${yyyymmdd}`,
        `${String(cards.length).padStart(5, '0')}${place}45200022`,
        ...cards.map((each) => `${each}00`),
      ];
      const name = `WL${yymmdd}45200000${String(serial).padStart(6, '0')}`;
      return takeCityFile(deps, await signedFile(name, lines.map((line) => `${line}\r\n`).join('')));
    };
    const before = await listed();
    expect(await part(11, '00020002', [card(5)])).toMatchObject({ status: 'accepted' });
    expect(await listed()).toEqual(before);
    await expect(part(11, '00020002', [card(6)])).rejects.toMatchObject({ code: 'cities.other-content' });
    await expect(part(12, '00030002', [card(6)])).rejects.toMatchObject({ code: 'cities.list-bad' });
    expect(await part(10, '00010002', [card(2), card(4)])).toMatchObject({ status: 'accepted' });
    expect(await listed()).toEqual([...before, 'add 4', 'add 5', 'remove 3']);
    expect(await part(10, '00010002', [card(2), card(4)])).toMatchObject({ status: 'repeat' });
    expect((await db.query('select from reconciliation.city_hotlist_part')).rowCount).toBe(0);
  });
});

describe('our hotlist', () => {
  const own = (number: number) => `03104580990000000${String(number).padStart(3, '0')}`;
  const put = (action: 'add' | 'remove', serials: readonly string[]) =>
    transact(db, (tx) => addHotlistEntries(tx, action, serials, { reason: 'test', by: 'test' }));
  const lists = async (): Promise<string[][]> => {
    const { rows } = await db.query<{ content: Buffer }>(
      `select content from reconciliation.city_file where direction = 'out' and kind = 'list' and city = '4520' order by sequence`,
    );
    return rows.map(({ content }) => content.toString('latin1').split('\r\n').slice(1, -1));
  };

  it('is written when it has changed and not before, in as many parts as it needs, each a file with the next serial', async () => {
    expect(await writeHotlist(deps, '4520', 2)).toBe(false);
    await put('add', [1, 2, 3, 4, 5].map(own));
    expect(await writeHotlist(deps, '4520', 2)).toBe(true);
    expect(await lists()).toEqual([
      ['000020001000345800022', `${own(1)}00`, `${own(2)}00`],
      ['000020002000345800022', `${own(3)}00`, `${own(4)}00`],
      ['000010003000345800022', `${own(5)}00`],
    ]);
    const { rows } = await db.query<{ gap: bigint }>(
      `select max(sequence) - min(sequence) as gap from reconciliation.city_file where kind = 'list' and direction = 'out'`,
    );
    expect(rows).toEqual([{ gap: 2n }]);
    expect(await writeHotlist(deps, '4520', 2)).toBe(false);
    // A card of somebody else, and one of ours that comes and goes, make no other list.
    await put('add', ['03104530990000000001']);
    expect(await writeHotlist(deps, '4520', 2)).toBe(false);
    await put('add', [own(6)]);
    await put('remove', [own(6)]);
    expect(await writeHotlist(deps, '4520', 2)).toBe(false);
    const { rows: sent } = await db.query<{ version: bigint; head: bigint }>(
      `select s.version, h.version as head from reconciliation.city_hotlist_sent s cross join clearing.hotlist_head h`,
    );
    expect(sent[0]?.version).toBe(sent[0]?.head);
    await put('remove', [1, 2, 3, 4, 5].map(own));
    expect(await writeHotlist(deps, '4520', 2)).toBe(true);
    expect((await lists()).at(-1)).toEqual(['000000000000045800022']);
  });
});
