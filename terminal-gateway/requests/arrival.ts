import { HsmUnavailable } from '@citycard/hsm-sim';
import type { FieldValues } from '../codec/field-table.ts';
import type { OutgoingFrame } from '../codec/frame-writer.ts';
import type { Message } from '../codec/message.ts';
import { packAnswer } from '../catalogue/answer.ts';
import { readRequest, type RequestReading } from '../catalogue/request.ts';
import type { ResponseCode } from '../catalogue/response-codes.ts';
import type { LinkInfo } from '../link/terminal-link.ts';
import { MessageTrail } from '../observation/trail.ts';
import { type GatewayDeps, newReference } from './context.ts';

/** A message that has come, until it is answered. */
export class Arrival {
  readonly message: Message;
  readonly link: LinkInfo;
  readonly now: Date;
  readonly trail: MessageTrail;
  readonly reading: RequestReading;
  /** Field 41: a link hands over no message without it. */
  readonly terminalNo: string;
  readonly #deps: GatewayDeps;
  readonly #resolve: (outcome: OutgoingFrame | 'close') => void;
  readonly #reject: (error: unknown) => void;
  #settled = false;

  constructor(
    deps: GatewayDeps,
    message: Message,
    link: LinkInfo,
    resolve: (outcome: OutgoingFrame | 'close') => void,
    reject: (error: unknown) => void,
  ) {
    this.#deps = deps;
    this.message = message;
    this.link = link;
    this.#resolve = resolve;
    this.#reject = reject;
    this.now = new Date();
    this.trail = new MessageTrail(message, link, this.now);
    this.terminalNo = message.text(41) ?? '';
    this.reading = readRequest(message);
    if (this.reading.ok) this.trail.kind = this.reading.request.name;
    else this.trail.remark = `${this.reading.problem.path}: ${this.reading.problem.reason}`;
  }

  /** An answer; with `mac`, a place for field 64. */
  pack(code: ResponseCode, mac: boolean, fields?: FieldValues): OutgoingFrame {
    const answer = { code, at: this.now, reference: newReference(this.now) };
    return packAnswer(this.message, fields === undefined ? answer : { ...answer, fields }, mac);
  }

  /** Answers. The first outcome counts. */
  answer(outcome: OutgoingFrame | 'close'): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#deps.observeMessage?.(this.trail.end(outcome));
    this.#resolve(outcome);
  }

  /**
   * No answer: without the HSM there is no MAC, so the link is closed and the terminal repeats; what was committed is committed,
   * and the repeat gets its answer. Any other error is a fault of ours and goes to the link.
   */
  fail(error: unknown): void {
    if (this.#settled) return;
    if (error instanceof HsmUnavailable) {
      this.trail.remark = error.message;
      this.#deps.logger.warn(
        { link: this.link.id, error: error.message },
        'HSM not reachable, the terminal will repeat',
      );
      this.answer('close');
      return;
    }
    this.#settled = true;
    this.#deps.observeMessage?.(this.trail.end('close'));
    this.#reject(error);
  }

  /** Answers with what a decision of its own comes to, which the others of its set do not wait for. */
  follow(outcome: Promise<OutgoingFrame>): void {
    outcome.then(
      (frame) => this.answer(frame),
      (error: unknown) => this.fail(error),
    );
  }
}
