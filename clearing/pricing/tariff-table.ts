import { addDays, type BusinessDate, businessDate, type Database, type Transaction } from '@citycard/common';
import { dayErrors } from '../day/errors.ts';
import { type LadderSection, subjectName, type Tariff, tariffTableProblem } from './tariff.ts';

export interface StoredTariff extends Tariff {
  readonly tariffId: bigint;
}

interface TariffRow {
  tariff_id: bigint;
  participant_no: string | null;
  industry: number | null;
  kind: Tariff['kind'];
  rate: string | null;
  ladder: LadderSection[] | null;
  min_fen: bigint | null;
  max_fen: bigint | null;
  fee_returned: boolean;
  valid_from: string;
  valid_to: string | null;
}

function toTariff(row: TariffRow): StoredTariff {
  return {
    tariffId: row.tariff_id,
    subject:
      row.participant_no !== null
        ? { participantNo: row.participant_no }
        : row.industry !== null
          ? { industry: row.industry }
          : { everybody: true },
    kind: row.kind,
    ...(row.rate !== null && { rate: row.rate }),
    ...(row.ladder !== null && { ladder: row.ladder }),
    ...(row.min_fen !== null && { minFen: row.min_fen }),
    ...(row.max_fen !== null && { maxFen: row.max_fen }),
    feeReturned: row.fee_returned,
    validFrom: businessDate(row.valid_from),
    ...(row.valid_to !== null && { validTo: businessDate(row.valid_to) }),
  };
}

/** The whole tariff table, past rows included. */
export async function listTariffs(db: Database | Transaction): Promise<StoredTariff[]> {
  const { rows } = await (db as Database).query<TariffRow>(
    `select tariff_id, participant_no, industry, kind, trim_scale(rate)::text as rate, ladder, min_fen, max_fen, fee_returned, valid_from, valid_to
       from clearing.tariff order by subject, valid_from`,
  );
  return rows.map(toTariff);
}

/**
 * Adds a tariff. An open-ended row of the same subject before it ends the day before; the table has to stay without gap
 * and overlap, and days already priced keep the price they had. Adding the same row again does nothing.
 *
 * @throws CityCardError `clearing-day.tariff-refused` with what is wrong.
 */
export async function addTariff(tx: Transaction, tariff: Tariff): Promise<void> {
  await tx.query('lock table clearing.tariff in share row exclusive mode');
  const subject = subjectName(tariff.subject);
  const refused = (problem: string) => dayErrors.tariffRefused({ subject, problem });
  const table = (await listTariffs(tx)).filter((row) => subjectName(row.subject) === subject);
  const ends = table.find((row) => row.validTo === undefined && row.validFrom < tariff.validFrom);
  const rest = table.filter((row) => row !== ends);
  if (table.some((row) => sameTariff(row, tariff))) return;
  const ended = ends === undefined ? [] : [{ ...ends, validTo: addDays(tariff.validFrom, -1) }];
  const problem = tariffTableProblem([...rest, ...ended, tariff]);
  if (problem !== undefined) throw refused(problem);
  const priced = await lastPricedDate(tx);
  if (priced !== undefined && tariff.validFrom <= priced) throw refused(`days up to ${priced} are priced already`);

  if (ends !== undefined) {
    await tx.query('update clearing.tariff set valid_to = $2 where tariff_id = $1', [
      ends.tariffId,
      addDays(tariff.validFrom, -1),
    ]);
  }
  await tx.query(
    `insert into clearing.tariff (participant_no, industry, kind, rate, ladder, min_fen, max_fen, fee_returned, valid_from, valid_to)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      'participantNo' in tariff.subject ? tariff.subject.participantNo : null,
      'industry' in tariff.subject ? tariff.subject.industry : null,
      tariff.kind,
      tariff.rate ?? null,
      tariff.ladder === undefined ? null : JSON.stringify(tariff.ladder),
      tariff.minFen ?? null,
      tariff.maxFen ?? null,
      tariff.feeReturned ?? true,
      tariff.validFrom,
      tariff.validTo ?? null,
    ],
  );
}

function sameTariff(a: Tariff, b: Tariff): boolean {
  const facts = ({ kind, rate, ladder, minFen, maxFen, feeReturned, validFrom, validTo }: Tariff) =>
    JSON.stringify([
      kind,
      Number(rate ?? -1),
      ladder,
      `${minFen}`,
      `${maxFen}`,
      feeReturned ?? true,
      validFrom,
      validTo,
    ]);
  return facts(a) === facts(b);
}

async function lastPricedDate(tx: Transaction): Promise<BusinessDate | undefined> {
  const { rows } = await tx.query<{ date: string | null }>(
    `select max(business_date) as date from clearing.business_day where state not in ('open', 'cut-off', 'validated')`,
  );
  const priced = rows[0]?.date ?? undefined;
  return priced === undefined ? undefined : businessDate(priced);
}

/** The tariff in force for a participant on a day: its own, else its industry's, else everybody's. */
export function tariffInForce(
  table: readonly StoredTariff[],
  participant: { readonly participantNo: string; readonly industry?: number },
  date: BusinessDate,
): StoredTariff | undefined {
  const inForce = table.filter((row) => row.validFrom <= date && (row.validTo === undefined || date <= row.validTo));
  return (
    inForce.find((row) => 'participantNo' in row.subject && row.subject.participantNo === participant.participantNo) ??
    inForce.find((row) => 'industry' in row.subject && row.subject.industry === participant.industry) ??
    inForce.find((row) => 'everybody' in row.subject)
  );
}
