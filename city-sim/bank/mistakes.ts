import { Dice } from '../day/dice.ts';
import { fenOf, yuan } from './amounts.ts';

/** What a bank does wrong with a message now and then. */
const BANK_MISTAKES = [
  'lost file',
  'half file',
  'twice',
  'late',
  'wrong amount',
  'wrong account',
  'wrong encoding',
] as const;
export type BankMistake = (typeof BANK_MISTAKES)[number];

/** One attempt to deliver a message, so many days after the day it is due. */
export interface BankAttempt {
  readonly bytes: Buffer;
  readonly daysLate: number;
  /** Whether the receiver has to refuse it, whatever came before. */
  readonly refused: boolean;
}

const LATE_DAYS = 2;
/** An account of somebody else. */
const STRANGER = '6217999999999999999';
/** A name in GB 18030 where the message says it is UTF-8: 0xD6 0xD0 is 中. */
const GB_BYTES = Buffer.from([0xd6, 0xd0]);

/**
 * What is delivered of a right message when a mistake is made with it, in order. Whatever has to be refused is followed by the right
 * message a day later, as by a bank that reads the answer; a lost one comes when somebody asks for it, which is not in the list.
 */
export function bankAttemptsWith(mistake: BankMistake | undefined, message: string): BankAttempt[] {
  const right: BankAttempt = { bytes: Buffer.from(message), daysLate: 0, refused: false };
  const wrong = (bytes: Buffer): BankAttempt[] => [
    { ...right, bytes, refused: true },
    { ...right, daysLate: 1 },
  ];
  switch (mistake) {
    case undefined:
      return [right];
    case 'lost file':
      return [];
    case 'twice':
      return [right, right, { ...right, bytes: Buffer.from(renamed(message)) }];
    case 'late':
      return [{ ...right, daysLate: LATE_DAYS }];
    case 'half file':
      return wrong(right.bytes.subarray(0, Math.floor(right.bytes.length / 2)));
    case 'wrong amount':
      // A notification has no sum that gives it away: it is believed until the statement says otherwise.
      if (isNotification(message)) return [{ ...right, bytes: Buffer.from(withWrongEntry(message)) }];
      return wrong(Buffer.from(withWrongAmount(message)));
    case 'wrong account':
      return wrong(Buffer.from(withWrongAccount(message)));
    case 'wrong encoding':
      return wrong(misencoded(message));
  }
}

/** The same news once more under another message id. */
const renamed = (message: string): string => message.replace(/<MsgId>([^<]*)<\/MsgId>/, '<MsgId>$1-R</MsgId>');

const isNotification = (message: string): boolean => message.includes('<BkToCstmrDbtCdtNtfctn>');

/** The first entry a yuan too much, in the entry and in its details. */
function withWrongEntry(message: string): string {
  const amount = /<Ntry><Amt Ccy="CNY">([0-9.]+)</.exec(message)?.[1];
  if (amount === undefined) return message;
  return message.replaceAll(`<Amt Ccy="CNY">${amount}<`, `<Amt Ccy="CNY">${yuan(fenOf(amount) + 100)}<`);
}

/** A statement that closes with a yuan too much; a status of more money than was ordered. */
function withWrongAmount(message: string): string {
  const closing = /(<Cd>CLBD<\/Cd><\/CdOrPrtry><\/Tp><Amt Ccy="CNY">)([0-9.]+)/;
  if (closing.test(message))
    return message.replace(closing, (_, head: string, amount: string) => `${head}${yuan(fenOf(amount) + 100)}`);
  return message.replace('</OrgnlMsgNmId>', '</OrgnlMsgNmId><OrgnlCtrlSum>0.01</OrgnlCtrlSum>');
}

/** The news of another customer; of a payment status, of a payment file we never sent. */
function withWrongAccount(message: string): string {
  const own = /(<Acct><Id><Othr><Id>)[^<]*/;
  if (own.test(message)) return message.replace(own, `$1${STRANGER}`);
  return message.replace(/(<OrgnlMsgId>)[^<]*/, '$1PAY-OF-ANOTHER');
}

function misencoded(message: string): Buffer {
  const at = message.indexOf('<CreDtTm>');
  return Buffer.concat([
    Buffer.from(message.slice(0, at)),
    Buffer.from('<!-- '),
    GB_BYTES,
    Buffer.from(' -->'),
    Buffer.from(message.slice(at)),
  ]);
}

/**
 * What goes wrong with a message, by seed: with one in `oneIn` something does, each kind as often as any other. The same message of the
 * same seed always meets the same fate.
 */
export function bankMistakeWith(seed: number, oneIn: number, messageName: string): BankMistake | undefined {
  const dice = new Dice(seed, `mistake with ${messageName}`);
  return dice.below(oneIn) === 0 ? dice.pick(BANK_MISTAKES) : undefined;
}
