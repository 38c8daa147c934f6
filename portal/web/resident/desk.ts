import type { paths } from '../api/schema.d.ts';
// By its plain address: `import.meta`, by which bundlers name a worker, is younger than the phones.
import workerAddress from './work.ts?worker&url';

type Json<Path extends keyof paths> = paths[Path] extends {
  post: { responses: { 200: { content: { 'application/json': infer Body } } } };
}
  ? Body
  : never;
type Found = Json<'/v1/resident-desk/look-ups'>;
export type Sheet = Found['sheet'];
export type Use = Sheet['recent'][number];
export type Loss = Json<'/v1/resident-desk/loss-reports'>;
export interface Point {
  readonly pointCode: string;
  readonly nameZh: string;
  readonly nameEn: string;
  readonly addressZh: string;
  readonly addressEn: string;
  readonly hours: string;
  readonly services: readonly string[];
}

/** Why the desk said no: its status and code; 0 when nobody answered. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

const PATIENCE_MS = 20000;

async function ask<Answer>(path: string, body?: object): Promise<Answer> {
  // Phones of 2017 cannot stop a request; there it is left to itself.
  const stop = typeof AbortController === 'function' ? new AbortController() : undefined;
  let timer = 0;
  const patience = new Promise<never>((_done, fail) => {
    timer = window.setTimeout(() => {
      fail(new Refusal(0, 'no-answer'));
      if (stop) stop.abort();
    }, PATIENCE_MS);
  });
  try {
    return await Promise.race([patience, answerOf<Answer>(path, body, stop)]);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(0, 'no-answer');
  } finally {
    clearTimeout(timer);
  }
}

async function answerOf<Answer>(
  path: string,
  body: object | undefined,
  stop: AbortController | undefined,
): Promise<Answer> {
  const answer = await fetch(`/desk/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: body === undefined ? {} : { 'content-type': 'application/json', 'x-citycard-desk': '1' },
    ...(stop === undefined ? {} : { signal: stop.signal }),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  const said = (text === '' ? undefined : JSON.parse(text)) as { code?: string } | undefined;
  if (!answer.ok) throw new Refusal(answer.status, (said && said.code) || '');
  return said as unknown as Answer;
}

interface Proof {
  readonly challenge: string;
  readonly counter: number;
}

/** Another one is asked for when the one at hand has not this long to live any more. */
const SPARE_MS = 30000;
let made: { readonly proof: Promise<Proof>; readonly until: number } | undefined;
let worker: Worker | undefined;

/** Begins the proof of work while somebody types; begun before and still good, it goes on. */
export function prepareProof(): void {
  if (made !== undefined && made.until > Date.now()) return;
  const asked = ask<{ challenge: string; difficulty: number; expiresAt: string }>('challenges', {});
  const mine = {
    until: Date.now() + 60000,
    proof: asked.then(({ challenge, difficulty, expiresAt }) => {
      if (made === mine) made = { proof: mine.proof, until: Date.parse(expiresAt) - SPARE_MS };
      return work(challenge, difficulty);
    }),
  };
  made = mine;
  mine.proof.catch(() => {
    if (made !== undefined && made.proof === mine.proof) made = undefined;
  });
}

function work(challenge: string, difficulty: number): Promise<Proof> {
  return new Promise((done, fail) => {
    worker = worker || new Worker(workerAddress);
    const listening = worker;
    const hear = (event: MessageEvent<Proof>): void => {
      if (event.data.challenge !== challenge) return;
      listening.removeEventListener('message', hear);
      done(event.data);
    };
    listening.addEventListener('message', hear);
    listening.addEventListener('error', () => fail(new Refusal(0, 'no-worker')), { once: true });
    listening.postMessage({ challenge, difficulty });
  });
}

async function proof(): Promise<Proof> {
  prepareProof();
  const mine = made;
  if (mine === undefined) throw new Refusal(0, 'no-answer');
  const ready = await mine.proof;
  // Each is good once.
  made = undefined;
  return ready;
}

export const place: 'kiosk' | 'web' = new URLSearchParams(location.search).has('kiosk') ? 'kiosk' : 'web';

export const desk = {
  lookUp: async (cardNo: string, fact: string): Promise<Found> =>
    ask('look-ups', { cardNo, fact, place, proof: await proof() }),
  reportLoss: (pass: string): Promise<Loss> => ask('loss-reports', { pass }),
  openCase: (
    pass: string,
    said: { kind: string; occurredOn: string; amountFen?: number; words?: string; contact?: string },
  ): Promise<{ caseNo: number; endDueAt: string }> => ask('cases', { pass, place, ...said }),
  agree: (
    pass: string,
    wish: { channel: string; kinds: string[]; language: string; lowBalanceFen: number; phone?: string },
  ): Promise<void> => ask('notices', { pass, place, ...wish }),
  withdraw: (pass: string): Promise<void> => ask('notice-withdrawals', { pass, place }),
  told: (pass: string, noticeNos: number[]): Promise<void> => ask('notices-told', { pass, noticeNos }),
  points: async (): Promise<Point[]> => (await ask<{ points: Point[] }>('points')).points,
};
