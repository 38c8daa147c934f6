import {
  commonMigrations,
  createLogger,
  type Database,
  openJobSystem,
  startTestDatabase,
  transact,
} from '@citycard/common';
import { clearingMigrations, ensureCityCa, registerReportJobs } from '@citycard/clearing';
import type { Bench, BenchContext, BenchResult } from './bench.ts';
import { processTree } from './cpu-time.ts';
import { startBenchHsm } from './hsm-process.ts';

const DAY = '2026-11-20';
const PARTICIPANTS = 50;
/** One record in a hundred is refused or held, as in a bad week. */
const REFUSED_OF = 100;
const POLL_MS = 100;

/** A closed day as the clearing leaves it, written by statements: what is measured begins when it is closed. */
async function fillDay(db: Database, records: number, cards: number): Promise<void> {
  const card = `'3104580990' || lpad((1 + n % ${cards})::text, 9, '0')`;
  const statements = [
    `insert into clearing.business_day (business_date, state) values ('${DAY}', 'closed'), (date '${DAY}' + 1, 'open')`,
    `insert into clearing.participant (participant_no, name, kind, industry)
     select '9044580411' || lpad(n::text, 5, '0'), 'Operator ' || n || ' (bench)', 'operator', 1 from generate_series(1, ${PARTICIPANTS}) n`,
    `insert into clearing.intake (source, participant_no, sha256, record_count, amount_fen, received_at, business_date)
     select 'ccpf', participant_no, '\\x00', ${records / PARTICIPANTS}, 0, now(), '${DAY}' from clearing.participant order by 2`,
    `insert into clearing.purse (card_no, issuer_city, valid_from, valid_to, purse_cap_fen, status, opened_at)
     select ${card}, '4580', '2026-01-01', '2036-01-01', 100000, 'active', '2026-01-05' from generate_series(1, ${cards}) n`,
    `insert into clearing.card_account (card_no, kind, credits_posted, debits_posted, available_fen)
     select card_no, 'purse', 50000, 1000, 49000 from clearing.purse`,
    `insert into clearing.purchase_record (card_no, business_date, intake_id, record_index, raw, issuer_city, offline_counter, balance_before_fen, amount_fen,
       sam_no, sam_transaction_no, flag, industry, hotlist_version, participant_no, state, reason_code, decided_at, posted_date)
     select ${card}, '${DAY}', 1 + n % ${PARTICIPANTS}, n, decode(repeat('00', 64), 'hex'), '4580', n / ${cards}, 5000, 100 + n % 400, '000000000001', n, 0, 1, 0,
            '9044580411' || lpad((1 + n % ${PARTICIPANTS})::text, 5, '0'), case when n % ${REFUSED_OF} = 0 then 'suspicious' else 'accepted' end,
            case when n % ${REFUSED_OF} = 0 then '0F' end, now(), case when n % ${REFUSED_OF} <> 0 then date '${DAY}' end
       from generate_series(1, ${records}) n`,
    `insert into clearing.ledger_transfer (card_no, business_date, posting_key, leg, debit_account, credit_account, amount_fen, phase, reason, posted_at, chunk_no, position, row_sha256)
     select card_no, business_date, 'purchase:' || intake_id || ':' || record_index, 1, 'purse', 'operator-pending:' || participant_no, amount_fen, 'posted', 'bench',
            now(), 1 + record_index / 1000, record_index % 1000, '\\x00' from clearing.purchase_record where state = 'accepted'`,
    `insert into clearing.day_report (business_date, name, content, sha256)
     select '${DAY}', '${DAY}-outcome-detail.json', made, encode(sha256(made), 'hex') from (select convert_to(json_build_object('rows', json_agg(json_build_object('state', state, 'reasonCode', reason_code,
            'reason', 'held for inspection', 'participantNo', participant_no, 'cardNoMasked', left(card_no, 6) || '*********' || right(card_no, 4), 'terminalNo', '45800001',
            'tappedAt', '20261120 080000', 'amountFen', amount_fen)))::text, 'UTF8') as made
       from clearing.purchase_record where state = 'suspicious') rows`,
    `insert into clearing.day_report (business_date, name, content, sha256)
     select '${DAY}', '${DAY}-settlement-sheets.json', made, encode(sha256(made), 'hex') from (select convert_to(json_build_object('rows', json_agg(json_build_object('sheetNo', 'S' || participant_no,
            'participantNo', participant_no, 'name', 'bench', 'periodFrom', '${DAY}', 'periodTo', '${DAY}', 'salesCount', 20000, 'salesFen', 4000000, 'feeFen', 20000,
            'payableFen', 3980000, 'disposition', 'pay', 'state', 'paid')))::text, 'UTF8') as made from clearing.participant) rows`,
    'analyze',
  ];
  for (const statement of statements) await db.query(statement);
}

/**
 * The report set of a closed day: captured, written as PDF, XLSX, CSV and JSON, signed and stored, as the product does it.
 * `--records`, `--cards`.
 */
async function run(context: BenchContext): Promise<BenchResult[]> {
  const [records, cards] = [context.count('records', 1_000_000), context.count('cards', 200_000)];
  const database = await startTestDatabase([commonMigrations, clearingMigrations]);
  const hsm = await startBenchHsm();
  const { db } = database;
  const logger = createLogger('bench', { level: 'warn' });
  try {
    await prepareKeys(db, hsm.client);
    context.progress(`writing a day of ${records} records`);
    await fillDay(db, records, cards);
    const tree = processTree();
    const jobs = await openJobSystem({ databaseUrl: database.url, logger });
    const [cpu, began] = [tree.cpuSeconds(), performance.now()];
    const reports = registerReportJobs(jobs, { db, hsm: hsm.client, logger });
    for (;;) {
      const { rows } = await db.query<{ state: string; failure: string | null }>(
        'select state, failure from clearing.report_set',
      );
      if (rows[0]?.state === 'made') break;
      if (rows[0]?.state === 'failed') throw new Error(rows[0].failure ?? 'the set failed');
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    const wall = (performance.now() - began) / 1000;
    const spent = tree.cpuSeconds() - cpu;
    await reports.close();
    await jobs.close();
    const { rows } = await db.query<{ files: bigint; bytes: bigint }>(
      'select count(*) as files, sum(length(content))::bigint as bytes from clearing.report_file',
    );
    const name = `report set of ${records} records`;
    return [
      { name, value: wall, unit: 's', wall },
      { name: `${name}, CPU`, value: spent, unit: 's', wall },
      { name: `${name}, peak memory of the process`, value: process.resourceUsage().maxRSS / 1024, unit: 'MiB', wall },
      { name: `${name}, files`, value: Number(rows[0]?.files ?? 0), unit: 'files', wall },
    ];
  } finally {
    await hsm.stop();
    await database.stop();
  }
}

async function prepareKeys(db: Database, hsm: Awaited<ReturnType<typeof startBenchHsm>>['client']): Promise<void> {
  await hsm.authorise('bench-1', '100001', 'bench-2', '100001', ['generateRsa'], 5);
  await transact(db, (tx) => ensureCityCa({ db: tx, hsm }, '4580'));
  await hsm.generateRsa({ name: 'REPORTS', usage: 'report-sign', bits: 2048 });
  await hsm.cancelAuthorisation();
}

export const reportsBench: Bench = {
  name: 'reports',
  help: 'the report set of a closed day: PDF, XLSX, CSV, JSON, signed [--records N] [--cards N]',
  run,
};
