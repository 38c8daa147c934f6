import { HOME_CITY } from '@citycard/clearing';
import { agentLoads } from '../agents/plan.ts';
import { bankBooks } from '../bank/plan.ts';
import { billerBills } from '../billers/plan.ts';
import { cardBalances } from '../cards/plan.ts';
import { answerFiles } from '../operators/answers.ts';
import { batchTotals, fileRecords, operatorFiles } from '../operators/plans.ts';
import { matchingErrors } from './errors.ts';
import { type MatchPlan, text } from './plan.ts';
import type { MatchPass } from './terms.ts';

const byReference: MatchPass = { name: 'reference', on: ['reference'], cardinality: '1-1', certain: true };
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
  agentLoads,
  billerBills,
  bankBooks,
  batchTotals,
  operatorFiles,
  fileRecords,
  answerFiles,
  cardBalances,
];

/** @throws CityCardError `reconciliation.matching.plan-unknown` */
export function planOf(name: string): MatchPlan {
  const plan = MATCH_PLANS.find((each) => each.name === name);
  if (plan === undefined)
    throw matchingErrors.planUnknown({ plan: name, plans: MATCH_PLANS.map((each) => each.name).join(', ') });
  return plan;
}
