import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { verifyDetached } from '../partner-city/signed-file.ts';
import { readInterCityAnswer } from '../purchase/inter-city-file.ts';
import { signDetached, type Signer } from '../purchase/signature.ts';

/** The code by which cities know the centre. */
const CENTRE = '0000';
const TIMEOUT_MS = 20_000;
const CITY_FILE = /^([0-9]{4})-([0-9]{4})-[0-9]{8}-([0-9]{8})\.(ccip|ccir)$/;
const HOTLIST_FILE = /^WL[0-9]{6}([0-9]{4})0000[0-9]{6}$/;

/** A city that takes part, as the centre knows it. */
export interface CentreMember {
  readonly city: string;
  /** Where its system takes files. */
  readonly baseUrl: string;
  /** What the centre shows to it. */
  readonly token: string;
  /** CA of the city: whoever writes to the city signs with a certificate of it, the centre too. */
  readonly caPem: string;
  readonly signer: Signer;
}

interface Letter {
  readonly name: string;
  readonly bytes: Buffer;
  readonly signature: Buffer;
}

/** An answer that has reached the city it is for. */
interface CountedAnswer {
  readonly issuer: string;
  readonly acquirer: string;
  readonly sequence: number;
  readonly acceptedFen: bigint;
  /** What the issuing city gets of the fees, by what the two have agreed. */
  readonly shareFen: bigint;
  /** Cities whose statement has it. */
  readonly told: Set<string>;
}

/** What the centre has to say of the files it was given. */
export interface CentreTroubles {
  /** Files it did not believe or understand. */
  readonly refusedHere: readonly { readonly name: string; readonly reason: string }[];
  /** Files a city did not take. */
  readonly refusedThere: readonly { readonly name: string; readonly reason: string }[];
}

/**
 * The centre between cities: it takes files from one, carries them to the other when that one can be reached, counts the answers it
 * has carried, and tells each city at the end of its day what they come to. It believes nobody without a signature.
 */
export class SettlementCentre {
  readonly #members = new Map<string, CentreMember>();
  readonly #cityOfToken = new Map<string, string>();
  readonly #queues = new Map<string, Letter[]>();
  readonly #seen = new Map<string, string>();
  readonly #answers: CountedAnswer[] = [];
  readonly #shares = new Map<string, bigint>();
  readonly #refusedHere: { name: string; reason: string }[] = [];
  readonly #refusedThere: { name: string; reason: string }[] = [];
  readonly #server: Server;
  #serial = 0;

