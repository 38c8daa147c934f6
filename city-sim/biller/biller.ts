import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A customer's open bill, as it will be asked for and paid. */
export interface OpenBill {
  readonly customer: string;
  /** At most 16 characters. */
  readonly reference: string;
  /** Without a late fee. */
  readonly amountFen: number;
  /** What comes on top by the time it is paid; the city works it out from the due date. */
  readonly lateFeeFen?: number;
  /** YYYYMMDD, where it is not that of all bills. */
  readonly dueDate?: string;
  /** Takes no payment for it and says why. */
  readonly refusal?: string | undefined;
}

/** What became of one payment at the biller. */
export interface TakenPayment {
  readonly paymentId: string;
  readonly customer: string;
  readonly reference: string;
  readonly amountFen: number;
  readonly outcome: 'paid' | 'refused' | 'cancelled';
  readonly receipt: string;
  /** YYYY-MM-DD in the city. */
  readonly bookedOn: string;
}

/** A utility company as its own system: bills over HTTP, payments taken once per payment id. */
export interface Biller {
  readonly baseUrl: string;
  readonly payments: readonly TakenPayment[];
  close(): Promise<void>;
}

const LONGEST_REQUEST = 16_384;

interface Setting {
  /** Begins every receipt, at most 8 characters. */
  readonly name: string;
  /** First part of the path; who does not know it is no partner. */
  readonly secret: string;
  readonly bills: readonly OpenBill[];
  /** YYYYMMDD */
  readonly dueDate: string;
  /** Takes no payment at all and says why. */
  readonly refusal?: string;
  /** Prepaid meters get a token of 20 digits. */
  readonly prepaid?: boolean;
}

/** Opens the biller's HTTP server on 127.0.0.1, on a port of its own. */
export async function openBiller(setting: Setting): Promise<Biller> {
  const payments = new Map<string, { taken: TakenPayment; answer: object }>();
  const server = createServer((request, response) => {
    answer(setting, payments, request)
      .then(({ status, body }) => send(response, status, body))
      .catch(() => send(response, 400, { reason: 'the request cannot be read' }));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/${setting.secret}`,
    get payments() {
      return [...payments.values()].map(({ taken }) => taken);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  setting: Setting,
  payments: Map<string, { taken: TakenPayment; answer: object }>,
  request: IncomingMessage,
): Promise<{ status: number; body: object }> {
  const url = new URL(request.url ?? '/', 'http://biller');
  const prefix = `/${setting.secret}`;
  if (!url.pathname.startsWith(`${prefix}/`)) return { status: 404, body: { reason: 'there is nothing here' } };
  const path = url.pathname.slice(prefix.length);
  if (request.method === 'GET' && path === '/bills') {
    const customer = (url.searchParams.get('customer') ?? '').trim();
    const paid = new Set(
      [...payments.values()].filter(({ taken }) => taken.outcome === 'paid').map(({ taken }) => taken.reference),
    );
    const bills = setting.bills
      .filter((bill) => bill.customer === customer && !paid.has(bill.reference))
      .map(({ reference, amountFen, dueDate }) => ({
        reference,
        dueFen: amountFen,
        dueDate: dueDate ?? setting.dueDate,
        text: setting.name,
      }));
    return { status: 200, body: { bills } };
  }
  if (request.method === 'POST' && path === '/payments') {
    return { status: 200, body: pay(setting, payments, await readJson(request)) };
  }
  if (request.method === 'POST' && path === '/cancellations') {
    return { status: 200, body: cancel(payments, await readJson(request)) };
  }
  if (request.method === 'GET' && path === '/payments') {
    return { status: 200, body: bookedOn(payments, url.searchParams) };
  }
  return { status: 404, body: { reason: 'there is nothing here' } };
}

/** The first answer to a payment id is the answer to all its repeats. */
function pay(
  setting: Setting,
  payments: Map<string, { taken: TakenPayment; answer: object }>,
  asked: Record<string, unknown>,
): object {
  const paymentId = String(asked['paymentId']);
  const known = payments.get(paymentId);
  if (known !== undefined) return known.answer;
  const [customer, reference] = [String(asked['customer']).trim(), String(asked['reference']).trim()];
  const amountFen = Number(asked['amountFen']);
  const lateFeeFen = Number(asked['lateFeeFen'] ?? 0);
  const bill = setting.bills.find((each) => each.customer === customer && each.reference === reference);
  const fits = bill && bill.amountFen + lateFeeFen === amountFen && (bill.lateFeeFen ?? 0) === lateFeeFen;
  const isPaid = [...payments.values()].some(
    ({ taken }) => taken.outcome === 'paid' && taken.customer === customer && taken.reference === reference,
  );
  const refusal = isPaid
    ? 'the bill is paid already'
    : fits
      ? (bill.refusal ?? setting.refusal)
      : 'there is no such bill of this amount';
  const outcome = refusal === undefined ? 'paid' : 'refused';
  const number = String(payments.size + 1).padStart(8, '0');
  const answered =
    refusal === undefined
      ? {
          outcome,
          paymentId,
          receipt: `${setting.name}${number}`,
          ...(setting.prepaid && { meterToken: `990000000000${number}` }),
        }
      : { outcome, reason: refusal };
  const receipt = refusal === undefined ? `${setting.name}${number}` : '';
  const taken = { paymentId, customer, reference, amountFen, outcome, receipt, bookedOn: cityDay() } as const;
  payments.set(paymentId, { taken, answer: answered });
  return answered;
}

const CITY_AHEAD_MS = 8 * 3_600_000;
const cityDay = (): string => new Date(Date.now() + CITY_AHEAD_MS).toISOString().slice(0, 10);

/** A payment that was taken is given back, once; to ask again is answered the same. */
function cancel(
  payments: Map<string, { taken: TakenPayment; answer: object }>,
  asked: Record<string, unknown>,
): object {
  const paymentId = String(asked['paymentId']);
  const known = payments.get(paymentId);
  if (known === undefined || known.taken.outcome === 'refused')
    return { outcome: 'refused', reason: 'no such payment was taken' };
  payments.set(paymentId, { ...known, taken: { ...known.taken, outcome: 'cancelled' } });
  return { outcome: 'cancelled', paymentId };
}

/** Lines of one answer; the rest is asked for with `after`. */
const PAGE = 500;

/** What was booked on a day, in the order of payment ids. */
function bookedOn(payments: Map<string, { taken: TakenPayment; answer: object }>, query: URLSearchParams): object {
  const after = query.get('after') ?? '';
  const lines = [...payments.values()]
    .map(({ taken }) => taken)
    .filter((taken) => taken.outcome !== 'refused' && taken.bookedOn === query.get('date') && taken.paymentId > after)
    .sort((a, b) => (a.paymentId < b.paymentId ? -1 : 1));
  const page = lines
    .slice(0, PAGE)
    .map(({ paymentId, amountFen, outcome, receipt }) => ({ paymentId, amountFen, outcome, receipt }));
  return { payments: page, ...(lines.length > PAGE && { next: page.at(-1)?.paymentId }) };
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > LONGEST_REQUEST) throw new RangeError('the request is too long');
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>;
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
