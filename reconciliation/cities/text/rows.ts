import { cardNoOfSerial, type CcirRow, decodePurchaseRecord, encodePurchaseRecord, FLAG } from '@citycard/clearing';
import { cityDateTimeDigits, fen, instantOfCityDigits } from '@citycard/common';

/**
 * A purchase in a text row, 172 characters (domain page B.8, "FH row"): seq 12 ‖ nature 10 ‖ unit 8 ‖ point 8 ‖ acquiring city 4 ‖ POS 12 ‖
 * PSAM 16 ‖ lock 1 ‖ POS seq 9 ‖ SAM seq 9 ‖ term 12 ‖ card city 4 ‖ card 16 ‖ counter 6 ‖ main type 2 ‖ sub type 2 ‖ balance 8 ‖ amount 8 ‖
 * time 14 ‖ TAC 8 ‖ version 2 ‖ test 1. Nature is ours: transaction type 2 ‖ industry 2 ‖ flag 2 ‖ key index 2 ‖ key version 2.
 */
export const PURCHASE_ROW_LENGTH = 172;
/** A row that names neither SAM nor transaction number: its TAC cannot be checked. */
export const SHORT_ROW_LENGTH = 100;
/** seq 10 ‖ PSAM 16 ‖ SAM seq 9 ‖ card city 4 ‖ card 20 ‖ counter 6 ‖ time 14 ‖ settle date 8 ‖ state 6 ‖ test 1; state 000000 is accepted. */
export const ANSWER_ROW_LENGTH = 94;

const LARGEST_SAM_SEQUENCE = 999_999_999;
/** What a row of an exchange that leaves nature empty is. */
const PLAIN_PURCHASE = 0x06;
const OUR_PROFILE = '0310';

const PURCHASE =
  /^(\d{12})(\d{10})(\d{8})(\d{8})(\d{4})(\d{12})(\d{16})(\d)(\d{9})(\d{9})(\d{12})(\d{4})(\d{16})(\d{6})([0-9A-F]{2})([0-9A-F]{2})(\d{8})(\d{8})(\d{14})([0-9A-F]{8})(\d{2})(\d)$/;
const ANSWER = /^(\d{10})(\d{16})(\d{9})(\d{4})(\d{20})(\d{6})(\d{14})(\d{8})(\d{6})(\d)$/;

const digits = (value: number | bigint, width: number): string => String(value).padStart(width, '0');
const hex = (value: number): string => value.toString(16).toUpperCase().padStart(2, '0');

/** Writes one purchase; what is wrong with it for a text row comes back as a sentence. */
export function purchaseRow(raw: Buffer, place: number, acquirer: string): { row: string } | { problem: string } {
  const record = decodePurchaseRecord(raw);
  const { applicationSerial, issuerCity, samTransactionNo, samNo, tappedAt } = record;
  if (!applicationSerial.startsWith(OUR_PROFILE))
    return { problem: 'its card is of no profile that has 16 digits behind 0310' };
  if (samTransactionNo > LARGEST_SAM_SEQUENCE)
    return { problem: `SAM sequence ${samTransactionNo} has more than 9 digits` };
  if (tappedAt === undefined) return { problem: 'its date and time do not exist' };
  const { date, time } = cityDateTimeDigits(tappedAt);
  const nature =
    digits(record.transactionType, 2) +
    digits(record.industry, 2) +
    digits(record.flag, 2) +
    digits(record.keyIndex % 100, 2) +
    digits(record.keyVersion % 100, 2);
  const row = [
    ...[digits(place, 12), nature, digits(0, 8), digits(0, 8), acquirer, digits(0, 12), samNo.padStart(16, '0')],
    ...[record.flag === FLAG.cardLocked ? '1' : '0', digits(0, 9), digits(samTransactionNo, 9), samNo],
    ...[
      issuerCity,
      applicationSerial.slice(4),
      digits(record.offlineCounter, 6),
      hex(record.mainType),
      hex(record.subType),
    ],
    ...[
      digits(record.balanceBeforeFen, 8),
      digits(record.amountFen, 8),
      date + time,
      record.tac.toString('hex').toUpperCase(),
    ],
    ...['01', record.testCard ? '1' : '0'],
  ].join('');
  return row.length === PURCHASE_ROW_LENGTH ? { row } : { problem: 'a field of it does not fit its width' };
}

