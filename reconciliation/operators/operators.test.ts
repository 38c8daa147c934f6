import { clearingMigrations, createParticipant, recordBatchClaim } from '@citycard/clearing';
import {
  addDays,
  businessDate,
  cityDate,
  commonMigrations,
  fen,
  startTestDatabase,
  type TestDatabase,
  transact,
} from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reconciliationMigrations } from '../migrations.ts';
import { takeFileList } from './file-list.ts';
import { lookAtOperators } from './look.ts';
import { samHoles } from './sam-numbers.ts';

const BUS = '904458041110001';
const OTHER_BUS = '904458041110002';
const [DAY, NEXT] = [businessDate('2026-11-10'), businessDate('2026-11-11')];
const SAM = '990000000001';

let database: TestDatabase;
let db: TestDatabase['db'];
let intakes = 0;
beforeAll(async () => {
  database = await startTestDatabase([commonMigrations, clearingMigrations, reconciliationMigrations]);
  db = database.db;
  await transact(db, async (tx) => {
    for (let n = 0; n < 12; n += 1)
      await tx.query(`insert into clearing.business_day (business_date, state) values ($1, 'closed')`, [
        addDays(DAY, n),
      ]);
    for (const no of [BUS, OTHER_BUS])
      await createParticipant(tx, { participantNo: no, name: `测试公交 ${no}`, kind: 'operator', industry: 1 });
    await tx.query(
      `insert into clearing.sam_assignment (sam_no, participant_no, terminal_no, valid_from) values ($1, $2, 'T9000001', '2026-01-01'), ('990000000002', $2, 'T9000002', '2026-01-01')`,
      [SAM, BUS],
    );
  });
});
afterAll(() => database.stop());

/** Records of one SAM as they stand when they are judged. */
async function records(
  date: string,
  numbers: readonly number[],
  over: { sam?: string; reason?: string; file?: string; told?: { count: number; fen: number } } = {},
): Promise<void> {
  intakes += 1;
  const { sam = SAM, reason, file } = over;
  const told = over.told ?? { count: numbers.length, fen: 200 * numbers.length };
  const { rows } = await db.query<{ intake_id: bigint }>(
    `insert into clearing.intake (source, participant_no, file_name, file_sequence, sha256, header_business_date, record_count, amount_fen, received_at, business_date)
     values ($1, $2, $3, $4, 'x', $5, $6, $7, now(), $5) returning intake_id`,
    [
      file === undefined ? 'message' : 'ccpf',
      BUS,
      file ?? null,
      file === undefined ? null : intakes,
      date,
      told.count,
      told.fen,
    ],
  );
  await db.query(
    `insert into clearing.purchase_record (card_no, business_date, intake_id, record_index, raw, issuer_city, offline_counter, balance_before_fen,
       amount_fen, sam_no, sam_transaction_no, tapped_at, flag, industry, hotlist_version, participant_no, state, reason_code, decided_at)
     select '3104580990000000017', $1, $2, n.place, decode(repeat('00', 64), 'hex'), '4580', n.place, 10000, 200, $3, n.no,
            $1::date + interval '8 hours', 0, 1, 0, $4, case when $5::text is null then 'accepted' else 'rejected' end, $5, now()
       from unnest($6::bigint[]) with ordinality as n(no, place)`,
    [date, rows[0]?.intake_id, sam, BUS, reason ?? null, numbers],
  );
}

const look = (date: string) => transact(db, (tx) => lookAtOperators(tx, businessDate(date)));
const open = async (kind: string) => {
  const { rows } = await db.query<{ subject_key: string; business_day: string; evidence: Record<string, unknown> }>(
    `select subject_key, business_day, evidence from reconciliation.difference where state = 'open' and kind = $1 order by difference_no`,
    [kind],
  );
  return rows;
};

