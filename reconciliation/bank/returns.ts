import { returnPayment, type ReturnOutcome } from '@citycard/clearing';
import { type Fen, fen, type Transaction } from '@citycard/common';
import type { ReturnInformation } from './camt.ts';
import type { BankAccount, Decision, Part } from './decision.ts';

/** Money of ours that came back, as an entry says it. */
interface Return {
  readonly endToEndId: string;
  readonly amountFen: Fen;
  readonly bookedAt: Date;
  readonly returned: ReturnInformation;
  readonly bankReference: string;
  readonly part: number;
}

/** Why this part came back, when it is a payment that did: marked as returned, or the bank took its own booking back. */
export function returnInformationOf(part: Part): ReturnInformation | undefined {
  if (part.entry.direction !== 'credit') return undefined;
  return part.returned ?? (part.entry.reversal ? { text: 'the bank reversed its booking' } : undefined);
}

/** The payment is owed again; what cannot be said to have been paid is left for a person, or waits for its booking. */
export async function takeReturn(tx: Transaction, account: BankAccount, back: Return): Promise<Decision> {
  const { code, text } = back.returned;
  const outcome = await returnPayment(tx, {
    endToEndId: back.endToEndId,
    amountFen: back.amountFen,
    bookedAt: back.bookedAt,
    bankReference: back.bankReference,
    part: back.part,
    account: account.code,
    ...(code !== undefined && { reasonCode: code }),
    reason: text,
  });
  return decisionOf(back.endToEndId, outcome);
}

function decisionOf(endToEndId: string, returned: ReturnOutcome): Decision {
  switch (returned.outcome) {
    case 'returned':
      return { state: 'matched', rule: 'return', postingKey: returned.postingKey };
    case 'unknown':
      return { state: 'unmatched', reason: `no payment of ours is called ${endToEndId}` };
    case 'not-booked-yet':
      return {
        state: 'unmatched',
        reason: `payment ${endToEndId} came back before the bank showed it as paid; it is taken when that comes`,
      };
    case 'exceeds':
      return {
        state: 'unmatched',
        reason: `only ${returned.paidFen} fen of payment ${endToEndId} are paid and not back`,
      };
  }
}

/** Returns that came before the booking of their payment: the booking is here now, so they are taken. */
export async function takeWaitingReturns(
  tx: Transaction,
  account: BankAccount,
  accountNo: string,
  paid: readonly Part[],
): Promise<void> {
  const { rows } = await tx.query<{
    bank_reference: string;
    part_no: number;
    amount_fen: bigint;
    end_to_end_id: string;
    return_code: string | null;
    return_text: string;
    booked_on: Date;
  }>(
    `select p.bank_reference, p.part_no, p.amount_fen, p.end_to_end_id, p.return_code, p.return_text,
            e.booked_on::timestamp at time zone 'Asia/Shanghai' as booked_on
       from reconciliation.bank_entry_part p
       join reconciliation.bank_entry e using (account_no, bank_reference)
      where p.account_no = $1 and p.state = 'unmatched' and p.return_text is not null and p.end_to_end_id = any($2)
      order by p.bank_reference, p.part_no`,
    [accountNo, paid.flatMap(({ endToEndId }) => (endToEndId === undefined ? [] : [endToEndId]))],
  );
  for (const row of rows) {
    const decision = await takeReturn(tx, account, {
      endToEndId: row.end_to_end_id,
      amountFen: fen(row.amount_fen),
      bookedAt: row.booked_on,
      returned: { ...(row.return_code !== null && { code: row.return_code }), text: row.return_text },
      bankReference: row.bank_reference,
      part: row.part_no,
    });
    await tx.query(
      `update reconciliation.bank_entry_part set state = $4, rule = $5, posting_key = $6, reason = $7, decided_at = clock_timestamp()
        where account_no = $1 and bank_reference = $2 and part_no = $3`,
      [
        accountNo,
        row.bank_reference,
        row.part_no,
        decision.state,
        'rule' in decision ? decision.rule : null,
        'postingKey' in decision ? decision.postingKey : null,
        'reason' in decision ? decision.reason : null,
      ],
    );
  }
}
