import { raiseAlarm, rejectPayment } from '@citycard/clearing';
import { type Database, transact, type Transaction } from '@citycard/common';
import { bankErrors } from './errors.ts';
import { lockBankEntries } from './entries.ts';
import { onceOnly } from './messages.ts';
import { identifierOf } from './values.ts';
import { readMessage, type XmlNode } from './xml.ts';

/** What the bank says of one of our instructions. */
interface PaymentStatus {
  readonly endToEndId: string;
  /** ISO 20022 external code: ACCP, ACSP, ACSC, PDNG, RJCT, … */
  readonly status: string;
  readonly reason: string | undefined;
}

export interface PaymentStatusReport {
  readonly messageId: string;
  readonly originalMessageId: string;
  /** Status of the whole original message, when the bank gives one. */
  readonly groupStatus: string | undefined;
  readonly groupReason: string | undefined;
  readonly payments: readonly PaymentStatus[];
}

const PAIN_002 = { namespace: 'urn:iso:std:iso:20022:tech:xsd:pain.002.001.10', root: 'CstmrPmtStsRpt' };
const REJECTED = 'RJCT';

/** Reads pain.002. @throws CityCardError of the bank catalogue */
export function readPaymentStatus(xml: Buffer): PaymentStatusReport {
  const message = readMessage(xml, PAIN_002);
  const group = message.one('OrgnlGrpInfAndSts');
  return {
    messageId: identifierOf(message.one('GrpHdr', 'MsgId')),
    originalMessageId: identifierOf(group.one('OrgnlMsgId')),
    groupStatus: group.textOf('GrpSts'),
    groupReason: reasonOf(group),
    payments: message.all('OrgnlPmtInfAndSts').flatMap((information) =>
      information.all('TxInfAndSts').map((payment) => ({
        endToEndId: identifierOf(payment.one('OrgnlEndToEndId')),
        status: identifierOf(payment.find('TxSts') ?? information.one('PmtInfSts'), 4),
        reason: reasonOf(payment) ?? reasonOf(information),
      })),
    ),
  };
}

/**
 * Takes in a pain.002. A rejection ends the payment; every other status is only noted: that money moved is proved by
 * the bank's entry, not by its status. The same message again answers the first result.
 *
 * @throws CityCardError of the bank catalogue; then nothing was changed
 */
export async function takePaymentStatus(
  db: Database,
  xml: Buffer,
): Promise<{ result: { messageId: string; payments: number; rejected: number }; repeated: boolean }> {
  const report = readPaymentStatus(xml);
  const { messageId } = report;
  return transact(db, async (tx) => {
    await lockBankEntries(tx);
    return onceOnly(tx, { kind: 'pain.002', messageId, xml }, async () => {
      const statuses = await statusesOf(tx, report);
      const rejected = statuses.filter(({ status }) => status === REJECTED);
      for (const status of rejected) await reject(tx, messageId, status);
      await noteStatuses(tx, report, statuses);
      return { messageId, payments: statuses.length, rejected: rejected.length };
    });
  });
}

async function reject(tx: Transaction, messageId: string, status: PaymentStatus): Promise<void> {
  const { endToEndId } = status;
  const reason = status.reason ?? 'the bank gave no reason';
  const { outcome } = await rejectPayment(tx, { endToEndId, reason });
  if (outcome !== 'decided-before') return;
  // Booked and refused cannot both be true; the booking stands, and a person asks the bank.
  await raiseAlarm(tx, {
    kind: 'payment-refused-after-booking',
    severity: 'critical',
    subject: endToEndId,
    evidence: { messageId, reason },
  });
}

/** The payments spoken of, each of which must be of the original message; a status of the whole message is of each of its payments. */
async function statusesOf(tx: Transaction, report: PaymentStatusReport): Promise<readonly PaymentStatus[]> {
  const { rows } = await tx.query<{ end_to_end_id: string }>(
    'select end_to_end_id from clearing.payment where message_id = $1 order by end_to_end_id',
    [report.originalMessageId],
  );
  const ours = new Set(rows.map((row) => row.end_to_end_id));
  if (ours.size === 0) throw bankErrors.paymentsUnknown({ messageId: report.originalMessageId });
  const stranger = report.payments.find(({ endToEndId }) => !ours.has(endToEndId));
  if (stranger !== undefined) {
    throw bankErrors.paymentNotInMessage({ endToEndId: stranger.endToEndId, messageId: report.originalMessageId });
  }
  const { groupStatus, groupReason } = report;
  if (report.payments.length > 0 || groupStatus === undefined) return report.payments;
  return [...ours].map((endToEndId) => ({ endToEndId, status: groupStatus, reason: groupReason }));
}

async function noteStatuses(
  tx: Transaction,
  report: PaymentStatusReport,
  statuses: readonly PaymentStatus[],
): Promise<void> {
  await tx.query(
    `insert into reconciliation.payment_status (message_id, original_message_id, end_to_end_id, status, reason)
     select $1, $2, * from unnest($3::text[], $4::text[], $5::text[])`,
    [
      report.messageId,
      report.originalMessageId,
      statuses.map((status) => status.endToEndId),
      statuses.map((status) => status.status),
      statuses.map((status) => status.reason ?? null),
    ],
  );
}

function reasonOf(node: XmlNode): string | undefined {
  const parts = node
    .all('StsRsnInf')
    .flatMap((information) => [
      information.textOf('Rsn', 'Cd') ?? information.textOf('Rsn', 'Prtry') ?? '',
      ...information.all('AddtlInf').map((line) => line.text),
    ]);
  const reason = parts.filter((part) => part !== '').join(' ');
  return reason === '' ? undefined : reason.slice(0, 500);
}
