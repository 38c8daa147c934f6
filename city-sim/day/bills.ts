import { setTimeout as pause } from 'node:timers/promises';
import { unsigned } from '../bytes/integers.ts';
import type { VirtualCard } from '../card/virtual-card.ts';
import { encodeRecord, type PurchaseRecord } from '../purchase/record.ts';
import type { TapReader } from '../purchase/tap.ts';
import { readReceipt } from '../terminal/forwarding.ts';
import type { Answer } from '../terminal/line.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { BILLER_CODES, type BillerName, BILLS_AT, PARTIES } from './city.ts';
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
  const station = equipment[BILLS_AT[step.biller]];
  const company = PARTIES[step.biller];
  const reader = station.readerFor(company.industry ?? 0);
  await station.run(async (terminal) => {
    await enquire(terminal, step);
    const result = reader.tap(card, { amountFen: step.amountFen });
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
      ...((step.refused || step.meter === 'not-written') && { billRefused: true }),
      ...(participantNo !== company.participantNo && { owedTo: company.participantNo }),
    });
    const bill = { biller: BILLER_CODES[step.biller], customer: step.customer, reference: step.reference };
    const answer = await decided(terminal, await terminal.payBill(encodeRecord(record), bill));
    const code = answer.kind === 'unanswered' ? answer.reason : answer.code;
    const { receipt, token } = readReceipt(answer);
    const paid = receipt !== '';
    if (paid && PREPAID.has(step.biller) && !/^[0-9]{20}$/.test(token))
      throw new DayFailed(`Bill ${step.reference} was paid, and its meter got no token of 20 digits.`);
    if (code !== '00' || paid === step.refused) {
      const wanted = step.refused ? 'refused by the biller' : 'paid';
      throw new DayFailed(
        `Bill ${step.reference} should be ${wanted}; the answer was ${code}, ${paid ? 'with' : 'without'} a receipt.`,
      );
    }
    if (step.meter !== undefined) await reportMeter(terminal, rides, participantNo, reader, card, record, step.meter);
  });
}

/** Billers whose meters take a token. */
const PREPAID: ReadonlySet<BillerName> = new Set<BillerName>(['water']);
/** A record of file 1Eh; what a meter reads in it is the gas company's own. */
const METER_RECORD_LENGTH = 48;
const METER_ACT = { written: 1, 'not-written': 2 } as const;

/**
 * The payment has to reach the meter: a purchase of nothing writes the meter record to the card in the same step as it makes
 * its TAC, or proves that the card was there and was not written. Either record names the payment.
 */
async function reportMeter(
  terminal: Terminal,
  rides: Rides,
  participantNo: string,
  reader: TapReader,
  card: VirtualCard,
  payment: PurchaseRecord,
  outcome: 'written' | 'not-written',
): Promise<void> {
  const industryData = Buffer.concat([
    unsigned(METER_ACT[outcome], 1),
    unsigned(payment.transaction, 4),
    Buffer.alloc(3),
  ]);
  const trip = Buffer.concat([unsigned(payment.amountFen, 4)], METER_RECORD_LENGTH);
  const result = reader.tap(card, { amountFen: 0, industryData, ...(outcome === 'written' && { trip }) });
  const [record] = result.records;
  if (result.kind !== 'paid' || !record) throw new DayFailed(`The meter report of a card came to "${result.kind}".`);
  rides.note(record, { origin: 'tap', way: '0320', participantNo, cardPaid: true });
  const answer = (await terminal.upload([encodeRecord(record)])).at(-1)?.answer;
  if (answer?.kind !== 'answered' || answer.code !== '00')
    throw new DayFailed('The report of a meter write was not answered 00.');
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
