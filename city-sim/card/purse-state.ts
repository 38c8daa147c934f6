import { unsigned } from '../bytes/integers.ts';
import type { NonVolatileMemory } from '../chip/memory.ts';

/** File id of the electronic purse and of the electronic deposit; P2 of the purse commands is 02 and 01. */
export const PURSE_FILE: Readonly<Record<number, string>> = { 0x01: '0001', 0x02: '0002' };

/** A counter that has reached this refuses every further transaction of its kind. */
export const COUNTER_MAXIMUM = 0xffff;

/** Money and counters of one purse as they stand in memory. */
export interface PurseState {
  readonly balance: number;
  readonly onlineCounter: number;
  readonly offlineCounter: number;
}

/** Reads a purse; a new one holds nothing. */
export function readPurse(memory: NonVolatileMemory, cells: string): PurseState {
  return {
    balance: memory.read(`${cells}/balance`)?.readUInt32BE() ?? 0,
    onlineCounter: memory.read(`${cells}/online`)?.readUInt16BE() ?? 0,
    offlineCounter: memory.read(`${cells}/offline`)?.readUInt16BE() ?? 0,
  };
}

/** The cells that give a purse this state. */
export function purseCells(cells: string, state: PurseState): Map<string, Buffer> {
  return new Map([
    [`${cells}/balance`, unsigned(state.balance, 4)],
    [`${cells}/online`, unsigned(state.onlineCounter, 2)],
    [`${cells}/offline`, unsigned(state.offlineCounter, 2)],
  ]);
}

/** Row of the transaction log, file 18h, 23 bytes; the counter is the one before the transaction. */
export function logRow(row: {
  counter: number;
  amount: number;
  type: number;
  terminal: Buffer;
  moment: Buffer;
}): Buffer {
  return Buffer.concat([
    unsigned(row.counter, 2),
    Buffer.alloc(3),
    unsigned(row.amount, 4),
    Buffer.from([row.type]),
    row.terminal,
    row.moment,
  ]);
}

/** What GET TRANSACTION PROVE needs of the last transaction: type, counter after it, MAC2 and TAC. */
export interface Proof {
  readonly type: number;
  readonly counterAfter: number;
  readonly mac2: Buffer;
  readonly tac: Buffer;
}

/** The cell of a purse that keeps a proof. */
export function proofCell(cells: string, proof: Proof): [string, Buffer] {
  return [
    `${cells}/proof`,
    Buffer.concat([Buffer.from([proof.type]), unsigned(proof.counterAfter, 2), proof.mac2, proof.tac]),
  ];
}

/** The proof of the last transaction of a purse, if any happened. */
export function readProof(memory: NonVolatileMemory, cells: string): Proof | undefined {
  const bytes = memory.read(`${cells}/proof`);
  if (!bytes) return undefined;
  return {
    type: bytes.readUInt8(0),
    counterAfter: bytes.readUInt16BE(1),
    mac2: bytes.subarray(3, 7),
    tac: bytes.subarray(7, 11),
  };
}
