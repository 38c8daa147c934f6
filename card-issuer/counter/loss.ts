import { addDays, type BusinessDate, cityDate, type Principal, recordAct, type Transaction } from '@citycard/common';
import { cardRule } from '../cards/rules.ts';
import { stepCard } from '../cards/step.ts';
import { giveReceipt } from './receipts.ts';

/** What a caller was asked. Only which ones were right is kept. */
export const callerFacts = [
  'card-number',
  'name',
  'birth-date',
  'phone',
  'document',
  'address',
  'id-number-end',
  'last-load',
  'last-purchase',
] as const;
export type CallerFact = (typeof callerFacts)[number];

/**
 * A loss reported by phone (temporary): the card is closed at once, by anybody who knows enough of the holder. It must be
 * made formal at a counter, else it lapses and the card is open again.
 *
 * @returns the day it lapses on unless it is made formal before
 * @throws card-issuer.card-unknown, card-issuer.card-not-ready
 */
export async function reportLossByPhone(
  tx: Transaction,
  clerk: Principal,
  number: string,
  checked: readonly CallerFact[],
): Promise<{ lapsesOn: BusinessDate }> {
  const today = cityDate(new Date());
  const lapsesOn = addDays(today, Number(await cardRule(tx, 'loss-report-days', today)));
  await stepCard(tx, number, 'report-loss', { actor: clerk, why: `by phone, lapses on ${lapsesOn}` });
  await tx.query(
    `insert into issuer.loss_report (card_no, kind, checked, reported_by, lapses_on) values ($1, 'phone', $2, $3, $4)`,
    [number, checked, clerk.id, lapsesOn],
  );
  const detail = { by: 'phone', checked, lapsesOn };
  await recordAct(tx, clerk, { act: 'report-loss', subject: `card ${number}`, detail });
  return { lapsesOn };
}

/** The formal report at a counter, with the identity document; of a card reported by phone before, or at once. */
export async function reportLossFormally(tx: Transaction, clerk: Principal, number: string): Promise<void> {
  await stepCard(tx, number, 'confirm-loss', { actor: clerk, why: 'at the counter, with the identity document' });
  await endLossReport(tx, number, 'made-formal');
  await tx.query(
    `insert into issuer.loss_report (card_no, kind, checked, reported_by) values ($1, 'formal', '{identity-document}', $2)`,
    [number, clerk.id],
  );
  await giveReceipt(tx, clerk, { cardNo: number, act: 'loss-report' });
  await recordAct(tx, clerk, { act: 'report-loss', subject: `card ${number}`, detail: { by: 'counter' } });
}

/** The card was found: off the hotlist again. */
export async function reportFound(tx: Transaction, clerk: Principal, number: string): Promise<void> {
  await stepCard(tx, number, 'find', { actor: clerk, why: 'card found' });
  await endLossReport(tx, number, 'found');
  await recordAct(tx, clerk, { act: 'report-found', subject: `card ${number}` });
}

/** Ends the open report of a card, if there is one. */
export async function endLossReport(
  tx: Transaction,
  number: string,
  how: 'made-formal' | 'lapsed' | 'found' | 'replaced' | 'returned',
): Promise<void> {
  await tx.query(
    'update issuer.loss_report set ended_how = $2, ended_at = clock_timestamp() where card_no = $1 and ended_at is null',
    [number, how],
  );
}

/** The day from which terminals have refused the card for the loss that is open, as a city date. */
export async function lostSince(tx: Transaction, number: string): Promise<BusinessDate | undefined> {
  const { rows } = await tx.query<{ reported_at: Date }>(
    `select reported_at from issuer.loss_report
      where card_no = $1 and (ended_at is null or ended_how = 'made-formal')
        and reported_at > coalesce((select max(ended_at) from issuer.loss_report
                                     where card_no = $1 and ended_how in ('lapsed', 'found')), '-infinity')
      order by report_no limit 1`,
    [number],
  );
  return rows[0] && cityDate(rows[0].reported_at);
}
