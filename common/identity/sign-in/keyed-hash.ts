import { createHmac, randomBytes } from 'node:crypto';
import type { Database } from '../../database/pool.ts';

/** Seals what must not lie open in the database, under a key that is not in it; the context is authenticated with it. */
export interface Seal {
  seal(context: string, clear: Buffer): Promise<Buffer>;
  open(context: string, sealed: Buffer): Promise<Buffer>;
}

const CONTEXT = 'sign-in key';
const KEY_BYTES = 32;

/**
 * The key under which passwords and names are hashed. Whoever has a copy of the database alone can try neither: the key in it
 * is sealed. Fetched once per process; a failure is not remembered.
 */
export class SignInKey {
  readonly #db: Database;
  readonly #seal: Seal;
  #key: Promise<Buffer> | undefined;

  constructor(db: Database, seal: Seal) {
    this.#db = db;
    this.#seal = seal;
  }

  async get(): Promise<Buffer> {
    this.#key ??= this.#fetch().catch((error: unknown) => {
      this.#key = undefined;
      throw error;
    });
    return this.#key;
  }

  /** A name or an address as platform.sign_in_failure knows it. */
  async hashOf(kind: 'name' | 'address', value: string): Promise<Buffer> {
    return createHmac('sha256', await this.get())
      .update(`${kind}\0${value}`)
      .digest();
  }

  async #fetch(): Promise<Buffer> {
    const known = await this.#read();
    if (known !== undefined) return known;
    const sealed = await this.#seal.seal(CONTEXT, randomBytes(KEY_BYTES));
    // Two processes at once: the row of the first is everybody's.
    await this.#db.query('INSERT INTO platform.sign_in_key (sealed) VALUES ($1) ON CONFLICT DO NOTHING', [sealed]);
    const key = await this.#read();
    if (key === undefined) throw new Error('a key just written cannot be found');
    return key;
  }

  async #read(): Promise<Buffer | undefined> {
    const { rows } = await this.#db.query<{ sealed: Buffer }>('SELECT sealed FROM platform.sign_in_key');
    return rows[0] === undefined ? undefined : this.#seal.open(CONTEXT, rows[0].sealed);
  }
}
