import { fenOf } from './amounts.ts';
import { notificationXml, paymentStatusXml, statementXml, type BankEntry, type PaymentAnswer } from './messages.ts';
import { elements, readXml, textAt, type XmlElement } from './xml.ts';

/** What ISO 20022 says when nobody gave a reference. */
const NOT_PROVIDED = 'NOTPROVIDED';

/** Money that arrives from outside. */
export interface Wire {
  readonly accountNo: string;
  readonly amountFen: number;
  readonly from: string;
  readonly remittance: string;
  /** YYYY-MM-DD, the bank's booking day. */
  readonly booked: string;
}

/** The custodian bank: it knows its own accounts, entries and messages, and nothing of cards. */
export class SimulatedBank {
  readonly #name: string;
  readonly #clock: () => Date;
  readonly #entries = new Map<string, BankEntry[]>();
  #references = 0;
  #messages = 0;

  /** `name` begins every reference and message id, so that two banks never give the same. */
  constructor(name: string, accounts: readonly string[], clock: () => Date = () => new Date()) {
    this.#name = name;
    this.#clock = clock;
    for (const accountNo of accounts) this.#entries.set(accountNo, []);
  }

  /** What an account holds, in fen. Throws RangeError for an account of another bank. */
  balance(accountNo: string): number {
    return sumOf(this.#of(accountNo));
  }

  /** Books money that came in and answers the entry. */
  receive(wire: Wire): BankEntry {
    const { accountNo, amountFen, from, remittance, booked } = wire;
    return this.#book(accountNo, {
      direction: 'CRDT',
      amountFen,
      booked,
      counterparty: from,
      remittance,
      endToEndId: NOT_PROVIDED,
    });
  }

  /** The camt.054 that tells of entries of one account. */
  notification(accountNo: string, entries: readonly BankEntry[]): string {
    return notificationXml({ messageId: this.#messageId('NTF'), createdAt: this.#clock(), accountNo, entries });
  }

  /**
   * Carries out a pain.001: each payment is booked when the account still holds enough, else refused. Answers the pain.002.
   * Throws MalformedBytes when the message cannot be read or its own sums do not hold.
   */
  pay(pain001: string, booked: string): { status: string; payments: readonly PaymentAnswer[] } {
    const order = readXml(pain001);
    const header = elements(order, 'CstmrCdtTrfInitn', 'GrpHdr')[0] ?? order;
    const information = elements(order, 'CstmrCdtTrfInitn', 'PmtInf')[0] ?? order;
    const transfers = elements(information, 'CdtTrfTxInf').map(readTransfer);
    const total = transfers.reduce((sum, transfer) => sum + transfer.amountFen, 0);
    if (Number(textAt(header, 'NbOfTxs')) !== transfers.length || fenOf(textAt(header, 'CtrlSum')) !== total) {
      throw new RangeError('number or sum of the payment message is not that of its payments');
    }
    const accountNo = textAt(information, 'DbtrAcct', 'Id', 'Othr', 'Id');
    const payments = transfers.map((transfer): PaymentAnswer => {
      const { endToEndId } = transfer;
      if (transfer.amountFen > this.balance(accountNo)) return { endToEndId, status: 'RJCT', reason: 'AM04' };
      this.#book(accountNo, { ...transfer, direction: 'DBIT', booked });
      return { endToEndId, status: 'ACSC' };
    });
    const status = paymentStatusXml({
      messageId: this.#messageId('STS'),
      createdAt: this.#clock(),
      originalMessageId: textAt(header, 'MsgId'),
      originalInformationId: textAt(information, 'PmtInfId'),
      payments,
    });
    return { status, payments };
  }

  /** The camt.053 of an account for one day: opening, every entry booked that day, closing. */
  statement(accountNo: string, date: string): string {
    const all = this.#of(accountNo);
    const entries = all.filter((entry) => entry.booked === date);
    const openingFen = sumOf(all.filter((entry) => entry.booked < date));
    return statementXml({
      messageId: this.#messageId('STM'),
      createdAt: this.#clock(),
      accountNo,
      entries,
      date,
      openingFen,
      closingFen: openingFen + sumOf(entries),
    });
  }

  #of(accountNo: string): BankEntry[] {
    const entries = this.#entries.get(accountNo);
    if (entries === undefined) throw new RangeError(`${this.#name} has no account ${accountNo}`);
    return entries;
  }

  #book(accountNo: string, entry: Omit<BankEntry, 'reference'>): BankEntry {
    this.#references += 1;
    const booked = { reference: `${this.#name}-${String(this.#references).padStart(8, '0')}`, ...entry };
    this.#of(accountNo).push(booked);
    return booked;
  }

  #messageId(kind: string): string {
    this.#messages += 1;
    return `${this.#name}-${kind}-${String(this.#messages).padStart(6, '0')}`;
  }
}

function readTransfer(transfer: XmlElement) {
  return {
    endToEndId: textAt(transfer, 'PmtId', 'EndToEndId'),
    amountFen: fenOf(textAt(transfer, 'Amt', 'InstdAmt')),
    counterparty: textAt(transfer, 'Cdtr', 'Nm'),
    remittance: elements(transfer, 'RmtInf', 'Ustrd')
      .map((line) => line.text.trim())
      .join(' '),
  };
}

function sumOf(entries: readonly BankEntry[]): number {
  return entries.reduce((sum, { direction, amountFen }) => sum + (direction === 'CRDT' ? amountFen : -amountFen), 0);
}
