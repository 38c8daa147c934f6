import createClient from 'openapi-fetch';
import type { paths } from '../api/schema.d.ts';
import { noAnswer, Problem, problemOf } from './problem.ts';
import { session } from './session.ts';

/** Longer than any act of ours may take; what takes longer is a job. */
const PATIENCE_MS = 30_000;
const STEP_UP = 'identity.step-up-needed';

/**
 * Sends a request of the signed-in person. When the session has ended or an act asks for a fresh code, the page asks and
 * the same request goes out once more: nothing that was typed is lost.
 */
export async function fetchWithSession(request: Request): Promise<Response> {
  request.headers.set('x-citycard-portal', '1');
  for (let again = true; ; again = false) {
    const response = await send(request.clone());
    if (!again || (response.status !== 401 && response.status !== 403)) return response;
    if (response.status === 401) {
      if (!(await session.signInAgain())) return response;
    } else {
      if ((await problemOf(response)).code !== STEP_UP || !(await session.stepUp())) return response;
    }
  }
}

async function send(request: Request): Promise<Response> {
  try {
    return await fetch(request, { signal: AbortSignal.any([request.signal, AbortSignal.timeout(PATIENCE_MS)]) });
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw noAnswer();
  }
}

/** The services' interface by its own description: `take(api.GET('/v1/cards/{cardNo}', { params: … }))`. */
export const api = createClient<paths>({ baseUrl: '/api', fetch: fetchWithSession });

interface Answer<Data> {
  readonly data?: Data;
  readonly error?: unknown;
  readonly response: Response;
}

/**
 * The data of an answer.
 *
 * @throws Problem when the service refused or nobody answered
 */
export async function take<Data>(asked: Promise<Answer<Data>>): Promise<Data> {
  const { data, error, response } = await asked;
  if (response.ok) return data as Data;
  const said = typeof error === 'object' && error !== null ? (error as Record<string, unknown>) : {};
  throw new Problem({
    status: response.status,
    code: typeof said['code'] === 'string' ? said['code'] : `http-${response.status}`,
    title: typeof said['title'] === 'string' ? said['title'] : `HTTP ${response.status}`,
    ...(typeof said['params'] === 'object' && said['params'] !== null
      ? { params: said['params'] as Record<string, unknown> }
      : {}),
    ...(typeof said['instance'] === 'string' ? { instance: said['instance'] } : {}),
  });
}

/** A key for one act that moves money; keep it while the same act is tried again. */
export const newKey = (): string => crypto.randomUUID();
