import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { addDays, cityDateTimeDigits, transact } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addHotlistEntry } from '../hotlist/hotlist.ts';
import type { SignatureCheck } from '../intake/file-checks.ts';
import { appendToUpload } from '../intake/uploads/append.ts';
import { completeUpload } from '../intake/uploads/complete.ts';
import { openUpload, type UploadDeps } from '../intake/uploads/upload.ts';
import { decodePurchaseRecord } from '../purchases/purchase-record.ts';
import {
  BUS_ONE,
  minutes,
  NOON,
  type PurchaseWorld,
  startPurchaseWorld,
  tap,
  TERMINAL_ONE,
  TODAY,
} from '../validation/purchase-fixture.ts';
import { validateReceived } from '../validation/validate.ts';
import { listTextAnswers, makeTextAnswers, readTextAnswer } from './answers.ts';
import { linesOf } from './lines.ts';
import { convertXfLine, XF_LONG } from './xf-record.ts';

let world: PurchaseWorld;
let deps: UploadDeps;
beforeAll(async () => {
  world = await startPurchaseWorld();
  deps = {
    db: world.db,
    verifySignature: standIn,
    claimedDigest: (signature) => Buffer.from(signature.toString(), 'hex'),
  };
});
afterAll(() => world.stop());

/** Stands in for the city CA: the "signature" is the hash of the file. */
const standIn: SignatureCheck = (_, { content, signatureDer }) =>
  Promise.resolve(
    'sha256' in content && content.sha256.toString('hex') === signatureDer.toString()
      ? { ok: true, serial: '01' }
      : { ok: false, reason: 'the signature is of another file' },
  );

const DAY = TODAY.replaceAll('-', '');
const F24 = 'F'.repeat(24);

/** The line an operator's system would write for a record; fields by their numbers may be put in its place. */
function lineOf(raw: Buffer, change: Record<number, string> = {}, month = '000FFFFFF'): string {
  const record = decodePurchaseRecord(raw);
  const number = (value: number | bigint, width: number) => String(value).padStart(width, '0');
  const moment = cityDateTimeDigits(record.tappedAt!);
  const fields: Record<number, string> = {
    1: '00000077',
    2: BUS_ONE,
    3: '00001234',
    4: record.applicationSerial,
    5: '01',
    6: '00',
    7: '20361231',
    8: '20260101',
    9: '20361231',
    10: number(record.offlineCounter, 6),
    11: number(record.samTransactionNo, 10),
    12: number(record.balanceBeforeFen, 8),
    13: number(record.amountFen, 8),
    14: moment.date + moment.time,
    15: number(record.transactionType, 2),
    16: record.samNo,
    17: record.tac.toString('hex').toUpperCase(),
    18: number(record.flag, 2),
    ...change,
  };
  return Array.from({ length: 18 }, (_, n) => fields[n + 1]).join('') + month;
}

let serial = 0;

function xfFile(lines: readonly string[], change: { end?: string; head?: string; name?: string } = {}) {
  serial += 1;
  const head =
    change.head ??
    `XF01${String(lines.length).padStart(8, '0')}${String(lines[0]?.length ?? 158).padStart(8, '0')}${F24}`;
  const end = change.end ?? '\r\n';
  const content = Buffer.from([head, ...lines, ''].join(end), 'latin1');
  return { fileName: change.name ?? `XF${DAY}01${BUS_ONE}${String(serial).padStart(3, '0')}`, content };
}

async function deliver({ fileName, content }: { fileName: string; content: Buffer }) {
  const signature = Buffer.from(createHash('sha256').update(content).digest('hex'));
  const announced = { participantNo: BUS_ONE, channel: 'request', fileName, bytes: content.length, signature } as const;
  const opened = await openUpload(deps, { ...announced, at: NOON });
  if (opened.status !== 'open') return opened;
  // Cut where nobody would cut it.
  const pieces = Array.from({ length: Math.ceil(content.length / 97) }, (_, n) =>
    content.subarray(n * 97, n * 97 + 97),
  );
  await appendToUpload(world.db, { uploadId: opened.upload.uploadId, offset: 0 }, Readable.from(pieces));
  return completeUpload(deps, opened.upload.uploadId, NOON);
}