describe('transaction numbers of a SAM', () => {
  it('have their holes told once they are old enough, and ended when the records come', async () => {
    await records(DAY, [10, 11, 12, 15, 16, 20]);
    await records(DAY, [13], { reason: '01' });
    await records(DAY, [18], { reason: '06' });
    await look(DAY);
    await look(DAY);
    expect((await samHoles(db, DAY)).map(({ fromNo, toNo }) => [fromNo, toNo])).toEqual([
      [13n, 14n],
      [17n, 17n],
      [19n, 19n],
    ]);
    expect(await open('hole')).toEqual([]);
    await records(NEXT, [21, 22]);
    await look(NEXT);
    await records(addDays(DAY, 3), [23]);
    await look(addDays(DAY, 3));
    expect((await open('hole')).map(({ subject_key: key, evidence }) => [key, evidence['missing']])).toEqual([
      [`sam ${SAM} number 13`, 2],
      [`sam ${SAM} number 17`, 1],
      [`sam ${SAM} number 19`, 1],
    ]);
    await records(addDays(DAY, 4), [13, 14, 17]);
    expect(await look(addDays(DAY, 4))).toMatchObject({ ended: 2 });
    expect((await open('hole')).map(({ subject_key: key }) => key)).toEqual([`sam ${SAM} number 19`]);
    const runs = await db.query('select from_no, to_no from reconciliation.sam_run order by 1');
    expect(runs.rows).toEqual([
      { from_no: 10n, to_no: 18n },
      { from_no: 20n, to_no: 23n },
    ]);
  });

  it('that stop coming are told, unless the SAM was hardly used', async () => {
    await records(DAY, [1], { sam: '990000000002' });
    await look(DAY);
    const late = addDays(DAY, 8);
    await look(late);
    expect((await open('silent')).map(({ subject_key: key, business_day: day }) => [key, day])).toEqual([
      [`sam ${SAM} uploads`, addDays(DAY, 4)],
    ]);
    await records(late, [24]);
    await look(late);
    expect(await open('silent')).toEqual([]);
  });
});

describe('files of a depot', () => {
  it('are compared with their records, and with what their operator says it sent', async () => {
    const day = addDays(DAY, 5);
    await records(day, [30, 31], { file: 'A-1.ccpf' });
    await records(day, [32], { file: 'A-2.ccpf', told: { count: 2, fen: 400 } });
    await records(day, [33], { file: 'A-9.ccpf' });
    expect(await look(day)).toMatchObject({ opened: 1 });
    const [wrong] = await open('amount');
    expect(wrong).toMatchObject({ subject_key: 'records of A-2.ccpf', evidence: { ourRecords: 1, theirRecords: 2 } });

    const list = [
      { fileName: 'A-1.ccpf', records: 2, amountFen: fen(400) },
      { fileName: 'A-2.ccpf', records: 3, amountFen: fen(600) },
      { fileName: 'A-3.ccpf', records: 1, amountFen: fen(200) },
    ];
    const take = (files: typeof list, no = BUS) => transact(db, (tx) => takeFileList(tx, no, day, files));
    expect(await take(list)).toEqual({ found: 3, opened: 3, ended: 0 });
    expect(await take(list)).toEqual({ found: 3, opened: 0, ended: 0 });
    expect((await open('only-theirs')).map(({ subject_key: key }) => key)).toEqual(['file A-3.ccpf']);
    expect((await open('only-ours')).map(({ subject_key: key }) => key)).toEqual(['file A-9.ccpf']);
    await records(addDays(day, 1), [34], { file: 'A-3.ccpf' });
    await look(addDays(day, 1));
    expect(await open('only-theirs')).toEqual([]);

    await expect(take(list.slice(1))).rejects.toMatchObject({ code: 'reconciliation.operators.list-known' });
    await expect(take([...list, ...list], OTHER_BUS)).rejects.toMatchObject({
      code: 'reconciliation.operators.file-twice',
    });
    await expect(take(list, 'NOBODY')).rejects.toMatchObject({ code: 'reconciliation.operators.not-an-operator' });
    const tomorrow = addDays(cityDate(new Date()), 1);
    await expect(transact(db, (tx) => takeFileList(tx, BUS, tomorrow, []))).rejects.toMatchObject({
      code: 'reconciliation.operators.day-not-over',
    });
  });
});

