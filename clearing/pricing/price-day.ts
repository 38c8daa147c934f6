import { type BusinessDate, businessDate, type Transaction } from '@citycard/common';
import { movements } from '../day/movements.ts';
import { raiseAlarm } from '../alarms/alarm.ts';
import { openAccount } from '../ledger/accounts.ts';
import { postOrThrow } from '../ledger/posting.ts';
import { type ActivityGroup, type Detail, groupsOfMovements, groupsOfTransfers } from './activity.ts';
import { feeBase, pricingLegs } from './fee.ts';
import { destinationsOf, type HeldLine, type PendingLine, pendingLine, type PricedLine, priceLine } from './line.ts';
import { provePendingIsEmpty, proveSharesAreFees } from './proofs.ts';
import type { Institution } from './shares.ts';
import { writePricing } from './stored-lines.ts';
import { listTariffs, type Priced, type StoredTariff, tariffsFor } from './tariff-table.ts';

/**
 * Prices the day: every participant's pending account gives up what the ledger says came into it on that day (refused
 * bills and corrections have left it again by then), split into what is payable and the shares of the fee; of an agent's
 * loads, whose cash is not here, only the fee. What no tariff
 * prices stays pending with a note, and is priced with the first day that has a tariff. Proven against the ledger before it
 * returns.
 *
 * @throws CityCardError `clearing-day.proof-failed`.
 */
export async function priceDay(tx: Transaction, date: BusinessDate): Promise<void> {
  const tariffs = await listTariffs(tx);
  const participants = await readParticipants(tx, date);
  const terms = { tariffs, date, before: await countedThisMonth(tx, tariffs, date) };
  const priced: PricedLine[] = [];
  const held: (PendingLine & HeldLine)[] = [];
  for (const line of await linesOf(tx, date, tariffs, participants)) {
    const result = priceLine(line, participants.get(line.participantNo), terms);
    if ('reason' in result) held.push({ ...line, ...result });
    else if (result.parts.length > 0) priced.push(result);
  }
  const accountOf = (institution: Institution): string => accountOfInstitution(institution, participants);
  for (const line of held) await raiseHeld(tx, date, line);
  const accounts = priced.flatMap((line) =>
    destinationsOf(line, accountOf).filter(({ amountFen }) => amountFen !== 0n),
  );
  // A commission goes through the pending account like every fee; an agent has none of its own until then.
  const pending = priced.map(({ participantNo }) => `operator-pending:${participantNo}`);
  await openMissing(tx, [COMPANY, ...pending, ...accounts.map(({ account }) => account)]);
  await writePricing(tx, date, { priced, held }, accountOf);
  const postings = priced.map((line) => ({
    key: `price:${date}:${line.participantNo}`,
    reason: `priced for ${date}`,
    legs: pricingLegs(line.participantNo, destinationsOf(line, accountOf)),
  }));
  await postOrThrow(
    tx,
    date,
    postings.filter(({ legs }) => legs.length > 0),
  );
  await proveSharesAreFees(tx, date);
  await provePendingIsEmpty(tx, date);
}

/** Opens an account that the platform needs, unless it is there already (on whatever terms its owner opened it). */
export async function ensureAccount(tx: Transaction, code: string, owner?: string): Promise<void> {
  const { rowCount } = await tx.query('select from clearing.account where account_code = $1', [code]);
  if (rowCount === 0) await openAccount(tx, code, owner === undefined ? {} : { owner });
}

/** Opens the accounts among these that the platform needs and nobody has opened, payable ones as their participant's. */
export async function openMissing(tx: Transaction, codes: readonly string[]): Promise<void> {
  const { rows } = await tx.query<{ code: string }>(
    `select code from unnest($1::text[]) as code
      where not exists (select from clearing.account a where a.account_code = code) order by code`,
    [[...new Set(codes)].sort()],
  );
  for (const { code } of rows) {
    const [kind = '', name = ''] = code.split(':');
    await openAccount(tx, code, kind.startsWith('city-') || kind === 'fee-income' ? {} : { owner: name });
  }
}

interface PricedParticipant extends Priced {
  readonly kind: string;
  readonly cityCode?: string;
  /** Of a city: what it gets of fees follows from answers, or from a centre that counts answers alone. */
  readonly sharesByAnswers: boolean;
}

async function readParticipants(tx: Transaction, date: BusinessDate): Promise<Map<string, PricedParticipant>> {
  const { rows } = await tx.query<{
    participant_no: string;
    kind: string;
    industry: number | null;
    city_code: string | null;
    by_answers: boolean;
  }>(
    `select participant_no, kind, industry, city_code, settled_through is not null or coalesce(shares_by_answers_from <= $1, false) as by_answers
       from clearing.participant`,
    [date],
  );
  return new Map(
    rows.map(({ participant_no: participantNo, kind, industry, city_code: cityCode, by_answers: sharesByAnswers }) => [
      participantNo,
      {
        participantNo,
        kind,
        sharesByAnswers,
        ...(industry !== null && { industry }),
        ...(cityCode !== null && { cityCode }),
      },
    ]),
  );
}

const COMPANY = 'fee-income:main';

/**
 * The account of ours that an institution is owed its share on. A city whose books know of answers alone would never learn of a share of
 * our fee table: the company keeps that, and pays what was agreed for the answers.
 */
