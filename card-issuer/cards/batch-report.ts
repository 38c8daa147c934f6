import type { Database } from '@citycard/common';
import { issuerErrors } from '../errors.ts';
import { writeCsv } from '../spreadsheet/csv.ts';
import type { BatchState } from './batches.ts';

/** The pace of a batch is that of its last minutes. */
const PACE_MINUTES = 5;

/** Where a batch stands. */
export interface BatchProgress {
  readonly state: BatchState;
  readonly product: string;
  readonly productVersion: number;
  readonly count: number;
  /** No chip was begun for these. */
  readonly prepared: number;
  /** Being written just now. */
  readonly inWork: number;
  /** Written through; they wait for their read-back. */
  readonly toReadBack: number;
  /** Read back and found good. */
  readonly personalised: number;
  /** In work, to be read back or in quarantine: a chip was begun and not finished. */
  readonly unfinished: number;
  readonly quarantined: number;
  readonly rejected: number;
  /** Cards finished per minute, over the last minutes in which the machine ran. */
  readonly perMinute: number;
  readonly expectedEnd?: Date;
  /** Numbers of the finished cards. */
  readonly cards: readonly string[];
}

interface CountRow {
  readonly count: number;
  readonly state: BatchState;
  readonly product: string;
  readonly product_version: number;
  readonly prepared: number;
  readonly working: number;
  readonly written: number;
  readonly quarantined: number;
  readonly rejected: number;
  readonly personalised: number;
  readonly recent: number;
  readonly recent_seconds: number;
}

/** @throws card-issuer.batch-unknown */
export async function batchProgress(db: Database, batchId: bigint): Promise<BatchProgress> {
  const row = await countsOf(db, batchId);
  const made = await db.query<{ card_no: string }>(
    'select card_no from issuer.card where batch_id = $1 and personalised_at is not null order by card_no',
    [batchId],
  );
  const perMinute = row.recent === 0 ? 0 : Math.round((60 * row.recent) / Math.max(1, row.recent_seconds));
  const left = row.prepared + row.working + row.written;
  const moving = row.state === 'released' && perMinute > 0 && left > 0;
  return {
    state: row.state,
    product: row.product,
    productVersion: row.product_version,
    count: row.count,
    prepared: row.prepared,
    inWork: row.working,
    toReadBack: row.written,
    personalised: row.personalised,
    unfinished: row.working + row.written + row.quarantined,
    quarantined: row.quarantined,
    rejected: row.rejected,
    perMinute,
    ...(moving && { expectedEnd: new Date(Date.now() + (60_000 * left) / perMinute) }),
    cards: made.rows.map((card) => card.card_no),
  };
}

async function countsOf(db: Database, batchId: bigint): Promise<CountRow> {
  const { rows } = await db.query<CountRow>(
    `select b.card_count as count, b.state, b.product, b.product_version, c.*
       from issuer.card_batch b
      cross join lateral (
        select count(*) filter (where state = 'prepared')::int as prepared,
               count(*) filter (where state = 'personalising')::int as working,
               count(*) filter (where state = 'written')::int as written,
               count(*) filter (where state = 'quarantined' and personalised_at is null)::int as quarantined,
               count(*) filter (where state in ('rejected', 'destroyed') and personalised_at is null)::int as rejected,
               count(*) filter (where personalised_at is not null)::int as personalised,
               count(*) filter (where personalised_at > now() - interval '${PACE_MINUTES} minutes')::int as recent,
               coalesce(extract(epoch from now() - min(personalised_at) filter (where personalised_at > now() - interval '${PACE_MINUTES} minutes')), 0)::float8 as recent_seconds
          from issuer.card where batch_id = b.batch_id) c
      where b.batch_id = $1`,
    [batchId],
  );
  if (rows[0] === undefined) throw issuerErrors.batchUnknown();
  return rows[0];
}

/** The batches, newest first. */
export async function listBatches(
  db: Database,
  limit: number,
): Promise<
  { batchId: bigint; product: string; state: BatchState; count: number; waiting: number; preparedAt: Date }[]
> {
  const { rows } = await db.query<{
    batchId: bigint;
    product: string;
    state: BatchState;
    count: number;
    waiting: number;
    preparedAt: Date;
  }>(
    `select batch_id as "batchId", product, state, card_count as count, waiting, prepared_at as "preparedAt"
       from issuer.card_batch order by batch_id desc limit $1`,
    [limit],
  );
  return rows;
}

