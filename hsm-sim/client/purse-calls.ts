import { FieldWriter } from '../wire/field-writer.ts';
import { BulkCommand, type BulkForm } from './bulk-command.ts';
import { exactly, whole } from './checks.ts';
import { derivationSize, writeDerivation } from './fields.ts';
import type {
  Authorisation,
  DerivedKeyRef,
  HsmClient,
  LoadAuthorisation,
  LoadTac,
  OverdraftAuthorisation,
  SamPurchase,
  TacItem,
  UnloadAuthorisation,
  UnloadProof,
} from './hsm-client.ts';
import type { LinkPool } from './link-pool.ts';

type PurseCalls = Pick<
  HsmClient,
  | 'loadAuthorise'
  | 'loadAuthoriseAll'
  | 'unloadAuthorise'
  | 'verifyUnloadMac3'
  | 'overdraftAuthorise'
  | 'samPurchaseMac1'
  | 'samPurchaseMac1All'
  | 'samVerifyMac2'
  | 'verifyLoadTac'
  | 'verifyTacs'
>;

/** The purse part of the client. */
export function purseCalls(pool: LinkPool, connections: number): PurseCalls {
  const loads = new BulkCommand(
    pool,
    connections,
    loadForm('P0', (item: LoadAuthorisation) => item.dlk),
  );
  const unloads = new BulkCommand(
    pool,
    connections,
    loadForm('PE', (item: UnloadAuthorisation) => item.dulk),
  );
  const unloadProofs = new BulkCommand(pool, connections, unloadProofForm);
  const overdrafts = new BulkCommand(pool, connections, overdraftForm);
  const purchases = new BulkCommand(pool, connections, purchaseForm);
  const purchaseChecks = new BulkCommand(pool, connections, purchaseCheckForm);
  const tacs = new BulkCommand(pool, connections, tacForm);
  return {
    loadAuthorise: (item) => loads.one(item),
    loadAuthoriseAll: (items) => loads.all(items),
    unloadAuthorise: (item) => unloads.one(item),
    verifyUnloadMac3: (item) => unloadProofs.one(item),
    overdraftAuthorise: (item) => overdrafts.one(item),
    samPurchaseMac1: (item) => purchases.one(item),
    samPurchaseMac1All: (items) => purchases.all(items),
    samVerifyMac2: (item) => purchaseChecks.one(item),
    verifyLoadTac: async (item) => tacs.one(loadTacItem(item)),
    verifyTacs: (items) => tacs.all(items),
  };
}

const MAC_BYTES = 4;
/** How a command answers that makes a MAC. */
const makesMac = {
  valueLength: MAC_BYTES,
  right: (answer: Buffer, at: number): Buffer => answer.subarray(at, at + MAC_BYTES),
};
/** How a command answers that checks MAC1 and makes MAC2. */
const authorises = {
  valueLength: MAC_BYTES,
  right: (answer: Buffer, at: number): Authorisation => ({ ok: true, mac2: answer.subarray(at, at + MAC_BYTES) }),
  wrong: { ok: false },
} as const;
/** How a command answers that checks. */
const checks = { valueLength: 0, right: () => true, wrong: false } as const;

const MAX_UINT16 = 0xffff;
const MAX_UINT32 = 0xffff_ffff;

interface Transaction {
  readonly cardRandom: Buffer;
  readonly samNo: Buffer;
  readonly date: Buffer;
  readonly time: Buffer;
}

/**
 * What stands in every item alike. Throws RangeError for what cannot be written: an item must be refused before it joins
 * others, or they would suffer with it.
 * @param counter its online or offline counter
 * @param amounts what takes four bytes
 */
function checkTransaction(item: Transaction, counter: number, type: number, ...amounts: readonly number[]): void {
  exactly(item.cardRandom, 4, 'a card random');
  whole(counter, MAX_UINT16, 'a counter');
  whole(type, 0xff, 'a transaction type');
  for (const amount of amounts) whole(amount, MAX_UINT32, 'an amount');
  exactly(item.samNo, 6, 'a SAM number');
  exactly(item.date, 4, 'a BCD date');
  exactly(item.time, 3, 'a BCD time');
}

/** In the order of the device's load fields, 32 bytes. */
function loadForm<Item extends Omit<LoadAuthorisation, 'dlk'>>(
  command: string,
  keyOf: (item: Item) => string,
): BulkForm<Item, Authorisation> {
  return {
    command,
    keyOf,
    sizeOf: (item) => {
      checkTransaction(item, item.onlineCounter, item.type, item.balanceBefore, item.amount);
      exactly(item.mac1, 4, 'MAC1');
      return derivationSize(item) + 32;
    },
    write: (item, fields) => {
      writeDerivation(item, fields).bytes(item.cardRandom).uint16(item.onlineCounter).uint32(item.balanceBefore);
      fields.uint32(item.amount).byte(item.type).bytes(item.samNo).bytes(item.mac1).bytes(item.date).bytes(item.time);
    },
    ...authorises,
  };
}

