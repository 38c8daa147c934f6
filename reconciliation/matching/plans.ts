import { HOME_CITY } from '@citycard/clearing';
import type { BusinessDate } from '@citycard/common';
import type { CounterpartKind } from '../differences/index.ts';
import { matchingErrors } from './errors.ts';
import type { MatchPass, MatchTerms } from './terms.ts';

/** A kind of match: with whom, where our lines come from, and by what they are found. */
export interface MatchPlan {
  readonly name: string;
  readonly title: string;
  /** Left out: the order says with whom. */
  readonly counterpartKind?: CounterpartKind;
  readonly terms: MatchTerms;
  /** Differences with this counterpart are found by the daily look; a match of the plan explains them and opens none. */
  readonly looksOnly?: true;
  /** Our lines of a day as a query (columns as in files); left out, both files are sent. */
  readonly ours?: (counterpart: string, day: BusinessDate) => string;
}

const byReference: MatchPass = { name: 'reference', on: ['reference'], cardinality: '1-1', certain: true };
const cityDay = (column: string, day: BusinessDate): string =>
  `${column} >= ${text(day)}::timestamp at time zone 'Asia/Shanghai' and ${column} < (${text(day)}::date + 1)::timestamp at time zone 'Asia/Shanghai'`;
const byCardAndTerminal: MatchPass = {
  name: 'card and terminal',
  on: ['card', 'terminal'],
  cardinality: '1-1',
  certain: false,
};
const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** A purchase in the words of both sides: card, offline counter, SAM and its number; with tap times a day before or after. */
const purchase = `p.card_no || ' ' || p.offline_counter || ' ' || p.sam_no || ' ' || p.sam_transaction_no as reference,
  p.card_no as card, p.sam_no as terminal, p.amount_fen as "amountFen",
  coalesce((p.tapped_at at time zone 'Asia/Shanghai')::date, p.business_date) as day, p.state = 'suspicious' as doubt`;

export const MATCH_PLANS: readonly MatchPlan[] = [
  {
    name: 'files',
    title: 'Two files, with anybody',
    terms: { passes: [byReference], toleranceFen: 0, daysBefore: 1, daysAfter: 1 },
  },
  {
    name: 'operator-purchases',
    title: 'Purchases of a business day as an operator has them, line by line',
    counterpartKind: 'operator',
    // What the reference misses by a wrong digit is found by card, terminal and amount on the same day.
    terms: {
      passes: [
        byReference,
        { name: 'card and terminal', on: ['card', 'terminal'], cardinality: '1-1', certain: false },
      ],
      toleranceFen: 0,
      daysBefore: 0,
      daysAfter: 0,
    },
    ours: (counterpart, day) =>
      `select ${purchase} from clearing.purchase_record p
        where p.participant_no = ${text(counterpart)} and p.business_date = ${text(day)} and p.state <> 'duplicate'`,
  },
  {
    name: 'city-purchases',
    title: 'Uses of our cards in another city on a business day, as that city has them',
    counterpartKind: 'city',
    terms: { passes: [byReference], toleranceFen: 0, daysBefore: 1, daysAfter: 1 },
    ours: (counterpart, day) =>
      `select ${purchase} from clearing.purchase_record p
        where p.participant_no = ${text(counterpart)} and p.business_date = ${text(day)} and p.issuer_city = ${text(HOME_CITY)}
          and p.state <> 'duplicate'`,
  },
  {
    name: 'agent-loads',
    title: 'Loads of a day as an agent has them',
    counterpartKind: 'agent',
    looksOnly: true,
    terms: { passes: [byReference, byCardAndTerminal], toleranceFen: 0, daysBefore: 1, daysAfter: 1 },
    ours: (counterpart, day) =>
      `select l.terminal_no || ' ' || l.batch_no || ' ' || l.trace_no || ' ' || l.card_no as reference, l.card_no as card,
              l.terminal_no as terminal, l.amount_fen as "amountFen", l.city_date as day, l.state = 'pending' as doubt
         from clearing.load l
        where l.merchant_no = ${text(counterpart)} and l.city_date = ${text(day)} and l.kind = 'agent-cash' and l.state <> 'void'
          and not exists (select from clearing.load_cancellation c
                           where c.card_no = l.card_no and c.load_id = l.load_id and c.state = 'posted')`,
  },
  {
    name: 'biller-bills',
    title: 'Bills paid on a day as a biller has them',
    counterpartKind: 'biller',
    looksOnly: true,
    terms: { passes: [byReference], toleranceFen: 0, daysBefore: 0, daysAfter: 1 },
    ours: (counterpart, day) =>
      `select p.payment_id as reference, p.amount_fen as "amountFen", (p.asked_at at time zone 'Asia/Shanghai')::date as day,
              p.state = 'asked' as doubt
         from clearing.bill_payment p join clearing.biller b using (biller_code)
        where b.participant_no = ${text(counterpart)} and p.state <> 'refused' and ${cityDay('p.asked_at', day)}`,
  },
  {
    name: 'bank-payments',
    title: 'Payments of a business day as a bank has them, by end-to-end id',
    counterpartKind: 'bank',
    looksOnly: true,
    // A payment of Friday is booked on Monday, and after a holiday later still.
    terms: { passes: [byReference], toleranceFen: 0, daysBefore: 0, daysAfter: 10 },
    ours: (_account, day) =>
      `select p.end_to_end_id as reference, p.amount_fen as "amountFen", p.business_date as day, p.state = 'pending' as doubt
         from clearing.payment p where p.business_date = ${text(day)} and p.state <> 'rejected'`,
  },
];

/** @throws CityCardError `reconciliation.matching.plan-unknown` */
export function planOf(name: string): MatchPlan {
  const plan = MATCH_PLANS.find((each) => each.name === name);
  if (plan === undefined)
    throw matchingErrors.planUnknown({ plan: name, plans: MATCH_PLANS.map((each) => each.name).join(', ') });
  return plan;
}
