import {
  attemptsWith,
  type Attempt,
  type CityMistake,
  mistakeWith,
  type NamedFile,
  PartnerCity,
  type Signer,
} from '@citycard/city-sim';
import { publishedKey } from '@citycard/citycard';
import { cityDate, compactDate } from '@citycard/common';
import type { TestCity } from './city.ts';

const CITY = '4530';
const SEED = 11;
/** Something goes wrong with every second file. */
const ONE_IN = 2;
const ROUNDS = 14;

/** What came of it all, in fen and in files. */
export interface Carelessness {
  readonly mistakes: ReadonlySet<CityMistake>;
  /** Attempts that were not answered as they had to be. */
  readonly surprises: readonly string[];
  readonly refusedAttempts: number;
  /** What our cards spent there, and what we accepted of it. */
  readonly spentThere: number;
  readonly weAccepted: number;
  /** What its cards spent here, and what it accepted of it. */
  readonly spentHere: number;
  readonly itAccepted: number;
}

/** A neighbour that fetches and brings its files itself, and does something wrong with every second of them, by seed. */
class CarelessPartner {
  readonly #city: TestCity;
  readonly #signer: Signer;
  readonly #partner: PartnerCity;
  readonly #date = compactDate(cityDate(new Date()));
  readonly #due: { day: number; attempt: Attempt }[] = [];
  readonly #lost: NamedFile[] = [];
  readonly #read = new Set<string>();
  readonly mistakes = new Set<CityMistake>();
  readonly surprises: string[] = [];
  #files = 0;
  refusedAttempts = 0;
  weAccepted = 0;
  itAccepted = 0;

  constructor(city: TestCity, signer: Signer) {
    this.#city = city;
    this.#signer = signer;
    const clock = () => new Date();
    const rootPurchaseKey = publishedKey('DPK', city.code);
    this.#partner = new PartnerCity({
      city: CITY,
      partner: city.code,
      secret: 'careless (test)',
      rootPurchaseKey,
      clock,
    });
  }

  get partner(): PartnerCity {
    return this.#partner;
  }

  /** Puts a file on its way, rightly or not. */
  #send(day: number, file: NamedFile): void {
    this.#files += 1;
    const mistake = mistakeWith(SEED, ONE_IN, `file ${this.#files}`);
    if (mistake !== undefined) this.mistakes.add(mistake);
    if (mistake === 'lost file') this.#lost.push(file);
    for (const attempt of attemptsWith(mistake, file, this.#signer))
      this.#due.push({ day: day + attempt.daysLate, attempt });
  }

  async #deliver({ name, bytes, signature, refused }: Attempt): Promise<void> {
    const sent = {
      bytes: { content: bytes, type: 'application/octet-stream' },
      headers: { 'x-signature': signature.toString('base64') },
    };
    const answer = await this.#city.office.post(`city ${CITY}`, `/v1/city-files?name=${name}`, sent).then(
      () => 'taken',
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    if (refused) this.refusedAttempts += 1;
    if ((answer === 'taken') === refused || (refused && !/was answered 4(03|09|22)/.test(answer)))
      this.surprises.push(`${name}: ${answer}`);
  }

  /** One day: what its buses took goes out, what is due is delivered, what lies ready here is fetched and answered. */
  async playDay(day: number): Promise<void> {
    const purchases = this.#partner.writePurchases(this.#date);
    if (purchases !== undefined) this.#send(day, purchases);
    await this.deliverDue(day);
    await this.fetch(day);
    await this.deliverDue(day);
  }

  async deliverDue(day: number): Promise<void> {
    for (const { attempt } of this.#due.filter((each) => each.day <= day)) await this.#deliver(attempt);
    this.#due.splice(0, this.#due.length, ...this.#due.filter((each) => each.day > day));
  }

  /** Somebody asks for what never came. */
  bringLost(day: number): void {
    for (const file of this.#lost.splice(0))
      for (const attempt of attemptsWith(undefined, file, this.#signer)) this.#due.push({ day, attempt });
  }

  async fetch(day: number): Promise<void> {
    const { office } = this.#city;
    await office.post('platform', `/v1/cities/${CITY}/exchange`);
    const path = `/v1/cities/${CITY}/files`;
    const { files } = await office.get<{ files: { name: string }[] }>(`city ${CITY}`, `${path}?direction=out`);
    for (const { name } of files.filter((file) => !this.#read.has(file.name))) {
      this.#read.add(name);
      const content = await office.download(`city ${CITY}`, `${path}/${name}`);
      if (name.endsWith('.ccir')) {
        for (const row of this.#partner.readAnswer(content)) this.weAccepted += row.acceptedFen;
        continue;
      }
      const { file, rows } = this.#partner.answerPurchases(content, this.#date);
      for (const row of rows) this.itAccepted += row.acceptedFen;
      this.#send(day, file);
    }
  }
}

/** Fourteen days with a careless neighbour, and one on which everything that was lost is asked for. */
export async function liveBesideCareless(city: TestCity): Promise<Carelessness> {
  const signer = await city.admitNeighbour(CITY);
  const careless = new CarelessPartner(city, signer);
  const [ours] = await city.issue(1, 200_00);
  const theirs = careless.partner.issueCard(1, 200_00);
  let [spentThere, spentHere] = [0, 0];
  for (let day = 1; day <= ROUNDS; day += 1) {
    const [there, here] = [100 + day, 200 + day];
    if (ours !== undefined && careless.partner.tap(ours, there) !== undefined) spentThere += there;
    const record = city.ride(theirs, here);
    if (record !== undefined) spentHere += here;
    await city.upload(record === undefined ? [] : [record], await city.openDate());
    await city.judged();
    await careless.playDay(day);
    await city.judged();
  }
  for (const day of [ROUNDS + 3, ROUNDS + 6]) {
    careless.bringLost(day);
    await careless.deliverDue(day);
    await city.judged();
    await careless.fetch(day);
  }
  careless.bringLost(ROUNDS + 9);
  await careless.deliverDue(ROUNDS + 9);
  const { mistakes, surprises, refusedAttempts, weAccepted, itAccepted } = careless;
  return { mistakes, surprises, refusedAttempts, spentThere, weAccepted, spentHere, itAccepted };
}
