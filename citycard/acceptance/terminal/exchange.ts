import {
  answerFields,
  type AnswerValues,
  type MessageName,
  type OutgoingFrame,
  packAnswer,
  type ResponseCode,
  type TerminalRequest,
} from '@citycard/terminal-gateway';
import type { CandidateLink } from './link.ts';

/** How an answer is put on the line. */
export type Delivery = 'whole' | 'byte by byte' | 'in halves' | 'half and hang up';

/** Puts field 64 into an answer; `wrong` spoils it. */
export type Seal = (frame: OutgoingFrame, wrong: boolean) => Promise<OutgoingFrame>;

let references = 0;

/** A request of the candidate that waits for its answer, or for none. */
export class Exchange<N extends MessageName = MessageName> {
  readonly request: TerminalRequest<N>;
  readonly link: CandidateLink;
  /** Identity and content: what a repeat has in common with its original. */
  readonly key: string;
  readonly content: string;
  readonly #seal: Seal | undefined;
  readonly #keep: (code: ResponseCode, frame: OutgoingFrame) => void;

  constructor(
    request: TerminalRequest<N>,
    link: CandidateLink,
    told: {
      readonly key: string;
      readonly content: string;
      readonly seal: Seal | undefined;
      keep(code: ResponseCode, frame: OutgoingFrame): void;
    },
  ) {
    this.request = request;
    this.link = link;
    this.key = told.key;
    this.content = told.content;
    this.#seal = told.seal;
    this.#keep = (code, frame) => told.keep(code, frame);
  }

  /** Answers; no answer at all is given by not calling this. */
  async answer(
    code: ResponseCode,
    values?: AnswerValues<N>,
    how: { readonly delivery?: Delivery; readonly wrongMac?: boolean } = {},
  ): Promise<void> {
    const answer = {
      code,
      at: new Date(),
      reference: `ACPT${String((references += 1)).padStart(8, '0')}`,
      ...(values === undefined ? {} : { fields: answerFields(this.request.name, values) }),
    };
    const frame = packAnswer(this.request.message, answer, this.#seal !== undefined);
    this.#keep(code, frame);
    const sealed = this.#seal === undefined ? frame : await this.#seal(frame, how.wrongMac ?? false);
    await deliver(this.link, sealed.frame, how.delivery ?? 'whole');
  }
}

/** Long enough that the halves are two packets, short against every patience. */
const BETWEEN_HALVES_MS = 30;

async function deliver(link: CandidateLink, frame: Buffer, delivery: Delivery): Promise<void> {
  const middle = Math.floor(frame.length / 2);
  switch (delivery) {
    case 'whole':
      link.write(frame);
      return;
    case 'byte by byte':
      for (const byte of frame) {
        link.write(Buffer.of(byte));
        await pause(0);
      }
      return;
    case 'in halves':
      // The first half ends inside the length, the most delicate place.
      link.write(frame.subarray(0, 1));
      await pause(BETWEEN_HALVES_MS);
      link.write(frame.subarray(1, middle));
      await pause(BETWEEN_HALVES_MS);
      link.write(frame.subarray(middle));
      return;
    case 'half and hang up':
      link.write(frame.subarray(0, middle));
      await pause(BETWEEN_HALVES_MS);
      link.hangUp();
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
