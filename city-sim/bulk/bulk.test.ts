import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cardFactor, cityFactor, deriveThrough, transactionAuthenticationCode } from '../cryptography/purse.ts';
import { readFile } from '../purchase/file-header.ts';
import { decodeRecord, RECORD_FLAG, type PurchaseRecord } from '../purchase/record.ts';
import { type BulkDay, BulkPlan } from './day.ts';
import { type BulkFiles, type BulkTarget, writeBulkFiles } from './write-files.ts';

const ROOT = '606162636465666768696A6B6C6D6E6F';
const NOON = Date.parse('2026-11-22T04:00:00Z');
const company = (n: number, weight: number) => ({
  participantNo: `90445804111000${n}`,
  industry: n,
  weight,
  samNumbers: [`99000000000${n}`, `99000000010${n}`],
});
const day: BulkDay = {
  seed: 7,
  cards: 800,
  records: 2_000,
  tacRoot: ROOT,
  homeCity: '4580',
  neighbourCity: '4520',
  issuer: '98',
  operators: [company(1, 3), company(2, 1)],
  from: NOON - 8 * 3_600_000,
  to: NOON,
  loadedFen: 20_000,
  unfundedEvery: 500,
};

const folder = mkdtempSync(join(tmpdir(), 'bulk-'));
let written: BulkFiles[];
/** What stands in the files of each company. */
let read: Read[][];
const target = (operator: number): BulkTarget => ({
  ...{ operator, directory: folder, date: '20261122', firstSequence: 5, recordsPerFile: 900 },
  copyTo: join(folder, 'all.copy'),
});

beforeAll(() => {
  written = day.operators.map((_, operator) => writeBulkFiles(day, target(operator)));
  read = written.map(({ paths }) => recordsOf(paths));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Read {
  readonly record: PurchaseRecord;
  readonly bytes: Buffer;
  readonly rightTac: boolean;
}
const recordsOf = (paths: readonly string[]): Read[] =>
  paths
    .flatMap((path) => readFile(readFileSync(path), 'CCPF').records)
    .map((bytes) => ({ record: decodeRecord(bytes), bytes, rightTac: tacOf(bytes).equals(bytes.subarray(47, 51)) }));

/** By the card's key as the card's own code derives and uses it. */
function tacOf(bytes: Buffer): Buffer {
  const { issuerCity, applicationSerial } = decodeRecord(bytes);
  const key = deriveThrough('3des', Buffer.from(ROOT, 'hex'), [cityFactor(issuerCity), cardFactor(applicationSerial)]);
  const parts = [bytes.subarray(26, 30), bytes.subarray(16, 17), bytes.subarray(30, 47)];
  return transactionAuthenticationCode('3des', key, ...parts);
}

describe('a day of taps in bulk', () => {
  it('has as many records as asked for, in files of the size asked for, with the totals their headers say', () => {
    const [first, second] = written;
    expect([first!.records, second!.records]).toEqual([1_500, 500]);
    expect(first!.paths.map((path) => path.slice(folder.length + 1))).toEqual([
      '904458041110001-20261122-00000005.ccpf',
      '904458041110001-20261122-00000006.ccpf',
    ]);
    for (const path of [...first!.paths, ...second!.paths]) {
      const { header, records } = readFile(readFileSync(path), 'CCPF');
      const total = records.reduce((sum, record) => sum + BigInt(record.readUInt32BE(26)), 0n);
      expect(header).toMatchObject({ totalFen: total, businessDate: '20261122' });
    }
  });

  it('gives every card one counter after the other, balances that meet and times that pass', () => {
    const chains = new Map<string, PurchaseRecord[]>();
    const seen = new Set<string>();
    for (const { record, rightTac, bytes } of read.flat()) {
      if (!(rightTac || record.flag === RECORD_FLAG.gray) || record.issuerCity !== '4580') continue;
      if (seen.has(bytes.toString('hex')) || !/^0310458098000/.test(record.applicationSerial)) continue;
      seen.add(bytes.toString('hex'));
      chains.set(record.applicationSerial, [...(chains.get(record.applicationSerial) ?? []), record]);
    }
    let steps = 0;
    for (const chain of chains.values()) {
      // A SAM of another company makes a record that uses up nothing; the one it stands beside has its counter.
      const byCounter = new Map(chain.map((record) => [record.counter, record]));
      const sorted = [...byCounter.values()].sort((a, b) => a.counter - b.counter);
      sorted.forEach((record, place) => {
        const before = sorted[place - 1];
        expect(record.counter).toBe(place);
        expect(record.balanceFen).toBe(before === undefined ? 20_000 : before.balanceFen - before.amountFen);
        const moment = ({ moment: { date, time } }: PurchaseRecord) => date + time;
        if (before !== undefined) expect(moment(record) > moment(before)).toBe(true);
        steps += 1;
      });
    }
    expect(steps).toBeGreaterThan(1_900);
  });

  it('knows what becomes of every record', () => {
    const sent = new Set<string>();
    const counted: Record<string, number> = {};
    for (const [operator, records] of read.entries()) {
      const sams = new Set(day.operators[operator]!.samNumbers);
      for (const { record, bytes, rightTac } of records) {
        const sequence = Number(record.applicationSerial.slice(10, 19));
        const outcome = () => {
          if (!sams.has(record.samNo)) return 'rejected 09';
          if (record.issuerCity === '4520') return 'routed';
          if (sequence > day.cards) return 'rejected 02';
          if (record.flag === RECORD_FLAG.gray) return 'suspicious 05';
          if (!rightTac) return 'rejected 01';
          if (sent.has(bytes.toString('hex'))) return 'duplicate 03';
          sent.add(bytes.toString('hex'));
          return sequence % day.unfundedEvery === 0 ? 'suspicious 08' : 'accepted';
        };
        const name = outcome();
        counted[name] = (counted[name] ?? 0) + 1;
      }
    }
    const told: Record<string, number> = {};
    for (const { outcomes } of written)
      for (const [name, { count }] of Object.entries(outcomes)) told[name] = (told[name] ?? 0) + count;
    expect(told).toEqual(counted);
    expect(Object.keys(told)).toEqual(expect.arrayContaining(['accepted', 'duplicate 03', 'routed', 'rejected 01']));
  });

  it('writes rows for COPY that repeat no key', () => {
    const rows = readFileSync(join(folder, 'all.copy'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'));
    expect(rows).toHaveLength(day.records);
    const distinct = (...columns: number[]) => new Set(rows.map((row) => columns.map((at) => row[at]).join(' '))).size;
    expect(distinct(0, 1, 2, 3)).toBe(day.records);
    expect(distinct(0, 5, 6)).toBe(day.records);
    expect(distinct(0, 5, 9, 10)).toBe(day.records);
    expect(rows[0]![4]).toMatch(/^\\\\x01[0-9a-f]{126}$/);
  });

  it('is the same for the same seed, and another for another', () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'bulk-'));
    const again = (seed: number) => {
      const { paths } = writeBulkFiles({ ...day, seed }, { ...target(1), directory: elsewhere });
      return readFileSync(paths[0]!);
    };
    expect(again(7)).toEqual(readFileSync(written[1]!.paths[0]!));
    expect(again(8)).not.toEqual(again(7));
    rmSync(elsewhere, { recursive: true });
  });

  it('refuses more taps of a card than it can count up', () => {
    expect(() => new BulkPlan({ ...day, records: 800 * 21 })).toThrow('more than 20 of each');
  });
});
