import type { Transaction } from '@citycard/common';

/** How often entries of an account were taken back; those that never were are not in it. */
export async function withdrawals(
  tx: Transaction,
  accountNo: string,
  references: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await tx.query<{ bank_reference: string; times: number }>(
    `select bank_reference, max(attempt) as times from reconciliation.withdrawn_entry
      where account_no = $1 and bank_reference = any($2) group by 1`,
    [accountNo, references],
  );
  return new Map(rows.map(({ bank_reference: reference, times }) => [reference, times]));
}

/** Under which key a part of an entry is posted: one for life, and another after each time it was taken back. */
export function entryKey(
  part: { readonly account: string; readonly reference: string; readonly part: number },
  withdrawn = 0,
): string {
  const key = `bank:${part.account}:${part.reference}:${part.part}`;
  return withdrawn === 0 ? key : `${key}:${withdrawn + 1}`;
}
