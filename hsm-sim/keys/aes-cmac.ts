import { createCipheriv } from 'node:crypto';

const BLOCK = 16;
const NO_IV = Buffer.alloc(BLOCK);

/** AES-CMAC (NIST SP 800-38B) under a 16-, 24- or 32-byte key. */
export function aesCmac(key: Uint8Array, data: Uint8Array): Buffer {
  const subkey1 = double(cbcLast(key, Buffer.alloc(BLOCK)));
  const whole = data.length > 0 && data.length % BLOCK === 0;
  const padded = Buffer.alloc(Math.max(1, Math.ceil(data.length / BLOCK)) * BLOCK);
  padded.set(data);
  if (!whole) padded[data.length] = 0x80;
  const mask = whole ? subkey1 : double(subkey1);
  for (let i = 0; i < BLOCK; i++) {
    const at = padded.length - BLOCK + i;
    padded[at] = (padded[at] as number) ^ (mask[i] as number);
  }
  return cbcLast(key, padded);
}

function cbcLast(key: Uint8Array, blocks: Buffer): Buffer {
  const cipher = createCipheriv(`aes-${key.length * 8}-cbc` as 'aes-256-cbc', key, NO_IV).setAutoPadding(false);
  return cipher.update(blocks).subarray(-BLOCK);
}

/** Doubling in GF(2^128). */
function double(block: Buffer): Buffer {
  const doubled = Buffer.alloc(BLOCK);
  for (let i = 0; i < BLOCK; i++) doubled[i] = ((block[i] as number) << 1) | ((block[i + 1] ?? 0) >>> 7);
  if ((block[0] as number) >= 0x80) doubled[BLOCK - 1] = (doubled[BLOCK - 1] as number) ^ 0x87;
  return doubled;
}
