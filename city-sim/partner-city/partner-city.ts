import { createHash } from 'node:crypto';
import { packDigits } from '../bytes/bcd.ts';
import { unsigned } from '../bytes/integers.ts';
import { momentBytes, momentOf } from '../bytes/moment.ts';
import {
  cardNumber,
  CARD_KEY_USAGES,
  deriveCardKeys,
  type CardIdentity,
  type CardKeySet,
} from '../card/default-product.ts';
import { personaliseCard } from '../card/issue.ts';
import { loadByIssuer } from '../card/issuer-load.ts';
import { VirtualCard } from '../card/virtual-card.ts';
import { transactionAuthenticationCode } from '../cryptography/purse.ts';
import {
  readInterCityAnswer,
  readInterCityPurchases,
  writeInterCityAnswer,
  writeInterCityPurchases,
  type AnswerRow,
} from '../purchase/inter-city-file.ts';
import type { NamedFile } from '../purchase/purchase-file.ts';
import { decodeRecord, encodeRecord, INDUSTRY, RECORD_FLAG, type PurchaseRecord } from '../purchase/record.ts';
import { TapReader } from '../purchase/tap.ts';
import { personaliseSam } from '../sam/issue.ts';
import { VirtualSam } from '../sam/virtual-sam.ts';

/** Outcomes of a CCIR row that this city gives. */
const OUTCOME = {
  accepted: 0x00,
  tacWrong: 0x01,
  cardUnknown: 0x02,
  duplicate: 0x03,
  conflict: 0x04,
  notOurCard: 0x0a,
  held: 0x0f,
} as const;

export interface PartnerCitySettings {
  /** Inter-city codes, 4 digits. */
  readonly city: string;
  readonly partner: string;
  /** What the neighbour's own root keys are made from; nobody else knows it. */
  readonly secret: string;
  /** The root purchase key that cities share, so that every SAM reads every card. */
  readonly rootPurchaseKey: Buffer;
  /** The root of its TAC keys, when somebody else has to know it; else its own. */
  readonly rootTacKey?: Buffer;
  readonly clock: () => Date;
}

/**
 * Another city: it issues cards of its own, taps cards of the partner in its buses, and settles with the partner by signed
 * files. Its load and TAC keys are its own.
 */
export class PartnerCity {
  readonly #settings: PartnerCitySettings;
  readonly #roots: CardKeySet;
  readonly #transportKey: Buffer;
  readonly #issued = new Map<string, CardKeySet>();
  /** Content of every purchase that was answered, by card and counter. */
  readonly #answered = new Map<string, string>();
  #held: { readonly sequence: number; readonly index: number }[] = [];
  readonly #tapped: PurchaseRecord[] = [];
  readonly #bus: TapReader;
  #sequence = 0;

