const GROUPS = /\B(?=(\d{3})+$)/g;
/** A comma counts only where it parts thousands: `12,5` of a foreign keyboard is no 125. */
const TYPED = /^(\d{1,12}|\d{1,3}(?:,\d{3}){1,3})(?:[.](\d{1,2}))?$/;

/**
 * An amount as people read it: `1,234.50`, a minus sign in front of what is owed. Whole fen in, whole digits out.
 *
 * @param fen a whole number of fen; a number only as far as it is exact
 * @throws RangeError for a number that is not whole or not exact
 */
export function yuan(fen: number | bigint | string): string {
  if (typeof fen === 'number' && !Number.isSafeInteger(fen))
    throw new RangeError(`${fen} is not a whole number of fen`);
  const exact = BigInt(fen);
  const digits = (exact < 0n ? -exact : exact).toString().padStart(3, '0');
  const whole = digits.slice(0, -2).replaceAll(GROUPS, ',');
  return `${exact < 0n ? '−' : ''}${whole}.${digits.slice(-2)}`;
}

/** Fen of an amount somebody typed in yuan: `12`, `12.5`, `1,234.50`. Undefined when it is none. */
export function fenOf(typed: string): bigint | undefined {
  // Wide digits, commas and stops of a Chinese keyboard are those of any other.
  const narrow = typed.replaceAll(/[０-９．，]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0));
  const parts = TYPED.exec(narrow.replaceAll(/[\s¥￥]/g, ''));
  if (parts === null) return undefined;
  const [, whole = '0', fraction = ''] = parts;
  return BigInt(whole.replaceAll(',', '')) * 100n + BigInt(fraction.padEnd(2, '0'));
}

/**
 * Fen as the interface takes them: a JSON number.
 *
 * @throws RangeError beyond what a JSON number holds exactly
 */
export function fenNumber(fen: bigint): number {
  const number = Number(fen);
  if (!Number.isSafeInteger(number)) throw new RangeError(`${fen} fen are too many`);
  return number;
}
