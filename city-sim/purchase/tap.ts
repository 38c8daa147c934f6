import { packDigits } from '../bytes/bcd.ts';
import { unsigned } from '../bytes/integers.ts';
import { momentBytes, momentOf } from '../bytes/moment.ts';
import { command, decodeResponse, type Response } from '../chip/apdu.ts';
import { SW } from '../chip/status-words.ts';
import { cardFactor, cityFactor } from '../cryptography/purse.ts';
import { ChipWithoutPower } from '../errors.ts';
import { readCardFace, type CardFace } from './card-face.ts';
import { type ConcessionFares, type Fare, fareOn } from './fare.ts';
import { onPass, passToUse } from './passes.ts';
import { decodeRecord, encodeRecord, RECORD_FLAG, type PurchaseRecord } from './record.ts';

/** What the tap reader needs of a card or SAM. */
interface Transmitter {
  transmit(apdu: Buffer): Buffer;
}

/** The hotlist as the terminal holds it. */
export interface HeldHotlist {
  readonly version: number;
  /** 20-digit application serials. */
  has(applicationSerial: string): boolean;
}

/** A tap reader in a bus, taxi or shop. */
export interface TapReaderSettings {
  readonly sam: Transmitter;
  readonly industry: number;
  readonly clock: () => Date;
  readonly hotlist?: () => HeldHotlist;
  readonly testCard?: boolean;
  /** What cards with a concession pay here; without it everybody pays the full fare. */
  readonly concessionFares?: ConcessionFares;
  /** Whose reader it is; without it passes of one operator are good for nothing here. */
  readonly merchantNo?: string;
  /** A torn purchase from before a restart, as `pendingRecord` gave it. */
  readonly pending?: Buffer;
}

/** What came of a tap. `records` are to be stored and uploaded, also when the tap itself failed. */
export interface TapResult {
  readonly kind: 'paid' | 'recovered' | 'torn' | 'refused' | 'locked';
  readonly records: readonly PurchaseRecord[];
  /** Status word that refused, if a chip did. */
  readonly sw?: number;
}

/** The offline purchase between SAM and card, with the terminal's rule for torn transactions (domain page A.9). */
export class TapReader {
  readonly #settings: TapReaderSettings;
  readonly #samNo: string;
  #pending: PurchaseRecord | undefined;

  /** Reads the SAM number and selects the SAM's application. */
  constructor(settings: TapReaderSettings) {
    this.#settings = settings;
    exchange(settings.sam, Buffer.from('00A40000023F00', 'hex'));
    this.#samNo = exchange(settings.sam, Buffer.from('00B0960006', 'hex')).data.toString('hex');
    exchange(settings.sam, Buffer.from('00A40000021001', 'hex'));
    this.#pending = settings.pending && decodeRecord(settings.pending);
  }

  /** 12 digits */
  get samNo(): string {
    return this.#samNo;
  }

  /** The torn purchase that waits for its card, to survive a restart of the terminal. */
  get pendingRecord(): Buffer | undefined {
    return this.#pending && encodeRecord(this.#pending);
  }

  /** Nobody puts the torn card back: hands out the gray record, if there is one. */
  giveUp(): PurchaseRecord | undefined {
    const gray = this.#pending;
    this.#pending = undefined;
    return gray;
  }

