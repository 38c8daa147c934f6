import { createCipheriv, createDecipheriv, type KeyObject, randomFillSync } from 'node:crypto';

/**
 * A sealed value carries all it takes to open it but the key: version 1 ‖ data key number 8 ‖ nonce 12 ‖ ciphertext ‖ tag 16.
 * AES-256-GCM; the context (what the value is and whose) is authenticated with it, so that a value copied to another
 * row does not open there.
 */
const VERSION = 1;
const KEY_AT = 1;
const NONCE_AT = 9;
const TEXT_AT = 21;
const TAG_BYTES = 16;

/** The value under this data key. Nonces are random: a key may seal 2³² values, see `data-keys.ts` for its turn. */
export function sealValue(key: KeyObject, dataKeyId: bigint, context: string, clear: Buffer): Buffer {
  const head = Buffer.alloc(TEXT_AT);
  head[0] = VERSION;
  head.writeBigUInt64BE(dataKeyId, KEY_AT);
  writeNonce(head);
  const cipher = createCipheriv('aes-256-gcm', key, head.subarray(NONCE_AT)).setAAD(Buffer.from(context));
  return Buffer.concat([head, cipher.update(clear), cipher.final(), cipher.getAuthTag()]);
}

/** Random bytes are fetched for many nonces at once: each fetch costs more than the sealing of a short value. */
const NONCE_BYTES = TEXT_AT - NONCE_AT;
const store = Buffer.alloc(NONCE_BYTES * 1_024);
let spent = store.length;

function writeNonce(head: Buffer): void {
  if (spent === store.length) {
    randomFillSync(store);
    spent = 0;
  }
  store.copy(head, NONCE_AT, spent, (spent += NONCE_BYTES));
}

/** The clear value, or undefined when a bit of it, its key or its context is not what it was sealed with. */
export function openValue(key: KeyObject, context: string, sealed: Buffer): Buffer | undefined {
  const end = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(NONCE_AT, TEXT_AT), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(Buffer.from(context)).setAuthTag(sealed.subarray(end));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(TEXT_AT, end)), decipher.final()]);
  } catch {
    return undefined;
  }
}

/** The number of the data key, or undefined for bytes that are no sealed value. */
export function dataKeyOf(sealed: Buffer): bigint | undefined {
  if (sealed.length < TEXT_AT + TAG_BYTES || sealed[0] !== VERSION) return undefined;
  return sealed.readBigUInt64BE(KEY_AT);
}
