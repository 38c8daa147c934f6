import type { Database } from '@citycard/common';
import { serialOfCardNo } from '../../purchases/purchase-record.ts';

/** Purchases that a card has made and nobody has uploaded. */
export interface MissingPurchases {
  readonly cardNo: string;
  readonly applicationSerial: string;
  readonly fromCounter: number;
  readonly toCounter: number;
  /** Taps of the purchases before and after, by their terminals' clocks; undefined before the first known one. */
  readonly afterAt: Date | undefined;
  readonly beforeAt: Date | undefined;
  /** What they cost together, as far as balances tell. */
  readonly spentFen: bigint | undefined;
  readonly noticedAt: Date;
}

/** A purchase that does not continue the one before it. */
export interface ChainBreak {
  readonly cardNo: string;
  readonly offlineCounter: number;
  readonly kinds: readonly string[];
  readonly expectedFen: bigint | null;
  readonly foundFen: bigint;
  readonly intakeId: bigint;
  readonly index: number;
  readonly noticedAt: Date;
}

/** The end of the page before. */
export interface AfterFinding {
  readonly cardNo: string;
  readonly counter: number;
}

interface GapRow {
  card_no: string;
  from_counter: number;
  to_counter: number;
  after_at: Date | null;
  before_at: Date | null;
  spent_fen: bigint | null;
  noticed_at: Date;
}

/**
 * What is missing, by card and counter, a page at a time.
 *
 * @param query.noticedBefore only gaps that have been known so long: most missing records are on their way
 */
export async function missingPurchases(
  db: Database,
  query: {
    readonly cardNo?: string;
    readonly noticedBefore?: Date;
    readonly after?: AfterFinding;
    readonly limit: number;
  },
): Promise<MissingPurchases[]> {
  const { rows } = await db.query<GapRow>(
    `select card_no, from_counter, to_counter, after_at, before_at, spent_fen, noticed_at from clearing.chain_gap
      where ($1::text is null or card_no = $1) and ($2::timestamptz is null or noticed_at < $2)
        and ($3::text is null or (card_no, from_counter) > ($3, $4::integer))
      order by card_no, from_counter limit $5`,
    [
      query.cardNo ?? null,
      query.noticedBefore ?? null,
      query.after?.cardNo ?? null,
      query.after?.counter ?? null,
      query.limit,
    ],
  );
  return rows.map((row) => ({
    cardNo: row.card_no,
    applicationSerial: serialOfCardNo(row.card_no),
    fromCounter: row.from_counter,
    toCounter: row.to_counter,
    afterAt: row.after_at ?? undefined,
    beforeAt: row.before_at ?? undefined,
    spentFen: row.spent_fen ?? undefined,
    noticedAt: row.noticed_at,
  }));
}

/** Purchases whose balance or time does not continue that of the one before, by card and counter, a page at a time. */
export async function chainBreaks(
  db: Database,
  query: { readonly cardNo?: string; readonly after?: AfterFinding; readonly limit: number },
): Promise<ChainBreak[]> {
  const { rows } = await db.query<ChainBreak>(
    `select card_no as "cardNo", offline_counter as "offlineCounter", kinds, expected_fen as "expectedFen", found_fen as "foundFen",
            intake_id as "intakeId", record_index as "index", noticed_at as "noticedAt"
       from clearing.chain_break
      where ($1::text is null or card_no = $1) and ($2::text is null or (card_no, offline_counter) > ($2, $3::integer))
      order by card_no, offline_counter limit $4`,
    [query.cardNo ?? null, query.after?.cardNo ?? null, query.after?.counter ?? null, query.limit],
  );
  return rows;
}

/** Heading and rows of the list operators get: which records of which card, and when they were made. Nothing of other operators. */
export async function* missingCsv(db: Database, noticedBefore: Date): AsyncGenerator<string> {
  yield 'application_serial,from_counter,to_counter,earliest,latest\r\n';
  for (let after: AfterFinding | undefined; ;) {
    const page = await missingPurchases(db, { noticedBefore, limit: PAGE, ...(after !== undefined && { after }) });
    for (const { applicationSerial, fromCounter, toCounter, afterAt, beforeAt } of page) {
      const times = `${afterAt?.toISOString() ?? ''},${beforeAt?.toISOString() ?? ''}`;
      yield `${applicationSerial},${fromCounter},${toCounter},${times}\r\n`;
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = { cardNo: last.cardNo, counter: last.fromCounter };
  }
}

const PAGE = 5_000;