  /** One tap. A card that leaves the field gives `torn`; everything else is answered by the chips. */
  tap(card: Transmitter, fare: Fare): TapResult {
    let face: CardFace | number;
    try {
      face = readCardFace(card);
    } catch (error) {
      return tornOrThrow(error, []);
    }
    if (typeof face === 'number') return { kind: 'refused', records: [], sw: face };
    const records: PurchaseRecord[] = [];
    if (this.#pending && this.#pending.applicationSerial !== face.applicationSerial) records.push(this.#pending);
    if (records.length > 0) this.#pending = undefined;
    try {
      return this.#tapKnown(card, face, fare, records);
    } catch (error) {
      return tornOrThrow(error, records);
    }
  }

  #tapKnown(card: Transmitter, face: CardFace, asked: Fare, records: PurchaseRecord[]): TapResult {
    const { hotlist, clock, industry, merchantNo, concessionFares: shares = {} } = this.#settings;
    const moment = momentOf(clock());
    const pass = passToUse(card, face.passes, { day: moment.date, industry, merchantNo });
    const fare = pass ? onPass(asked, industry) : fareOn(moment.date, face.concession, asked, { industry, shares });
    if (this.#pending) {
      const settled = this.#recover(card, this.#pending);
      this.#pending = undefined;
      if (settled) records.push(settled);
      if (settled?.flag === RECORD_FLAG.recovered) return { kind: 'recovered', records };
    }
    const cached = [fare.trip && command(0x80, 0xdc, 0x00, 0xf0, fare.trip), pass?.count].filter(
      (each) => each !== undefined,
    );
    const draft = this.#draft(face, fare, moment, cached.length > 0);
    if (hotlist?.().has(face.applicationSerial)) {
      const locked = { ...draft, flag: RECORD_FLAG.locked, amountFen: 0 };
      return { kind: 'locked', records: [...records, locked] };
    }
    const init = initialise(card, draft);
    if (init.sw !== SW.done) return { kind: 'refused', records, sw: init.sw };
    const started = { ...draft, ...readInit(init.data) };
    const request = Buffer.concat([
      init.data.subarray(11, 15),
      init.data.subarray(4, 6),
      unsigned(fare.amountFen, 4),
      Buffer.from([started.type]),
      momentBytes(moment),
      init.data.subarray(9, 11),
      cardFactor(face.applicationSerial),
      cityFactor(face.issuerCity),
    ]);
    const made = exchange(this.#settings.sam, command(0x80, 0x70, 0, 0, request));
    if (made.sw !== SW.done) return { kind: 'refused', records, sw: made.sw };
    const pending = { ...started, flag: RECORD_FLAG.gray, transaction: made.data.readUInt32BE(0) };
    for (const update of cached) {
      const taken = exchange(card, update);
      if (taken.sw !== SW.done) return { kind: 'refused', records, sw: taken.sw };
    }
    this.#pending = pending;
    const debit = Buffer.concat([made.data.subarray(0, 4), momentBytes(moment), made.data.subarray(4, 8)]);
    const debited = exchange(card, command(0x80, 0x54, 0x01, 0x00, debit, 8));
    this.#pending = undefined;
    if (debited.sw !== SW.done) return { kind: 'refused', records, sw: debited.sw };
    const checked = exchange(this.#settings.sam, command(0x80, 0x72, 0, 0, debited.data.subarray(4, 8)));
    // The card has paid, or pretends to: the TAC goes up in any case, and the back office tells which.
    records.push({ ...pending, flag: RECORD_FLAG.complete, tac: Buffer.from(debited.data.subarray(0, 4)) });
    return checked.sw === SW.done ? { kind: 'paid', records } : { kind: 'refused', records, sw: checked.sw };
  }

  /** The record of a torn purchase: recovered when the card proves it, gray when it cannot, undefined when it was never debited. */
  #recover(card: Transmitter, torn: PurchaseRecord): PurchaseRecord | undefined {
    // Amount 0 always passes, so an emptied purse cannot hide the debit; the counter alone tells whether it happened.
    const init = initialise(card, { ...torn, amountFen: 0 });
    if (init.sw !== SW.done) return { ...torn };
    const { counter, balanceFen } = readInit(init.data);
    if (counter === torn.counter) return undefined;
    if (counter !== torn.counter + 1 || balanceFen !== torn.balanceFen - torn.amountFen) return { ...torn };
    const proof = exchange(card, command(0x80, 0x5a, 0x00, torn.type, unsigned(counter, 2), 8));
    if (proof.sw !== SW.done) return { ...torn };
    return { ...torn, flag: RECORD_FLAG.recovered, tac: Buffer.from(proof.data.subarray(4, 8)) };
  }

  #draft(face: CardFace, fare: Fare, moment: { date: string; time: string }, cached: boolean): PurchaseRecord {
    return {
      flag: RECORD_FLAG.complete,
      testCard: this.#settings.testCard ?? false,
      issuerCity: face.issuerCity,
      applicationSerial: face.applicationSerial,
      mainType: face.mainType,
      subType: face.subType,
      type: cached ? 0x09 : 0x06,
      keyIndex: 0x01,
      keyVersion: 0,
      algorithmByte: 0,
      counter: 0,
      balanceFen: 0,
      amountFen: fare.amountFen,
      samNo: this.#samNo,
      transaction: 0,
      moment,
      tac: Buffer.alloc(4),
      hotlistVersion: this.#settings.hotlist?.().version ?? 0,
      industry: this.#settings.industry,
      industryData: fare.industryData ?? Buffer.alloc(8),
    };
  }
}

function initialise(card: Transmitter, record: PurchaseRecord): Response {
  const data = Buffer.concat([Buffer.from([record.keyIndex]), unsigned(record.amountFen, 4), packDigits(record.samNo)]);
  return exchange(card, command(0x80, 0x50, record.type === 0x09 ? 0x03 : 0x01, 0x02, data, 15));
}

function readInit(data: Buffer) {
  return {
    balanceFen: data.readUInt32BE(0),
    counter: data.readUInt16BE(4),
    keyVersion: data.readUInt8(9),
    algorithmByte: data.readUInt8(10),
  };
}

function exchange(chip: Transmitter, apdu: Buffer): Response {
  return decodeResponse(chip.transmit(apdu));
}

function tornOrThrow(error: unknown, records: readonly PurchaseRecord[]): TapResult {
  if (error instanceof ChipWithoutPower) return { kind: 'torn', records };
  throw error;
}
