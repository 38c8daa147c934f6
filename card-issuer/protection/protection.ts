import { createHash } from 'node:crypto';
import type { Database } from '@citycard/common';
import type { HsmClient } from '@citycard/hsm-sim';
import { DataKeys } from './data-keys.ts';
import { protectionErrors } from './errors.ts';
import { hsmAnswer } from './hsm-answer.ts';
import { dataKeyOf, openValue, sealValue } from './sealed-value.ts';

/** The key behind blind indexes; HMAC-SHA-256 inside the HSM. */
const BLIND_INDEX_KEY = 'name:BLIND-INDEX';
/** What the HSM takes as one item; a longer one (a name of 60 rare characters) is hashed first. */
const LONGEST_INDEX_INPUT = 255;

/** What is sealed or opened: the context says what the value is and whose (`resident 12`), and is authenticated with it. */
export interface ClearValue {
  readonly context: string;
  readonly clear: Buffer;
}
export interface SealedValue {
  readonly context: string;
  readonly sealed: Buffer;
}

/** What is looked for: kind and value are hashed together, so that a phone and a name never meet. */
export interface BlindIndexItem {
  readonly kind: string;
  readonly value: string;
}

/** Personal data at rest (requirement R17): sealed under data keys that the HSM wraps, found by indexes it keys. */
export interface Protection {
  /**
   * Fetches the data key before a transaction is opened. Sealing inside a transaction otherwise needs a second
   * connection the first time, and ten transactions that all wait for one exhaust the pool.
   */
  prepare(): Promise<void>;
  seal(context: string, clear: Buffer): Promise<Buffer>;
  sealAll(values: readonly ClearValue[]): Promise<Buffer[]>;
  /** @throws card-issuer.protection.seal-broken */
  open(context: string, sealed: Buffer): Promise<Buffer>;
  openAll(values: readonly SealedValue[]): Promise<Buffer[]>;
  /** 16 bytes each. Any number of items. */
  blindIndexes(items: readonly BlindIndexItem[]): Promise<Buffer[]>;
}

/**
 * Built once per process.
 *
 * @throws from every method: card-issuer.protection.hsm-away, .key-missing
 */
export function createProtection(deps: {
  readonly db: Database;
  readonly hsm: Pick<HsmClient, 'createDataKey' | 'openDataKey' | 'blindIndexes'>;
}): Protection {
  const keys = new DataKeys(deps.db, deps.hsm);
  const sealAll = async (values: readonly ClearValue[]): Promise<Buffer[]> => {
    const { key, dataKeyId } = await keys.current();
    return values.map(({ context, clear }) => sealValue(key, dataKeyId, context, clear));
  };
  const open = async (context: string, sealed: Buffer): Promise<Buffer> => {
    const dataKeyId = dataKeyOf(sealed);
    if (dataKeyId === undefined) throw protectionErrors.sealBroken({ context });
    const { key } = await keys.byId(dataKeyId);
    const clear = openValue(key, context, sealed);
    if (clear === undefined) throw protectionErrors.sealBroken({ context });
    return clear;
  };
  return {
    prepare: async () => {
      await keys.current();
    },
    seal: async (context, clear) => {
      const { key, dataKeyId } = await keys.current();
      return sealValue(key, dataKeyId, context, clear);
    },
    sealAll,
    open,
    openAll: async (values) => Promise.all(values.map(({ context, sealed }) => open(context, sealed))),
    blindIndexes: async (items) => {
      if (items.length === 0) return [];
      const inputs = items.map(({ kind, value }) => shortened(Buffer.from(`${kind}\0${value}`)));
      return hsmAnswer(() => deps.hsm.blindIndexes(BLIND_INDEX_KEY, inputs));
    },
  };
}

function shortened(input: Buffer): Buffer {
  return input.length <= LONGEST_INDEX_INPUT ? input : createHash('sha256').update(input).digest();
}
