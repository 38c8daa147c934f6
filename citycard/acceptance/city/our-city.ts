import { randomInt } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  applicationSerial,
  type CardNo,
  certificateOfKey,
  type CcirRow,
  CCIR_ROW_LENGTH,
  decodePurchaseRecord,
  encodeCcirRow,
  encodeFileHeader,
  encodePurchaseRecord,
  fileNameOf,
  signDetachedCms,
} from '@citycard/clearing';
import { cityDate, type Fen, fen, sumFen } from '@citycard/common';
import type { HsmClient } from '@citycard/hsm-sim';
import { withTac } from './test-purse.ts';

/** Key pairs of the test HSM the kit signs with; STRANGER has a CA of its own that nobody trusts. */
const KEYS = { ca: 'CITY-CA', files: 'CITY-FILES', stranger: 'REPORTS' } as const;
export const OUR_KEYS: readonly string[] = Object.values(KEYS);

/** Longer than any run, shorter than a certificate anybody would rely on. */
const VALID_MS = 7 * 86_400_000;
/** On every test card of the candidate when its first purchase is made. */
const LOADED = fen(100_00n);
const FOLDER = 'our-city';
const STATE = 'state.json';
/** A city nobody is: for files and certificates of somebody else. */
export const OTHER_CITY = '9999';

/** What outlives a run: sequences never restart, and counters of cards go on. */
interface State {
  readonly ccip: number;
  readonly ccir: number;
  /** Balances in decimal digits: JSON has no whole numbers of our size. */
  readonly cards: Readonly<Record<string, { readonly counter: number; readonly balanceFen: string }>>;
}

/** Who signs a file: ourselves, us under another city's name, or somebody with a CA of his own. */
export type SignedBy = 'us' | 'other-cn' | 'stranger';

/** A file of ours and its signature. */
export interface OurFile {
  readonly name: string;
  readonly sequence: number;
  readonly content: Buffer;
  readonly signature: Buffer;
}

/** The city the kit plays: its certificates, its buses' purchases with the candidate's test cards, its sequences. */
export class OurCity {
  readonly home: string;
  readonly partner: string;
  readonly #hsm: HsmClient;
  readonly #directory: string;
  readonly #certificates: Readonly<Record<SignedBy, string>>;
  #state: State;
  /** Of the terminal in our buses: rises, and no two runs begin at the same. */
  #transaction = randomInt(1, 1_000_000_000);

  private constructor(
    hsm: HsmClient,
    cities: { readonly home: string; readonly partner: string },
    directory: string,
    certificates: Readonly<Record<SignedBy, string>>,
    state: State,
  ) {
    this.home = cities.home;
    this.partner = cities.partner;
    this.#hsm = hsm;
    this.#directory = directory;
    this.#certificates = certificates;
    this.#state = state;
  }

  /** Makes the certificates and puts them into `our-city` of the folder: `ca.pem` is what the candidate has to trust. */
  static async open(
    hsm: HsmClient,
    cities: { readonly home: string; readonly partner: string },
    folder: string,
  ): Promise<OurCity> {
    const directory = join(folder, FOLDER);
    await mkdir(directory, { recursive: true });
    const authority = (caKeyName: string, cn: string) =>
      certificateOfKey(hsm, { keyName: caKeyName, kind: 'ca', cn, caKeyName, validMs: VALID_MS });
    const city = (keyName: string, cn: string, caKeyName: string, caPem: string) =>
      certificateOfKey(hsm, { keyName, kind: 'city', cn, caKeyName, caPem, validMs: VALID_MS });
    const caPem = await authority(KEYS.ca, 'Acceptance test CA');
    const strangersCa = await authority(KEYS.stranger, 'Acceptance test CA');
    const certificates = {
      us: await city(KEYS.files, cities.home, KEYS.ca, caPem),
      'other-cn': await city(KEYS.files, OTHER_CITY, KEYS.ca, caPem),
      stranger: await city(KEYS.stranger, cities.home, KEYS.stranger, strangersCa),
    };
    await writeFile(join(directory, 'ca.pem'), caPem);
    await writeFile(join(directory, `${cities.home}.pem`), certificates.us);
    const known = await readFile(join(directory, STATE), 'utf8').catch(() => undefined);
    const state = known === undefined ? { ccip: 0, ccir: 0, cards: {} } : (JSON.parse(known) as State);
    return new OurCity(hsm, cities, directory, certificates, state);
  }

