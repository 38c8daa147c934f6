import type { MessageName } from '../catalogue/messages.ts';
import type { ResponseCode } from '../catalogue/response-codes.ts';

/** A stretch of a message's way through us, in the order it went. */
export interface Stage {
  /** One or two words a support person understands: `mac`, `decide`, `commit`. */
  readonly name: string;
  readonly ms: number;
}

/** What the gateway tells of one message when it has answered it. Holds no key, no PIN block and no payload. */
export interface ObservedMessage {
  readonly mti: string;
  /** Which message of the table; `unreadable` when it was none. */
  readonly kind: MessageName | 'unreadable';
  /** Field 39 of the answer; `none` when the link was closed without one. */
  readonly code: ResponseCode | 'none';
  /** Merchant number of the terminal; undefined when the terminal is not known. */
  readonly operator: string | undefined;
  /** Industry code of the terminal (1 bus, 2 taxi …), when it is known. */
  readonly industry: number | undefined;
  readonly terminalNo: string;
  readonly traceNo: string;
  readonly stages: readonly Stage[];
  /** When the message had arrived whole. */
  readonly at: Date;
  readonly batchNo?: string | undefined;
  /** Field 2 as it came; only its last four digits are kept. */
  readonly cardNo?: string | undefined;
  readonly amountFen?: bigint | undefined;
  /** Field 37 of the answer. */
  readonly reference?: string | undefined;
  readonly link?: { readonly remoteAddress: string; readonly secure: boolean } | undefined;
  /** What was wrong with it, as a path and a reason: `field 62 / record 3 / amount: …`. */
  readonly remark?: string | undefined;
}

export type ObserveMessage = (message: ObservedMessage) => void;
