import { type BusinessDate, fenToNumber } from '@citycard/common';
import { readAnswer, readBills, readCancellation, readStatement } from './answers.ts';
import type { BillerAdapter, StatementLine, Undecided } from './biller.ts';

export interface HttpBillerOptions {
  readonly baseUrl: string;
  /** Sent as bearer token. */
  readonly token?: string;
  readonly timeoutMs?: number;
  /** Told of every call, what was heard: for whoever has to say why a biller was not understood. */
  readonly onAnswer?: (sentence: string) => void;
}

/** A resident stands at the terminal: after this the answer is 68 and the terminal asks again. */
const TIMEOUT_MS = 3_000;
/** A list of bills or one decision; more than this is not an answer. */
const LONGEST_ANSWER = 65_536;
/** Nobody waits for a page of a day's bookings. */
const STATEMENT_TIMEOUT_MS = 30_000;
const LONGEST_PAGE = 8 * 1024 * 1024;
/** Pages of one day: a biller that names the same next page for ever is not waited for. */
const MOST_PAGES = 1_000;

/**
 * A biller that speaks our HTTP interface (docs/interfaces.md, "Billers"). Only the answers named there decide; every other
 * answer, an error status or silence leaves things undecided.
 */
export function httpBiller(options: HttpBillerOptions): BillerAdapter {
  const base = options.baseUrl.replace(/\/+$/, '');
  const headers = {
    accept: 'application/json',
    ...(options.token !== undefined && { authorization: `Bearer ${options.token}` }),
  };
  const limits = { timeoutMs: options.timeoutMs ?? TIMEOUT_MS, longest: LONGEST_ANSWER };
  const ask = async (path: string, init: RequestInit, within = limits): Promise<unknown> => {
    const heard = (what: string) => options.onAnswer?.(`${init.method ?? 'GET'} ${path} ${what}.`);
    try {
      const signal = AbortSignal.timeout(within.timeoutMs);
      const response = await fetch(base + path, { ...init, redirect: 'error', signal });
      if (!response.ok) throw new Error(`the biller answered ${response.status}`);
      const text = await readShort(response, within.longest);
      heard(`was answered ${text.slice(0, LONGEST_HEARD)}`);
      return JSON.parse(text) as unknown;
    } catch (error) {
      heard(`came to nothing: ${reasonOf(error)}`);
      throw error;
    }
  };
  const send = (path: string, key: string, body: object) =>
    ask(path, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(body),
    });
  return {
    enquire: async (customer) => {
      try {
        return readBills(await ask(`/bills?${new URLSearchParams({ customer }).toString()}`, { headers }));
      } catch {
        return undefined;
      }
    },
    pay: async (order) => {
      const { paymentId, customer, reference, amount, lateFee } = order;
      try {
        const body = {
          paymentId,
          customer,
          reference,
          amountFen: fenToNumber(amount),
          ...(lateFee > 0n && { lateFeeFen: fenToNumber(lateFee) }),
        };
        return readAnswer(await send('/payments', paymentId, body), order);
      } catch (error) {
        return unanswered(error);
      }
    },
    cancel: async ({ paymentId, receipt, amount }) => {
      try {
        const body = { paymentId, receipt, amountFen: fenToNumber(amount) };
        return readCancellation(await send('/cancellations', `cancel-${paymentId}`, body), { paymentId });
      } catch (error) {
        return unanswered(error);
      }
    },
    statement: async (date: BusinessDate) => {
      const within = { timeoutMs: STATEMENT_TIMEOUT_MS, longest: LONGEST_PAGE };
      const lines: StatementLine[] = [];
      try {
        let after: string | undefined;
        for (let pages = 0; pages < MOST_PAGES; pages += 1) {
          const query = new URLSearchParams({ date, ...(after !== undefined && { after }) });
          const page = readStatement(await ask(`/payments?${query.toString()}`, { headers }, within));
          if (page === undefined) return undefined;
          lines.push(...page.lines);
          if (page.next === undefined) return lines;
          after = page.next;
        }
        return undefined;
      } catch {
        return undefined;
      }
    },
  };
}

const LONGEST_HEARD = 300;

/** The reason beneath a request that failed: of a connection, the code of the system. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no answer';
  const { cause } = error;
  return cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : error.message;
}

const unanswered = (error: unknown): Undecided => ({
  outcome: 'undecided',
  reason: error instanceof Error ? error.message : 'no answer',
  unreachable: true,
});

async function readShort(response: Response, longest: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > longest) throw new Error('the answer of the biller is too long');
  }
  return Buffer.concat(chunks).toString('utf8');
}