async function refused(file: { fileName: string; content: Buffer }): Promise<string> {
  const ended = await deliver(file);
  if ('refusal' in ended && ended.refusal !== undefined) return `${ended.refusal.reason}: ${ended.refusal.detail}`;
  return 'reason' in ended ? `${ended.reason}: ${ended.detail}` : 'not refused';
}

async function stored(fileName: string) {
  const { rows } = await world.db.query<{
    raw: Buffer;
    source_line: string;
    state: string;
    reason_code: string | null;
  }>(
    `select r.raw, r.source_line, r.state, r.reason_code from clearing.purchase_record r join clearing.intake i using (intake_id)
      where i.file_name = $1 order by record_index`,
    [fileName],
  );
  return rows;
}

describe('a text file', () => {
  it('becomes records as terminals write them, each keeping its line', async () => {
    const card = await world.card();
    const records = [tap(card, { mainType: 1 }), tap(card, { mainType: 1, offlineCounter: 65_535, flag: 1 })];
    const lines = records.map((raw) => lineOf(raw));
    const file = xfFile(lines);
    expect(await deliver(file)).toMatchObject({ state: 'taken' });
    await validateReceived(world);
    const rows = await stored(file.fileName);
    expect(rows.map(({ raw }) => raw.toString('hex'))).toEqual(records.map((raw) => raw.toString('hex')));
    expect(rows.map(({ source_line: line }) => line)).toEqual(lines);
    expect(rows.map(({ state }) => state)).toEqual(['accepted', 'suspicious']);
  });

  it.each([
    ['CR LF', '\r\n'],
    ['LF CR', '\n\r'],
    ['LF', '\n'],
    ['CR', '\r'],
  ])('may end its lines with %s', async (_, end) => {
    const card = await world.card();
    const file = xfFile([lineOf(tap(card), {}, ''), lineOf(tap(card, { offlineCounter: 2 }), {}, '')], { end });
    expect(await deliver(file)).toMatchObject({ state: 'taken' });
    await validateReceived(world);
    expect((await stored(file.fileName)).map(({ state }) => state)).toEqual(['accepted', 'accepted']);
  });

  it('carries the hotlist version its terminal had last confirmed before the tap', async () => {
    const versions = await transact(world.db, async (tx) => {
      const applicationSerial = '03104580990000009999';
      const first = await addHotlistEntry(tx, { action: 'add', applicationSerial, reason: 'test' });
      return [first, await addHotlistEntry(tx, { action: 'remove', applicationSerial, reason: 'test' })];
    });
    for (const [place, version] of versions.entries()) {
      await world.db.query(
        'insert into clearing.hotlist_confirmation (terminal_no, version, confirmed_at) values ($1, $2, $3)',
        [TERMINAL_ONE, version, minutes(-90 + 60 * place)],
      );
    }
    const card = await world.card();
    const file = xfFile([lineOf(tap(card)), lineOf(tap(card, { offlineCounter: 2, tappedAt: minutes(-10) }))]);
    await deliver(file);
    await validateReceived(world);
    const rows = await stored(file.fileName);
    expect(rows.map(({ raw }) => BigInt(raw.readUInt32BE(51)))).toEqual(versions);
  });

  it('says whose card it is: digits 5 to 8 of our profile, the home city for any other', () => {
    const terms = { merchant: BUS_ONE, industry: 1, width: XF_LONG, homeCity: '4580' };
    const city = (cardNumber: string) => {
      const one = convertXfLine(lineOf(tap('3104580990000000017' as never), { 4: cardNumber }), terms);
      return 'raw' in one ? one.raw.toString('hex', 2, 4) : one.problem;
    };
    expect(city('03104520990000000017')).toBe('4520');
    expect(city('12345678901234567890')).toBe('4580');
  });

  it('with a time that does not exist is taken, and the record refused for it', async () => {
    const card = await world.card();
    const file = xfFile([lineOf(tap(card), { 14: '20261131250000' })]);
    expect(await deliver(file)).toMatchObject({ state: 'taken' });
    await validateReceived(world);
    expect(await stored(file.fileName)).toMatchObject([{ state: 'rejected', reason_code: '0B' }]);
  });

  const good = () => lineOf(tap('3104580990000000017' as never));
  it.each([
    [
      'a letter among digits',
      () => [good(), lineOf(tap('3104580990000000017' as never), { 12: '0001x000' })],
      /^line: line 3: field 12 \(balance before\) is "0001x000": not decimal digits$/,
    ],
    [
      'a TAC that is none',
      () => [lineOf(tap('3104580990000000017' as never), { 17: '0123456G' })],
      /line 2: field 17 \(TAC\).*not hexadecimal/,
    ],
    [
      'another merchant',
      () => [lineOf(tap('3104580990000000017' as never), { 2: '904458041110002' })],
      /line 2: field 2 \(merchant\).*another merchant/,
    ],
    [
      'a counter of more than two bytes',
      () => [lineOf(tap('3104580990000000017' as never), { 10: '065536' })],
      /line 2: field 10 .*above 65535/,
    ],
    [
      'a transaction number of more than four bytes',
      () => [lineOf(tap('3104580990000000017' as never), { 11: '4294967296' })],
      /line 2: field 11 .*above 4294967295/,
    ],
    [
      'an unknown gray flag',
      () => [lineOf(tap('3104580990000000017' as never), { 18: '02' })],
      /line 2: field 18 \(gray flag\) is "02": neither 00 nor 01/,
    ],
    ['a line cut short', () => [good(), good().slice(0, -1)], /line 3: it has 157 characters; the header says 158/],
    ['an empty line', () => [good(), '', good()], /line 3: it has 0 characters/],
  ])('with %s is refused whole, naming line and field', async (_, lines, sentence) => {
    expect(await refused(xfFile(lines()))).toMatch(sentence);
  });

  it.each([
    [
      'says another count',
      { head: `XF0100000002${'00000158'}${F24}` },
      /^length: the header says 2 records; the file holds 1$/,
    ],
    [
      'goes on behind its count',
      { head: `XF0100000000${'00000158'}${F24}` },
      /^length: the header says 0 records; the file goes on/,
    ],
    ['says another length', { head: `XF0100000001${'00000150'}${F24}` }, /^header: line 1 says records of 150/],
    [
      'is of another industry',
      { head: `XF0200000001${'00000158'}${F24}` },
      /^name-and-header-differ: the name says industry 01; the header 02/,
    ],
    ['has no header', { head: good() }, /^header: line 1 is not XF/],
    ['has a name of no known length', { name: `XF${DAY}01${BUS_ONE}0001` }, /^name: the name of an XF file/],
    ['is named for no day', { name: `XF2026113101${BUS_ONE}001` }, /^name: the name says 20261131/],
    ['is of another participant', { name: `XF${DAY}01904458041110002001` }, /^sender: this file is of 904458041110002/],
    [
      'is of tomorrow',
      { name: `XF${addDays(TODAY, 1).replaceAll('-', '')}01${BUS_ONE}001` },
      /^business-date: .*in the future/,
    ],
  ])('that %s is refused', async (_, change, sentence) => {
    expect(await refused(xfFile([good()], change))).toMatch(sentence);
  });

  it('again is answered with the first result; other content under its name is refused', async () => {
    const card = await world.card();
    const file = xfFile([lineOf(tap(card))]);
    await deliver(file);
    expect(await deliver(file)).toMatchObject({ status: 'repeat', file: { records: 1 } });
    const other = xfFile([lineOf(tap(card, { offlineCounter: 9 }))], { name: file.fileName });
    expect(await refused(other)).toMatch(/^other-content/);
    await validateReceived(world);
  });

  it('has lines wherever its bytes are cut', async () => {
    const text = Buffer.from('one\r\ntwo\r\nthree\n\rfour\n\rfive');
    for (let size = 1; size < text.length; size += 1) {
      const cut = Array.from({ length: Math.ceil(text.length / size) }, (_, n) =>
        text.subarray(n * size, (n + 1) * size),
      );
      const lines: string[] = [];
      for await (const line of linesOf(Readable.from(cut))) lines.push(line);
      expect(lines).toEqual(['one', 'two', 'three', 'four', 'five']);
    }
  });
});

