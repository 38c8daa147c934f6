import { HEADER_BYTES, answerCode, COMMAND_PREFIX, frameOf, type Frame } from '../wire/frame.ts';
import { isProof, newNonce, NONCE_BYTES, PROOF_BYTES, proofOf } from './shared-secret.ts';

/** L0: caller's nonce 16 → device's nonce 16 ‖ device's proof 32. */
export const HELLO = 'L0';
/** L2: caller's proof 32 → nothing; from then on the link takes commands. */
export const PROVE = 'L2';
export const NOT_PROVED = '36';

/** What becomes of a frame of a caller that has not shown yet that it knows the secret. */
export type Passing = { readonly answer: Buffer; readonly closes: boolean } | 'let in';

/** The door of one link: nothing but the two commands of the proof is looked at before it stands. */
export class Gate {
  readonly #secret: Buffer;
  #theirs: Buffer | undefined;
  #ours = newNonce();
  #open = false;

  constructor(secret: Buffer) {
    this.#secret = secret;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  pass({ message, overlong }: Frame): Passing {
    if (this.#open) return 'let in';
    const code = message.toString('latin1', HEADER_BYTES, COMMAND_PREFIX);
    const fields = message.subarray(COMMAND_PREFIX);
    const answer = (error: string, ...more: Buffer[]) => {
      const head = Buffer.from(answerCode(code.length === 2 ? code : '??') + error, 'latin1');
      return frameOf(message.subarray(0, HEADER_BYTES), head, ...more);
    };
    if (!overlong && code === HELLO && fields.length === NONCE_BYTES && this.#theirs === undefined) {
      this.#theirs = Buffer.from(fields);
      const proof = proofOf(this.#secret, 'device', this.#theirs, this.#ours);
      return { answer: answer('00', this.#ours, proof), closes: false };
    }
    if (!overlong && code === PROVE && fields.length === PROOF_BYTES && this.#theirs !== undefined) {
      this.#open = isProof(fields, proofOf(this.#secret, 'caller', this.#ours, this.#theirs));
      return { answer: answer(this.#open ? '00' : NOT_PROVED), closes: !this.#open };
    }
    return { answer: answer(NOT_PROVED), closes: true };
  }
}
