import { api, take } from '../../../parts/api.ts';
import type { Row } from '../../../parts/list.ts';

/** Where a record is stored. */
export interface RecordPlace {
  readonly cardNo: string;
  readonly businessDate: string;
  readonly intakeId: string;
  readonly index: string;
}

export type RecordStory = Awaited<ReturnType<typeof readStory>>;

export const readStory = (path: RecordPlace) =>
  take(api.GET('/v1/held-purchases/{cardNo}/{businessDate}/{intakeId}/{index}', { params: { path: { ...path } } }));

const PATH = ['cardNo', 'businessDate', 'intakeId', 'index'] as const;

/** The page of a record in a list. `from` says by its query where the reader came from. */
export const recordPage = (row: Row, from = ''): string =>
  `/finance/records/${PATH.map((part) => encodeURIComponent(String(row[part]))).join('/')}${from === '' ? '' : `?${from}`}`;
