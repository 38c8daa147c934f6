import {
  applicationSerial,
  cardFactor,
  cityFactor,
  decodePurchaseRecord,
  FLAG,
  issuerCity,
  parseCardNo,
} from '@citycard/clearing';
import { cityDateTimeDigits, digitsToBcd, fen, type Fen } from '@citycard/common';
import type { HsmClient } from '@citycard/hsm-sim';
import type { BatchTotals, ResponseCode, TerminalRequest } from '@citycard/terminal-gateway';
import { parameterBlock, type TestHotlist } from './lists.ts';
import { faultsOfRecord, identityOfRecord } from './records.ts';
import { TEST_KEYS } from './test-keys.ts';

/** A load the kit has answered. */
export interface KnownLoad {
  /** The SAM of the terminal it was asked for at. */
  readonly samNo: string;
  readonly cardNo: string;
  readonly amount: Fen;
  readonly balanceBefore: Fen;
  readonly onlineCounter: number;
  readonly hostDate: string;
  readonly hostTime: string;
  readonly batch: string;
  readonly trace: string;
  state: 'pending' | 'posted' | 'void';
}

/** The bill everybody may pay in a test. */
export const TEST_BILL = { biller: 'TEST', customer: 'ACCEPTANCE', reference: 'TEST-BILL-1', dueFen: 350n } as const;

/** An answer: code and the values of the message, as the catalogue has them. */
export type Decision = readonly [code: ResponseCode, values?: object];

/** What the kit's host remembers, and how it decides when no case wants otherwise: as the page says. */
export class HonestHost {
  readonly hsm: HsmClient;
  readonly hotlist: TestHotlist;
  /** Shared by the hosts of one run: a card proves at one terminal what it was loaded with at another. */
  readonly loads: KnownLoad[];
  readonly #samNo: string;
  readonly #fault: (sentence: string) => void;
  readonly #purchases = new Map<
    string,
    { readonly batch: string; readonly amount: bigint; readonly content: string }
  >();
  #receipts = 0;

  constructor(settings: {
    readonly hsm: HsmClient;
    readonly hotlist: TestHotlist;
    readonly samNo: string;
    readonly loads: KnownLoad[];
    fault(sentence: string): void;
  }) {
    this.hsm = settings.hsm;
    this.hotlist = settings.hotlist;
    this.#samNo = settings.samNo;
    this.loads = settings.loads;
    this.#fault = (sentence) => settings.fault(sentence);
  }

  async decide(request: TerminalRequest): Promise<Decision> {
    switch (request.name) {
      case 'signOn':
        throw new Error('keys are the session’s affair');
      case 'parameters': {
        const block = parameterBlock(request.values.wanted.blockIndex);
        return block === undefined ? ['30'] : ['00', { block }];
      }
      case 'hotlist': {
        const page = this.hotlist.page(request.values.wanted);
        return page === undefined ? ['30'] : ['00', { page }];
      }
      case 'purseBalance':
        return ['00', { balances: { ledgerFen: fen(0n), availableFen: fen(0n) } }];
      case 'loadFromCash':
      case 'loadFromAccount':
        return this.#load(request);
      case 'loadResult':
        return this.#result(request);
      case 'loadReversal':
        return this.#reversal(request);
      case 'purchaseUpload':
        return this.#upload(request);
      case 'billEnquiry': {
        const { biller, customer } = request.values.enquiry;
        if (biller !== TEST_BILL.biller || customer !== TEST_BILL.customer) return ['25'];
        const due = fen(TEST_BILL.dueFen);
        const bill = { billReference: TEST_BILL.reference, due, dueDate: '20991231', text: 'Acceptance test' };
        return ['00', { due, bills: [bill] }];
      }
      case 'billPayment':
        return this.#bill(request);
      case 'batchTotals': {
        const own = this.totals(request.management.batch);
        const equal = sameTotals(own, request.values.totals);
        if (!equal) this.#fault(`The totals of batch ${request.management.batch} are not those of its messages.`);
        return ['00', { totals: { ...own, result: equal ? 1 : 2 } }];
      }
      case 'signOff':
      case 'echo':
      case 'parametersAdopted':
      case 'hotlistAdopted':
      case 'batchUploadEnd':
        return ['00'];
    }
  }