describe('answers to a depot that reads text', () => {
  const day = addDays(DAY, 7);
  const digits = (value: number, width: number) => String(value).padStart(width, '0');
  const head = (kind: string, count: number, length: number) =>
    `${kind}${digits(count, 8)}${digits(length, 8)}${'F'.repeat(24)}\r\n`;
  /** Confirmed, refused, adjusted, adjusted as refused: number and amount of each. */
  const qs = (...figures: readonly [number, number][]) =>
    `${head('QS01', 1, 103)}${BUS}${day.replaceAll('-', '')}${figures.map(([count, fens]) => digits(count, 8) + digits(fens, 10)).join('')}00000000\r\n`;
  const answer = (kind: string, serial: number, content: string) =>
    db.query(
      `insert into clearing.operator_answer (participant_no, serial, kind, file_name, settle_date, content) values ($1, $2, $3, $4, $5, $6)`,
      [BUS, serial, kind, `${kind}${serial}`, day, Buffer.from(content, 'latin1')],
    );

  it('are read as the operator reads them, and differ when they do not say what the records say', async () => {
    await records(day, [60, 61, 62], { file: `XF${day}` });
    await records(day, [63], { file: `XF${day}-2`, reason: '06' });
    await db.query(
      `update clearing.intake set source = 'xf', answered_file_at = clock_timestamp() where file_name like 'XF%'`,
    );
    await answer('QS', 1, qs([3, 600], [1, 200], [0, 0], [0, 0]));
    await answer('SS', 1, head('SS01', 1, 198));
    await answer('NS', 1, head('NS01', 2, 46));
    const before = await open('amount');
    await look(day);
    expect(await open('amount')).toEqual(before);
    await answer('QS', 2, qs([1, 200], [0, 0], [1, 250], [0, 0]));
    await look(day);
    const told = (await open('amount')).find(({ subject_key: key }) => key === 'answers SS QS NS');
    expect(told).toMatchObject({
      business_day: day,
      evidence: { qsConfirmed: 4, ourConfirmed: 3, qsSsRows: 2, ssRows: 1, nsFiles: 2 },
    });
  });
});

describe('totals of batches', () => {
  it('that differ are told per loads and purchases, and end when a later message brings what was missing', async () => {
    const claim = {
      terminalNo: 'T9000001',
      merchantNo: BUS,
      batchNo: '000007',
      traceNo: '000100',
      equal: false,
      claimedAt: new Date('2026-11-12T10:00:00Z'),
      loads: { count: 0, amount: fen(0) },
      purchases: { count: 1, amount: fen(250) },
    };
    await transact(db, (tx) => recordBatchClaim(tx, claim));
    await look('2026-11-12');
    expect((await open('only-theirs')).length).toBe(0);
    await look('2026-11-13');
    expect((await open('only-theirs')).map(({ subject_key: key, business_day: day }) => [key, day])).toEqual([
      ['batch T9000001 000007 purchases', '2026-11-12'],
    ]);
    const raw = Buffer.alloc(64);
    raw.writeUInt32BE(250, 26);
    await db.query(
      `with content as (insert into clearing.received_content (content_id, start, bytes) values (nextval('clearing.content_number'), 0, $1) returning content_id)
       insert into clearing.intake (source, participant_no, terminal_no, batch_no, sha256, record_count, amount_fen, received_at, business_date, content_id)
       select 'message', $2, 'T9000001', '000007', 'x', 1, 250, now(), $3, content_id from content`,
      [raw, BUS, DAY],
    );
    await look('2026-11-13');
    expect(await open('only-theirs')).toEqual([]);
  });
});
