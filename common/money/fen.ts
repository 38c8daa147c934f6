import { Decimal } from 'decimal.js';

/** An amount of money: a whole number of fen (1/100 yuan). Never a floating point number. */
export type Fen = bigint & { readonly __fen: unique symbol };

/** Half of what PostgreSQL's int8 holds, so that the sum of any two amounts still fits the column. */
const LARGEST_FEN = 2n ** 62n;

/** Wide enough for a 19-digit amount times any rate we are given, without intermediate rounding. */
const Exact = Decimal.clone({ precision: 80, toExpNeg: -80, toExpPos: 80 });

const WHOLE_NUMBER = /^-?\d{1,19}$/;
const YUAN = /^(-?)(\d{1,17})(?:\.(\d{1,2}))?$/;

/**
 * Makes an amount from a whole number of fen.
 *
 * @throws RangeError when the value is not a whole number, not a safe integer (as `number`), or beyond ±2^62.
 */
export function fen(value: bigint | number | string): Fen {
  const whole = toBigInt(value);
  if (whole > LARGEST_FEN || whole < -LARGEST_FEN) {
    throw new RangeError(`${whole} fen is beyond the largest amount, 2^62 fen`);
  }
  return whole as Fen;
}

function toBigInt(value: bigint | number | string): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value))
      throw new RangeError(`${value} is not a whole, exactly representable number of fen`);
    return BigInt(value);
  }
  if (!WHOLE_NUMBER.test(value)) throw new RangeError(`"${value}" is not a whole number of fen`);
  return BigInt(value);
}

export const ZERO_FEN: Fen = fen(0n);

/** The sum of the amounts given. @throws RangeError beyond ±2^62. */
export function addFen(...amounts: Fen[]): Fen {
  return sumFen(amounts);
}

/** a − b. @throws RangeError beyond ±2^62. */
export function subtractFen(a: Fen, b: Fen): Fen {
  return fen(a - b);
}

/** −a. */
export function negateFen(a: Fen): Fen {
  return fen(-a);
}

/** The sum of any number of amounts; nothing sums to zero. @throws RangeError beyond ±2^62. */
export function sumFen(amounts: Iterable<Fen>): Fen {
  let total = 0n;
  for (const amount of amounts) total += amount;
  return fen(total);
}

/**
 * The amount as a JavaScript number, for JSON and typed arrays.
 *
 * @throws RangeError when a double cannot hold it exactly.
 */
export function fenToNumber(amount: Fen): number {
  const number = Number(amount);
  if (!Number.isSafeInteger(number)) throw new RangeError(`${amount} fen does not fit a JSON number exactly`);
  return number;
}

/** Yuan with two decimals and no grouping: `-1234.05`. */
export function formatYuan(amount: Fen): string {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(3, '0');
  return `${amount < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/**
 * Reads yuan as people and partner files write them: `12`, `12.3`, `-12.34`.
 *
 * @throws RangeError for anything else, in particular for more than two decimals.
 */
export function parseYuan(text: string): Fen {
  const match = YUAN.exec(text);
  if (match === null) throw new RangeError(`"${text}" is not an amount in yuan with at most two decimals`);
  const [, sign = '', whole = '', decimals = ''] = match;
  return fen(BigInt(`${sign}${whole}${decimals.padEnd(2, '0')}`));
}

/**
 * amount × rate, rounded to whole fen as the caller names it, e.g.
 * `applyRate(fen(12345), '0.006', Decimal.ROUND_HALF_UP)`. What rounding gave or took is the caller's to post.
 *
 * @throws RangeError when the rate is not a finite number or the result is beyond ±2^62.
 */
export function applyRate(amount: Fen, rate: string | Decimal, rounding: Decimal.Rounding): Fen {
  let product: Decimal;
  try {
    product = new Exact(amount.toString()).times(new Exact(rate));
  } catch (cause) {
    throw new RangeError(`"${rate.toString()}" is not a rate`, { cause });
  }
  if (!product.isFinite()) throw new RangeError(`"${rate.toString()}" is not a finite rate`);
  return fen(BigInt(product.toDecimalPlaces(0, rounding).toFixed(0)));
}
