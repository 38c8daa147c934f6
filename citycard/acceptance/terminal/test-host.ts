import type { HsmClient } from '@citycard/hsm-sim';
import {
  contentHash,
  type Message,
  type MessageName,
  messages,
  type OutgoingFrame,
  packAnswer,
  readRequest,
  repackAnswer,
  type ResponseCode,
  isStoredAnswer,
} from '@citycard/terminal-gateway';
import { CaseFailed } from '../case.ts';
import { type Delivery, Exchange, type Seal } from './exchange.ts';
import { HonestHost, type KnownLoad } from './honest.ts';
import { type CandidateLink, listenForCandidate, type Listening } from './link.ts';
import { TestHotlist } from './lists.ts';
import type { TestCertificates } from './test-certificates.ts';
import { TEST_KEYS } from './test-keys.ts';

/** Who the candidate has to be, and where the kit listens. */
export interface HostSettings {
  readonly hsm: HsmClient;
  readonly host: string;
  readonly port: number;
  readonly terminalNo: string;
  readonly merchantNo: string;
  readonly samNo: string;
  readonly macAlgorithm: 'ecb' | 'x9.19';
  /** A test card the tester holds that is put on the hotlist. */
  readonly hotCard?: string;
  /** The link is mutual TLS with these; plain TCP without. */
  readonly certificates?: Pick<TestCertificates, 'server' | 'stranger'>;
  /** Of all hosts of the run. */
  readonly loads: KnownLoad[];
}

/** A message that may be repeated, its answer when it has one, and the case it came in first. */
interface Stored {
  readonly content: string;
  readonly body: Buffer | undefined;
  readonly seenIn: number;
}

interface Waiting {
  readonly names: readonly MessageName[];
  /** Undefined: something is wrong already, waiting on would only take time. */
  take(exchange: Exchange | undefined): void;
}

/** How an honest answer goes out; `lost` decides and remembers, and sends nothing. */
type HonestDelivery = { readonly delivery?: Delivery | 'lost'; readonly wrongMac?: boolean };

/**
 * A host of its own for one candidate terminal: answers as the page says, but for the messages a case has claimed. What the
 * candidate does wrong in any message is kept as a fault of the case that is running.
 */
export class TestHost {
  readonly honest: HonestHost;
  readonly hotlist: TestHotlist;
  readonly #settings: HostSettings;
  #listening: Listening | undefined;
  #faults: string[] = [];
  #claims: readonly MessageName[] = [];
  #arrived: Exchange[] = [];
  #waiting: Waiting | undefined;
  #mak: string | undefined;
  #nextMak: string | undefined;
  #spoilKeys = false;
  #lastRefusal: string | undefined;
  /** Messages under these keys are a fault: they came with wrong check values. */
  #spoiltMak: string | undefined;
  readonly #stored = new Map<string, Stored>();
  #case = 0;
  /** Exchanges one after another: two requests of one flight are decided in order. */
  #turn: Promise<void> = Promise.resolve();

  private constructor(settings: HostSettings) {
    this.#settings = settings;
    this.hotlist = new TestHotlist(settings.hotCard);
    this.honest = new HonestHost({
      hsm: settings.hsm,
      hotlist: this.hotlist,
      samNo: settings.samNo,
      loads: settings.loads,
      fault: (sentence) => this.fault(sentence),
    });
  }

