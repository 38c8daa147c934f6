import { timingSafeEqual } from 'node:crypto';
import { unsigned } from '../bytes/integers.ts';
import { done, refuse, type Command, type Response } from '../chip/apdu.ts';
import { accessAllowed, shortFileId, type FileStore } from '../chip/files.ts';
import { ALGORITHM_BYTE, findKey, KEY_ID, type StoredKey } from '../chip/keys.ts';
import type { NonVolatileMemory } from '../chip/memory.ts';
import type { Session } from '../chip/session.ts';
import { SW } from '../chip/status-words.ts';
import type { CardAlgorithm } from '../cryptography/block-cipher.ts';
import {
  loadSessionKey,
  purchaseSessionKey,
  transactionAuthenticationCode,
  transactionMac,
} from '../cryptography/purse.ts';
import { COUNTER_MAXIMUM, logRow, proofCell, PURSE_FILE, purseCells, readProof, readPurse } from './purse-state.ts';

const LOG_SFI = 0x18;
/** Public readers take the low 31 bits as the balance, so a purse never grows beyond. */
const BALANCE_MAXIMUM = 0x7fff_ffff;

/** By P1 of INITIALIZE: which key, which counter, and whether money comes or goes. */
const KINDS = {
  0x00: { kind: 'load', key: KEY_ID.load, counter: 'onlineCounter' },
  0x01: { kind: 'purchase', key: KEY_ID.purchase, counter: 'offlineCounter' },
  0x03: { kind: 'capp', key: KEY_ID.purchase, counter: 'offlineCounter' },
  0x05: { kind: 'unload', key: KEY_ID.unload, counter: 'onlineCounter' },
} as const;
const UNLOAD_TYPE = 0x03;
const CAPP_TYPE = 0x09;

/** INITIALIZE remembers this until CREDIT or DEBIT. */
interface Pending {
  readonly kind: (typeof KINDS)[keyof typeof KINDS]['kind'];
  readonly cells: string;
  readonly type: number;
  readonly key: StoredKey;
  readonly random: Buffer;
  readonly amount: number;
  readonly terminal: Buffer;
  /** Writes to the CAPP cache, which happen with the debit or not at all. */
  readonly cache: { fileId: string; record: number; data: Buffer }[];
}

/** The purse commands of domain page A.1 over one application directory. */
export class Purse {
  readonly #memory: NonVolatileMemory;
  readonly #files: FileStore;
  readonly #algorithm: CardAlgorithm;
  readonly #random: (length: number) => Buffer;
  #pending: Pending | undefined;

  constructor(
    memory: NonVolatileMemory,
    files: FileStore,
    algorithm: CardAlgorithm,
    random: (length: number) => Buffer,
  ) {
    this.#memory = memory;
    this.#files = files;
    this.#algorithm = algorithm;
    this.#random = random;
  }

  /** Drops an INITIALIZE that was not followed by its second half. */
  forget(): void {
    this.#pending = undefined;
  }

  /** CREDIT, DEBIT and UPDATE CAPP DATA CACHE follow their INITIALIZE; anything else ends it. */
  static continues({ cla, ins }: Command): boolean {
    return cla === 0x80 && (ins === 0x52 || ins === 0x54 || ins === 0xdc);
  }

  /** Runs a purse command; undefined when the instruction is not one. */
  execute(session: Session, command: Command): Response | undefined {
    if (command.cla !== 0x80) return undefined;
    switch (command.ins) {
      case 0x50:
        return this.#initialise(session, command);
      case 0x52:
        return this.#creditForLoad(session, command);
      case 0x54:
        return this.#debit(session, command);
      case 0xdc:
        return this.#updateCache(session, command);
      case 0x5a:
        return this.#prove(session, command);
      case 0x5c:
        return this.#balance(session, command);
      default:
        return undefined;
    }
  }

