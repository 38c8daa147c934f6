import { setTimeout as sleep } from 'node:timers/promises';
import { decodeRecord, encodeRecord, RECORD_FLAG } from '@citycard/city-sim';
import { chipBalance, City, forgedRecord, keyOfRecord, type Reader, restarted, type SimCard } from './city.ts';
import type { FaultyLine } from './faulty-line.ts';
import type { Ground } from './ground.ts';
import type { Fault, Plan, ServiceFault, Step } from './plan.ts';
import { Service } from './service.ts';

/** A second or so of a busy machine: nothing here takes longer unless it hangs. */
const STEP_PATIENCE_MS = 30_000;
const DATABASE_AWAY_MS = 15;
const TRIES = 12;
const LAST_LOAD_FEN = 100;

/** A city in which a plan is played: everything outside, and the product's process of the moment. */
export class Play {
  readonly city: City;
  readonly #ground: Ground;
  readonly #databaseUrl: URL;
  #service: Service;
  #graves: Promise<void>[] = [];
  #restarting: Promise<void> | undefined;
  /** How often the process was killed. */
  kills = 0;

  private constructor(ground: Ground, databaseUrl: URL, city: City, service: Service) {
    this.#ground = ground;
    this.#databaseUrl = databaseUrl;
    this.city = city;
    this.#service = service;
  }

  static async open(ground: Ground, databaseUrl: URL): Promise<Play> {
    const [city, service] = await Promise.all([City.open(ground), Service.start(ground, databaseUrl)]);
    city.leadTo(service.port);
    return new Play(ground, databaseUrl, city, service);
  }

