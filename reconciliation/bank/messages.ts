import { createHash } from 'node:crypto';
import type { Transaction } from '@citycard/common';
import { bankErrors } from './errors.ts';

export type BankMessageKind = 'camt.053' | 'camt.054' | 'pain.002';

/**
 * Takes in a message once: the same message again gets the first result, other content under its name is refused.
 *
 * @throws CityCardError `bank.message-differs`
 */
export async function onceOnly<Result extends object>(
  tx: Transaction,
  message: { kind: BankMessageKind; messageId: string; xml: Buffer },
  work: () => Promise<Result>,
): Promise<{ result: Result; repeated: boolean }> {
  const sha256 = createHash('sha256').update(message.xml).digest();
  const { rows } = await tx.query<{ sha256: Buffer; result: Result }>(
    'select sha256, result from reconciliation.bank_message where kind = $1 and message_id = $2',
    [message.kind, message.messageId],
  );
  const [known] = rows;
  if (known !== undefined) {
    if (!known.sha256.equals(sha256)) throw bankErrors.messageDiffers({ messageId: message.messageId });
    return { result: known.result, repeated: true };
  }
  const result = await work();
  await tx.query('insert into reconciliation.bank_message (kind, message_id, sha256, result) values ($1, $2, $3, $4)', [
    message.kind,
    message.messageId,
    sha256,
    JSON.stringify(result),
  ]);
  return { result, repeated: false };
}
