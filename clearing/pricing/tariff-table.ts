import {
  addDays,
  type BusinessDate,
  businessDate,
  canonicalJson,
  type Database,
  type Transaction,
} from '@citycard/common';
import { dayErrors } from '../day/errors.ts';
import { holdsOn } from '../terms/dated.ts';
import { subjectColumns, subjectOfRow } from '../terms/subject.ts';
import { type Deal, type FeeShare, type LadderSection, type Tariff, tariffName, tariffTableProblem } from './tariff.ts';

export interface StoredTariff extends Tariff {
  readonly tariffId: bigint;
  /** The fee table that brought it; none for an industry's own row. */
  readonly version?: number;
}

interface TariffRow {
  tariff_id: bigint;
  participant_no: string | null;
  industry: number | null;
  product: string | null;
  deal: Deal | null;
  record_industry: number | null;
  direction: 'in' | 'out';
  kind: Tariff['kind'];
  rate: string | null;
  ladder: LadderSection[] | null;
  min_fen: bigint | null;
  max_fen: bigint | null;
  fee_returned: boolean;
  rounding: 'line' | 'transaction';
  period: 'day' | 'month';
  shares: { to: FeeShare['to']; percent?: string; fixedFen?: number }[] | null;
  valid_from: string;
  valid_to: string | null;
  version: number | null;
}

function toTariff(row: TariffRow): StoredTariff {
  return {
    tariffId: row.tariff_id,
    subject: subjectOfRow(row),
    ...(row.product !== null && { product: row.product }),
    ...(row.deal !== null && { deal: row.deal }),
    ...(row.record_industry !== null && { recordIndustry: row.record_industry }),
    ...(row.direction === 'out' && { direction: row.direction }),
    kind: row.kind,
    ...(row.rate !== null && { rate: row.rate }),
    ...(row.ladder !== null && { ladder: row.ladder }),
    ...(row.min_fen !== null && { minFen: row.min_fen }),
    ...(row.max_fen !== null && { maxFen: row.max_fen }),
    feeReturned: row.fee_returned,
    rounding: row.rounding,
    period: row.period,
    ...(row.shares !== null && {
      shares: row.shares.map(({ to, percent, fixedFen }) => ({
        to,
        ...(percent !== undefined && { percent }),
        ...(fixedFen !== undefined && { fixedFen: BigInt(fixedFen) }),
      })),
    }),
    validFrom: businessDate(row.valid_from),
    ...(row.valid_to !== null && { validTo: businessDate(row.valid_to) }),
    ...(row.version !== null && { version: row.version }),
  };
}

const COLUMNS = `tariff_id, participant_no, industry, product, deal, record_industry, direction, kind, trim_scale(rate)::text as rate, ladder, min_fen, max_fen,
  fee_returned, rounding, period, shares, valid_from, valid_to, version`;

/** The whole tariff table, past rows included. */
export async function listTariffs(db: Database | Transaction): Promise<StoredTariff[]> {
  const { rows } = await (db as Database).query<TariffRow>(
    `select ${COLUMNS} from clearing.tariff order by subject, valid_from`,
  );
  return rows.map(toTariff);
}

/** The table is ours until the transaction ends: nobody else changes it meanwhile. */
export async function lockTariffs(tx: Transaction): Promise<void> {
  await tx.query('lock table clearing.tariff in share row exclusive mode');
}

/**
 * Adds a tariff. An open-ended row of the same subject before it ends the day before; the table has to stay without gap
 * and overlap, and days already priced keep the price they had. Adding the same row again does nothing.
 *
 * @throws CityCardError `clearing-day.tariff-refused` with what is wrong.
 */
export async function addTariff(tx: Transaction, tariff: Tariff): Promise<void> {
  await lockTariffs(tx);
  const name = tariffName(tariff);
  const table = (await listTariffs(tx)).filter((row) => tariffName(row) === name);
  if (table.some((row) => sameTariff(row, tariff))) return;
  const ends = table.find((row) => row.validTo === undefined && row.validFrom < tariff.validFrom);
  const rest = table.filter((row) => row !== ends);
  const ended = ends === undefined ? [] : [{ ...ends, validTo: addDays(tariff.validFrom, -1) }];
  const problem = tariffTableProblem([...rest, ...ended, tariff]) ?? (await pricedProblem(tx, tariff.validFrom));
  if (problem !== undefined) throw dayErrors.tariffRefused({ subject: name, problem });
  if (ends !== undefined) await endTariff(tx, ends, tariff.validFrom);
  await insertTariff(tx, tariff);
}

/**
 * Puts these rows in the place of whatever their subjects and those of `ended` have from a day on. What the table is then
 * is for the caller to have checked.
 */
export async function replaceTariffs(
  tx: Transaction,
  from: BusinessDate,
  change: { readonly rows: readonly Tariff[]; readonly ended: readonly string[]; readonly version: number },
): Promise<void> {
  const names = new Set([...change.rows.map(tariffName), ...change.ended]);
  for (const row of await listTariffs(tx)) {
    if (!names.has(tariffName(row))) continue;
    if (row.validFrom >= from) await tx.query('delete from clearing.tariff where tariff_id = $1', [row.tariffId]);
    else if (holdsOn(row, from)) await endTariff(tx, row, from);
  }
  for (const row of change.rows) await insertTariff(tx, row, change.version);
}