  /** @throws when a step hangs, or ends in a way no fault explains */
  async run(plan: Plan): Promise<void> {
    for (const [at, step] of plan.steps.entries()) {
      const late = sleep(STEP_PATIENCE_MS, 'late' as const, { ref: false });
      if ((await Promise.race([this.#step(step), late])) === 'late')
        throw new Error(`step ${at} (${step.kind}) hangs: ${JSON.stringify(step)}`);
    }
  }

  /** The faults are over: everybody finishes what was begun. Cards come back, records go up, days close. */
  async settle(): Promise<void> {
    const { city } = this;
    this.#heal();
    for (const point of city.loadPoints) {
      await again('the load terminals to be done', async () => {
        await point.terminal.resumeAfterRestart();
        for (const card of city.cards) {
          card.chip.powerOn();
          await point.terminal.recoverLoad(card.chip);
        }
        await point.terminal.flush();
        return point.terminal.memory.forward.length === 0 && point.terminal.memory.openLoads.length === 0;
      });
    }
    // What no terminal could say of a torn load, the card's next one proves (docs/online-authorisation.md).
    for (const [n] of city.cards.entries())
      await this.#load({ kind: 'load', card: n, terminal: 0, amountFen: LAST_LOAD_FEN });
    for (const reader of city.readers) {
      const gray = reader.reader.giveUp();
      if (gray !== undefined) reader.waiting.push(encodeRecord(gray));
      await again('the records to be up', async () => {
        await this.#upload(reader);
        return reader.terminal.memory.forward.length === 0 && reader.waiting.length === 0;
      });
    }
    await this.#service.validate();
    await this.#service.clear(await this.#service.openDate());
    await this.#service.validate();
  }

  async close(): Promise<void> {
    await this.#restarting;
    await this.city.close();
    await Promise.allSettled([...this.#graves, this.#service.bury()]);
  }

  async #step(step: Step): Promise<void> {
    switch (step.kind) {
      case 'load':
        return this.#load(step);
      case 'tap':
        return this.#tap(step);
      case 'recover':
        return this.#recover(step);
      case 'upload':
        return this.#under(step.fault, this.#reader(step.reader).line, () => this.#upload(this.#reader(step.reader)));
      case 'upload-again':
        return this.#uploadAgain(this.#reader(step.reader));
      case 'forge':
        return this.#forge(step);
      case 'validate':
        return this.#under(step.fault, undefined, () => this.#service.validate());
      case 'memory-lost':
        return this.#loseMemory(this.#reader(step.reader));
      case 'terminal-restarted': {
        const point = this.#point(step.terminal);
        await point.terminal.disconnect();
        point.terminal = restarted(point.terminal);
        await point.terminal.resumeAfterRestart().catch(() => undefined);
        return;
      }
      case 'clear':
        return this.#clear(step);
    }
  }

  async #load({ card: n, terminal, amountFen, fault }: Extract<Step, { kind: 'load' }>): Promise<void> {
    const card = this.#card(n);
    const { line, terminal: point } = this.#point(terminal);
    const before = chipBalance(card);
    if (fault?.what === 'card-torn') card.chip.powerCutAfterWrites(fault.writes);
    await this.#under(fault, line, () => point.load(card.chip, { amountFen }));
    card.loadedFen += chipBalance(card) - before;
  }

  async #recover({ card: n, terminal, fault }: Extract<Step, { kind: 'recover' }>): Promise<void> {
    const card = this.#card(n);
    const { line, terminal: point } = this.#point(terminal);
    card.chip.powerOn();
    await this.#under(fault, line, () => point.recoverLoad(card.chip));
  }

  #tap({ card: n, reader: r, amountFen, fault }: Extract<Step, { kind: 'tap' }>): Promise<void> {
    const card = this.#card(n);
    const reader = this.#reader(r);
    const before = chipBalance(card);
    const pending = reader.reader.pendingRecord;
    card.chip.powerOn();
    if (fault !== undefined) card.chip.powerCutAfterWrites(fault.writes);
    const { records } = reader.reader.tap(card.chip, { amountFen });
    const paid = before - chipBalance(card);
    card.paidFen += paid;
    const own = reader.reader.pendingRecord;
    for (const record of records) reader.waiting.push(encodeRecord(record));
    // What was debited now is in the last record, or in the one that waits for its card.
    const made = own !== undefined && own !== pending ? decodeRecord(own) : records.at(-1);
    if (made === undefined || (paid === 0 && made.flag !== RECORD_FLAG.gray)) return Promise.resolve();
    const isRecovery = paid === 0 && pending !== undefined && records.length > 0;
    if (!isRecovery) this.city.taps.push({ cardNo: card.cardNo, counter: made.counter, amountFen, debited: paid > 0 });
    return Promise.resolve();
  }

  async #upload(reader: Reader): Promise<void> {
    const records = reader.waiting.splice(0);
    if (records.length > 0) reader.terminal.keep(records);
    for (const { stored, answer } of await reader.terminal.flush()) {
      if (answer.kind !== 'answered' || answer.code !== '00') continue;
      for (const record of recordsOf(stored.fields['62'])) reader.acknowledged.add(record.toString('hex'));
    }
  }

  async #uploadAgain(reader: Reader): Promise<void> {
    const records = [...reader.acknowledged].slice(0, 5).map((hex) => Buffer.from(hex, 'hex'));
    if (records.length > 0) await reader.terminal.uploadAgain(records).catch(() => undefined);
  }

