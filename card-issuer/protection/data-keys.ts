import { createSecretKey, type KeyObject } from 'node:crypto';
import type { Database } from '@citycard/common';
import type { HsmClient } from '@citycard/hsm-sim';
import { protectionErrors } from './errors.ts';
import { hsmAnswer } from './hsm-answer.ts';

/** The key that wraps data keys; it never leaves the HSM. */
export const WRAPPING_KEY = 'name:PERSONAL-DATA';
/** A data key seals for 30 days, then the next one does. Even all 9 million residents in that time are far from 2³². */
const TURN_MS = 30 * 86_400_000;

export interface DataKey {
  readonly dataKeyId: bigint;
  readonly key: KeyObject;
  readonly madeAt: Date;
}

/**
 * The data keys of a process: wrapped in the database, clear only here in memory. The HSM is asked once per key and
 * process, not once per record.
 */
export class DataKeys {
  readonly #db: Database;
  readonly #hsm: Pick<HsmClient, 'createDataKey' | 'openDataKey'>;
  readonly #opened = new Map<bigint, Promise<DataKey>>();
  #current: Promise<DataKey> | undefined;

  constructor(db: Database, hsm: Pick<HsmClient, 'createDataKey' | 'openDataKey'>) {
    this.#db = db;
    this.#hsm = hsm;
  }

  /** The key that seals now; the first call, and the first after its turn is over, makes or fetches one. */
  async current(): Promise<DataKey> {
    const known = this.#current;
    if (known !== undefined) {
      const key = await known;
      if (key.madeAt.getTime() + TURN_MS > Date.now()) return key;
      if (this.#current !== known) return this.current();
    }
    const next = this.#newest();
    this.#current = next;
    // A failure is not remembered: the HSM may be back for the next call.
    next.catch(() => {
      if (this.#current === next) this.#current = undefined;
    });
    return next;
  }

  /** @throws card-issuer.protection.data-key-unknown, .hsm-away */
  async byId(dataKeyId: bigint): Promise<DataKey> {
    let key = this.#opened.get(dataKeyId);
    if (key === undefined) {
      key = this.#open(dataKeyId);
      this.#opened.set(dataKeyId, key);
      key.catch(() => this.#opened.delete(dataKeyId));
    }
    return key;
  }

  async #newest(): Promise<DataKey> {
    const { rows } = await this.#db.query<{ data_key_id: bigint }>(
      'select data_key_id from issuer.data_key where made_at > $1 order by data_key_id desc limit 1',
      [new Date(Date.now() - TURN_MS)],
    );
    if (rows[0] !== undefined) return this.byId(rows[0].data_key_id);
    const { wrapped, clear } = await hsmAnswer(() => this.#hsm.createDataKey(WRAPPING_KEY));
    const inserted = await this.#db.query<{ data_key_id: bigint; made_at: Date }>(
      'insert into issuer.data_key (wrapped, wrapping_key) values ($1, $2) returning data_key_id, made_at',
      [wrapped, WRAPPING_KEY],
    );
    const row = inserted.rows[0];
    if (row === undefined) throw new Error('a data key just written cannot be found');
    const key = { dataKeyId: row.data_key_id, key: secretKey(clear), madeAt: row.made_at };
    this.#opened.set(key.dataKeyId, Promise.resolve(key));
    return key;
  }

  async #open(dataKeyId: bigint): Promise<DataKey> {
    const { rows } = await this.#db.query<{ wrapped: string; wrapping_key: string; made_at: Date }>(
      'select wrapped, wrapping_key, made_at from issuer.data_key where data_key_id = $1',
      [dataKeyId],
    );
    const row = rows[0];
    if (row === undefined) throw protectionErrors.dataKeyUnknown({ dataKeyId });
    const clear = await hsmAnswer(() => this.#hsm.openDataKey(row.wrapping_key, row.wrapped));
    return { dataKeyId, key: secretKey(clear), madeAt: row.made_at };
  }
}

function secretKey(clear: Buffer): KeyObject {
  const key = createSecretKey(clear);
  clear.fill(0);
  return key;
}
