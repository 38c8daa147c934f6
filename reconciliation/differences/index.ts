export { COUNTERPART_KINDS } from './difference.ts';
export type { CounterpartKind, Difference, DifferenceKey, DifferenceKind, FoundDifference } from './difference.ts';
export { type EndedKey, endDifferences, type EndTerms } from './end.ts';
export { openDifferences, type OpenedDifference, type OpenOutcome } from './open.ts';
