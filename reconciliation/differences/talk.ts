import { type Principal, recordAct, type Transaction } from '@citycard/common';
import { addEvent, lockOpenDifference } from './decide.ts';
import { differenceErrors } from './errors.ts';

/** Adds what somebody knows of an open difference. @throws CityCardError `reconciliation.differences.unknown`, `.ended` */
export async function comment(tx: Transaction, author: Principal, differenceNo: bigint, words: string): Promise<void> {
  await lockOpenDifference(tx, differenceNo);
  await addEvent(tx, differenceNo, { actor: author.id, event: 'comment', words });
}

/**
 * Gives an open difference to a person of finance or of the platform; giving it to its owner changes nothing.
 *
 * @throws CityCardError `reconciliation.differences.unknown`, `.ended`, `.owner-unknown`
 */
export async function giveTo(tx: Transaction, giver: Principal, differenceNo: bigint, owner: string): Promise<void> {
  const difference = await lockOpenDifference(tx, differenceNo);
  const { rowCount } = await tx.query(
    `select from platform.principal
      where id = $1 and kind = 'person' and roles && array['finance-maker', 'finance-checker', 'platform']`,
    [owner],
  );
  if (rowCount === 0) throw differenceErrors.ownerUnknown({ owner });
  if (difference.owner === owner) return;
  await tx.query('update reconciliation.difference set owner = $2 where difference_no = $1', [differenceNo, owner]);
  await addEvent(tx, differenceNo, {
    actor: giver.id,
    event: 'owner',
    words: owner,
    detail: { before: difference.owner ?? difference.ownerRole },
  });
  await recordAct(tx, giver, { act: 'difference.owner', subject: `difference:${differenceNo}`, detail: { owner } });
}