  async #forge({ reader: r, card: n, amountFen }: Extract<Step, { kind: 'forge' }>): Promise<void> {
    const { city } = this;
    const card = this.#card(n);
    const reader = this.#reader(r);
    const own = [...reader.acknowledged]
      .map((hex) => Buffer.from(hex, 'hex'))
      .find((raw) => cardNoOf(raw) === card.cardNo);
    if (own === undefined) return;
    const counters = city.taps.filter(({ cardNo }) => cardNo === card.cardNo).map(({ counter }) => counter);
    // The counter that the card's next purchase will have, or one far away.
    const counter = amountFen % 2 === 0 ? Math.max(...counters) + 1 : 40_000 + city.forged.length;
    const record = forgedRecord(own, counter, amountFen);
    city.forged.push(record);
    await reader.terminal.uploadAgain([record]).catch(() => undefined);
  }

  #loseMemory(reader: Reader): Promise<void> {
    const stored = reader.terminal.memory.forward.flatMap(({ fields }) => recordsOf(fields['62']));
    for (const record of [...stored, ...reader.waiting]) reader.lost.add(record.toString('hex'));
    reader.waiting = [];
    reader.terminal.memory.forward = [];
    return Promise.resolve();
  }

  async #clear({ twice, faults }: Extract<Step, { kind: 'clear' }>): Promise<void> {
    const date = await this.#service.openDate();
    const clear = () => this.#service.clear(date);
    for (const fault of faults) await this.#under(fault, undefined, clear);
    this.#heal();
    await again('the day to be cleared', async () => {
      await this.#service.validate();
      await Promise.all(twice ? [clear().catch(() => undefined), clear()] : [clear()]);
      return true;
    });
  }

  /** Does something while a fault is in force. What fails then may fail; what hangs may not. */
  async #under(fault: Fault | undefined, line: FaultyLine | undefined, work: () => Promise<unknown>): Promise<void> {
    if (fault === undefined) {
      await work();
      return;
    }
    this.#arm(fault, line);
    await work().catch(() => undefined);
    if (line !== undefined) line.fate = () => 'pass';
    await this.#restarting;
    this.#heal();
  }

  #arm(fault: Fault, line: FaultyLine | undefined): void {
    if (fault.what === 'line' && line !== undefined) {
      let met = false;
      line.fate = (direction) => {
        if (met || direction !== fault.direction) return 'pass';
        met = true;
        return fault.fate;
      };
    } else if (fault.what !== 'line' && fault.what !== 'card-torn') this.#armService(fault);
  }

  #armService(fault: ServiceFault): void {
    const { databaseLine, hsmLine } = this.#service;
    if (fault.what === 'hsm-slow') hsmLine.fate = () => 'delay';
    else if (fault.what === 'hsm-gone') {
      let seen = 0;
      hsmLine.fate = () => (++seen >= fault.at ? 'cut' : 'pass');
    } else {
      let seen = 0;
      databaseLine.fate = (direction) => {
        if (direction === 'back') return 'pass';
        seen += 1;
        if (seen !== fault.at) return 'pass';
        if (fault.what === 'killed') this.#kill();
        else setImmediate(() => this.#databaseAway());
        return fault.arrives ? 'cut-after' : 'cut';
      };
    }
  }

  #databaseAway(): void {
    const { databaseLine } = this.#service;
    databaseLine.cut(true);
    setTimeout(() => databaseLine.up(), DATABASE_AWAY_MS);
  }

  /** The process is gone between two instructions; another one is started in its place. */
  #kill(): void {
    if (this.#restarting !== undefined) return;
    this.kills += 1;
    const killed = this.#service;
    for (const line of this.city.lines) line.cut(true);
    setImmediate(() => killed.kill());
    this.#restarting = (async () => {
      const next = await Service.start(this.#ground, this.#databaseUrl);
      this.#graves.push(killed.bury());
      this.#service = next;
      this.city.leadTo(next.port);
      this.#restarting = undefined;
    })();
  }

  #heal(): void {
    this.#service.databaseLine.fate = () => 'pass';
    this.#service.hsmLine.fate = () => 'pass';
    this.#service.databaseLine.up();
    for (const line of this.city.lines) {
      line.fate = () => 'pass';
      line.up();
    }
  }

  #card(n: number): SimCard {
    return at(this.city.cards, n);
  }

  #reader(n: number): Reader {
    return at(this.city.readers, n);
  }

  #point(n: number) {
    return at(this.city.loadPoints, n);
  }
}

function at<T>(list: readonly T[], n: number): T {
  const found = list[n];
  if (found === undefined) throw new RangeError(`there is no ${n}`);
  return found;
}

/** Records of field 62 of a stored upload. */
function recordsOf(field: string | { readonly hex: string } | undefined): Buffer[] {
  if (field === undefined || typeof field === 'string') return [];
  const bytes = Buffer.from(field.hex, 'hex');
  return Array.from({ length: bytes.length / 64 }, (_, n) => bytes.subarray(n * 64, (n + 1) * 64));
}

const cardNoOf = (raw: Buffer): string => keyOfRecord(decodeRecord(raw)).split(' ')[0] ?? '';

async function again(what: string, done: () => Promise<boolean>): Promise<void> {
  let last: unknown;
  for (let n = 0; n < TRIES; n += 1) {
    try {
      if (await done()) return;
    } catch (error) {
      last = error;
    }
    await sleep(20 * (n + 1));
  }
  throw new Error(`waited for ${what} in vain`, { cause: last });
}
