import { raiseAlarms } from '@citycard/clearing';
import type { BusinessDate, Fen, Transaction } from '@citycard/common';
import type { LookResult } from '../daily/in-step.ts';
import { lookByPlan } from '../matching/look-by-plan.ts';
import { cardBalances } from './plan.ts';

/** Alarms of one look: beyond that one alarm tells how many there are. */
const TOLD_ONE_BY_ONE = 20;

interface DriftOfLook {
  readonly card_no: string;
  readonly unexplained_fen: Fen;
  readonly evidence: Record<string, unknown>;
  /** It is a difference of an earlier look. */
  readonly known: boolean;
}

/**
 * Matches the balance of every card that was used on a business day, as its last record says, with its purse and what explains it:
 * what is left is a difference and an alarm; what is explained is counted.
 */
export async function lookAtCards(tx: Transaction, date: BusinessDate): Promise<LookResult> {
  const { found, opened, ended } = await lookByPlan(tx, cardBalances, date);
  const { rows } = await tx.query<DriftOfLook>(
    'select card_no, unexplained_fen, evidence, known from card_drift where unexplained_fen <> 0 and not known order by card_no',
  );
  await alarm(tx, rows);
  await tx.query(
    `insert into reconciliation.card_look (business_date, cards, equal, explained, explained_fen, unexplained, unexplained_fen)
     select $1, c.cards, c.cards - d.explained - d.unexplained, d.explained, d.explained_fen, d.unexplained, d.unexplained_fen
       from (select count(*) as cards from card_words) c
      cross join (select count(*) filter (where unexplained_fen = 0) as explained, coalesce(sum(abs(drift_fen)) filter (where unexplained_fen = 0), 0) as explained_fen,
                         count(*) filter (where unexplained_fen <> 0) as unexplained, coalesce(sum(abs(unexplained_fen)), 0) as unexplained_fen
                    from card_drift) d
     on conflict (business_date) do update set cards = excluded.cards, equal = excluded.equal, explained = excluded.explained,
       explained_fen = excluded.explained_fen, unexplained = excluded.unexplained, unexplained_fen = excluded.unexplained_fen,
       looked_at = clock_timestamp()`,
    [date],
  );
  return { found, opened, ended };
}

async function alarm(tx: Transaction, drifts: readonly DriftOfLook[]): Promise<void> {
  const told = drifts.slice(0, TOLD_ONE_BY_ONE).map(({ card_no: cardNo, evidence }) => ({
    kind: 'card-balance-drift',
    severity: 'warning' as const,
    subject: `card ${cardNo}`,
    evidence,
  }));
  const more = drifts.length - told.length;
  const rest = { kind: 'card-balance-drift', severity: 'warning' as const, subject: 'many cards', evidence: { more } };
  await raiseAlarms(tx, more > 0 ? [...told, rest] : told);
}
