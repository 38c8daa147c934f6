import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Protection } from '../protection/protection.ts';

/** What the desk signs: challenges and passes. The kind is part of what is signed, so that one never passes for the other. */
type SignedKind = 'challenge' | 'pass';

/** The desk's own key: the same in every process and after every restart, kept nowhere. The HSM makes it from its blind index key. */
export interface DeskKey {
  /** 16 bytes that stand for a value; without the HSM nobody can tell for which. */
  hash(kind: 'address' | 'card', value: string): Promise<Buffer>;
  sign(kind: SignedKind, content: string): Promise<string>;
  /** The content when the signature is ours. */
  verified(kind: SignedKind, signed: string): Promise<string | undefined>;
}

export function createDeskKey(protection: Pick<Protection, 'blindIndexes'>): DeskKey {
  let made: Promise<Buffer> | undefined;
  const key = (): Promise<Buffer> =>
    (made ??= protection
      .blindIndexes([{ kind: 'resident-desk', value: 'signing key 1' }])
      .then(([index]) => index ?? Promise.reject(new Error('the HSM made no key')))
      .catch((error: unknown) => {
        made = undefined;
        throw error;
      }));
  const mac = async (kind: string, text: string): Promise<Buffer> =>
    createHmac('sha256', await key())
      .update(`${kind}\0${text}`)
      .digest();
  return {
    hash: async (kind, value) => (await mac(kind, value)).subarray(0, 16),
    sign: async (kind, content) => `${content}.${(await mac(kind, content)).toString('base64url')}`,
    verified: async (kind, signed) => {
      const at = signed.lastIndexOf('.');
      const content = signed.slice(0, at);
      const given = Buffer.from(signed.slice(at + 1), 'base64url');
      const right = await mac(kind, content);
      return given.length === right.length && timingSafeEqual(given, right) ? content : undefined;
    },
  };
}
