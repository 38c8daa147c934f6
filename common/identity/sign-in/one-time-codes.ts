import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** RFC 6238 with the parameters every authenticator app knows: SHA-1, 30 s, six digits. */
const STEP_SECONDS = 30;
const DIGITS = 6;
/** As long as the hash (RFC 4226 section 4, R6). */
const SECRET_BYTES = 20;
/** A telephone's clock may be half a minute off. */
const STEPS_BESIDE = 1;
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export function newSecret(): Buffer {
  return randomBytes(SECRET_BYTES);
}

/** The number of the interval of 30 s that a moment falls in. */
export function stepAt(now: Date): bigint {
  return BigInt(Math.floor(now.getTime() / 1000 / STEP_SECONDS));
}

/** The code of an interval (RFC 4226 section 5.3). */
export function codeAt(secret: Buffer, step: bigint): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(step);
  const mac = createHmac('sha1', secret).update(counter).digest();
  const at = (mac.at(-1) ?? 0) & 0x0f;
  const number = (mac.readUInt32BE(at) & 0x7fff_ffff) % 10 ** DIGITS;
  return number.toString().padStart(DIGITS, '0');
}

/** The interval a code is of, this one or one beside it, later than the last that was used; undefined when of none. */
export function stepOf(secret: Buffer, code: string, now: Date, lastUsed: bigint): bigint | undefined {
  const current = stepAt(now);
  // What has not the form fits nothing, after the same work.
  const given = Buffer.from(/^\d{6}$/.test(code) ? code : '-'.repeat(DIGITS));
  let found: bigint | undefined;
  for (let beside = -STEPS_BESIDE; beside <= STEPS_BESIDE; beside += 1) {
    const step = current + BigInt(beside);
    // Every interval is computed whichever fits: time tells nothing.
    if (timingSafeEqual(Buffer.from(codeAt(secret, step)), given) && step > lastUsed) found = step;
  }
  return found;
}

/**
 * The earliest code that would be taken now, for whoever holds the secret in place of a telephone (demo, tests).
 *
 * @param lastUsed the interval whose code was used last
 * @returns the code, or for how many seconds there is none
 */
export function usableCode(
  secret: Buffer,
  now: Date,
  lastUsed: bigint,
): { readonly code: string } | { readonly waitSeconds: number } {
  const current = stepAt(now);
  const step = lastUsed >= current ? lastUsed + 1n : current;
  if (step <= current + BigInt(STEPS_BESIDE)) return { code: codeAt(secret, step) };
  return {
    waitSeconds: Math.ceil((Number(step - BigInt(STEPS_BESIDE)) * STEP_SECONDS * 1000 - now.getTime()) / 1000),
  };
}

/** RFC 4648 base32 without padding, as authenticator apps take a secret. */
export function base32(bytes: Buffer): string {
  let bits = 0;
  let held = 0;
  let text = '';
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += BASE32[(held >>> bits) & 31] ?? '';
    }
    held &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + (BASE32[(held << (5 - bits)) & 31] ?? '');
}

/** The bytes of a base32 text of ours. */
export function fromBase32(text: string): Buffer {
  let bits = 0;
  let held = 0;
  const bytes: number[] = [];
  for (const letter of text) {
    held = (held << 5) | BASE32.indexOf(letter);
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((held >>> bits) & 0xff);
    held &= (1 << bits) - 1;
  }
  return Buffer.from(bytes);
}

/** What the QR code of an enrolment holds. */
export function otpauthUri(secret: Buffer, issuer: string, account: string): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`;
  return `otpauth://totp/${label}?secret=${base32(secret)}&issuer=${encodeURIComponent(issuer)}`;
}
