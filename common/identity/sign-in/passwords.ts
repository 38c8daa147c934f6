import { randomInt } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';

/** argon2id with what OWASP asks for at least: 19 MiB, two passes, one lane; about 50 ms. */
const ARGON2 = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
const LONGEST = 200;
const DIFFERENT_AT_LEAST = 5;
/** Without letters and digits that are taken for each other when they are read aloud. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const HALF_LETTERS = 8;

/** The password as it is kept: argon2id in PHC form, keyed with a key the database does not hold. */
export function hashPassword(password: string, key: Buffer): Promise<string> {
  return hash(password.normalize('NFC'), { ...ARGON2, secret: key });
}

export function isPassword(password: string, kept: string, key: Buffer): Promise<boolean> {
  return verify(kept, password.normalize('NFC'), { secret: key });
}

/** Half of a password that is given out: eight letters and digits, 39 bits; the two halves are 78. */
export function passwordHalf(): string {
  return Array.from({ length: HALF_LETTERS }, () => LETTERS[randomInt(LETTERS.length)] ?? '').join('');
}

/** A whole password that is given out. */
export function newPassword(): string {
  return `${passwordHalf()}-${passwordHalf()}`;
}

/**
 * Why a person cannot have this password; undefined when it will do. Long and not about oneself is what helps; rules about
 * digits and signs only make people write passwords down.
 */
export function passwordComplaint(
  password: string,
  about: { readonly id: string; readonly name: string; readonly shortest: number },
): string | undefined {
  const letters = [...password.normalize('NFC')];
  if (letters.length < about.shortest) return `it has ${letters.length} characters, and ${about.shortest} are needed`;
  if (letters.length > LONGEST) return `it has more than ${LONGEST} characters`;
  if (new Set(letters).size < DIFFERENT_AT_LEAST) return `it has fewer than ${DIFFERENT_AT_LEAST} different characters`;
  if (isRun(letters)) return 'it is one run of neighbouring characters';
  const lower = password.toLowerCase();
  if ([about.id, about.name].some((own) => own.length > 2 && lower.includes(own.toLowerCase())))
    return 'it holds your own name';
  return undefined;
}

/** "abcdefghijkl", "987654321098": every step the same. */
function isRun(letters: readonly string[]): boolean {
  const codes = letters.map((letter) => letter.codePointAt(0) ?? 0);
  const steps = codes.slice(1).map((code, at) => code - (codes[at] ?? 0));
  const even = steps.filter((step) => Math.abs(step) <= 1).length;
  return even >= steps.length * 0.8;
}
