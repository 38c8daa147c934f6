import { createHash, randomBytes } from 'node:crypto';
import type { Database } from '@citycard/common';
import type { DeskKey } from './desk-key.ts';
import { deskErrors } from './errors.ts';
import { MANY_WRONG, wrongOf } from './limits.ts';

/** Work a browser does before it may ask: find a counter with which SHA-256 of `challenge:counter` begins with that many zero bits. */
export interface Challenge {
  readonly challenge: string;
  readonly difficulty: number;
  readonly expiresAt: string;
}

export interface Proof {
  readonly challenge: string;
  readonly counter: number;
}

/** 16 000 hashes on average: under a second on an old phone, done while somebody types. */
const EASY_BITS = 14;
/** Each wrong claim of the address doubles the work, up to some minutes of a phone's time. */
const HARD_BITS = 22;
/** When everybody guesses, the first attempt costs eight times as much. */
const ALARMED_BITS = 3;
const GOOD_FOR_MS = 5 * 60_000;

/** A challenge for this address, signed by the desk and kept nowhere; harder the more often the address was wrong. */
export async function newChallenge(db: Database, key: DeskKey, address: string, now: Date): Promise<Challenge> {
  const wrong = await wrongOf(db, key, address, now);
  const alarmed = wrong.everybody >= MANY_WRONG ? ALARMED_BITS : 0;
  const difficulty = Math.min(EASY_BITS + wrong.address + alarmed, HARD_BITS);
  const expires = now.getTime() + GOOD_FOR_MS;
  const whose = (await key.hash('address', address)).toString('base64url');
  const content = [randomBytes(16).toString('base64url'), difficulty, expires, whose].join('.');
  return { challenge: await key.sign('challenge', content), difficulty, expiresAt: new Date(expires).toISOString() };
}

/**
 * Takes a proof, once.
 *
 * @throws card-issuer.resident-desk.proof-wrong
 */
export async function takeProof(
  db: Database,
  key: DeskKey,
  address: string,
  proof: Proof | undefined,
  now: Date,
): Promise<void> {
  if (proof === undefined) throw deskErrors.proofWrong();
  const content = await key.verified('challenge', proof.challenge);
  const [nonce = '', difficulty = '', expires = '', whose = ''] = content?.split('.') ?? [];
  const own = (await key.hash('address', address)).toString('base64url');
  if (content === undefined || whose !== own || Number(expires) < now.getTime()) throw deskErrors.proofWrong();
  const hash = createHash('sha256').update(`${proof.challenge}:${proof.counter}`).digest();
  if (leadingZeroBits(hash) < Number(difficulty)) throw deskErrors.proofWrong();
  const { rowCount } = await db.query(
    'insert into issuer.desk_proof_used (nonce, expires_at) values ($1, $2) on conflict do nothing',
    [Buffer.from(nonce, 'base64url'), new Date(Number(expires))],
  );
  if (rowCount === 0) throw deskErrors.proofWrong();
}

function leadingZeroBits(hash: Buffer): number {
  let bits = 0;
  for (const byte of hash) {
    if (byte !== 0) return bits + Math.clz32(byte) - 24;
    bits += 8;
  }
  return bits;
}