/** A card that waits for a person to look at its chip. */
export interface QuarantinedCard {
  readonly cardNo: string;
  readonly chipSerial: string;
  readonly reason: string;
  readonly since: Date;
}

export async function quarantinedCards(db: Database, batchId: bigint): Promise<QuarantinedCard[]> {
  const { rows } = await db.query<QuarantinedCard>(
    `select card_no as "cardNo", chip_serial as "chipSerial", set_aside_reason as reason, set_aside_at as since
       from issuer.card where batch_id = $1 and state = 'quarantined' order by card_no`,
    [batchId],
  );
  return rows;
}

/** A card that was written through and waits for a reader. */
export interface WrittenCard {
  readonly cardNo: string;
  readonly chipSerial: string;
  readonly since: Date;
  /** The machine that had the chip last. */
  readonly machine: string;
}

/** Cards of a batch that wait for their read-back. */
export async function writtenCards(db: Database, batchId: bigint): Promise<WrittenCard[]> {
  const { rows } = await db.query<WrittenCard>(
    `select c.card_no as "cardNo", c.chip_serial as "chipSerial", c.written_at as since, h.machine
       from issuer.card c join issuer.chip h using (chip_serial) where c.batch_id = $1 and c.state = 'written' order by c.card_no`,
    [batchId],
  );
  return rows;
}

/** What became of the chips of a batch, and why chips were set aside or rejected. */
export interface BatchYield {
  readonly batchId: bigint;
  readonly good: number;
  /** Good ones that were never set aside. */
  readonly goodAtOnce: number;
  /** Being written, or written and not read back yet. */
  readonly inWork: number;
  readonly quarantined: number;
  readonly rejected: number;
  /** Good per chip that was begun, in hundredths of a percent. */
  readonly yieldBasisPoints: number;
  readonly reasons: readonly { readonly reason: string; readonly setAside: number; readonly rejected: number }[];
}

/** @throws card-issuer.batch-unknown */
export async function batchYield(db: Database, batchId: bigint): Promise<BatchYield> {
  const counts = await countsOf(db, batchId);
  const chips = await db.query<{ at_once: number; rejected: number }>(
    `select count(*) filter (where personalised_at is not null and f.card_no is null)::int as at_once,
            count(*) filter (where personalised_at is null and state in ('rejected', 'destroyed') and chip_serial is not null)::int as rejected
       from issuer.card c
       left join (select distinct card_no from issuer.personalisation_fault where batch_id = $1) f using (card_no)
      where c.batch_id = $1`,
    [batchId],
  );
  const reasons = await db.query<{ reason: string; setAside: number; rejected: number }>(
    `select reason, sum(aside)::int as "setAside", sum(rejected)::int as rejected
       from (select reason, 1 as aside, 0 as rejected from issuer.personalisation_fault where batch_id = $1
             union all
             select set_aside_reason, 0, 1 from issuer.card where batch_id = $1 and state in ('rejected', 'destroyed') and personalised_at is null and chip_serial is not null) each
      group by reason order by 2 desc, 3 desc, 1`,
    [batchId],
  );
  const rejected = chips.rows[0]?.rejected ?? 0;
  const inWork = counts.working + counts.written;
  const begun = counts.personalised + inWork + counts.quarantined + rejected;
  return {
    batchId,
    good: counts.personalised,
    goodAtOnce: chips.rows[0]?.at_once ?? 0,
    inWork,
    quarantined: counts.quarantined,
    rejected,
    yieldBasisPoints: begun === 0 ? 0 : Math.floor((10_000 * counts.personalised) / begun),
    reasons: reasons.rows,
  };
}

/** The yield as a table: one line for the batch, one for every reason. Reasons are people's words. */
export function yieldCsv(report: BatchYield): string {
  const { batchId, good, goodAtOnce, inWork, quarantined, rejected, yieldBasisPoints } = report;
  return writeCsv([
    ['line', 'good', 'good_at_once', 'in_work', 'quarantined', 'rejected', 'yield_basis_points'],
    [`batch ${batchId}`, ...[good, goodAtOnce, inWork, quarantined, rejected, yieldBasisPoints].map(String)],
    ['reason', 'set_aside', 'rejected'],
    ...report.reasons.map((one) => [one.reason, String(one.setAside), String(one.rejected)]),
  ]);
}
