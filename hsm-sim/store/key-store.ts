import { randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HsmStartFailed } from '../errors.ts';
import {
  localMasterKey,
  MIN_PASSPHRASE_LENGTH,
  type LmkSource,
  type LocalMasterKey,
} from '../keys/local-master-key.ts';
import { replaceFile } from './atomic-file.ts';

export interface StoredKey {
  readonly name: string;
  /** Key block under the LMK, labelled with the name. */
  readonly block: string;
}

/** A component waiting for the others; its key block carries everything it was submitted with. */
export interface StoredComponent {
  readonly name: string;
  readonly custodian: string;
  readonly block: string;
}

export interface StoredCustodian {
  readonly name: string;
  /** Hexadecimal. */
  readonly salt: string;
  readonly pinHash: string;
  readonly wrongPins: number;
}

/** Everything the HSM keeps. It is replaced as a whole, never changed in place. */
export interface StoreContent {
  readonly keys: readonly StoredKey[];
  readonly components: readonly StoredComponent[];
  readonly custodians: readonly StoredCustodian[];
  /** The audit log must still contain this entry: cutting its end off shows. */
  readonly auditAnchor: { readonly sequence: number; readonly hash: string };
}

const FILE_NAME = 'keys.json';
const FORMAT = 'citycard-hsm-store-1';
const EMPTY: StoreContent = { keys: [], components: [], custodians: [], auditAnchor: { sequence: 0, hash: '' } };

/**
 * The key store: one JSON file, its keys in key blocks under the LMK, the whole sealed by an HMAC under the LMK so that
 * nobody adds a custodian with an editor. Writes are synchronous and atomic: a command that answered 00 is on disk.
 */
export class KeyStore {
  readonly lmk: LocalMasterKey;
  readonly #path: string;
  readonly #salt: Buffer;
  #content: StoreContent;

  private constructor(path: string, lmk: LocalMasterKey, salt: Buffer, content: StoreContent) {
    this.#path = path;
    this.lmk = lmk;
    this.#salt = salt;
    this.#content = content;
  }

  static exists(directory: string): boolean {
    return existsSync(join(directory, FILE_NAME));
  }

  /** Opens or creates the store. Throws HsmStartFailed for a wrong LMK, a damaged file, a short passphrase. */
  static open(directory: string, source: LmkSource): KeyStore {
    if (source !== 'test' && source.passphrase.length < MIN_PASSPHRASE_LENGTH)
      throw new HsmStartFailed(`the LMK passphrase must have at least ${MIN_PASSPHRASE_LENGTH} characters`);
    const path = join(directory, FILE_NAME);
    if (!existsSync(path)) {
      const salt = randomBytes(16);
      const store = new KeyStore(path, localMasterKey(source, salt), salt, EMPTY);
      store.replace(EMPTY);
      return store;
    }
    const file = parseFile(path);
    const salt = Buffer.from(file.salt, 'hex');
    const lmk = localMasterKey(source, salt);
    if (lmk.check !== file.lmkCheck)
      throw new HsmStartFailed(
        `the key store ${path} is under another LMK (check value ${file.lmkCheck}, given ${lmk.check}); enter its passphrase`,
      );
    const seal = Buffer.from(file.seal, 'hex');
    const expected = sealOf(lmk, file.content);
    if (seal.length !== expected.length || !timingSafeEqual(seal, expected))
      throw new HsmStartFailed(`the key store ${path} was altered outside the HSM; restore it from its backup`);
    return new KeyStore(path, lmk, salt, JSON.parse(file.content) as StoreContent);
  }

  get content(): StoreContent {
    return this.#content;
  }

  /** Puts new content in force, first on disk, then in memory. */
  replace(changed: Partial<StoreContent>): void {
    const next = { ...this.#content, ...changed };
    const content = JSON.stringify(next);
    const seal = sealOf(this.lmk, content).toString('hex');
    const salt = this.#salt.toString('hex');
    replaceFile(
      this.#path,
      JSON.stringify({ format: FORMAT, lmkCheck: this.lmk.check, salt, content, seal }, undefined, 1),
    );
    this.#content = next;
  }
}

interface StoreFile {
  readonly lmkCheck: string;
  readonly salt: string;
  /** JSON text of StoreContent, kept as text so that the seal is over exact bytes. */
  readonly content: string;
  readonly seal: string;
}

function sealOf(lmk: LocalMasterKey, content: string): Buffer {
  return lmk.authenticate('store seal', content);
}

function parseFile(path: string): StoreFile {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new HsmStartFailed(`the key store ${path} cannot be read; restore it from its backup`, { cause });
  }
  const fields = (typeof parsed === 'object' && parsed !== null ? parsed : {}) as Record<string, unknown>;
  const { format, lmkCheck, salt, content, seal } = fields;
  if (
    format !== FORMAT ||
    typeof lmkCheck !== 'string' ||
    typeof salt !== 'string' ||
    typeof content !== 'string' ||
    typeof seal !== 'string'
  )
    throw new HsmStartFailed(`${path} is not a key store of this version; restore it from its backup`);
  return { lmkCheck, salt, content, seal };
}