/** Reads one purchase: the 64-byte record it stands for, and where it was made. */
export function readPurchaseRow(row: string): { raw: Buffer; acquirer: string } | { problem: string } {
  const [
    ,
    ,
    nature,
    ,
    ,
    acquirer,
    ,
    ,
    lock,
    ,
    samSequence,
    samNo,
    city,
    card,
    counter,
    main,
    sub,
    balance,
    amount,
    time,
    tac,
    ,
    test,
  ] = PURCHASE.exec(row) ?? [];
  if (nature === undefined || acquirer === undefined || card === undefined || time === undefined || tac === undefined)
    return { problem: 'a field holds what it may not' };
  const tappedAt = instantOfCityDigits(time.slice(0, 8), time.slice(8));
  if (tappedAt === undefined) return { problem: `${time} is no date and time` };
  const [type, industry, flag, keyIndex, keyVersion] = [0, 2, 4, 6, 8].map((at) => Number(nature.slice(at, at + 2)));
  if (Number(counter) > 0xffff) return { problem: `counter ${counter} is above 65535` };
  const raw = encodePurchaseRecord({
    ...{ issuerCity: city ?? '', applicationSerial: OUR_PROFILE + card, tappedAt, samNo: samNo ?? '' },
    ...{ flag: lock === '1' ? FLAG.cardLocked : (flag ?? 0), testCard: test === '1' },
    transactionType: type === 0 || type === undefined ? PLAIN_PURCHASE : type,
    ...{ industry: industry ?? 0, keyIndex: keyIndex ?? 0, keyVersion: keyVersion ?? 0 },
    ...{ mainType: Number.parseInt(main ?? '', 16), subType: Number.parseInt(sub ?? '', 16) },
    ...{ offlineCounter: Number(counter), samTransactionNo: Number(samSequence) },
    ...{
      balanceBeforeFen: fen(BigInt(balance ?? '')),
      amountFen: fen(BigInt(amount ?? '')),
      tac: Buffer.from(tac, 'hex'),
    },
  });
  return { raw, acquirer };
}

/** Writes the answer to one purchase. */
export function answerRow(raw: Buffer, outcome: CcirRow['outcome'], place: number, settleDate: string): string {
  const record = decodePurchaseRecord(raw);
  const moment = record.tappedAt === undefined ? undefined : cityDateTimeDigits(record.tappedAt);
  return [
    ...[
      digits(place, 10),
      record.samNo.padStart(16, '0'),
      digits(record.samTransactionNo % (LARGEST_SAM_SEQUENCE + 1), 9),
    ],
    ...[record.issuerCity, record.applicationSerial, digits(record.offlineCounter, 6)],
    ...[moment === undefined ? digits(0, 14) : moment.date + moment.time, settleDate.replaceAll('-', '')],
    ...[digits(Number.parseInt(outcome, 16), 6), record.testCard ? '1' : '0'],
  ].join('');
}

/** What an answer row says, and of which purchase. */
export interface ReadAnswer {
  /** As records are stored under. */
  readonly cardNo: string;
  readonly issuerCity: string;
  readonly offlineCounter: number;
  readonly samNo: string;
  readonly samTransactionNo: number;
  /** Two hexadecimal digits, as in a CCIR row. */
  readonly outcome: string;
}

export function readAnswerRow(row: string): ReadAnswer | undefined {
  const [, , psam, samSequence, city, card, counter, , , state] = ANSWER.exec(row) ?? [];
  if (psam === undefined || city === undefined || card === undefined || Number(state) > 0xff) return undefined;
  return {
    cardNo: cardNoOfSerial(card),
    issuerCity: city,
    offlineCounter: Number(counter),
    samNo: psam.slice(4),
    samTransactionNo: Number(samSequence),
    outcome: hex(Number(state)),
  };
}