function accountOfInstitution(institution: Institution, participants: ReadonlyMap<string, PricedParticipant>): string {
  if (institution === 'company') return COMPANY;
  const [kind, name = ''] = institution.split(':');
  const city =
    kind === 'city' ? [...participants.values()].find(({ cityCode }) => cityCode === name) : participants.get(name);
  if (city?.sharesByAnswers === true) return COMPANY;
  const cityCode = kind === 'city' ? name : city?.cityCode;
  return cityCode === undefined ? `operator-payable:${name}` : `city-payable:${cityCode}`;
}

async function raiseHeld(tx: Transaction, date: BusinessDate, line: PendingLine & HeldLine): Promise<void> {
  await raiseAlarm(tx, {
    kind: line.kind,
    severity: line.kind === 'pricing-failed' ? 'critical' : 'warning',
    subject: line.participantNo,
    evidence: { businessDate: date, heldFen: line.grossFen, reason: line.reason },
  });
}

/** What there is to price: the day's activity per participant, with that of earlier days still held. */
async function linesOf(
  tx: Transaction,
  date: BusinessDate,
  tariffs: readonly StoredTariff[],
  participants: ReadonlyMap<string, PricedParticipant>,
): Promise<PendingLine[]> {
  const heldSince = await readHeldSince(tx);
  const earliest = [...heldSince.values(), date].sort()[0] ?? date;
  const own = new Map<string, ActivityGroup[]>();
  for (const group of groupsOfMovements(await movements(tx, earliest, date))) {
    const groups = own.get(group.participantNo);
    if (groups === undefined) own.set(group.participantNo, [group]);
    else groups.push(group);
  }
  const detailed = new Map<string, Detail>();
  for (const participantNo of own.keys()) {
    const participant = participants.get(participantNo);
    const detail = participant && detailFor(tariffsFor(tariffs, participant, date), participant);
    if (detail !== undefined) detailed.set(participantNo, detail);
  }
  for (const participantNo of detailed.keys()) own.set(participantNo, []);
  for (const group of await groupsOfTransfers(tx, detailed, earliest, date)) own.get(group.participantNo)?.push(group);
  return [...own]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([participantNo, groups]) => {
      const periodFrom = heldSince.get(participantNo) ?? date;
      const ofPeriod = groups.filter((group) => group.date >= periodFrom);
      return pendingLine(participantNo, periodFrom, date, ofPeriod);
    })
    .filter(({ groups }) => groups.length > 0);
}

/** What the day's sums do not say and a tariff asks for: the card and the transaction, or the record of it. */
function detailFor(tariffs: readonly StoredTariff[], { kind }: PricedParticipant): Detail | undefined {
  const ofRecords = tariffs.some(
    // Bills paid at a biller's own terminals are purchases in the ledger; their records say which.
    ({ recordIndustry, deal }) =>
      recordIndustry !== undefined || (kind === 'biller' && (deal === 'bill' || deal === 'purchase')),
  );
  if (ofRecords) return 'records';
  const ofTransfers = tariffs.some(({ product, rounding }) => product !== undefined || rounding === 'transaction');
  return ofTransfers ? 'transfers' : undefined;
}

async function readHeldSince(tx: Transaction): Promise<Map<string, BusinessDate>> {
  const { rows } = await tx.query<{ participant_no: string; since: string }>(
    `select h.participant_no, min(h.business_date) as since from clearing.pricing_held h
      where not exists (select from clearing.pricing_line l
                         where l.participant_no = h.participant_no and l.business_date > h.business_date)
      group by 1`,
  );
  return new Map(rows.map((row) => [row.participant_no, businessDate(row.since)]));
}

/** What tariffs that count over the month have counted in it before this day, from the stored parts alone. */
async function countedThisMonth(tx: Transaction, tariffs: readonly StoredTariff[], date: BusinessDate) {
  const monthly = tariffs.filter(({ period }) => period === 'month').map(({ tariffId }) => tariffId);
  const counted = new Map<string, Parameters<typeof feeBase>[0]>();
  if (monthly.length > 0) {
    const { rows } = await tx.query<{
      participant_no: string;
      tariff_id: bigint;
      sales_count: bigint;
      sales_fen: bigint;
      refund_count: bigint;
      refund_fen: bigint;
    }>(
      `select participant_no, tariff_id, sum(sales_count)::bigint as sales_count, sum(sales_fen)::bigint as sales_fen,
              sum(refund_count)::bigint as refund_count, sum(refund_fen)::bigint as refund_fen
         from clearing.pricing_part
        where tariff_id = any($1) and business_date >= date_trunc('month', $2::date) and business_date < $2 group by 1, 2`,
      [monthly, date],
    );
    for (const row of rows) {
      counted.set(`${row.participant_no} ${row.tariff_id}`, {
        salesCount: row.sales_count,
        salesFen: row.sales_fen as PendingLine['grossFen'],
        refundCount: row.refund_count,
        refundFen: row.refund_fen as PendingLine['grossFen'],
      });
    }
  }
  return (participantNo: string, tariff: StoredTariff) => {
    const activity = counted.get(`${participantNo} ${tariff.tariffId}`);
    return activity && feeBase(activity, tariff);
  };
}