async function endTariff(tx: Transaction, row: StoredTariff, before: BusinessDate): Promise<void> {
  await tx.query('update clearing.tariff set valid_to = $2 where tariff_id = $1', [row.tariffId, addDays(before, -1)]);
}

async function insertTariff(tx: Transaction, tariff: Tariff, version?: number): Promise<void> {
  await tx.query(
    `insert into clearing.tariff (participant_no, industry, product, deal, record_industry, direction, kind, rate, ladder, min_fen,
                                  max_fen, fee_returned, rounding, period, shares, valid_from, valid_to, version)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`,
    [
      ...subjectColumns(tariff.subject),
      tariff.product ?? null,
      tariff.deal ?? null,
      tariff.recordIndustry ?? null,
      tariff.direction ?? 'in',
      tariff.kind,
      tariff.rate ?? null,
      tariff.ladder === undefined ? null : JSON.stringify(tariff.ladder),
      tariff.minFen ?? null,
      tariff.maxFen ?? null,
      tariff.feeReturned ?? true,
      tariff.rounding ?? 'line',
      tariff.period ?? 'day',
      tariff.shares === undefined ? null : canonicalJson(tariff.shares),
      tariff.validFrom,
      tariff.validTo ?? null,
      version ?? null,
    ],
  );
}

function sameTariff(a: Tariff, b: Tariff): boolean {
  const facts = (tariff: Tariff) =>
    canonicalJson({
      ...tariff,
      tariffId: null,
      version: null,
      rate: tariff.rate === undefined ? null : Number(tariff.rate),
      feeReturned: tariff.feeReturned ?? true,
      rounding: tariff.rounding ?? 'line',
      period: tariff.period ?? 'day',
    });
  return facts(a) === facts(b);
}

/** Why nothing may change from this day on any more, or undefined: days that are priced keep the price they had. */
export async function pricedProblem(tx: Transaction, from: BusinessDate): Promise<string | undefined> {
  const { rows } = await tx.query<{ date: string | null }>(
    `select max(business_date) as date from clearing.business_day where state not in ('open', 'cut-off', 'validated')`,
  );
  const priced = rows[0]?.date ?? undefined;
  return priced !== undefined && from <= businessDate(priced) ? `days up to ${priced} are priced already` : undefined;
}

export interface Priced {
  readonly participantNo: string;
  readonly industry?: number;
}

/** What transactions have in common that a tariff may ask for. */
type Sold = Pick<Tariff, 'product' | 'deal' | 'recordIndustry'>;

/**
 * The tariff in force for a participant on a day: its own, else its industry's, else everybody's. Of each the one whose
 * conditions all hold and say most: first the deal, then the industry of the record, then the product.
 */
export function tariffInForce<T extends Tariff>(
  table: readonly T[],
  participant: Priced,
  date: BusinessDate,
  sold: Sold = {},
): T | undefined {
  const rows = tariffsFor(table, participant, date).filter((row) => isFor(row, sold));
  for (const belongs of [isOwn, isOfIndustry, isEverybodys]) {
    const [first, ...others] = rows.filter((row) => belongs(row, participant));
    if (first === undefined) continue;
    return others.reduce((best, row) => (weightOf(row) > weightOf(best) ? row : best), first);
  }
  return undefined;
}

/** Whether what was sold meets the conditions of a row; a row that names no deal is not for loads. */
function isFor(row: Tariff, { product, deal, recordIndustry }: Sold): boolean {
  if (row.deal === undefined ? deal === 'load' : row.deal !== deal) return false;
  if (row.recordIndustry !== undefined && row.recordIndustry !== recordIndustry) return false;
  return row.product === undefined || row.product === product;
}

const weightOf = ({ deal, recordIndustry, product }: Tariff): number =>
  (deal === undefined ? 0 : 4) + (recordIndustry === undefined ? 0 : 2) + (product === undefined ? 0 : 1);

/** Every tariff that can price a participant on a day, of whatever product. */
export function tariffsFor<T extends Tariff>(table: readonly T[], participant: Priced, date: BusinessDate): T[] {
  return table.filter((row) => holdsOn(row, date) && mayPrice(row, participant));
}

/** Whether a tariff is for a participant, on whatever day. */
export const mayPrice = (row: Tariff, participant: Priced): boolean =>
  isOwn(row, participant) || isOfIndustry(row, participant) || isEverybodys(row);

const isOwn = ({ subject }: Tariff, { participantNo }: Priced): boolean =>
  'participantNo' in subject && subject.participantNo === participantNo;
const isOfIndustry = ({ subject }: Tariff, { industry }: Priced): boolean =>
  'industry' in subject && industry !== undefined && subject.industry === industry;
const isEverybodys = ({ subject }: Tariff): boolean => 'everybody' in subject;