  constructor() {
    this.#server = createServer((request, response) => {
      this.#receive(request).then(
        ({ status, body }) => {
          response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
        },
        () => response.writeHead(500).end(),
      );
    });
  }

  /** Listens on a free port of this machine; answers its base address. */
  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Admits a city; `shownToUs` is the token by which it is known here. Admitting it again changes its particulars. */
  admit(member: CentreMember, shownToUs: string): void {
    this.#members.set(member.city, member);
    this.#cityOfToken.set(shownToUs, member.city);
    if (!this.#queues.has(member.city)) this.#queues.set(member.city, []);
  }

  /** Two cities have agreed that whoever issued the cards gets so many millionths of what an answer accepts, half a fen up. */
  agreeShare(one: string, other: string, millionths: number): void {
    this.#shares.set([one, other].sort().join(' '), BigInt(millionths));
  }

  get troubles(): CentreTroubles {
    return { refusedHere: this.#refusedHere, refusedThere: this.#refusedThere };
  }

  /** Files that wait for a city. */
  waitingFor(city: string): number {
    return this.#queues.get(city)?.length ?? 0;
  }

  /** Use of the issuing city's cards in the acquiring one, as far as answers were carried: gross[acquirer→issuer], fen. */
  gross(acquirer: string, issuer: string): bigint {
    const own = this.#answers.filter((answer) => answer.acquirer === acquirer && answer.issuer === issuer);
    return own.reduce((sum, { acceptedFen }) => sum + acceptedFen, 0n);
  }

  /** What the issuing city gets of the fees on that use, fen. */
  shares(acquirer: string, issuer: string): bigint {
    const own = this.#answers.filter((answer) => answer.acquirer === acquirer && answer.issuer === issuer);
    return own.reduce((sum, { shareFen }) => sum + shareFen, 0n);
  }

  /** What the centre owes a city over all days, shares of fees included; below zero the city owes it. */
  net(city: string): bigint {
    return this.#answers.reduce((sum, { acquirer, issuer, acceptedFen, shareFen }) => {
      const worth = acceptedFen - shareFen;
      return sum + (acquirer === city ? worth : 0n) - (issuer === city ? worth : 0n);
    }, 0n);
  }

  /** Carries what waits, in order. A city that cannot be reached keeps its files waiting. Answers how many arrived. */
  async carry(): Promise<number> {
    let carried = 0;
    for (const [city, queue] of this.#queues) {
      for (let letter = queue[0]; letter !== undefined; letter = queue[0]) {
        const answer = await this.#deliver(city, letter);
        if (answer === 'later') break;
        queue.shift();
        if (answer !== 'taken') this.#refusedThere.push({ name: letter.name, reason: answer });
        else {
          carried += 1;
          this.#count(letter);
        }
      }
    }
    return carried;
  }

  /** Ends the centre's day: every city is told of the answers it has not been told of yet, with no fee. */
  closeDay(date: string): void {
    for (const { city, signer } of this.#members.values()) {
      const news = this.#answers.filter(
        ({ issuer, acquirer, told }) => (issuer === city || acquirer === city) && !told.has(city),
      );
      for (const { told } of news) told.add(city);
      const digits = (value: bigint | number, width: number) => String(value).padStart(width, '0');
      const rows = news.map(
        ({ issuer, acquirer, sequence, acceptedFen, shareFen }) =>
          `${issuer}${acquirer}${digits(sequence, 8)}${digits(acceptedFen, 12)}${digits(shareFen, 12)}`,
      );
      const total = news.reduce((sum, { acceptedFen }) => sum + acceptedFen, 0n);
      const shares = news.reduce((sum, { shareFen }) => sum + shareFen, 0n);
      rows.push(`${CENTRE}${CENTRE}${digits(0, 8)}${digits(total, 12)}${digits(shares, 12)}`);
      this.#serial += 1;
      const name = `SA${date.slice(2)}${city}0000${digits(this.#serial, 6)}`;
      const lines = [`01${CENTRE}${city}${date}`, `${digits(rows.length, 5)}${digits(total, 8)}${city}0040`, ...rows];
      const bytes = Buffer.from(lines.map((line) => `${line}\r\n`).join(''), 'latin1');
      this.#queues.get(city)?.push({ name, bytes, signature: signDetached(bytes, signer) });
    }
  }

  async #receive(request: IncomingMessage): Promise<{ status: number; body: object }> {
    const url = new URL(request.url ?? '/', 'http://centre');
    const sender = this.#cityOfToken.get((request.headers.authorization ?? '').replace(/^Bearer /, ''));
    if (sender === undefined) return { status: 401, body: { detail: 'Nobody is known by this token.' } };
    if (request.method !== 'POST' || url.pathname !== '/v1/city-files')
      return { status: 404, body: { detail: 'The centre takes files at /v1/city-files.' } };
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const letter = {
      name: url.searchParams.get('name') ?? '',
      bytes: Buffer.concat(chunks),
      signature: Buffer.from(String(request.headers['x-signature'] ?? ''), 'base64'),
    };
    try {
      const receiver = this.#receiverOf(sender, letter);
      const sha256 = createHash('sha256').update(letter.bytes).digest('hex');
      const known = this.#seen.get(letter.name);
      if (known !== undefined && known !== sha256) throw new RangeError('the name was used before with other content');
      if (known === undefined) this.#queues.get(receiver.city)?.push(letter);
      this.#seen.set(letter.name, sha256);
      return { status: known === undefined ? 201 : 200, body: { name: letter.name } };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#refusedHere.push({ name: letter.name, reason });
      return { status: 422, body: { detail: reason } };
    }
  }

  #receiverOf(sender: string, { name, bytes, signature }: Letter): CentreMember {
    const [, from, to] = CITY_FILE.exec(name) ?? [];
    const listOf = HOTLIST_FILE.exec(name)?.[1];
    // A hotlist says in its first line for whom it is: version 2 ‖ sender 4 ‖ receiver 4 ‖ date 8.
    const receiver = this.#members.get(to ?? bytes.toString('latin1', 6, 10));
    if ((from ?? listOf) !== sender) throw new RangeError(`${name} is no file of city ${sender}`);
    if (receiver === undefined) throw new RangeError(`${name} is for a city that takes no part`);
    verifyDetached(bytes, signature, sender, receiver.caPem);
    return receiver;
  }

  async #deliver(city: string, { name, bytes, signature }: Letter): Promise<string> {
    const member = this.#members.get(city);
    if (member === undefined) return 'later';
    try {
      const response = await fetch(`${member.baseUrl}/v1/city-files?name=${name}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${member.token}`,
          'content-type': 'application/octet-stream',
          'x-signature': signature.toString('base64'),
        },
        body: new Uint8Array(bytes),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const text = await response.text();
      if (response.ok) return 'taken';
      return response.status >= 500 ? 'later' : text;
    } catch {
      return 'later';
    }
  }

  #count({ name, bytes }: Letter): void {
    const [, issuer, acquirer, , kind] = CITY_FILE.exec(name) ?? [];
    if (kind !== 'ccir' || issuer === undefined || acquirer === undefined) return;
    const { sequence, totalFen } = readInterCityAnswer(bytes);
    const millionths = this.#shares.get([issuer, acquirer].sort().join(' ')) ?? 0n;
    const shareFen = (totalFen * millionths * 2n + 1_000_000n) / 2_000_000n;
    this.#answers.push({ issuer, acquirer, sequence, acceptedFen: totalFen, shareFen, told: new Set() });
  }
}
