import { raiseAlarms } from '@citycard/clearing';
import { type BusinessDate, type Fen, fenToNumber, type Transaction } from '@citycard/common';
import type { FoundDifference } from '../differences/index.ts';
import { keepInStep, type LookResult } from '../daily/in-step.ts';
import { type CardDrift, driftsOfDay } from './drift.ts';

/** Alarms of one look: beyond that one alarm tells how many there are. */
const TOLD_ONE_BY_ONE = 20;

/**
 * Compares the balance of every card that was used on a business day, as its last record says, with its purse: what nothing explains
 * is a difference and an alarm; what is explained is counted.
 */
export async function lookAtCards(tx: Transaction, date: BusinessDate): Promise<LookResult> {
  const { cards, drifts } = await driftsOfDay(tx, date);
  const unexplained = drifts.filter((drift) => drift.unexplained !== 0n);
  const known = await openSince(tx);
  const found = unexplained.map((drift) => differenceOf(drift, known.get(drift.cardNo) ?? date));
  const result = await keepInStep(
    tx,
    { counterpartKinds: ['card'], subject: 'balance' },
    found,
    'the purse is what the card said last, or the difference is explained',
  );
  await alarm(
    tx,
    unexplained.filter(({ cardNo }) => !known.has(cardNo)),
  );
  const explained = drifts.filter((drift) => drift.unexplained === 0n);
  await tx.query(
    `insert into reconciliation.card_look (business_date, cards, equal, explained, explained_fen, unexplained, unexplained_fen)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (business_date) do update set cards = excluded.cards, equal = excluded.equal, explained = excluded.explained,
       explained_fen = excluded.explained_fen, unexplained = excluded.unexplained, unexplained_fen = excluded.unexplained_fen,
       looked_at = clock_timestamp()`,
    [
      date,
      cards,
      cards - drifts.length,
      explained.length,
      sizeOf(explained, ({ drift }) => drift),
      unexplained.length,
      sizeOf(unexplained, (drift) => drift.unexplained),
    ],
  );
  return result;
}

const sizeOf = (drifts: readonly CardDrift[], of: (drift: CardDrift) => Fen): bigint =>
  drifts.reduce((sum, drift) => sum + (of(drift) < 0n ? -of(drift) : of(drift)), 0n);

/** The day on which the open difference of each card was first seen: it stays one and the same while it lasts. */
async function openSince(tx: Transaction): Promise<Map<string, BusinessDate>> {
  const { rows } = await tx.query<{ counterpart: string; business_day: BusinessDate }>(
    `select counterpart, min(business_day) as business_day from reconciliation.difference
      where counterpart_kind = 'card' and state = 'open' and subject_key = 'balance' group by 1`,
  );
  return new Map(rows.map(({ counterpart, business_day: day }) => [counterpart, day]));
}

function differenceOf(drift: CardDrift, businessDay: BusinessDate): FoundDifference {
  return {
    counterpartKind: 'card',
    counterpart: drift.cardNo,
    businessDay,
    subjectKey: 'balance',
    kind: 'amount',
    ours: drift.purse,
    theirs: drift.card,
    evidence: evidenceOf(drift),
  };
}

/** What a person needs to find out more; all of it stays as it is until the card is used again. */
export function evidenceOf(drift: CardDrift): Record<string, unknown> {
  const { causes, at, offlineCounter } = drift;
  return {
    purseFen: fenToNumber(drift.purse),
    cardFen: fenToNumber(drift.card),
    driftFen: fenToNumber(drift.drift),
    unexplainedFen: fenToNumber(drift.unexplained),
    saidBy: drift.by,
    ...(at !== undefined && { saidAt: at.toISOString() }),
    ...(offlineCounter !== undefined && { offlineCounter }),
    ...Object.fromEntries(Object.entries(causes).map(([cause, amount]) => [`${cause}Fen`, fenToNumber(amount as Fen)])),
    unknownMissing: drift.unknownMissing,
    breaks: drift.breaks,
  };
}

async function alarm(tx: Transaction, drifts: readonly CardDrift[]): Promise<void> {
  const told = drifts.slice(0, TOLD_ONE_BY_ONE).map((drift) => ({
    kind: 'card-balance-drift',
    severity: 'warning' as const,
    subject: `card ${drift.cardNo}`,
    evidence: evidenceOf(drift),
  }));
  const more = drifts.length - told.length;
  const rest = { kind: 'card-balance-drift', severity: 'warning' as const, subject: 'many cards', evidence: { more } };
  await raiseAlarms(tx, more > 0 ? [...told, rest] : told);
}