describe('answers to text files', () => {
  const lines = async (fileName: string) =>
    (await readTextAnswer(world.db, fileName))?.toString('latin1').split('\r\n');
  const newest = async () => {
    const answers = await listTextAnswers(world.db, BUS_ONE);
    const last = answers[0]?.fileName.slice(2);
    return { SS: `SS${last}`, QS: `QS${last}`, NS: `NS${last}` };
  };

  it('tell of every record to the byte, and of held ones again when they are decided', async () => {
    await makeTextAnswers(world.db);
    const [card, poor] = [await world.card(), await world.card(0)];
    const right = lineOf(tap(card));
    const forged = lineOf(tap(card, { offlineCounter: 2, tac: Buffer.alloc(4), amount: 300 }));
    const short = lineOf(tap(poor, { amount: 500 }), {}, '');
    const long = xfFile([right, forged]);
    const other = xfFile([short]);
    await deliver(long);
    await deliver(other);
    await makeTextAnswers(world.db);
    expect(await lines((await newest()).NS)).not.toContain(expect.stringContaining(long.fileName));
    while ((await validateReceived(world)).decided > 0);
    expect(await makeTextAnswers(world.db)).toBe(1);
    const names = await newest();
    expect(names.SS).toMatch(new RegExp(`^SS${DAY}01${BUS_ONE}[0-9]{5}$`));
    expect(await lines(names.SS)).toEqual([
      `SS0100000002${'00000198'}${F24}`,
      `${long.fileName}00000077${DAY}01${BUS_ONE}00001234${forged.slice(31)}`,
      `${other.fileName}00000077${DAY}05${BUS_ONE}00001234${short.slice(31)}000FFFFFF`,
      '',
    ]);
    expect((await lines(names.SS))?.map(({ length }) => length)).toEqual([44, 198, 198, 0]);
    const figures = '00000001' + '0000000200' + '00000002' + '0000000800' + '0'.repeat(36);
    expect(await lines(names.QS)).toEqual([
      `QS0100000001${'00000103'}${F24}`,
      `${BUS_ONE}${DAY}${figures}00000000`,
      '',
    ]);
    expect((await lines(names.QS))?.[1]).toHaveLength(103);
    expect(await lines(names.NS)).toEqual([
      `NS0100000002${'00000046'}${F24}`,
      `${long.fileName}${DAY}FFFFFFFF`,
      `${other.fileName}${DAY}FFFFFFFF`,
      '',
    ]);
    expect(await makeTextAnswers(world.db)).toBe(0);

    await world.load(poor, 500);
    await validateReceived(world);
    expect(await makeTextAnswers(world.db)).toBe(1);
    const adjusted = await newest();
    expect(Number(adjusted.SS.slice(-5))).toBe(Number(names.SS.slice(-5)) + 1);
    expect(await lines(adjusted.SS)).toEqual([
      `SS0100000001${'00000198'}${F24}`,
      `${other.fileName}00000077${DAY}00${BUS_ONE}00001234${short.slice(31)}000FFFFFF`,
      '',
    ]);
    expect((await lines(adjusted.QS))?.[1]).toBe(
      `${BUS_ONE}${DAY}${'0'.repeat(36)}00000001${'0000000500'}${'0'.repeat(18)}00000000`,
    );
    expect(await lines(adjusted.NS)).toEqual([`NS0100000000${'00000046'}${F24}`, '']);
    expect(await makeTextAnswers(world.db)).toBe(0);
  });

  it('are in the short form for operators whose names are longer', async () => {
    const card = await world.card();
    const name = `XF${DAY}01${BUS_ONE}000000042`;
    const forged = lineOf(tap(card, { tac: Buffer.alloc(4) }));
    await deliver(xfFile([forged], { name }));
    await validateReceived(world);
    await makeTextAnswers(world.db);
    const names = await newest();
    expect(await lines(names.SS)).toEqual([
      `SS0100000001${'00000093'}${F24}`,
      `${name.padEnd(40)}${DAY}01${BUS_ONE}${'0000000002'}${'0000000077'}00000000`,
      '',
    ]);
    expect((await lines(names.NS))?.[1]).toBe(`${name.slice(-30)}${DAY}FFFFFFFF`);
  });
});