  /** Loads and purchases of a batch that were answered 00, each purchase once, locked cards left out. */
  totals(batch: string): BatchTotals {
    const loads = this.#ownLoads().filter((load) => load.batch === batch && load.state === 'posted');
    const purchases = [...this.#purchases.values()].filter((one) => one.batch === batch);
    return {
      loads: { amount: fen(loads.reduce((sum, { amount }) => sum + amount, 0n)), count: loads.length },
      purchases: { amount: fen(purchases.reduce((sum, { amount }) => sum + amount, 0n)), count: purchases.length },
    };
  }

  async #load({ values, management, trace }: TerminalRequest<'loadFromCash' | 'loadFromAccount'>): Promise<Decision> {
    const { load, amount } = values;
    const card = parseCardNo(values.cardNo);
    if (card === undefined)
      return this.#refuse('14', `Field 2 of a load, ${values.cardNo.slice(0, 6)}…, is no card number.`);
    if (load.applicationSerial !== applicationSerial(card))
      return this.#refuse('30', 'The application serial in field 58 of a load is not 0 and field 2.');
    if (load.samNo !== this.#samNo)
      return this.#refuse('58', `The SAM number in field 58 of a load is ${load.samNo}, not ${this.#samNo}.`);
    const { date: hostDate, time: hostTime } = cityDateTimeDigits(new Date());
    const authorised = await this.hsm.loadAuthorise({
      dlk: `name:${TEST_KEYS.load}`,
      factors: [cityFactor(issuerCity(card)), cardFactor(card)],
      algorithm: '3des',
      cardRandom: load.cardRandom,
      onlineCounter: load.onlineCounter,
      balanceBefore: Number(load.balanceBefore),
      amount: Number(amount),
      type: load.type,
      samNo: digitsToBcd(load.samNo),
      mac1: load.mac1,
      date: digitsToBcd(hostDate),
      time: digitsToBcd(hostTime),
    });
    if (!authorised.ok)
      return this.#refuse('A1', 'MAC1 in field 58 of a load is wrong for this card, counter, balance and amount.');
    this.loads.push({
      samNo: load.samNo,
      cardNo: card,
      amount,
      balanceBefore: load.balanceBefore,
      onlineCounter: load.onlineCounter,
      hostDate,
      hostTime,
      batch: management.batch,
      trace,
      state: 'pending',
    });
    return ['00', { load: { version: 1, hostDate, hostTime, mac2: authorised.mac2 } }];
  }

  async #result({ values }: TerminalRequest<'loadResult'>): Promise<Decision> {
    const { original, result, cardNo, amount } = values;
    const own = original.batch !== '000000' || original.trace !== '000000';
    const load = own
      ? this.#ownLoads().findLast(({ batch, trace }) => batch === original.batch && trace === original.trace)
      : this.loads.findLast((known) => known.cardNo === cardNo && known.onlineCounter === result.onlineCounterBefore);
    const card = parseCardNo(cardNo);
    if (load === undefined || card === undefined || load.cardNo !== cardNo)
      return this.#refuse('25', 'A load result names a load (field 61) that was never asked for.');
    if (load.amount !== amount) return this.#refuse('64', 'Field 4 of a load result is not the amount of its load.');
    if (own && ![load.hostDate.slice(4), '0000'].includes(original.date))
      return this.#refuse('25', 'The date in field 61 of a load result is not field 13 of the answer, nor 0000.');
    if (result.outcome === 2) return ['00'];
    if (result.outcome === 1) {
      if (load.state === 'posted')
        return this.#refuse('12', 'A load result says "not credited" after one that said "credited".');
      load.state = 'void';
      return ['00'];
    }
    const right = await this.hsm.verifyLoadTac({
      dtk: `name:${TEST_KEYS.tac}`,
      factors: [cityFactor(issuerCity(card)), cardFactor(card)],
      algorithm: '3des',
      balanceAfter: Number(load.balanceBefore + load.amount),
      onlineCounterBefore: load.onlineCounter,
      amount: Number(load.amount),
      type: 2,
      samNo: digitsToBcd(load.samNo),
      date: digitsToBcd(load.hostDate),
      time: digitsToBcd(load.hostTime),
      tac: result.tac,
    });
    if (!right) return this.#refuse('A1', 'The TAC of a load result is not the card’s.');
    if (result.balanceAfter !== load.balanceBefore + load.amount)
      return this.#refuse('A1', 'The balance after, in a load result, is not balance before and amount.');
    if (result.onlineCounterBefore !== load.onlineCounter)
      return this.#refuse('A1', 'The online counter in a load result is not that of the load.');
    load.state = 'posted';
    return ['00'];
  }