  /** Cells of the purse that P2 names, or the status word why it cannot be used. */
  #purseCells(session: Session, purse: number): string | number {
    const fileId = PURSE_FILE[purse];
    if (fileId === undefined) return SW.badParameters;
    const header = this.#files.header(session.directory, fileId);
    if (header?.kind !== 'purse') return SW.fileNotFound;
    if (!accessAllowed(header.readAccess, session.securityState)) return SW.securityNotSatisfied;
    return `${session.directory}/${fileId}`;
  }

  /** keyIdx 1 ‖ amount 4 ‖ terminal 6. P1 00 load, 01 purchase, 03 CAPP purchase, 05 unload. */
  #initialise(session: Session, { p1, p2, data }: Command): Response {
    const made = KINDS[p1 as keyof typeof KINDS] as (typeof KINDS)[keyof typeof KINDS] | undefined;
    if (made === undefined || (made.kind === 'capp' && p2 !== 0x02)) return refuse(SW.badParameters);
    if (data.length !== 11) return refuse(SW.wrongLength);
    const cells = this.#purseCells(session, p2);
    if (typeof cells === 'number') return refuse(cells);
    const key = findKey(this.#memory, session.directory, made.key, data[0]);
    if (!key) return refuse(SW.keyIndexUnknown);
    const state = readPurse(this.#memory, cells);
    const counter = state[made.counter];
    if (counter === COUNTER_MAXIMUM) return refuse(SW.counterAtMaximum);
    const amount = data.readUInt32BE(1);
    const terminal = Buffer.from(data.subarray(5));
    if (made.kind === 'load' && state.balance + amount > BALANCE_MAXIMUM) return refuse(SW.badData);
    if (made.kind !== 'load' && state.balance < amount) return refuse(SW.notEnough);

    const random = this.#random(4);
    const type = { load: p2, purchase: p2 + 4, capp: CAPP_TYPE, unload: UNLOAD_TYPE }[made.kind];
    this.#pending = { kind: made.kind, cells, type, key, random, amount, terminal, cache: [] };
    const keyInfo = Buffer.from([key.fourth, ALGORITHM_BYTE[this.#algorithm]]);
    const balance = unsigned(state.balance, 4);
    if (made.counter === 'offlineCounter')
      return done(Buffer.concat([balance, unsigned(counter, 2), Buffer.alloc(3), keyInfo, random]));
    const online = unsigned(counter, 2);
    const sessionKey = loadSessionKey(this.#algorithm, key.value, random, online);
    const sale = [unsigned(amount, 4), Buffer.from([type]), terminal];
    const mac1 = transactionMac(this.#algorithm, sessionKey, balance, ...sale);
    return done(Buffer.concat([balance, online, keyInfo, random, mac1]));
  }

  /** date 4 ‖ time 3 ‖ MAC2 4 → TAC 4 */
  #creditForLoad(session: Session, { p1, p2, data }: Command): Response {
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending?.kind !== 'load') return refuse(SW.conditionsNotSatisfied);
    if (p1 !== 0 || p2 !== 0) return refuse(SW.badParameters);
    if (data.length !== 11) return refuse(SW.wrongLength);
    const state = readPurse(this.#memory, pending.cells);
    const moment = data.subarray(0, 7);
    const counter = unsigned(state.onlineCounter, 2);
    const sessionKey = loadSessionKey(this.#algorithm, pending.key.value, pending.random, counter);
    const sale = [unsigned(pending.amount, 4), Buffer.from([pending.type]), pending.terminal];
    const mac2 = transactionMac(this.#algorithm, sessionKey, ...sale, moment);
    if (!timingSafeEqual(mac2, data.subarray(7))) return refuse(SW.macWrong);
    const dtk = findKey(this.#memory, session.directory, KEY_ID.tac);
    if (!dtk) return refuse(SW.keyNotFound);
    const after = { ...state, balance: state.balance + pending.amount, onlineCounter: state.onlineCounter + 1 };
    const newBalance = unsigned(after.balance, 4);
    const tac = transactionAuthenticationCode(this.#algorithm, dtk.value, newBalance, counter, ...sale, moment);
    this.#commit(session, pending, after, { counterBefore: state.onlineCounter, moment, mac2, tac });
    return done(tac);
  }

  /** P1 01 ends a purchase, P1 03 an unload. */
  #debit(session: Session, { p1, p2, data }: Command): Response {
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending === undefined || pending.kind === 'load') return refuse(SW.conditionsNotSatisfied);
    if (p1 !== (pending.kind === 'unload' ? 0x03 : 0x01) || p2 !== 0x00) return refuse(SW.badParameters);
    if (data.length !== (pending.kind === 'unload' ? 11 : 15)) return refuse(SW.wrongLength);
    return pending.kind === 'unload' ? this.#payOut(session, pending, data) : this.#pay(session, pending, data);
  }

  /** date 4 ‖ time 3 ‖ MAC2 4 → MAC3 4. The proof kept of it is MAC2 ‖ MAC3. */
  #payOut(session: Session, pending: Pending, data: Buffer): Response {
    const state = readPurse(this.#memory, pending.cells);
    const moment = data.subarray(0, 7);
    const counter = unsigned(state.onlineCounter, 2);
    const sessionKey = loadSessionKey(this.#algorithm, pending.key.value, pending.random, counter);
    const sale = [unsigned(pending.amount, 4), Buffer.from([pending.type]), pending.terminal];
    const mac2 = transactionMac(this.#algorithm, sessionKey, ...sale, moment);
    if (!timingSafeEqual(mac2, data.subarray(7))) return refuse(SW.macWrong);
    const after = { ...state, balance: state.balance - pending.amount, onlineCounter: state.onlineCounter + 1 };
    const mac3 = transactionMac(this.#algorithm, sessionKey, unsigned(after.balance, 4), counter, ...sale, moment);
    this.#commit(session, pending, after, { counterBefore: state.onlineCounter, moment, mac2, tac: mac3 });
    return done(mac3);
  }

  /** tsn 4 ‖ date 4 ‖ time 3 ‖ MAC1 4 → TAC 4 ‖ MAC2 4 */
  #pay(session: Session, pending: Pending, data: Buffer): Response {
    const state = readPurse(this.#memory, pending.cells);
    const transaction = data.subarray(0, 4);
    const moment = data.subarray(4, 11);
    const counter = unsigned(state.offlineCounter, 2);
    const sessionKey = purchaseSessionKey(this.#algorithm, pending.key.value, pending.random, counter, transaction);
    const amount = unsigned(pending.amount, 4);
    const sale = [amount, Buffer.from([pending.type]), pending.terminal];
    const mac1 = transactionMac(this.#algorithm, sessionKey, ...sale, moment);
    if (!timingSafeEqual(mac1, data.subarray(11))) return refuse(SW.macWrong);
    const dtk = findKey(this.#memory, session.directory, KEY_ID.tac);
    if (!dtk) return refuse(SW.keyNotFound);
    const mac2 = transactionMac(this.#algorithm, sessionKey, amount);
    const tac = transactionAuthenticationCode(this.#algorithm, dtk.value, ...sale, transaction, moment);
    const after = { ...state, balance: state.balance - pending.amount, offlineCounter: state.offlineCounter + 1 };
    this.#commit(session, pending, after, { counterBefore: state.offlineCounter, moment, mac2, tac });
    return done(Buffer.concat([tac, mac2]));
  }

  /** Balance, counter, log, CAPP cache and proof in one commit. */
  #commit(
    session: Session,
    pending: Pending,
    after: { balance: number; onlineCounter: number; offlineCounter: number },
    made: { counterBefore: number; moment: Buffer; mac2: Buffer; tac: Buffer },
  ): void {
    const changes = purseCells(pending.cells, after);
    const row = logRow({ ...pending, counter: made.counterBefore, moment: made.moment });
    const logged = this.#files.writeRecord(session.directory, shortFileId(LOG_SFI), 0, row);
    if (typeof logged !== 'number') for (const [cell, content] of logged) changes.set(cell, content);
    for (const { fileId, record, data } of pending.cache) {
      const cached = this.#files.writeRecord(session.directory, fileId, record, data);
      if (typeof cached !== 'number') for (const [cell, content] of cached) changes.set(cell, content);
    }
    const { mac2, tac } = made;
    changes.set(...proofCell(pending.cells, { type: pending.type, counterAfter: made.counterBefore + 1, mac2, tac }));
    this.#memory.commit(changes);
  }

  /** P1 record (00 appends to a cyclic file), P2 high five bits SFI. Each record once before the debit. */
  #updateCache(session: Session, { p1, p2, data }: Command): Response {
    const pending = this.#pending;
    if (pending?.kind !== 'capp') {
      this.#pending = undefined;
      return refuse(SW.conditionsNotSatisfied);
    }
    const fileId = shortFileId(p2 >> 3);
    if (p2 >> 3 === LOG_SFI) return refuse(SW.securityNotSatisfied);
    if (!this.#files.header(session.directory, fileId)) return refuse(SW.fileNotFound);
    if (pending.cache.some((write) => write.fileId === fileId && write.record === p1)) {
      return refuse(SW.conditionsNotSatisfied);
    }
    const possible = this.#files.writeRecord(session.directory, fileId, p1, data);
    if (typeof possible === 'number') return refuse(possible);
    pending.cache.push({ fileId, record: p1, data: Buffer.from(data) });
    return done();
  }

  /** P2 type, counter after the transaction → MAC2 4 ‖ TAC 4 (the other way round than DEBIT); of an unload MAC2 ‖ MAC3. */
  #prove(session: Session, { p1, p2, data }: Command): Response {
    if (p1 !== 0) return refuse(SW.badParameters);
    if (data.length !== 2) return refuse(SW.wrongLength);
    const proofs = Object.values(PURSE_FILE).map((id) => readProof(this.#memory, `${session.directory}/${id}`));
    const proof = proofs.find((kept) => kept?.type === p2 && kept.counterAfter === data.readUInt16BE());
    return proof ? done(Buffer.concat([proof.mac2, proof.tac])) : refuse(SW.proofNotAvailable);
  }

  /** P1 00 and 03 the balance; 01 and 02, which some readers subtract, the overdraft, which this purse has none of. */
  #balance(session: Session, { p1, p2 }: Command): Response {
    const cells = this.#purseCells(session, p2);
    if (typeof cells === 'number') return refuse(cells);
    if (p1 > 0x03) return refuse(SW.badParameters);
    const overdraft = p1 === 0x01 || p1 === 0x02;
    return done(overdraft ? Buffer.alloc(4) : unsigned(readPurse(this.#memory, cells).balance, 4));
  }
}