/** In the order of the device's purchase fields, 28 bytes. */
const purchaseForm: BulkForm<SamPurchase, Buffer> = {
  command: 'PA',
  keyOf: (item) => item.dpk,
  sizeOf: (item) => {
    checkTransaction(item, item.offlineCounter, item.type, item.transactionNo, item.amount);
    return derivationSize(item) + 28;
  },
  write: (item, fields) => {
    writeDerivation(item, fields).bytes(item.cardRandom).uint16(item.offlineCounter).uint32(item.transactionNo);
    fields.uint32(item.amount).byte(item.type).bytes(item.samNo).bytes(item.date).bytes(item.time);
  },
  ...makesMac,
};

const purchaseCheckForm: BulkForm<SamPurchase & { readonly mac2: Buffer }, boolean> = {
  command: 'PC',
  keyOf: purchaseForm.keyOf,
  sizeOf: (item) => purchaseForm.sizeOf(item) + exactly(item.mac2, 4, 'MAC2').length,
  write: (item, fields) => {
    purchaseForm.write(item, fields);
    fields.bytes(item.mac2);
  },
  ...checks,
};

/** In the order of the device's proof fields, 28 bytes and MAC3. */
const unloadProofForm: BulkForm<UnloadProof, boolean> = {
  command: 'PK',
  keyOf: (item) => item.dulk,
  sizeOf: (item) => {
    checkTransaction(item, item.onlineCounter, item.type, item.balanceAfter, item.amount);
    exactly(item.mac3, 4, 'MAC3');
    return derivationSize(item) + 32;
  },
  write: (item, fields) => {
    writeDerivation(item, fields).bytes(item.cardRandom).uint16(item.onlineCounter).uint32(item.balanceAfter);
    fields.uint32(item.amount).byte(item.type).bytes(item.samNo).bytes(item.date).bytes(item.time).bytes(item.mac3);
  },
  ...checks,
};

/** Limits are 3 bytes on the card. */
const MAX_LIMIT = 0xff_ffff;
const OVERDRAFT_TYPE = 7;

/** In the order of the device's overdraft fields, 34 bytes. */
const overdraftForm: BulkForm<OverdraftAuthorisation, Authorisation> = {
  command: 'PO',
  keyOf: (item) => item.duk,
  sizeOf: (item) => {
    checkTransaction(item, item.onlineCounter, OVERDRAFT_TYPE, item.balance);
    exactly(item.mac1, 4, 'MAC1');
    for (const limit of [item.oldLimit, item.newLimit]) whole(limit, MAX_LIMIT, 'an overdraft limit');
    return derivationSize(item) + 34;
  },
  write: (item, fields) => {
    writeDerivation(item, fields).bytes(item.cardRandom).uint16(item.onlineCounter).uint32(item.balance);
    fields.byte(item.oldLimit >>> 16).uint16(item.oldLimit & 0xffff);
    fields.byte(OVERDRAFT_TYPE).bytes(item.samNo);
    fields.byte(item.newLimit >>> 16).uint16(item.newLimit & 0xffff);
    fields.bytes(item.mac1).bytes(item.date).bytes(item.time);
  },
  ...authorises,
};

const tacForm: BulkForm<TacItem, boolean> = {
  command: 'P2',
  keyOf: (item) => item.dtk,
  sizeOf: (item) => {
    if (item.data.length > 255) throw new RangeError('TAC input has at most 255 bytes');
    exactly(item.tac, 4, 'a TAC');
    return derivationSize(item) + 1 + item.data.length + 4;
  },
  write: (item, fields) => {
    writeDerivation(item, fields).short(item.data).bytes(item.tac);
  },
  ...checks,
};

/** Load TAC input: new balance 4 ‖ old online counter 2 ‖ amount 4 ‖ type 1 ‖ SAM 6 ‖ date 4 ‖ time 3 (domain.md A.4). */
function loadTacItem(item: LoadTac & DerivedKeyRef): TacItem {
  exactly(item.samNo, 6, 'a SAM number');
  exactly(item.date, 4, 'a BCD date');
  exactly(item.time, 3, 'a BCD time');
  const data = new FieldWriter(24)
    .uint32(item.balanceAfter)
    .uint16(item.onlineCounterBefore)
    .uint32(item.amount)
    .byte(item.type)
    .bytes(item.samNo)
    .bytes(item.date)
    .bytes(item.time)
    .toBuffer();
  const { dtk, factors, algorithm, tac } = item;
  return { dtk, factors, algorithm, data, tac };
}
