import { setTimeout as pause } from 'node:timers/promises';
import type { VirtualCard } from '../card/virtual-card.ts';
import { encodeRecord } from '../purchase/record.ts';
import { readReceipt } from '../terminal/forwarding.ts';
import type { Answer } from '../terminal/line.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { BILLER_CODES } from './city.ts';
import type { Equipment } from './equip.ts';
import { DayFailed } from './errors.ts';
import type { BillStep } from './plan.ts';
import type { Rides } from './rides.ts';

/** The biller has not decided; ask again. */
const UNDECIDED = '68';
const ASK_AGAIN_MS = 300;
const TIMES = 100;

/** One bill paid by purse: asked for (message 13), tapped, paid (message 12). Throws DayFailed when it comes to something else. */
export async function payBill(
  equipment: Equipment,
  rides: Rides,
  cardNo: string,
  card: VirtualCard,
  step: BillStep,
): Promise<void> {
  const station = equipment[step.biller];
  await station.run(async (terminal) => {
    await enquire(terminal, step);
    const result = station.reader.tap(card, { amountFen: step.amountFen });
    const [record] = result.records;
    if (result.kind !== 'paid' || !record) {
      throw new DayFailed(`Card ${cardNo} should pay bill ${step.reference}; the tap came to "${result.kind}".`);
    }
    const { participantNo } = station;
    rides.note(record, {
      origin: 'bill',
      way: '0220',
      participantNo,
      cardPaid: true,
      ...(step.refused && { billRefused: true }),
    });
    const bill = { biller: BILLER_CODES[step.biller], customer: step.customer, reference: step.reference };
    const answer = await decided(terminal, await terminal.payBill(encodeRecord(record), bill));
    const code = answer.kind === 'unanswered' ? answer.reason : answer.code;
    const paid = readReceipt(answer).receipt !== '';
    if (code !== '00' || paid === step.refused) {
      const wanted = step.refused ? 'refused by the biller' : 'paid';
      throw new DayFailed(
        `Bill ${step.reference} should be ${wanted}; the answer was ${code}, ${paid ? 'with' : 'without'} a receipt.`,
      );
    }
  });
}

async function enquire(terminal: Terminal, { biller, customer, reference, amountFen }: BillStep): Promise<void> {
  const answer = await terminal.enquireBills(BILLER_CODES[biller], customer);
  const bill = answer.bills?.find((each) => each.reference === reference);
  if (bill?.dueFen === amountFen) return;
  const code = answer.kind === 'unanswered' ? answer.reason : answer.code;
  throw new DayFailed(
    `Bill ${reference} of ${customer} should be due with ${amountFen} fen; the answer was ${code}, ${bill?.dueFen ?? 'no such bill'}.`,
  );
}

async function decided(terminal: Terminal, first: Answer): Promise<Answer> {
  let answer = first;
  for (let turn = 0; turn < TIMES && answer.kind === 'answered' && answer.code === UNDECIDED; turn += 1) {
    await pause(ASK_AGAIN_MS);
    answer = (await terminal.flush()).at(-1)?.answer ?? answer;
  }
  return answer;
}
