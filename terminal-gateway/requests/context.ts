import { randomFillSync } from 'node:crypto';
import type { BillerDirectory } from '@citycard/clearing';
import type { Database, Logger, Transaction } from '@citycard/common';
import type { HsmClient, KeyRef } from '@citycard/hsm-sim';
import type { FieldValues } from '../codec/field-table.ts';
import type { MessageName } from '../catalogue/messages.ts';
import type { TerminalRequest } from '../catalogue/request.ts';
import type { ResponseCode } from '../catalogue/response-codes.ts';
import type { ObserveMessage } from '../observation/observed-message.ts';
import type { MessageTrail } from '../observation/trail.ts';
import type { Terminal } from '../terminals/estate.ts';
import type { SetLimits } from './set-collector.ts';

export interface GatewayDeps {
  readonly db: Database;
  /** Connections of its own for deciding sets, `pipelined`; those of `db` when left out. */
  readonly setsDb?: Database;
  readonly hsm: HsmClient;
  readonly logger: Logger;
  /** Who speaks for a biller code. */
  readonly billers: BillerDirectory;
  /** Called after purchase records have been committed, so that validation need not wait for its next look. */
  readonly onPurchases?: () => void;
  /** How requests are gathered into sets; {@link defaultSetLimits} when left out. */
  readonly sets?: Partial<SetLimits>;
  /** Told of every message when it has been answered. */
  readonly observeMessage?: ObserveMessage;
}

/** A request whose terminal is known and whose MAC was right. */
export interface RequestContext<N extends MessageName = MessageName> {
  readonly deps: GatewayDeps;
  readonly terminal: Terminal;
  readonly request: TerminalRequest<N>;
  /** The key the request was right under; its answer is made under the same. */
  readonly mak: KeyRef;
  readonly now: Date;
  /** What is noted of the message on its way; a decider that waits for something says for what with `stage`. */
  readonly trail: MessageTrail;
}

/** What is to be answered: field 39 and what the message has of its own. */
export interface Decision {
  readonly code: ResponseCode;
  readonly fields?: FieldValues;
}

/** Decides inside the transaction that also keeps the answer. */
export type Decide<P> = (tx: Transaction, prepared: P) => Promise<Decision>;

/** 32 characters: five bits of chance are one of them. */
const referenceAlphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const CHANCE_CHARACTERS = 8;
const CITY_OFFSET_MS = 8 * 3_600_000;
const DAY_MS = 86_400_000;

/** Chance, asked for in one piece for many references. */
const chance = Buffer.alloc(CHANCE_CHARACTERS * 512);
let chanceLeft = 0;
let day = Number.NaN;
let dayDigits = '';

/** Field 37, 12 characters: the day as YDDD, then eight that make it unique; no letters that are misread aloud. */
export function newReference(now: Date): string {
  const asked = Math.floor((now.getTime() + CITY_OFFSET_MS) / DAY_MS);
  if (asked !== day) {
    const city = new Date(asked * DAY_MS);
    const dayOfYear = asked - Math.floor(Date.UTC(city.getUTCFullYear(), 0, 1) / DAY_MS) + 1;
    dayDigits = `${city.getUTCFullYear() % 10}${dayOfYear.toString().padStart(3, '0')}`;
    day = asked;
  }
  if (chanceLeft === 0) chanceLeft = randomFillSync(chance).length;
  let reference = dayDigits;
  for (const end = chanceLeft - CHANCE_CHARACTERS; chanceLeft > end;) {
    chanceLeft -= 1;
    reference += referenceAlphabet.charAt((chance[chanceLeft] ?? 0) & 31);
  }
  return reference;
}
