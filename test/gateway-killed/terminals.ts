import { type Card, Link, type LoadOrder, prepare, readAnswer, resultOf } from '../bench/terminal-side.ts';

/** What a terminal still owes a card, or is owed by the host: the frame it repeats until it is answered. */
interface Owed {
  readonly card: Card;
  readonly frame: Buffer;
}

const RESULT_TRACE = 500_000;
/** Requests in flight per terminal. */
const WINDOW = 8;

/**
 * Terminals that load every card once and send its result, and repeat, byte for byte, whatever was not answered when the
 * link was lost: what terminals do (terminal interface, section 3, Repeats).
 */
export class StubbornTerminals {
  /** Cards whose 0200, and whose 0220, was answered 00. */
  readonly opened = new Set<string>();
  readonly posted = new Set<string>();
  readonly refused: string[] = [];
  readonly #order: LoadOrder;
  readonly #waiting: Owed[][];
  readonly #inFlight: Map<string, Owed>[];

  constructor(order: LoadOrder) {
    this.#order = order;
    const cards = prepare(order);
    this.#waiting = order.terminals.map((_, place) =>
      cards.filter((card) => card.terminal === place).map((card) => ({ card, frame: card.request })),
    );
    this.#inFlight = order.terminals.map(() => new Map<string, Owed>());
  }

  /** Plays against the gateway at a port until all is answered, or until `enough` says stop; then the links are cut. */
  async play(port: number, enough: () => boolean = () => false): Promise<void> {
    let stop: () => void = () => undefined;
    const stopped = new Promise<void>((resolve) => (stop = resolve));
    const links = this.#order.terminals.map(
      (_, place) =>
        new Link(port, (message) => {
          this.#take(place, message, (frame) => links[place]?.send(frame));
          if (enough() || this.#isDone()) stop();
        }),
    );
    await Promise.all(links.map((link) => link.opened()));
    for (const [place, link] of links.entries()) {
      // What nobody answered is asked again first, then the rest goes on.
      for (const owed of this.#inFlight[place]?.values() ?? []) link.send(owed.frame);
      this.#sendMore(place, (frame) => link.send(frame));
    }
    if (!this.#isDone()) await stopped;
    for (const link of links) link.end();
  }

  #take(place: number, message: Buffer, send: (frame: Buffer) => void): void {
    const answer = readAnswer(message);
    const owed = this.#inFlight[place]?.get(answer.trace);
    if (owed === undefined) return;
    this.#inFlight[place]?.delete(answer.trace);
    if (answer.code === '68') {
      this.#waiting[place]?.unshift(owed);
    } else if (answer.code !== '00') {
      this.refused.push(`${answer.mti} ${answer.code}`);
    } else if (answer.mti === '0230') {
      this.posted.add(owed.card.cardNo);
    } else {
      this.opened.add(owed.card.cardNo);
      const trace = (Number(owed.card.trace) + RESULT_TRACE).toString().padStart(6, '0');
      this.#waiting[place]?.unshift({ card: owed.card, frame: resultOf(this.#order, owed.card, trace, message) });
    }
    this.#sendMore(place, send);
  }

  #sendMore(place: number, send: (frame: Buffer) => void): void {
    const [waiting, inFlight] = [this.#waiting[place] ?? [], this.#inFlight[place] ?? new Map<string, Owed>()];
    while (inFlight.size < WINDOW) {
      const next = waiting.shift();
      if (next === undefined) return;
      inFlight.set(traceOf(next.frame), next);
      send(next.frame);
    }
  }

  #isDone(): boolean {
    return this.#waiting.every((each) => each.length === 0) && this.#inFlight.every((each) => each.size === 0);
  }
}

/** Field 11 of a request of ours: behind length, TPDU, header, MTI, bitmap and fields 2, 3 and 4. */
function traceOf(frame: Buffer): string {
  const cardNo = 23 + 1 + 10;
  return frame.toString('hex', cardNo + 3 + 6, cardNo + 3 + 6 + 3);
}
