import { fenToNumber } from '@citycard/common';
import { type BillAnswer, type BillerAdapter, readAnswer, readBills } from './biller.ts';

export interface HttpBillerOptions {
  readonly baseUrl: string;
  /** Sent as bearer token. */
  readonly token?: string;
  readonly timeoutMs?: number;
}

/** A resident stands at the terminal: after this the answer is 68 and the terminal asks again. */
const TIMEOUT_MS = 3_000;
/** A list of bills or one decision; more than this is not an answer. */
const LONGEST_ANSWER = 65_536;

/**
 * A biller that speaks our HTTP interface (docs/interfaces.md, "Billers"):
 * `GET  {base}/bills?customer=…` → `{ bills: [{ reference, dueFen, dueDate, text }] }`;
 * `POST {base}/payments` with `Idempotency-Key` and `{ paymentId, customer, reference, amountFen }` →
 * `{ outcome: "paid", receipt, meterToken? }` or `{ outcome: "refused", reason }`. Only these decide; every other answer,
 * an error status or silence leaves the payment undecided.
 */
export function httpBiller(options: HttpBillerOptions): BillerAdapter {
  const base = options.baseUrl.replace(/\/+$/, '');
  const headers = {
    accept: 'application/json',
    ...(options.token !== undefined && { authorization: `Bearer ${options.token}` }),
  };
  const ask = async (path: string, init: RequestInit): Promise<unknown> => {
    const signal = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
    const response = await fetch(base + path, { ...init, redirect: 'error', signal });
    if (!response.ok) throw new Error(`the biller answered ${response.status}`);
    return JSON.parse(await readShort(response)) as unknown;
  };
  return {
    enquire: async (customer) => {
      try {
        return readBills(await ask(`/bills?${new URLSearchParams({ customer }).toString()}`, { headers }));
      } catch {
        return undefined;
      }
    },
    pay: async (order): Promise<BillAnswer> => {
      const { paymentId, customer, reference, amount } = order;
      try {
        const body = JSON.stringify({ paymentId, customer, reference, amountFen: fenToNumber(amount) });
        const sent = { ...headers, 'content-type': 'application/json', 'idempotency-key': paymentId };
        return readAnswer(await ask('/payments', { method: 'POST', headers: sent, body }));
      } catch (error) {
        return { outcome: 'undecided', reason: error instanceof Error ? error.message : 'no answer' };
      }
    },
  };
}

async function readShort(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > LONGEST_ANSWER) throw new Error('the answer of the biller is too long');
  }
  return Buffer.concat(chunks).toString('utf8');
}