  /** A purchase in one of our buses with a test card of the candidate; the card goes on from it. */
  async purchase(card: CardNo, amountFen: bigint): Promise<Buffer> {
    const { counter, balanceFen } = this.#state.cards[card] ?? { counter: 0, balanceFen: LOADED };
    const balance = BigInt(balanceFen);
    const record = this.#record(card, { counter, balanceFen: fen(balance), amountFen: fen(amountFen) });
    const after = { counter: counter + 1, balanceFen: String(balance - amountFen) };
    await this.#keep({ ...this.#state, cards: { ...this.#state.cards, [card]: after } });
    return record;
  }

  /** Another purchase that says it was made at the same counter: two that cannot both be. */
  conflicting(record: Buffer, card: CardNo): Buffer {
    const { offlineCounter, balanceBeforeFen, amountFen } = decodePurchaseRecord(record);
    return this.#record(card, {
      counter: offlineCounter,
      balanceFen: balanceBeforeFen,
      amountFen: fen(amountFen + 1n),
    });
  }

  #record(card: CardNo, said: { counter: number; balanceFen: Fen; amountFen: Fen }): Buffer {
    this.#transaction += 1;
    const record = encodePurchaseRecord({
      issuerCity: card.slice(3, 7),
      applicationSerial: applicationSerial(card),
      offlineCounter: said.counter,
      balanceBeforeFen: said.balanceFen,
      amountFen: said.amountFen,
      samNo: `${this.home}01000001`,
      samTransactionNo: this.#transaction,
      tappedAt: new Date(),
      mainType: 1,
      keyVersion: 1,
      industry: 1,
    });
    return withTac(record, card);
  }

  /** A `.ccip` of ours under the next sequence. `change` spoils its bytes before they are signed. */
  async purchases(
    records: readonly Buffer[],
    how: { to?: string; signedBy?: SignedBy; change?: (bytes: Buffer) => Buffer } = {},
  ): Promise<OurFile> {
    const total = sumFen(records.map((record) => decodePurchaseRecord(record).amountFen));
    return this.#file('CCIP', records, total, how);
  }

  /** A `.ccir` of ours under the next sequence. */
  async answers(
    rows: readonly CcirRow[],
    how: { signedBy?: SignedBy; change?: (bytes: Buffer) => Buffer } = {},
  ): Promise<OurFile> {
    const total = sumFen(rows.map(({ acceptedFen }) => acceptedFen));
    return this.#file('CCIR', rows.map(encodeCcirRow), total, how);
  }

  /** Signs bytes as they are, under a name. */
  async signed(name: string, sequence: number, content: Buffer, by: SignedBy = 'us', over = content): Promise<OurFile> {
    const signature = await signDetachedCms(this.#hsm, {
      keyName: by === 'stranger' ? KEYS.stranger : KEYS.files,
      certificatePem: this.#certificates[by],
      content: over,
    });
    return { name, sequence, content, signature };
  }

  async #file(
    magic: 'CCIP' | 'CCIR',
    rows: readonly Buffer[],
    totalFen: Fen,
    how: { to?: string; signedBy?: SignedBy; change?: (bytes: Buffer) => Buffer },
  ): Promise<OurFile> {
    const kind = magic === 'CCIP' ? 'ccip' : 'ccir';
    const sequence = this.#state[kind] + 1;
    await this.#keep({ ...this.#state, [kind]: sequence });
    const header = {
      magic,
      sender: `${this.home}${how.to ?? this.partner}`,
      sequence,
      businessDate: cityDate(new Date()),
      count: rows.length,
      totalFen,
      createdAt: new Date(),
    };
    const right = Buffer.concat([encodeFileHeader(header), ...rows]);
    return this.signed(fileNameOf(header), sequence, how.change?.(right) ?? right, how.signedBy);
  }

  /** Kept before it is used: a number that is lost is no harm, one used twice is. */
  async #keep(state: State): Promise<void> {
    this.#state = state;
    const path = join(this.#directory, STATE);
    await writeFile(`${path}.part`, JSON.stringify(state));
    await rename(`${path}.part`, path);
  }
}

/** A CCIR without its last row, that says so in its header: whole as a file, but an answer to less than was asked. */
export function withoutLastRow(bytes: Buffer): Buffer {
  const shorter = Buffer.from(bytes.subarray(0, bytes.length - CCIR_ROW_LENGTH));
  shorter.writeUInt32BE(shorter.readUInt32BE(32) - 1, 32);
  const lost = BigInt(bytes.readUInt32BE(bytes.length - CCIR_ROW_LENGTH + 9));
  shorter.writeBigUInt64BE(shorter.readBigUInt64BE(36) - lost, 36);
  return shorter;
}
