import { publishedKey } from '@citycard/citycard';
import {
  CARD_KEY_USAGES,
  cardNumber,
  createCertificateRequest,
  deriveCardKeys,
  loadByIssuer,
  momentOf,
  type NamedFile,
  PartnerCity,
  personaliseCard,
  readInterCityAnswer,
  readInterCityPurchases,
  signDetached,
  totalOf,
  verifyDetached,
  VirtualCard,
  type CardKeySet,
} from '@citycard/city-sim';
import { cityDate, compactDate } from '@citycard/common';
import { readdirSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { selfSigned } from './test-certificate.ts';

export const CITY = '4520';
const HOME = '4580';
const LOOK_MS = 20;
const CHIP_KEY = Buffer.from('54'.repeat(8) + '45'.repeat(8), 'hex');
const HELD = 0x0f;

/** Ways in which a candidate is broken, each only while its case is played. */
export type CityBreak =
  | 'answers in another order'
  | 'answers anew what comes again'
  | 'accepts cards of others'
  | 'answers what it held twice'
  | 'does not look at signatures'
  | 'does not look who signed'
  | 'does not add up'
  | 'takes a sequence twice'
  | 'says a wrong total'
  | 'delivers other content again'
  | 'sends records again'
  | 'takes any answer';

/** A test card of a city with money on it, made with the published roots. */
export function publishedCard(identity: { cityCode: string; cardNo: string }): VirtualCard {
  const roots = Object.fromEntries(CARD_KEY_USAGES.map((usage) => [usage, publishedKey(`TEST ${usage}`)]));
  const named = { purchase: publishedKey('DPK'), load: publishedKey('DLK'), tac: publishedKey('DTK') };
  const whole = { ...identity, start: '20250101', expiry: '20991231' };
  const keys = deriveCardKeys({ ...(roots as CardKeySet), ...named }, whole);
  const card = new VirtualCard({ transportKey: CHIP_KEY });
  personaliseCard(card, CHIP_KEY, whole, keys);
  card.powerOn();
  const samNo = `${identity.cityCode}01000002`;
  loadByIssuer(card, { loadKey: keys.load, amountFen: 50_00, samNo, moment: momentOf(new Date()) });
  return card;
}

/** The partner city of the simulator behind a folder, as a candidate for the city kit. */
export class CandidateCity {
  readonly cards: readonly string[];
  readonly #folder: string;
  readonly #breaks: Readonly<Record<string, CityBreak>>;
  readonly #partner: PartnerCity;
  readonly #privateKeyPem: string;
  readonly #taken = new Map<string, Buffer>();
  readonly #answers = new Map<string, NamedFile>();
  /** Amounts sent, and outcomes they were answered with, by sequence. */
  readonly #sent = new Map<number, { amounts: number[]; outcomes: (number | undefined)[] }>();
  #certificatePem = '';
  #case = '';
  #ended = false;
  #ourCards = 0;
  #lastRecord: Buffer | undefined;
  #loop: Promise<void> | undefined;

  constructor(folder: string, breaks: Readonly<Record<string, CityBreak>> = {}) {
    this.#folder = folder;
    this.#breaks = breaks;
    this.#partner = new PartnerCity({
      ...{ city: CITY, partner: HOME, secret: 'candidate (test)', clock: () => new Date() },
      ...{ rootPurchaseKey: publishedKey('DPK'), rootTacKey: publishedKey('DTK') },
    });
    this.cards = [1, 2].map((number) => {
      this.#partner.issueCard(number, 100_00);
      return cardNumber(CITY, '01', number);
    });
    this.#privateKeyPem = createCertificateRequest(CITY).privateKeyPem;
  }

  /** What it signs with: made once, given to the kit. */
  async certify(): Promise<string> {
    this.#certificatePem = await selfSigned(this.#privateKeyPem, CITY, 'city');
    return this.#certificatePem;
  }

  start(): void {
    this.#loop = this.#run();
  }

  async end(): Promise<void> {
    this.#ended = true;
    await this.#loop;
  }

  begin(id: string): void {
    this.#case = id;
  }

  #is(broken: CityBreak): boolean {
    return this.#breaks[this.#case] === broken;
  }

  async #run(): Promise<void> {
    while (!this.#ended) {
      for (const name of readdirSync(join(this.#folder, 'out')).sort()) await this.#look(name);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  async #look(name: string): Promise<void> {
    if (!/^[0-9].*\.cci[pr]$/.test(name)) return;
    const paths = [name, name.replace(/\.cci[pr]$/, '.p7s')].map((one) => join(this.#folder, 'out', one));
    const [bytes, signature] = await Promise.all(paths.map((path) => readFile(path)));
    await Promise.all(paths.map((path) => rm(path)));
    if (bytes === undefined || signature === undefined) return;
    let problem: string | undefined;
    try {
      await this.#believe(bytes, signature);
      if (name.endsWith('.ccip')) await this.#takePurchases(name, bytes);
      else this.#takeAnswers(name, bytes);
    } catch (error) {
      problem = String(error);
    }
    const note = { file: name, outcome: problem === undefined ? 'taken' : 'refused', reason: problem };
    await this.#put(`${name}.json`, JSON.stringify(note));
  }

  async #believe(bytes: Buffer, signature: Buffer): Promise<void> {
    if (this.#is('does not look at signatures') || this.#is('takes any answer')) return;
    const caPem = await readFile(join(this.#folder, 'our-city', 'ca.pem'), 'utf8');
    const signer = this.#is('does not look who signed') ? '9999' : HOME;
    verifyDetached(bytes, signature, signer, caPem);
  }

  async #takePurchases(name: string, bytes: Buffer): Promise<void> {
    const { from, to, businessDate, sequence, records, totalFen } = readInterCityPurchases(bytes);
    if (name !== `${from}-${to}-${businessDate}-${String(sequence).padStart(8, '0')}.ccip`) throw new Error('name');
    if (from !== HOME || to !== CITY) throw new Error('not for us');
    if (totalFen !== totalOf(records) && !this.#is('does not add up')) throw new Error('total');
    const known = this.#taken.get(name);
    if (known?.equals(bytes) === false && !this.#is('takes a sequence twice')) throw new Error('sequence');
    const before = this.#answers.get(name);
    this.#taken.set(name, bytes);
    if (before !== undefined && known?.equals(bytes) && !this.#is('answers anew what comes again'))
      return this.#deliver(before);
    const { file } = this.#partner.answerPurchases(bytes, today());
    const answer = this.#spoiled(file);
    this.#answers.set(name, answer);
    await this.#deliver(answer);
  }

  #spoiled({ name, bytes }: NamedFile): NamedFile {
    const copy = Buffer.from(bytes);
    if (this.#is('answers in another order')) {
      bytes.copy(copy, 64, 80, 96);
      bytes.copy(copy, 80, 64, 80);
    }
    if (this.#is('accepts cards of others')) copy[64 + 8] = 0;
    return { name, bytes: copy };
  }

  #takeAnswers(name: string, bytes: Buffer): void {
    if (this.#taken.get(name)?.equals(bytes)) return;
    const { rows, totalFen } = readInterCityAnswer(bytes);
    if (this.#is('takes any answer')) return;
    if (totalFen !== rows.reduce((sum, row) => sum + BigInt(row.acceptedFen), 0n)) throw new Error('total');
    const first = this.#sent.get(rows[0]?.sequence ?? 0);
    if (first?.outcomes.every((outcome) => outcome === undefined) && rows.length !== first.amounts.length)
      throw new Error('rows are missing');
    for (const { sequence, index, outcome, acceptedFen } of rows) {
      const sent = this.#sent.get(sequence);
      const [amount, known] = [sent?.amounts[index], sent?.outcomes[index]];
      if (amount === undefined) throw new Error('never sent');
      if (known !== undefined && known !== HELD) throw new Error('answered before');
      if (acceptedFen !== (outcome === 0 ? amount : 0)) throw new Error('amount');
    }
    for (const { sequence, index, outcome } of rows) {
      const sent = this.#sent.get(sequence);
      if (sent !== undefined) sent.outcomes[index] = outcome;
    }
    this.#taken.set(name, bytes);
  }

  /** Does what the kit asks for in a case. */
  async act(id: string): Promise<void> {
    if (id === 'held') {
      const answer = this.#partner.answerHeld(today());
      if (answer === undefined) throw new Error('nothing is held');
      await this.#deliver(answer);
      if (!this.#is('answers what it held twice')) return;
      const { rows } = readInterCityAnswer(answer.bytes);
      const [row] = rows;
      if (row === undefined) return;
      const again = Buffer.from(answer.bytes);
      again.writeUInt32BE(again.readUInt32BE(28) + 500, 28);
      const name = answer.name.replace(/[0-9]{8}\.ccir$/, `${String(again.readUInt32BE(28)).padStart(8, '0')}.ccir`);
      return this.#deliver({ name, bytes: again });
    }
    if (!id.startsWith('their-') && !id.startsWith('answer-')) return;
    const file = this.#purchases();
    await this.#deliver(file);
    if (id !== 'their-answer-lost') return;
    while (readdirSync(join(this.#folder, 'in')).includes(file.name)) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    await this.#deliver(this.#is('delivers other content again') ? { ...this.#purchases(), name: file.name } : file);
  }

  /** Two rides of a card of the home city, in a file. */
  #purchases(): NamedFile {
    const card = publishedCard({ cityCode: HOME, cardNo: cardNumber(HOME, '09', (this.#ourCards += 1)) });
    for (const amountFen of [120, 90]) this.#partner.tap(card, amountFen);
    const file = this.#partner.writePurchases(today());
    if (file === undefined) throw new Error('nothing was bought');
    const bytes = Buffer.from(file.bytes);
    if (this.#is('sends records again')) this.#lastRecord?.copy(bytes, 64);
    if (this.#is('says a wrong total')) bytes.writeBigUInt64BE(1n, 36);
    this.#lastRecord = Buffer.from(bytes.subarray(64, 128));
    const { sequence, records } = readInterCityPurchases(bytes);
    this.#sent.set(sequence, { amounts: records.map((raw) => raw.readUInt32BE(26)), outcomes: [] });
    this.#sent.get(sequence)?.outcomes.push(...records.map(() => undefined));
    return { name: file.name, bytes };
  }

  async #deliver({ name, bytes }: NamedFile): Promise<void> {
    const signer = { certificatePem: this.#certificatePem, privateKeyPem: this.#privateKeyPem };
    await this.#put(name.replace(/\.cci[pr]$/, '.p7s'), signDetached(bytes, signer));
    await this.#put(name, bytes);
  }

  async #put(name: string, content: Buffer | string): Promise<void> {
    await writeFile(join(this.#folder, 'in', `.${name}.part`), content);
    await rename(join(this.#folder, 'in', `.${name}.part`), join(this.#folder, 'in', name));
  }
}

const today = () => compactDate(cityDate(new Date()));
