import { Type } from '@citycard/common';
import { Value } from 'typebox/value';

/** What Public Security is asked: does this number belong to this name, and is this the newest photo? */
export interface IdentityQuestion {
  readonly idNumber: string;
  readonly name: string;
  /** Version of our photo; absent when there is none. */
  readonly photoVersion?: number;
}

export type IdentityVerdict = 'match' | 'no-match' | 'no-such-person';

/** An answer, or the link is of no use at the moment. Which of the many ways a link can fail is for the log only. */
export type IdentityAnswer =
  | { readonly ok: true; readonly verdict: IdentityVerdict; readonly reference: string }
  | { readonly ok: false; readonly reason: string };

/** The line to Public Security. Never throws. */
export interface IdentityResponder {
  /** False where no line exists: then nothing is sent, and nothing logged as sent. */
  readonly exists: boolean;
  ask(question: IdentityQuestion): Promise<IdentityAnswer>;
}

/** At a counter somebody waits: an answer that takes longer is fetched later. */
const TIMEOUT_MS = 3_000;
const LONGEST_ANSWER = 4_096;

const Answer = Type.Object({
  result: Type.Union([Type.Literal('match'), Type.Literal('no-match'), Type.Literal('no-such-person')]),
  reference: Type.String({ minLength: 1, maxLength: 64, pattern: '^[0-9A-Za-z._:-]+$' }),
});

/** The department's responder over HTTP (docs/reference/population-exchange.md, "Identity check"). */
export function httpResponder(settings: {
  readonly url: string;
  readonly token: string;
  readonly timeoutMs?: number;
}): IdentityResponder {
  return {
    exists: true,
    ask: async (question) => {
      try {
        const response = await fetch(settings.url, {
          method: 'POST',
          headers: { authorization: `Bearer ${settings.token}`, 'content-type': 'application/json' },
          body: JSON.stringify(question),
          redirect: 'error',
          signal: AbortSignal.timeout(settings.timeoutMs ?? TIMEOUT_MS),
        });
        if (response.status !== 200) return { ok: false, reason: `HTTP ${response.status}` };
        const text = await response.text();
        const answer: unknown = text.length > LONGEST_ANSWER ? undefined : JSON.parse(text);
        if (!Value.Check(Answer, answer)) return { ok: false, reason: 'an answer nobody can read' };
        return { ok: true, verdict: answer.result, reference: answer.reference };
      } catch (error) {
        return { ok: false, reason: reasonOf(error) };
      }
    },
  };
}

/** Where no line exists: everybody waits. */
export const noResponder: IdentityResponder = {
  exists: false,
  ask: () => Promise.resolve({ ok: false, reason: 'no line to Public Security is configured' }),
};

/** The kind of failure; messages may quote what was sent. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'failure';
  const { cause } = error;
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code;
  return error.name;
}
