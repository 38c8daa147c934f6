import type { Message } from '../codec/message.ts';
import type { OutgoingFrame } from '../codec/frame-writer.ts';
import type { MessageName } from '../catalogue/messages.ts';
import type { LinkInfo } from '../link/terminal-link.ts';
import { outcomeOf } from './answer-fields.ts';
import type { ObservedMessage, Stage } from './observed-message.ts';

const NO_ANSWER = { code: 'none', reference: undefined } as const;

/** What is noted of a message while it goes through us. */
export class MessageTrail {
  kind: MessageName | 'unreadable' = 'unreadable';
  /** Whose terminal it is, once that is known. */
  terminal: { readonly merchantNo: string; readonly industry?: number | undefined } | undefined;
  remark: string | undefined;
  readonly #message: Message;
  readonly #link: LinkInfo;
  readonly #at: Date;
  readonly #stages: Stage[] = [];
  #mark = performance.now();

  constructor(message: Message, link: LinkInfo, at: Date) {
    this.#message = message;
    this.#link = link;
    this.#at = at;
  }

  /** The stretch since the last stage, or since the message came, ends (now, by `performance.now()`) and is called so. */
  stage(name: string, now = performance.now()): void {
    this.#stages.push({ name, ms: now - this.#mark });
    this.#mark = now;
  }

  /** All of it, with what was answered. */
  end(outcome: OutgoingFrame | 'close'): ObservedMessage {
    const message = this.#message;
    const amount = message.text(4);
    const told = outcome === 'close' ? NO_ANSWER : outcomeOf(outcome);
    return {
      mti: message.mti,
      kind: this.kind,
      code: told.code,
      operator: this.terminal?.merchantNo,
      industry: this.terminal?.industry,
      terminalNo: message.text(41) ?? '',
      traceNo: message.text(11) ?? '',
      stages: this.#stages,
      at: this.#at,
      batchNo: message.text(60)?.slice(2, 8),
      cardNo: message.text(2),
      amountFen: amount === undefined ? undefined : BigInt(amount),
      reference: told.reference,
      link: this.#link,
      remark: this.remark,
    };
  }
}
