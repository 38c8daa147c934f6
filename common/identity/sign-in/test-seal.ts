import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Seal } from './keyed-hash.ts';

/** A seal whose key lives as long as a test: AES-256-GCM, the context authenticated. */
export function testSeal(): Seal {
  const key = randomBytes(32);
  return {
    seal: (context, clear) => {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
      return Promise.resolve(Buffer.concat([nonce, cipher.update(clear), cipher.final(), cipher.getAuthTag()]));
    },
    open: (context, sealed) => {
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12)).setAAD(Buffer.from(context));
      decipher.setAuthTag(sealed.subarray(-16));
      return Promise.resolve(Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]));
    },
  };
}
