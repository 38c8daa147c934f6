import { api, take } from '../../parts/api.ts';

export const caseKinds = ['charged-twice', 'wrong-fare', 'load-missing', 'bill-missing'] as const;

/** A case as counters see one. */
export interface ResidentCase {
  readonly caseNo: number;
  readonly kind: string;
  readonly channel: string;
  readonly cardNo: string;
  readonly occurredOn: string;
  readonly amountFen: number;
  readonly participantNo?: string;
  readonly state: string;
  readonly openedAt: string;
  readonly answerDueAt: string;
  readonly endDueAt: string;
  readonly level: number;
  readonly finding?: string;
  readonly answer?: string;
  readonly outcome?: string;
  readonly reason?: string;
  readonly creditedFen?: number;
}

export interface CaseEvent {
  readonly at: string;
  readonly by: string;
  readonly what: string;
  readonly words?: string;
}

const isCase = (value: unknown): value is ResidentCase =>
  typeof value === 'object' && value !== null && 'caseNo' in value && 'state' in value && 'kind' in value;
/** @throws Error for an answer that is not a case */
function asCase(value: unknown): ResidentCase {
  if (!isCase(value)) throw new Error('the answer is not a case');
  return value;
}
const listIn = (answer: unknown, name: string): readonly unknown[] => {
  const list = typeof answer === 'object' && answer !== null ? (answer as Record<string, unknown>)[name] : undefined;
  return Array.isArray(list) ? (list as unknown[]) : [];
};

interface Query {
  readonly state?: 'open' | 'ended';
  readonly cardNo?: string;
  readonly overdue?: boolean;
  readonly after?: string;
}

export async function listCases(query: Query): Promise<readonly ResidentCase[]> {
  const answer: unknown = await take(api.GET('/v1/cases', { params: { query } }));
  return listIn(answer, 'cases').filter(isCase);
}
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
}): Promise<ResidentCase> {
  return asCase(await take<unknown>(api.POST('/v1/cases', { body })));
}

const path = (caseNo: string) => ({ path: { caseNo } });
export async function readCase(caseNo: string): Promise<{ found: ResidentCase; events: readonly CaseEvent[] }> {
  const answer: unknown = await take(api.GET('/v1/cases/{caseNo}', { params: path(caseNo) }));
  return { found: asCase(answer), events: listIn(answer, 'events') as CaseEvent[] };
}
export async function readWords(caseNo: string): Promise<{ words?: string; contact?: string }> {
  const answer: unknown = await take(api.GET('/v1/cases/{caseNo}/words', { params: path(caseNo) }));
  return typeof answer === 'object' && answer !== null ? answer : {};
}
export const comment = (caseNo: string, words: string) =>
  take<unknown>(api.POST('/v1/cases/{caseNo}/comments', { params: path(caseNo), body: { words } }));
