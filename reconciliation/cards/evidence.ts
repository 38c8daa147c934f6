import { type Fen, fenToNumber } from '@citycard/common';
import type { CardDrift } from './drift.ts';

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
