import { api, take } from '../../../parts/api.ts';

export type ClearingDay = Awaited<ReturnType<typeof readDay>>;

export const readDay = (date: string) => take(api.GET('/v1/clearing-days/{date}', { params: { path: { date } } }));

export const readSummary = (date: string) => take(api.GET('/v1/days/{date}/summary', { params: { path: { date } } }));

/** In the order in which a day goes through them. */
export const STAGES = [
  'open',
  'cut-off',
  'validated',
  'priced',
  'netted',
  'approved',
  'instructed',
  'settled',
  'closed',
] as const;
