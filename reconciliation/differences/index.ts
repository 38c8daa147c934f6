export { COUNTERPART_KINDS } from './difference.ts';
export type { CounterpartKind, DifferenceKey, FoundDifference } from './difference.ts';
export { type EndedKey, endDifferences } from './end.ts';
export { openDifferences } from './open.ts';