  #reversal({ values, management, trace }: TerminalRequest<'loadReversal'>): Decision {
    const { original, amount, cardNo } = values;
    const load = this.#ownLoads().findLast((one) => one.batch === original.batch && one.trace === original.trace);
    if (load === undefined) return ['25'];
    if (load.cardNo !== cardNo || load.amount !== amount)
      return this.#refuse('64', 'Fields 2 and 4 of a reversal are not those of its load.');
    if (management.batch !== load.batch || trace !== load.trace)
      return this.#refuse('30', 'A reversal does not carry batch and trace number of the load it reverses.');
    if (load.state === 'posted') return this.#refuse('12', 'A load is reversed whose result said "credited".');
    load.state = 'void';
    return ['00'];
  }

  async #upload({ values, management }: TerminalRequest<'purchaseUpload'>): Promise<Decision> {
    const { records, totals } = values;
    if (totals.count !== records.length)
      return this.#refuse('30', `Field 48 counts ${totals.count} records, field 62 has ${records.length}.`);
    const sum = records.reduce((amount, raw) => amount + decodePurchaseRecord(raw).amountFen, 0n);
    if (sum !== totals.amount)
      return this.#refuse('13', `Field 48 says ${totals.amount} fen, the records in field 62 are ${sum} fen.`);
    for (const [at, raw] of records.entries()) await this.#take(raw, management.batch, `Record ${at + 1}`);
    return ['00'];
  }

  async #bill({ values, management }: TerminalRequest<'billPayment'>): Promise<Decision> {
    const { payment, amount } = values;
    const record = decodePurchaseRecord(payment.record);
    if (record.amountFen !== amount) return this.#refuse('13', 'Field 4 of a bill payment is not the record’s amount.');
    if (payment.biller !== TEST_BILL.biller || payment.customer !== TEST_BILL.customer)
      return this.#refuse('30', 'A bill payment does not name the biller and customer that were asked for.');
    await this.#take(payment.record, management.batch, 'The record of a bill payment');
    this.#receipts += 1;
    const receipt = `RECEIPT${String(this.#receipts).padStart(8, '0')}`;
    return ['00', { receipt: { receipt, meterToken: '' } }];
  }

  async #take(raw: Buffer, batch: string, name: string): Promise<void> {
    for (const sentence of await faultsOfRecord(this.hsm, raw, { samNo: this.#samNo, now: new Date() })) {
      this.#fault(`${name}: ${sentence}.`);
    }
    const record = decodePurchaseRecord(raw);
    const identity = identityOfRecord(record);
    // Bytes 2–13, 16 and 20–50 are what makes two records one purchase.
    const content = Buffer.concat([raw.subarray(2, 14), raw.subarray(16, 17), raw.subarray(20, 51)]).toString('hex');
    const known = this.#purchases.get(identity);
    if (known !== undefined && known.content !== content)
      this.#fault(`${name} has counter and transaction number of another purchase of the card.`);
    if (known === undefined && record.flag !== FLAG.cardLocked)
      this.#purchases.set(identity, { batch, amount: record.amountFen, content });
  }

  /** Loads asked for at this host's terminal. */
  #ownLoads(): KnownLoad[] {
    return this.loads.filter(({ samNo }) => samNo === this.#samNo);
  }

  #refuse(code: ResponseCode, sentence: string): Decision {
    this.#fault(sentence);
    return [code];
  }
}

function sameTotals(one: BatchTotals, other: BatchTotals): boolean {
  return (['loads', 'purchases'] as const).every(
    (kind) => one[kind].amount === other[kind].amount && one[kind].count === other[kind].count,
  );
}
