import { MalformedBytes } from '../errors.ts';

/** Fen as the decimal yuan of a bank message. Never negative: the direction is told apart. */
export function yuan(fen: number): string {
  if (!Number.isSafeInteger(fen) || fen < 0) throw new RangeError(`${fen} is not an amount in fen`);
  const digits = String(fen).padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** Decimal yuan of a bank message in fen. Throws MalformedBytes on anything with more than two decimals. */
export function fenOf(text: string): number {
  const [, whole, part = ''] = /^(\d{1,13})(?:\.(\d{1,2}))?$/.exec(text) ?? [];
  if (whole === undefined) throw new MalformedBytes(`"${text}" is not an amount in yuan and fen`);
  return Number(whole + part.padEnd(2, '0'));
}
