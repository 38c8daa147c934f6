import { decodePurchaseRecord, FLAG } from '@citycard/clearing';
import { CaseFailed } from '../case.ts';
import { askingCases, next, nextRepeat, refuse, type TerminalBench, type TerminalCase } from './bench.ts';
import { TEST_BILL } from './honest.ts';

const PAGE = 'terminal-interface.md §3';

const purchaseCase = askingCases('purchase', ['purchaseUpload', 'batchTotals']);

const upload = (bench: TerminalBench) => next(bench, 'An upload (0320)', 'purchaseUpload');

/** Purchases, batches and bills (terminal interface, section 3, messages 11 to 15). */
export const purchaseCases: readonly TerminalCase[] = [
  purchaseCase(
    { id: 'upload', title: 'Uploads purchases with right records and totals', document: `${PAGE}, message 11` },
    'Make three purchases and let the terminal upload them.',
    async (bench) => {
      let paid = 0;
      while (paid < 3) {
        const sent = await upload(bench);
        await bench.host.answerHonestly(sent);
        paid += sent.request.values.records.filter((raw) => decodePurchaseRecord(raw).flag === FLAG.complete).length;
      }
    },
  ),
  purchaseCase(
    {
      id: 'upload-answer-lost',
      title: 'Repeats an upload until it is answered',
      document: `${PAGE}, "Repeats"`,
    },
    'Make a purchase and let the terminal upload it. The answer will be lost twice, once with the link.',
    async (bench) => {
      const first = await upload(bench);
      await bench.host.answerHonestly(first, { delivery: 'lost' });
      const second = await nextRepeat(bench, first, 'an upload without an answer');
      second.link.hangUp();
      await bench.host.answerHonestly(await nextRepeat(bench, first, 'an upload without an answer'));
    },
  ),
  purchaseCase(
    {
      id: 'upload-undecided',
      title: 'Repeats an upload that was answered 68, 90 or 96',
      document: `${PAGE}, "Repeats"; §4`,
    },
    'Make a purchase and let the terminal upload it. It will be answered 68, 90 and 96 before it is taken.',
    async (bench) => {
      const first = await upload(bench);
      await refuse(first, '68');
      for (const code of ['90', '96'] as const) {
        await refuse(await nextRepeat(bench, first, 'an undecided upload'), code);
      }
      await bench.host.answerHonestly(await nextRepeat(bench, first, 'an undecided upload'));
    },
  ),
  purchaseCase(
    {
      id: 'upload-after-restart',
      title: 'Repeats an upload after it was switched off and on',
      document: `${PAGE}, "Repeats"`,
    },
    'Make a purchase and let the terminal upload it. When you are told to, switch the terminal off.',
    async (bench) => {
      const first = await upload(bench);
      bench.ask('Switch the terminal off now, and on again.');
      let then = await upload(bench);
      // What it sent before it went off is on its way.
      while (then.link.id === first.link.id) then = await upload(bench);
      if (then.key !== first.key || then.content !== first.content)
        throw new CaseFailed(
          'After the restart another upload came; the one without an answer was expected, unchanged.',
        );
      await bench.host.answerHonestly(then);
    },
  ),
  purchaseCase(
    {
      id: 'torn-tap',
      title: 'Uploads a purchase torn off in the middle as a gray record',
      document: `${PAGE}, "Purchase record"; domain.md A.9`,
    },
    'Make a purchase and take the card away while it is paying. Do not put it back; then let the terminal upload.',
    async (bench) => {
      const sent = await upload(bench);
      await bench.host.answerHonestly(sent);
      const flags = sent.request.values.records.map((raw) => decodePurchaseRecord(raw).flag);
      if (!flags.includes(FLAG.gray)) throw new CaseFailed('The upload has no gray record (flag 1).');
    },
  ),
  purchaseCase(
    {
      id: 'recovered-tap',
      title: 'Recovers a torn purchase when the same card is back, and takes it once',
      document: `${PAGE}, "Purchase record"; domain.md A.9`,
    },
    'Make a purchase, take the card away while it is paying, put the same card back, and let the terminal upload.',
    async (bench) => {
      const sent = await upload(bench);
      await bench.host.answerHonestly(sent);
      const records = sent.request.values.records.map((raw) => decodePurchaseRecord(raw));
      if (records.length !== 1) throw new CaseFailed(`The purchase came as ${records.length} records.`);
      const [record] = records;
      if (record === undefined || ![FLAG.recovered, FLAG.complete].some((flag) => flag === record.flag))
        throw new CaseFailed('The record is neither recovered (flag 2) nor complete (flag 0).');
    },
  ),
  purchaseCase(
    { id: 'batch', title: 'Settles its batch and goes on in the next', document: `${PAGE}, "Batches"` },
    'Let the terminal settle its batch, then make a purchase and let it upload.',
    async (bench) => {
      const totals = await next(bench, 'Batch totals (0500)', 'batchTotals');
      await bench.host.answerHonestly(totals);
      await requireLaterBatch(bench, totals.request.management.batch);
    },
  ),
  purchaseCase(
    {
      id: 'batch-differs',
      title: 'Goes on in the next batch when the totals differ',
      document: `${PAGE}, "Batches"`,
    },
    'Let the terminal settle its batch; the host will say that it has other totals. Then make a purchase and let it upload.',
    async (bench) => {
      const totals = await next(bench, 'Batch totals (0500)', 'batchTotals');
      const { batch } = totals.request.management;
      const own = bench.host.honest.totals(batch);
      const strange = { ...own, loads: { ...own.loads, count: own.loads.count + 1 }, result: 2 };
      await totals.answer('00', { totals: strange });
      await requireLaterBatch(bench, batch);
    },
  ),
  {
    id: 'bill',
    title: 'Asks for a bill and pays it, repeating while the biller has not decided',
    document: `${PAGE}, messages 12 and 13`,
    about: 'bill',
    async run(bench) {
      const { host } = bench;
      host.claim('billEnquiry', 'billPayment');
      bench.ask(
        `Ask for the bills of customer ${TEST_BILL.customer} at biller ${TEST_BILL.biller} and pay the one there is. The first answer will be 68.`,
      );
      await host.answerHonestly(await next(bench, 'A bill enquiry (0100)', 'billEnquiry'));
      const payment = await next(bench, 'A bill payment (0220)', 'billPayment');
      await refuse(payment, '68');
      const repeat = await nextRepeat(bench, payment, 'an undecided bill payment');
      const { billReference } = repeat.request.values.payment;
      await host.answerHonestly(repeat);
      if (billReference !== TEST_BILL.reference)
        throw new CaseFailed(`The bill "${billReference}" was paid, ${TEST_BILL.reference} was due.`);
    },
  },
  {
    id: 'bill-answer-lost',
    title: 'Repeats a bill payment whose answer was lost',
    document: `${PAGE}, "Repeats" and message 12`,
    about: 'bill',
    async run(bench) {
      const { host } = bench;
      host.claim('billPayment');
      bench.ask(`Pay the bill ${TEST_BILL.reference} again. The answer will be lost.`);
      const payment = await next(bench, 'A bill payment (0220)', 'billPayment');
      await host.answerHonestly(payment, { delivery: 'lost' });
      await host.answerHonestly(await nextRepeat(bench, payment, 'a bill payment without an answer'));
    },
  },
];

async function requireLaterBatch(bench: TerminalBench, settled: string): Promise<void> {
  const sent = await upload(bench);
  await bench.host.answerHonestly(sent);
  if (sent.request.management.batch <= settled)
    throw new CaseFailed(
      `After batch ${settled} was settled a purchase came in batch ${sent.request.management.batch}.`,
    );
}
