import { timingSafeEqual } from 'node:crypto';
import { unsigned } from '../bytes/integers.ts';
import { done, refuse, type Command, type Response } from '../chip/apdu.ts';
import { Chip } from '../chip/chip.ts';
import { MASTER_FILE } from '../chip/files.ts';
import { KEY_ID, keyCell, storedKey, type StoredKey } from '../chip/keys.ts';
import { SW } from '../chip/status-words.ts';
import type { CardAlgorithm } from '../cryptography/block-cipher.ts';
import { deriveThrough, purchaseSessionKey, transactionMac } from '../cryptography/purse.ts';

const APPLICATION = '1001';
const TRANSACTION_CELL = 'terminal-transaction';
const FAILURES_CELL = 'mac2-failures';
/** A SAM that sees this many wrong MAC2 in a row locks. */
const FAILURES_MAXIMUM = 15;

/** Type bytes of purchases: ED and EP purchase, CAPP purchase. */
const PURCHASE_TYPES = [0x05, 0x06, 0x09];

/** A purchase SAM (PSAM): holds the root purchase key, derives the card's key inside, keeps the terminal transaction number. */
export class VirtualSam extends Chip {
  readonly atr = Buffer.from('3B8880014349545953414D3160', 'hex');
  protected readonly required = () => [
    `${MASTER_FILE}/0015/data`,
    `${MASTER_FILE}/0016/data`,
    `directory-${APPLICATION}`,
    `${APPLICATION}/0000`,
    keyCell(APPLICATION, KEY_ID.purchase, 1),
  ];
  protected readonly keyAlgorithms = ['3des', 'sm4'] as const;
  /** From 8070 to 8072. */
  #expectedMac2: Buffer | undefined;

  protected override blocked(): number | undefined {
    return undefined;
  }

  protected override execute(command: Command): Response | undefined {
    if (command.cla !== 0x80 || !this.personalised) return undefined;
    if (command.ins === 0x70) return this.#initialisePurchase(command);
    if (command.ins === 0x72) return this.#creditPurchase(command);
    return undefined;
  }

  protected override forgetTransaction(): void {
    this.#expectedMac2 = undefined;
  }

  protected override continuesTransaction(command: Command): boolean {
    return command.cla === 0x80 && command.ins === 0x72;
  }

  /** random 4 ‖ counter 2 ‖ amount 4 ‖ type 1 ‖ date 4 ‖ time 3 ‖ key version 1 ‖ algorithm 1 ‖ factors, card first → tsn 4 ‖ MAC1 4 */
  #initialisePurchase({ p1, p2, data }: Command): Response {
    if (p1 !== 0 || p2 !== 0) return refuse(SW.badParameters);
    if (this.#failures() >= FAILURES_MAXIMUM) return refuse(SW.authenticationBlocked);
    const factorBytes = data.subarray(20);
    if (data.length < 20 || factorBytes.length % 8 !== 0 || factorBytes.length > 24) return refuse(SW.wrongLength);
    const type = data.subarray(10, 11);
    if (!PURCHASE_TYPES.includes(type.readUInt8())) return refuse(SW.badData);
    if (this.session.directory !== APPLICATION) return refuse(SW.conditionsNotSatisfied);
    const root = this.#rootKey(data.readUInt8(18));
    const samNo = this.files.content(MASTER_FILE, '0016');
    if (!root || !samNo) return refuse(SW.keyIndexUnknown);

    const factors: Buffer[] = [];
    for (let at = 0; at < factorBytes.length; at += 8) factors.unshift(factorBytes.subarray(at, at + 8));
    const algorithm: CardAlgorithm = root.fifth === 0x04 ? 'sm4' : '3des';
    const cardKey = deriveThrough(algorithm, root.value, factors);
    const previous = this.memory.read(TRANSACTION_CELL)?.readUInt32BE() ?? 0;
    if (previous === 0xffff_ffff) return refuse(SW.counterAtMaximum);
    const transaction = unsigned(previous + 1, 4);
    this.memory.commit(new Map([[TRANSACTION_CELL, transaction]]));

    const amount = data.subarray(6, 10);
    const session = purchaseSessionKey(algorithm, cardKey, data.subarray(0, 4), data.subarray(4, 6), transaction);
    this.#expectedMac2 = transactionMac(algorithm, session, amount);
    const mac1 = transactionMac(algorithm, session, amount, type, samNo, data.subarray(11, 18));
    return done(Buffer.concat([transaction, mac1]));
  }

  /** MAC2 4 of the card: 9000 when it is right. */
  #creditPurchase({ data }: Command): Response {
    const expected = this.#expectedMac2;
    this.#expectedMac2 = undefined;
    if (!expected) return refuse(SW.conditionsNotSatisfied);
    if (data.length !== 4) return refuse(SW.wrongLength);
    const failures = this.#failures();
    if (timingSafeEqual(expected, data)) {
      if (failures > 0) this.memory.commit(new Map([[FAILURES_CELL, undefined]]));
      return done();
    }
    this.memory.commit(new Map([[FAILURES_CELL, Buffer.from([failures + 1])]]));
    return refuse(SW.macWrong);
  }

  #failures(): number {
    return this.memory.read(FAILURES_CELL)?.[0] ?? 0;
  }

  #rootKey(version: number): StoredKey | undefined {
    const cells = this.memory.names(`${APPLICATION}/0000/${KEY_ID.purchase.toString(16).toUpperCase()}/`);
    for (const cell of cells) {
      const record = this.memory.read(cell);
      if (record?.[3] === version) return storedKey(cell, record);
    }
    return undefined;
  }
}
