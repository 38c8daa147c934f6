import { randomUUID } from 'node:crypto';
import { type AcceptanceReport, type BillerAdapter, type DueBill, httpBiller } from '@citycard/clearing';
import { cityDate, fen } from '@citycard/common';
import { type AcceptanceCase, type Bench, CaseFailed, type KitEvent, runCases } from '../case.ts';
import { patienceOf, reportOf } from '../report.ts';

export interface BillerOrder {
  readonly participantNo: string;
  readonly baseUrl: string;
  /** Sent as bearer token, when the biller asks for one. */
  readonly token?: string;
  /** A customer of the biller's test system with at least three open bills. */
  readonly customer: string;
  readonly only?: string;
  readonly limitMs: number;
  readonly quietMs: number;
  readonly clockLimitMs: number;
  readonly stopping: AbortSignal;
  tell(event: KitEvent): void;
}

/** A payment of this run, and what the biller said to it. */
interface Paid {
  readonly paymentId: string;
  readonly receipt: string;
  readonly bill: DueBill;
  cancelled: boolean;
}

interface BillerBench extends Bench {
  readonly biller: BillerAdapter;
  /** The same biller, given up on before it can answer. */
  readonly impatient: BillerAdapter;
  readonly customer: string;
  readonly paid: Paid[];
}

const PAGE = 'docs/interfaces.md, "Billers"';

/** Every mandatory case of a biller that speaks our HTTP interface. */
export const billerCases: readonly AcceptanceCase<BillerBench>[] = [
  {
    id: 'enquiry',
    title: 'Tells the open bills of a customer, and none of a customer it does not have',
    document: PAGE,
    async run(bench) {
      const bills = await openBills(bench);
      if (bills.length < 3)
        throw new CaseFailed(`Customer ${bench.customer} has ${bills.length} open bills; the kit needs three.`);
      const references = new Set(bills.map(({ reference }) => reference));
      if (references.size !== bills.length) throw new CaseFailed('Two bills have one reference.');
      if (bills.some(({ due }) => due <= 0n)) throw new CaseFailed('A bill that is open has nothing due.');
      const strange = await bench.biller.enquire('NOSUCHCUSTOMER');
      if (strange === undefined || strange.length > 0)
        throw new CaseFailed('A customer it does not have is to be answered with an empty list of bills.');
    },
  },
  {
    id: 'pay',
    title: 'Takes a payment once, however often it is asked',
    document: PAGE,
    async run(bench) {
      const bill = await firstOpen(bench);
      const first = await pay(bench, bill);
      const again = await bench.biller.pay(orderOf(bench, bill, first.paymentId));
      if (again.outcome !== 'paid' || again.receipt !== first.receipt)
        throw new CaseFailed('The same payment again has to be answered with the same receipt.');
      if ((await openBills(bench)).some(({ reference }) => reference === bill.reference))
        throw new CaseFailed(`Bill ${bill.reference} is open after it was paid.`);
    },
  },
  {
    id: 'answer-lost',
    title: 'Takes a payment once whose first answer nobody waited for',
    document: PAGE,
    async run(bench) {
      const bill = await firstOpen(bench);
      const paymentId = randomUUID();
      await bench.impatient.pay(orderOf(bench, bill, paymentId));
      await pay(bench, bill, paymentId);
    },
  },
  {
    id: 'wrong-amount',
    title: 'Refuses a payment of another amount',
    document: PAGE,
    async run(bench) {
      const bill = await firstOpen(bench);
      const answer = await bench.biller.pay(orderOf(bench, { ...bill, due: fen(bill.due + 1n) }, randomUUID()));
      if (answer.outcome !== 'refused')
        throw new CaseFailed(`A payment of 1 fen too much was answered "${answer.outcome}", not "refused".`);
      if (!(await openBills(bench)).some(({ reference }) => reference === bill.reference))
        throw new CaseFailed('The bill is not open any more after a payment that was refused.');
    },
  },
  {
    id: 'paid-bill',
    title: 'Refuses to have a bill paid twice',
    document: PAGE,
    async run(bench) {
      const { bill } = bench.paid.find(({ cancelled }) => !cancelled) ?? (await pay(bench, await firstOpen(bench)));
      const answer = await bench.biller.pay(orderOf(bench, bill, randomUUID()));
      if (answer.outcome !== 'refused')
        throw new CaseFailed(`Another payment of a paid bill was answered "${answer.outcome}", not "refused".`);
    },
  },
  {
    id: 'unknown-bill',
    title: 'Refuses a payment of a bill that does not exist',
    document: PAGE,
    async run(bench) {
      const bill = { ...(await firstOpen(bench)), reference: 'NO-SUCH-BILL' };
      const answer = await bench.biller.pay(orderOf(bench, bill, randomUUID()));
      if (answer.outcome !== 'refused')
        throw new CaseFailed(`A payment of no bill was answered "${answer.outcome}", not "refused".`);
    },
  },
  {
    id: 'cancel',
    title: 'Takes a payment back, once, and the bill is open again',
    document: PAGE,
    async run(bench) {
      const taken = await pay(bench, await firstOpen(bench));
      const { paymentId, receipt, bill } = taken;
      for (const which of ['A cancellation', 'The same cancellation again']) {
        const answer = await bench.biller.cancel({ paymentId, receipt, amount: bill.due });
        if (answer.outcome !== 'cancelled') throw new CaseFailed(`${which} was answered "${answer.outcome}".`);
      }
      taken.cancelled = true;
      if (!(await openBills(bench)).some(({ reference }) => reference === bill.reference))
        throw new CaseFailed(`Bill ${bill.reference} is not open again after its payment was cancelled.`);
    },
  },
  {
    id: 'daily-check',
    title: 'Books of the day what was paid and cancelled, line by line',
    document: PAGE,
    async run(bench) {
      if (bench.paid.length === 0) await pay(bench, await firstOpen(bench));
      const lines = await bench.biller.statement(cityDate(new Date()));
      if (lines === undefined) throw new CaseFailed('The statement of the day cannot be had, or not be understood.');
      for (const { paymentId, bill, receipt, cancelled } of bench.paid) {
        const found = lines.filter((line) => line.paymentId === paymentId);
        const [line] = found;
        if (line === undefined || found.length > 1)
          throw new CaseFailed(`Payment ${paymentId} is on the statement ${found.length} times.`);
        const wanted = cancelled ? 'cancelled' : 'paid';
        if (line.amountFen !== bill.due || line.outcome !== wanted || line.receipt !== receipt)
          throw new CaseFailed(`The statement has payment ${paymentId} otherwise than it was answered.`);
      }
    },
  },
];

