import type { BlockCipher } from '../cipher/block-cipher.ts';

/**
 * The cryptography of one card at a time, without allocating anything: a key is derived or set, one of its uses chosen,
 * MACs made. Bulk commands run thousands of cards through one kernel (domain.md A.4–A.6, A.13).
 */
export interface PurseKernel {
  /** Derives the key below `parent` by the 8-byte factor at `factorAt`. */
  derive(parent: BlockCipher, message: Uint8Array, factorAt: number): void;
  /** Takes a card key of 16 bytes as it is. */
  setKey(key: Uint8Array): void;
  /** Writes the card key, 16 bytes. */
  copyKey(to: Uint8Array, at: number): void;

  /** MACs from now on: TACs and PIN reloads. */
  useTacKey(): void;
  /** MACs from now on: those of a session over random 4 ‖ counter 2 ‖ suffix 2, given as two words. */
  useSessionKey(random: number, counterAndSuffix: number): void;
  /** Left 4 bytes of the CBC-MAC over `bytes` from `at`, padding 80, as a signed word. */
  mac(bytes: Uint8Array, at: number, length: number): number;

  /** Secure-messaging MAC as a signed word; the IV is the challenge of `challengeLength` (4 or 8) bytes, then zeros. */
  messagingMac(bytes: Uint8Array, challengeAt: number, challengeLength: number, at: number, length: number): number;
}
