import { type BusinessDate, businessDate, type Transaction } from '@citycard/common';
import { movements } from '../day/movements.ts';
import { raiseAlarm } from '../alarms/alarm.ts';
import { openAccount } from '../ledger/accounts.ts';
import { postOrThrow } from '../ledger/posting.ts';
import { type ActivityGroup, groupsOfMovements, groupsOfTransfers } from './activity.ts';
import { feeBase, pricingLegs } from './fee.ts';
import { destinationsOf, type HeldLine, type PendingLine, pendingLine, type PricedLine, priceLine } from './line.ts';
import { provePendingIsEmpty, proveSharesAreFees } from './proofs.ts';
import type { Institution } from './shares.ts';
import { writePricing } from './stored-lines.ts';
import { listTariffs, type Priced, type StoredTariff, tariffsFor } from './tariff-table.ts';

const PENDING = 'operator-pending:';

/**
 * Prices the day: every participant's pending account gives up what the ledger says came into it on that day (refused
 * bills and corrections have left it again by then), split into what is payable and the shares of the fee. What no tariff
 * prices stays pending with a note, and is priced with the first day that has a tariff. Proven against the ledger before it
 * returns.
 *
 * @throws CityCardError `clearing-day.proof-failed`.
 */
export async function priceDay(tx: Transaction, date: BusinessDate): Promise<void> {
  const tariffs = await listTariffs(tx);
  const participants = await readParticipants(tx);
  const terms = { tariffs, date, before: await countedThisMonth(tx, tariffs, date) };
  const priced: PricedLine[] = [];
  const held: (PendingLine & HeldLine)[] = [];
  for (const line of await linesOf(tx, date, tariffs, participants)) {
    const result = priceLine(line, participants.get(line.participantNo), terms);
    if ('reason' in result) held.push({ ...line, ...result });
    else priced.push(result);
  }
  const accountOf = (institution: Institution): string => accountOfInstitution(institution, participants);
  for (const line of held) await raiseHeld(tx, date, line);
  const accounts = priced.flatMap((line) =>
    destinationsOf(line, accountOf).filter(({ amountFen }) => amountFen !== 0n),
  );
  await openMissing(tx, ['fee-income:main', ...accounts.map(({ account }) => account)]);
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
  readonly cityCode?: string;
}

async function readParticipants(tx: Transaction): Promise<Map<string, PricedParticipant>> {
  const { rows } = await tx.query<{ participant_no: string; industry: number | null; city_code: string | null }>(
    'select participant_no, industry, city_code from clearing.participant',
  );
  return new Map(
    rows.map(({ participant_no: participantNo, industry, city_code: cityCode }) => [
      participantNo,
      { participantNo, ...(industry !== null && { industry }), ...(cityCode !== null && { cityCode }) },
    ]),
  );
}

/** The account of ours that an institution is owed its share on. */
function accountOfInstitution(institution: Institution, participants: ReadonlyMap<string, PricedParticipant>): string {
  if (institution === 'company') return 'fee-income:main';
  const [kind, name = ''] = institution.split(':');
  if (kind === 'city') return `city-payable:${name}`;
  const cityCode = participants.get(name)?.cityCode;
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
  participants: ReadonlyMap<string, Priced>,
): Promise<PendingLine[]> {
  const heldSince = await readHeldSince(tx);
  const earliest = [...heldSince.values(), date].sort()[0] ?? date;
  const all = await movements(tx, earliest, date);
  const accounts = new Set(
    all.flatMap(({ debit, credit }) => [debit, credit]).filter((code) => code.startsWith(PENDING)),
  );
  const detailed = [...accounts].filter((account) => {
    const participant = participants.get(account.slice(PENDING.length));
    return participant !== undefined && tariffsFor(tariffs, participant, date).some(needsDetail);
  });
  const details = new Map<string, ActivityGroup[]>(detailed.map((account) => [account, []]));
  for (const group of await groupsOfTransfers(tx, detailed, earliest, date)) details.get(group.account)?.push(group);
  return [...accounts]
    .sort()
    .map((account) => {
      const participantNo = account.slice(PENDING.length);
      const periodFrom = heldSince.get(participantNo) ?? date;
      const groups = details.get(account) ?? groupsOfMovements(account, all);
      const own = groups.filter((group) => group.date >= periodFrom);
      return pendingLine(participantNo, periodFrom, date, own);
    })
    .filter(({ activity }) => activity.salesCount + activity.refundCount > 0n);
}

/** Whether the day's sums are not enough for a tariff: it tells cards or transactions apart. */
const needsDetail = (tariff: StoredTariff): boolean =>
  tariff.product !== undefined || tariff.rounding === 'transaction';

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