  constructor(settings: PartnerCitySettings) {
    this.#settings = settings;
    const own = (name: string) =>
      createHash('sha256').update(`${settings.secret} ${settings.city} ${name}`).digest().subarray(0, 16);
    const roots = Object.fromEntries(CARD_KEY_USAGES.map((usage) => [usage, own(usage)])) as CardKeySet;
    this.#roots = { ...roots, purchase: settings.rootPurchaseKey, tac: settings.rootTacKey ?? roots.tac };
    this.#transportKey = own('transport');
    const sam = new VirtualSam({ transportKey: this.#transportKey });
    personaliseSam(sam, this.#transportKey, {
      samNo: `${settings.city}01000001`,
      rootPurchaseKey: settings.rootPurchaseKey,
    });
    sam.powerOn();
    this.#bus = new TapReader({ sam, industry: INDUSTRY.bus, clock: settings.clock });
  }

  get city(): string {
    return this.#settings.city;
  }

  /** Issues a card with money on it. */
  issueCard(sequence: number, loadFen: number): VirtualCard {
    const { city, clock } = this.#settings;
    const identity: CardIdentity = {
      cardNo: cardNumber(city, '01', sequence),
      cityCode: city,
      start: '20250101',
      expiry: '20991231',
    };
    const keys = deriveCardKeys(this.#roots, identity);
    const card = new VirtualCard({ transportKey: this.#transportKey });
    personaliseCard(card, this.#transportKey, identity, keys);
    card.powerOn();
    const moment = momentOf(clock());
    loadByIssuer(card, { loadKey: keys.load, amountFen: loadFen, samNo: `${city}01000002`, moment });
    this.#issued.set(identity.cardNo, keys);
    return card;
  }

  /** A tap in this city; the record of a partner's card waits for the next purchase file. Undefined when the card refused. */
  tap(card: { transmit(apdu: Buffer): Buffer }, amountFen: number): PurchaseRecord | undefined {
    const result = this.#bus.tap(card, { amountFen });
    this.#tapped.push(...result.records);
    return result.kind === 'paid' ? result.records.at(-1) : undefined;
  }

  /** The `.ccip` with everything tapped here with the partner's cards and not sent yet; undefined when there is nothing. */
  writePurchases(businessDate: string): NamedFile | undefined {
    const records = this.#tapped.splice(0).map(encodeRecord);
    return records.length === 0 ? undefined : writeInterCityPurchases(this.#fileOf(businessDate), records);
  }

  /** Judges a `.ccip` of the partner and answers it. Throws MalformedBytes when the file is not whole. */
  answerPurchases(ccip: Buffer, businessDate: string): { file: NamedFile; rows: readonly AnswerRow[] } {
    const { sequence, records } = readInterCityPurchases(ccip);
    const rows = records.map((bytes, index) => {
      const outcome = this.#judge(bytes);
      const acceptedFen = outcome === OUTCOME.accepted ? bytes.readUInt32BE(26) : 0;
      if (outcome === OUTCOME.held) this.#held.push({ sequence, index });
      return { sequence, index, outcome, acceptedFen };
    });
    return { file: writeInterCityAnswer(this.#fileOf(businessDate), rows), rows };
  }

  /** Decides against everything that is held, and answers it; undefined when nothing is. */
  answerHeld(businessDate: string): NamedFile | undefined {
    const rows = this.#held.map((held) => ({ ...held, outcome: OUTCOME.conflict, acceptedFen: 0 }));
    this.#held = [];
    return rows.length === 0 ? undefined : writeInterCityAnswer(this.#fileOf(businessDate), rows);
  }

  /** Reads the partner's answer to our purchases. Throws MalformedBytes. */
  readAnswer(ccir: Buffer): readonly AnswerRow[] {
    return readInterCityAnswer(ccir).rows;
  }

  #fileOf(businessDate: string) {
    const { city: from, partner: to, clock } = this.#settings;
    this.#sequence += 1;
    return { from, to, businessDate, sequence: this.#sequence, created: momentOf(clock()) };
  }

  #judge(bytes: Buffer): number {
    const record = decodeRecord(bytes);
    if (record.issuerCity !== this.city) return OUTCOME.notOurCard;
    const keys = this.#issued.get(record.applicationSerial.slice(1));
    if (keys === undefined) return OUTCOME.cardUnknown;
    if (record.flag === RECORD_FLAG.gray || !tacOf(record, keys).equals(record.tac)) return OUTCOME.tacWrong;
    const purchase = `${record.applicationSerial} ${record.counter}`;
    // Same purchase: bytes 2–13, 16 and 20–50 of the record (interface page, "Sameness").
    const content = Buffer.concat([bytes.subarray(2, 14), bytes.subarray(16, 17), bytes.subarray(20, 51)]).toString(
      'hex',
    );
    const known = this.#answered.get(purchase);
    if (known !== undefined) return known === content ? OUTCOME.duplicate : OUTCOME.held;
    this.#answered.set(purchase, content);
    return OUTCOME.accepted;
  }
}

/** TAC of a purchase: amount ‖ type ‖ SAM number ‖ terminal transaction number ‖ date ‖ time (domain page A.4). */
function tacOf(record: PurchaseRecord, keys: CardKeySet): Buffer {
  return transactionAuthenticationCode(
    '3des',
    keys.tac,
    unsigned(record.amountFen, 4),
    Buffer.from([record.type]),
    packDigits(record.samNo),
    unsigned(record.transaction, 4),
    momentBytes(record.moment),
  );
}
