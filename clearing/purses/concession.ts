import { type BusinessDate, businessDate, type Database, type Transaction } from '@citycard/common';
import type { CardNo } from './card-number.ts';

/** A reduced fare of a card, both days included. */
export interface CardConcession {
  readonly category: string;
  readonly validFrom: BusinessDate;
  readonly validTo: BusinessDate;
}

/**
 * Grants a card a concession from a day on. One that is running ends the day before: at most one holds on any day.
 */
export async function grantConcession(tx: Transaction, card: CardNo, concession: CardConcession): Promise<void> {
  await endConcession(tx, card, concession.validFrom);
  await tx.query('insert into clearing.concession (card_no, category, valid_from, valid_to) values ($1, $2, $3, $4)', [
    card,
    concession.category,
    concession.validFrom,
    concession.validTo,
  ]);
}

/** Ends what runs on that day or later, so that from that day on the card pays full fare. What was before stays. */
export async function endConcession(tx: Transaction, card: CardNo, from: BusinessDate): Promise<void> {
  await tx.query('delete from clearing.concession where card_no = $1 and valid_from >= $2', [card, from]);
  await tx.query(
    'update clearing.concession set valid_to = $2::date - 1 where card_no = $1 and valid_from < $2 and valid_to >= $2',
    [card, from],
  );
}

/** The concessions that hold on a day, by card number; cards that pay full fare are not in it. */
export async function concessionsOn(
  db: Database | Transaction,
  cards: readonly CardNo[],
  day: BusinessDate,
): Promise<Map<string, CardConcession>> {
  const { rows } = await (db as Database).query<{
    card_no: string;
    category: string;
    valid_from: string;
    valid_to: string;
  }>(
    `select card_no, category, valid_from, valid_to from clearing.concession
      where card_no = any($1) and valid_from <= $2 and valid_to >= $2`,
    [cards, day],
  );
  return new Map(
    rows.map((row) => [
      row.card_no,
      { category: row.category, validFrom: businessDate(row.valid_from), validTo: businessDate(row.valid_to) },
    ]),
  );
}
