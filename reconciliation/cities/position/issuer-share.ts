import { currentBusinessDate, postOrThrow } from '@citycard/clearing';
import { type BusinessDate, fen, type Fen, type Transaction } from '@citycard/common';

const MILLION = 1_000_000n;

/**
 * What the city that issued the cards gets of an answer: so many millionths of the amount it accepts, half a fen up. Both cities, and a
 * centre between them, work it out from the same answer, so that nobody has to tell the others.
 */
export const issuerShareOf = (acceptedFen: bigint, millionths: number): Fen =>
  fen((acceptedFen * BigInt(millionths) + MILLION / 2n) / MILLION);

/** The share that holds for answers of a business date: the newest agreement that had begun by then. 0 when none was agreed. */
export async function issuerShareOn(tx: Transaction, city: string, date: BusinessDate): Promise<number> {
  const { rows } = await tx.query<{ millionths: number }>(
    `select issuer_share_millionths as millionths from reconciliation.city_agreement
      where city = $1 and issuer_share_from <= $2 order by agreement_no desc limit 1`,
    [city, date],
  );
  return rows[0]?.millionths ?? 0;
}

/** An answer between us and a city: a CCIR of ours to it, or of it to us. */
interface SharedAnswer {
  readonly name: string;
  readonly city: string;
  readonly businessDate: BusinessDate;
  readonly acceptedFen: bigint;
  /** Whether the cards are ours. */
  readonly weIssued: boolean;
}

/**
 * Books the issuing city's share of an answer (`city-share:<file>`), and notes it with the file: theirs is paid out of our fee income, ours is fee
 * income that the city owes us.
 */
export async function bookIssuerShare(tx: Transaction, answer: SharedAnswer): Promise<void> {
  const { name, city, businessDate, acceptedFen, weIssued } = answer;
  const amount = issuerShareOf(acceptedFen, await issuerShareOn(tx, city, businessDate));
  if (amount === 0n) return;
  await tx.query('update reconciliation.city_file set share_fen = $2 where file_name = $1', [name, amount]);
  const leg = weIssued
    ? { debit: `city-receivable:${city}`, credit: 'fee-income:main', amount }
    : { debit: 'fee-income:main', credit: `city-payable:${city}`, amount };
  await postOrThrow(tx, await currentBusinessDate(tx), [
    { key: `city-share:${name}`, reason: `issuer's share of an answer between us and city ${city}`, legs: [leg] },
  ]);
}
