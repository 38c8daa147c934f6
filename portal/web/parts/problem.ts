/** What the services answer when they refuse (RFC 9457), or what stands for it when nobody answered. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** By which the log knows this answer. */
  readonly instance: string | undefined;

  constructor(answer: {
    status: number;
    code: string;
    title: string;
    params?: Readonly<Record<string, unknown>>;
    instance?: string;
  }) {
    super(answer.title);
    this.name = 'Problem';
    this.status = answer.status;
    this.code = answer.code;
    this.params = answer.params ?? {};
    this.instance = answer.instance;
  }
}

/** The problem in an answer that is none of success; also for one that is not ours (a proxy's page, an empty body). */
export async function problemOf(response: Response): Promise<Problem> {
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => undefined);
  const said = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const text = (name: string) => (typeof said[name] === 'string' ? said[name] : undefined);
  const params = said['params'];
  return new Problem({
    status: response.status,
    code: text('code') ?? `http-${response.status}`,
    title: text('title') ?? text('detail') ?? `HTTP ${response.status}`,
    ...(typeof params === 'object' && params !== null ? { params: params as Record<string, unknown> } : {}),
    ...(text('instance') === undefined ? {} : { instance: text('instance') as string }),
  });
}

/** Nobody answered: the line is cut, or it took too long. What was asked may or may not have been done. */
export const noAnswer = (): Problem =>
  new Problem({ status: 0, code: 'portal.no-answer', title: 'The service does not answer.' });
