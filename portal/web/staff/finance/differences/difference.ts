import { api, take } from '../../../parts/api.ts';

export type Difference = Awaited<ReturnType<typeof readDifference>>;

export const readDifference = (differenceNo: string) =>
  take(api.GET('/v1/differences/{differenceNo}', { params: { path: { differenceNo } } }));