  static async open(settings: HostSettings): Promise<TestHost> {
    const host = new TestHost(settings);
    const { certificates } = settings;
    const address = { host: settings.host, port: settings.port };
    const secured = certificates === undefined ? address : { ...address, tls: certificates.server };
    host.#listening = await listenForCandidate(secured, {
      onMessage: (link, message) => {
        host.#turn = host.#turn
          .then(() => host.#receive(link, message))
          .catch((error: unknown) => host.fault(`The kit itself failed: ${String(error)}`));
      },
      onBadFrame: (reason) => host.fault(`The terminal sent what is no frame: ${reason}.`),
      onHandshakeRefused: (reason) => {
        host.#lastRefusal = reason;
      },
    });
    return host;
  }

  get port(): number {
    return this.#listening?.port ?? 0;
  }

  async close(): Promise<void> {
    await this.#listening?.close();
  }

  /** A case begins: nothing is claimed, nothing is wrong yet; what the last one left waiting is answered. */
  async begin(): Promise<void> {
    this.#waiting = undefined;
    this.#spoilKeys = false;
    this.#spoiltMak = undefined;
    this.#lastRefusal = undefined;
    const left = this.#arrived;
    this.#claims = [];
    this.#arrived = [];
    for (const exchange of left) await this.answerHonestly(exchange);
    this.#faults = [];
    this.#case += 1;
  }

  /** Something the candidate did wrong; the case that is running does not pass any more. */
  fault(sentence: string): void {
    this.#faults.push(sentence);
    this.#waiting?.take(undefined);
  }

  /** What the candidate did wrong since the case began. */
  get faults(): readonly string[] {
    return this.#faults;
  }

  /** From now on these messages wait for the case; all others are answered as the page says. */
  claim(...names: MessageName[]): void {
    this.#claims = names;
  }

  /** The next of the claimed messages. @throws CaseFailed when none comes in time */
  async next<N extends MessageName>(names: readonly N[], what: string, withinMs: number): Promise<Exchange<N>> {
    const found = await this.#arrival(names, withinMs);
    if (found === undefined) {
      const refused = this.#lastRefusal;
      const why = refused === undefined ? '' : ` A TLS handshake was refused: ${refused}.`;
      throw new CaseFailed(`${what} was expected within ${withinMs / 1000} s and did not come.${why}`);
    }
    return found as unknown as Exchange<N>;
  }

  /** @throws CaseFailed when one of these comes within the time */
  async none(names: readonly MessageName[], sentence: string, withinMs: number): Promise<void> {
    if ((await this.#arrival(names, withinMs)) !== undefined) throw new CaseFailed(sentence);
  }

  /** Answers as the page says; a repeat gets its stored answer. */
  async answerHonestly(exchange: Exchange, how: HonestDelivery = {}): Promise<void> {
    const { request, key } = exchange;
    if (request.name === 'signOn') return this.#signOn(exchange as Exchange<'signOn'>);
    const stored = messages[request.name].stored ? this.#stored.get(key)?.body : undefined;
    if (stored !== undefined) return this.#replay(exchange, stored);
    const [code, values] = await this.honest.decide(request);
    const target =
      how.delivery === 'lost' ? silenced(exchange, (frame) => this.#remember(exchange, code, frame)) : exchange;
    const { delivery, wrongMac } = how;
    await target.answer(code, values, {
      ...(delivery === undefined || delivery === 'lost' ? {} : { delivery }),
      ...(wrongMac === undefined ? {} : { wrongMac }),
    });
  }

  /** Whether a link comes to nothing within the time because one side does not trust the other. */
  async isRefused(withinMs: number): Promise<boolean> {
    const end = performance.now() + withinMs;
    while (this.#lastRefusal === undefined && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
    return this.#lastRefusal !== undefined;
  }

  /** Shows the certificate of a stranger, or our own again, to who connects from now on; open links are closed. */
  show(whose: 'stranger' | 'server'): void {
    const credentials = this.#settings.certificates?.[whose];
    if (credentials === undefined) return;
    this.#lastRefusal = undefined;
    this.#listening?.show(credentials);
  }

  /** The next sign-on gets keys whose check values are wrong; whoever uses them is at fault. */
  spoilNextKeys(): void {
    this.#spoilKeys = true;
  }

  async #arrival(names: readonly MessageName[], withinMs: number): Promise<Exchange | undefined> {
    const at = this.#arrived.findIndex(({ request }) => names.includes(request.name));
    if (at >= 0) return this.#arrived.splice(at, 1)[0];
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#waiting = undefined;
        resolve(undefined);
      }, withinMs);
      this.#waiting = {
        names,
        take: (exchange) => {
          clearTimeout(timer);
          this.#waiting = undefined;
          resolve(exchange);
        },
      };
    });
  }

  async #receive(link: CandidateLink, message: Message): Promise<void> {
    const { terminalNo, merchantNo } = this.#settings;
    const refuse = async (code: ResponseCode, sentence: string, mak?: string) => {
      this.fault(sentence);
      if (!message.has(11) || !message.has(41)) return link.hangUp();
      const answer = { code, at: new Date(), reference: 'ACPT00000000' };
      const frame = packAnswer(message, answer, mak !== undefined);
      const sealed = mak === undefined ? frame : await this.#sealWith(mak)(frame, false);
      link.write(sealed.frame);
    };
    const { problem } = message;
    if (problem !== undefined)
      return refuse('30', `A message ${message.mti} cannot be read: ${problem.path}: ${problem.reason}.`, this.#mak);
    if (message.text(41) !== terminalNo)
      return refuse('97', `Field 41 is "${message.text(41) ?? ''}", not ${terminalNo}.`);
    const { certifiedName } = link;
    if (certifiedName !== undefined && certifiedName !== terminalNo)
      return refuse('97', `Field 41 is ${terminalNo}, but the certificate of the link is of "${certifiedName}".`);
    if (message.text(42)?.trimEnd() !== merchantNo)
      return refuse('03', `Field 42 is "${message.text(42) ?? ''}", not ${merchantNo}.`, this.#mak);
    if (!/^60/.test(message.tpdu.toString('hex'))) this.fault('The TPDU does not begin with 60.');
    if (!/^62/.test(message.header.toString('hex'))) this.fault('The header does not begin with 62.');
    const reading = readRequest(message);
    if (!reading.ok)
      return refuse(
        reading.code,
        `A message ${message.mti} is not as it must be: ${reading.problem.path}: ${reading.problem.reason}.`,
        this.#mak,
      );
    const { request } = reading;
    let seal: Seal | undefined;
    if (request.definition.mac) {
      const mak = await this.#verify(message);
      if (mak === undefined) return refuse('A0', `Field 64 of a message ${message.mti} is wrong.`, this.#mak);
      seal = this.#sealWith(mak);
    } else if (message.has(64)) this.fault('A sign-on carries field 64; there is no key for it yet.');
    const key = `${message.mti} ${request.management.batch} ${request.trace}`;
    const content = contentHash(message).toString('hex');
    const known = request.definition.stored ? this.#stored.get(key) : undefined;
    if (known !== undefined && known.content !== content)
      return refuse(
        '94',
        `Trace number ${request.trace} came again with other content (MTI ${message.mti}).`,
        this.#mak,
      );
    if (request.definition.stored && known === undefined)
      this.#stored.set(key, { content, body: undefined, seenIn: this.#case });
    const exchange: Exchange = new Exchange(request, link, {
      key,
      content,
      seal,
      keep: (code, frame) => this.#remember(exchange, code, frame),
    });
    // What a case before this one has seen is none of this one's business, however late its repeat comes.
    if (known !== undefined && known.seenIn !== this.#case) await this.answerHonestly(exchange);
    else if (this.#waiting?.names.includes(request.name) === true) this.#waiting.take(exchange);
    else if (this.#claims.includes(request.name)) this.#arrived.push(exchange);
    else await this.answerHonestly(exchange);
  }

  #remember({ key, content, request }: Exchange, code: ResponseCode, frame: OutgoingFrame): void {
    if (!request.definition.stored || !isStoredAnswer(code)) return;
    const seenIn = this.#stored.get(key)?.seenIn ?? this.#case;
    this.#stored.set(key, { content, body: Buffer.from(frame.macInput), seenIn });
  }

  async #replay({ request, link }: Exchange, body: Buffer): Promise<void> {
    const mak = this.#mak;
    const frame = repackAnswer(request.message, body, mak !== undefined);
    link.write((mak === undefined ? frame : await this.#sealWith(mak)(frame, false)).frame);
  }

  async #signOn(exchange: Exchange<'signOn'>): Promise<void> {
    const keys = await this.#settings.hsm.createWorkingKeys(`name:${TEST_KEYS.masterKey}`);
    const spoilt = this.#spoilKeys;
    this.#spoilKeys = false;
    if (spoilt) this.#spoiltMak = keys.mak;
    else this.#nextMak = keys.mak;
    const makKcv = spoilt ? Buffer.from(keys.makKcv.map((byte) => byte ^ 0xff)) : keys.makKcv;
    await exchange.answer('00', { keys: { ...keys, makKcv } });
  }

  async #verify(message: Message): Promise<string | undefined> {
    const mac = message.bytes(64);
    if (mac === undefined) return undefined;
    const { hsm, macAlgorithm } = this.#settings;
    const right = (mak: string | undefined) =>
      mak !== undefined && hsm.verifyTerminalMac(mak, macAlgorithm, message.macInput, mac);
    if (await right(this.#nextMak)) {
      this.#mak = this.#nextMak;
      this.#nextMak = undefined;
      return this.#mak;
    }
    if (await right(this.#mak)) {
      if (this.#nextMak !== undefined) this.fault('After a sign-on the terminal goes on under its old keys.');
      return this.#mak;
    }
    if (await right(this.#spoiltMak)) this.fault('The terminal uses a working key whose check value is wrong.');
    return undefined;
  }

  #sealWith(mak: string): Seal {
    const { hsm, macAlgorithm } = this.#settings;
    return async (frame, wrong) => {
      const mac = Buffer.from(await hsm.terminalMac(mak, macAlgorithm, frame.macInput));
      if (wrong) mac.writeUInt8(mac.readUInt8(7) ^ 1, 7);
      return frame.setMac(mac);
    };
  }
}

const LOOK_AGAIN_MS = 20;

/** The exchange as it would be answered, with nobody to hear it. */
function silenced(exchange: Exchange, keep: (frame: OutgoingFrame) => void): Exchange {
  const nobody: CandidateLink = { id: exchange.link.id, write: () => undefined, hangUp: () => undefined };
  return new Exchange(exchange.request, nobody, {
    key: exchange.key,
    content: exchange.content,
    seal: undefined,
    keep: (_code, frame) => keep(frame),
  });
}