/** Plays our side against a candidate biller. @returns the report, not yet signed */
export async function runBillerKit(order: BillerOrder): Promise<AcceptanceReport> {
  const startedAt = new Date();
  const { baseUrl, customer, token, limitMs, quietMs } = order;
  const line = { baseUrl, ...(token === undefined ? {} : { token }) };
  const paid: Paid[] = [];
  let heard: string | undefined;
  const shared = {
    biller: httpBiller({ ...line, timeoutMs: limitMs, onAnswer: (sentence) => (heard = sentence) }),
    impatient: httpBiller({ ...line, timeoutMs: IMPATIENT_MS }),
    customer,
    paid,
    limitMs,
    quietMs,
  };
  const explained = billerCases.map((one) => ({
    ...one,
    async run(bench: BillerBench) {
      heard = undefined;
      try {
        await one.run(bench);
      } catch (error) {
        // Its maker has to see what the kit saw.
        if (error instanceof CaseFailed && heard !== undefined) throw new CaseFailed(`${error.message} ${heard}`);
        throw error;
      }
    },
  }));
  const cases = await runCases(explained, (_one, ask) => ({ ...shared, ask }), {
    ...order,
    kit: 'biller',
    functions: [],
  });
  return reportOf({
    kit: 'biller',
    candidate: order.participantNo,
    cases,
    startedAt,
    finishedAt: new Date(),
    conditions: patienceOf(order),
  });
}

/** Nobody decides faster over a network. */
const IMPATIENT_MS = 2;

async function openBills(bench: BillerBench): Promise<readonly DueBill[]> {
  const bills = await bench.biller.enquire(bench.customer);
  if (bills === undefined) throw new CaseFailed('The enquiry was not answered, or its answer cannot be understood.');
  return bills;
}

async function firstOpen(bench: BillerBench): Promise<DueBill> {
  const [bill] = await openBills(bench);
  if (bill === undefined) throw new CaseFailed(`Customer ${bench.customer} has no open bill left.`);
  return bill;
}

async function pay(bench: BillerBench, bill: DueBill, paymentId: string = randomUUID()): Promise<Paid> {
  const answer = await bench.biller.pay(orderOf(bench, bill, paymentId));
  if (answer.outcome !== 'paid') {
    const reason = 'reason' in answer ? ` (${answer.reason})` : '';
    throw new CaseFailed(
      `The payment of bill ${bill.reference} was answered "${answer.outcome}"${reason}, not "paid".`,
    );
  }
  if (answer.receipt.trim() === '') throw new CaseFailed('A payment was taken without a receipt.');
  const paid: Paid = { paymentId, receipt: answer.receipt, bill, cancelled: false };
  bench.paid.push(paid);
  return paid;
}

const orderOf = ({ customer }: BillerBench, { reference, due, lateFee }: DueBill, paymentId: string) => ({
  paymentId,
  customer,
  reference,
  amount: due,
  lateFee: lateFee ?? fen(0n),
});
