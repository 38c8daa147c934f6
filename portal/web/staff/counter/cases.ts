import { api, take } from '../../parts/api.ts';
import type { Answer } from './calls.ts';

export const caseKinds = ['charged-twice', 'wrong-fare', 'load-missing', 'bill-missing'] as const;

interface Query {
  readonly state?: 'open' | 'ended';
  readonly cardNo?: string;
  readonly overdue?: boolean;
  readonly after?: string;
}

export const listCases = async (query: Query) => (await take(api.GET('/v1/cases', { params: { query } }))).cases;
export const casesOfCard = (cardNo: string) => listCases({ cardNo });
export async function openCase(body: {
  kind: (typeof caseKinds)[number];
  channel: 'counter' | 'phone';
  cardNo: string;
  occurredOn: string;
  amountFen?: number;
  participantNo?: string;
  words?: string;
  contact?: string;
}): Promise<{ readonly caseNo: number }> {
  const said: unknown = await take<unknown>(api.POST('/v1/cases', { body }));
  if (typeof said === 'object' && said !== null && 'caseNo' in said) return { caseNo: Number(said.caseNo) };
  throw new Error('the answer is not a case');
}

const path = (caseNo: string) => ({ path: { caseNo } });
export const readCase = (caseNo: string) => take(api.GET('/v1/cases/{caseNo}', { params: path(caseNo) }));
export type ResidentCase = Answer<typeof listCases>[number];
/** What was said when the case was opened, and each time somebody said it again; who reads it is written down. */
export const readWords = async (caseNo: string) =>
  (await take(api.GET('/v1/cases/{caseNo}/words', { params: path(caseNo) }))).said;
export const comment = (caseNo: string, words: string) =>
  take(api.POST('/v1/cases/{caseNo}/comments', { params: path(caseNo), body: { words } }));
