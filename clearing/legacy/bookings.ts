import { type BusinessDate, type Fen, fen, type Principal, recordAct, type Transaction } from '@citycard/common';
import { clearingErrors } from '../errors.ts';
import { openAccount } from '../ledger/accounts.ts';
import { currentBusinessDate } from '../ledger/business-day.ts';
import { post, type Posting, postOrThrow } from '../ledger/posting.ts';
import { findParticipant } from '../participants/participant.ts';
import type { CardNo } from '../purses/card-number.ts';
import { formerIssuerErrors } from './errors.ts';

/** What a former issuer owes us for the balances taken over from it. */
export const receivableOf = (participantNo: string): string => `former-issuer-receivable:${participantNo}`;
/** What we owe its holders who have not converted their old card yet. */
export const migratedBalanceOf = (participantNo: string): string => `migrated-balance:${participantNo}`;

/**
 * Opens a participant's accounts as a former issuer. Neither may go below zero: no more is ever paid to holders than was
 * imported, and no more is booked as paid by the issuer than it owes. Opening it again does nothing.
 *
 * @throws CityCardError `clearing.participant-unknown`
 */
export async function openFormerIssuer(tx: Transaction, actor: Principal, participantNo: string): Promise<void> {
  if ((await findParticipant(tx, participantNo)) === undefined)
    throw clearingErrors.participantUnknown({ participantNo });
  const terms = { owner: participantNo, floor: fen(0) };
  await openAccount(tx, receivableOf(participantNo), terms);
  await openAccount(tx, migratedBalanceOf(participantNo), terms);
  const opened = await tx.query(
    'insert into clearing.former_issuer (participant_no, opened_by) values ($1, $2) on conflict do nothing',
    [participantNo, actor.id],
  );
  if (opened.rowCount === 1) await recordAct(tx, actor, { act: 'open-former-issuer', subject: participantNo });
}

/**
 * Books imported balances: the former issuer owes them to us, we owe them to its holders. Until it pays, they are float
 * without cover. Nothing is booked for nothing.
 */
export async function bookImportedBalances(
  tx: Transaction,
  participantNo: string,
  importId: bigint,
  amount: Fen,
): Promise<{ postingKey: string; businessDate: BusinessDate }> {
  const businessDate = await currentBusinessDate(tx);
  const postingKey = `legacy-import:${importId}`;
  if (amount === 0n) return { postingKey, businessDate };
  await postOrThrow(tx, businessDate, [
    {
      key: postingKey,
      reason: 'balances of old cards taken over',
      legs: [{ debit: receivableOf(participantNo), credit: migratedBalanceOf(participantNo), amount }],
    },
  ]);
  await noteEntry(tx, participantNo, postingKey, 'import', businessDate, amount);
  return { postingKey, businessDate };
}

/** The balance of one old card, on its way to the holder's new card. */
export interface Conversion {
  readonly participantNo: string;
  readonly legacyId: bigint;
  readonly cardNo: CardNo;
  /** Zero converts the card and moves nothing. */
  readonly amount: Fen;
}

/**
 * Moves balances of old cards to the pending credit (补登) of new ones, each once for life.
 *
 * @throws CityCardError `clearing.former-issuers.not-enough` when the migrated balances would be overdrawn
 */
export async function bookConversions(tx: Transaction, conversions: readonly Conversion[]): Promise<void> {
  const postings = conversions.flatMap(
    ({ participantNo, legacyId, cardNo, amount }): (Posting & { participantNo: string })[] =>
      amount === 0n
        ? []
        : [
            {
              participantNo,
              cardNo,
              key: `legacy-conversion:${legacyId}`,
              reason: 'balance of an old card converted',
              legs: [{ debit: migratedBalanceOf(participantNo), credit: 'pending-credit', amount }],
            },
          ],
  );
  if (postings.length === 0) return;
  const outcomes = await post(tx, await currentBusinessDate(tx), postings);
  outcomes.forEach((result, at) => {
    if (result.outcome === 'posted' || result.outcome === 'repeat') return;
    const posting = postings[at];
    if (result.outcome === 'floor') throw formerIssuerErrors.notEnough({ participantNo: posting?.participantNo });
    throw clearingErrors.postingRefused({ key: posting?.key, ...result });
  });
}

/**
 * Corrects the balance of one old card, up or down, on both sides.
 *
 * @throws CityCardError `clearing.former-issuers.not-enough` when the former issuer has paid more than would be left
 */
export async function bookAdjustment(
  tx: Transaction,
  participantNo: string,
  adjustmentId: bigint,
  difference: bigint,
): Promise<void> {
  if (difference === 0n) return;
  const businessDate = await currentBusinessDate(tx);
  const key = `legacy-adjustment:${adjustmentId}`;
  const [owed, owing] = [receivableOf(participantNo), migratedBalanceOf(participantNo)];
  const leg =
    difference > 0n
      ? { debit: owed, credit: owing, amount: fen(difference) }
      : { debit: owing, credit: owed, amount: fen(-difference) };
  const [result] = await post(tx, businessDate, [{ key, reason: 'balance of an old card corrected', legs: [leg] }]);
  if (result?.outcome === 'floor') throw formerIssuerErrors.notEnough({ participantNo });
  if (result?.outcome === 'repeat') return;
  if (result?.outcome !== 'posted') throw clearingErrors.postingRefused({ key, ...result });
  await noteEntry(tx, participantNo, key, 'adjustment', businessDate, difference);
}

/** Keeps the age of what is owed beside the ledger. */
export async function noteEntry(
  tx: Transaction,
  participantNo: string,
  postingKey: string,
  kind: 'import' | 'adjustment' | 'transfer',
  businessDate: BusinessDate,
  amount: bigint,
): Promise<void> {
  await tx.query(
    `insert into clearing.former_issuer_entry (participant_no, posting_key, kind, business_date, amount_fen)
     values ($1, $2, $3, $4, $5) on conflict do nothing`,
    [participantNo, postingKey, kind, businessDate, amount],
  );
}
