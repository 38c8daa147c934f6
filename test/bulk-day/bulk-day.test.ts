import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BulkDay, writeBulkFiles } from '@citycard/city-sim';
import {
  cardFactor,
  cityFactor,
  decodeFileHeader,
  decodePurchaseRecord,
  parseCardNo,
  RECORD_LENGTH,
  tacInput,
} from '@citycard/clearing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BenchHsm, startBenchHsm } from '../bench/hsm-process.ts';

const RECORDS = 2_000;

let hsm: BenchHsm;
const folder = mkdtempSync(join(tmpdir(), 'bulk-day-'));
beforeAll(async () => {
  hsm = await startBenchHsm();
});
afterAll(async () => {
  await hsm.stop();
  rmSync(folder, { recursive: true });
});

it('the records of a generated day are read by the product, and its HSM finds their TACs right', async () => {
  const now = Date.now();
  const day: BulkDay = {
    ...{ seed: 3, cards: 1_000, records: RECORDS, homeCity: '4580', neighbourCity: '4520', issuer: '98' },
    tacRoot: hsm.root('DTK', '3des').toString('hex'),
    operators: [{ participantNo: '904458041110001', industry: 1, weight: 1, samNumbers: ['990000000001'] }],
    ...{ from: now - 3_600_000, to: now, loadedFen: 20_000, unfundedEvery: 1_000 },
  };
  const { paths, outcomes } = writeBulkFiles(day, {
    ...{ operator: 0, directory: folder, date: '20261122', firstSequence: 1, recordsPerFile: RECORDS },
  });
  const bytes = readFileSync(paths[0]!);
  const header = decodeFileHeader(bytes, 'CCPF');
  expect(header).toMatchObject({ ok: true, header: { sender: '904458041110001', count: RECORDS } });
  const raws = Array.from({ length: RECORDS }, (_, n) =>
    bytes.subarray(RECORD_LENGTH * (n + 1), RECORD_LENGTH * (n + 2)),
  );
  const taps = raws.map((raw) => ({ raw, record: decodePurchaseRecord(raw) }));
  expect(taps.every(({ record }) => parseCardNo(record.cardNo) !== undefined && record.tappedAt !== undefined)).toBe(
    true,
  );

  const home = taps.filter(({ record }) => record.flag === 0 && record.issuerCity === '4580');
  const answers = await hsm.client.verifyTacs(
    home.map(({ raw, record }) => ({
      dtk: 'name:DTK-3des',
      factors: [cityFactor('4580'), cardFactor(parseCardNo(record.cardNo)!)],
      algorithm: '3des' as const,
      data: tacInput(raw),
      tac: record.tac,
    })),
  );
  expect(answers.filter((right) => !right)).toHaveLength(outcomes['rejected 01']?.count ?? 0);
  expect(answers.filter(Boolean).length).toBeGreaterThan(RECORDS * 0.98);
});
