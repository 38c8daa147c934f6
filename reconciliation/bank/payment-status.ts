import { raiseAlarm, rejectPayment } from '@citycard/clearing';
import { type Database, transact, type Transaction } from '@citycard/common';
import { bankErrors } from './errors.ts';
import { lockBankEntries } from './entries.ts';
import { onceOnly } from './messages.ts';
import { identifierOf, plainAmountOf, wholeNumberOf } from './values.ts';
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
  /** What the report says of the original message: its count and sum, and the block its payments stood in. */
  readonly original: readonly {
    readonly path: string;
    readonly is: 'count' | 'sum' | 'block';
    readonly said: string;
  }[];
}

const PAIN_002 = { namespace: 'urn:iso:std:iso:20022:tech:xsd:pain.002.001.10', root: 'CstmrPmtStsRpt' };
const REJECTED = 'RJCT';

/** Reads pain.002. @throws CityCardError of the bank catalogue */
export function readPaymentStatus(xml: Buffer): PaymentStatusReport {
  const message = readMessage(xml, PAIN_002);
  const group = message.one('OrgnlGrpInfAndSts');
  const blocks = message.all('OrgnlPmtInfAndSts');
  // We put all payments of a message into one block, so a status of the block is a status of the message.
  const [block] = blocks.length === 1 ? blocks : [];
  const status = group.textOf('GrpSts') ?? block?.textOf('PmtInfSts');
  const said = [
    ...blocks.flatMap((node) => node.all('OrgnlPmtInfId').map((id) => ({ node: id, is: 'block' as const }))),
    ...group.all('OrgnlNbOfTxs').map((node) => ({ node, is: 'count' as const })),
    ...group.all('OrgnlCtrlSum').map((node) => ({ node, is: 'sum' as const })),
  ];
  const payments = blocks.flatMap((information) =>
    information.all('TxInfAndSts').map((payment) => ({
      endToEndId: identifierOf(payment.one('OrgnlEndToEndId')),
      status: identifierOf(payment.find('TxSts') ?? information.one('PmtInfSts'), 4),
      reason: reasonOf(payment) ?? reasonOf(information),
    })),
  );
  refuseTwice(payments);
  return {
    messageId: identifierOf(message.one('GrpHdr', 'MsgId')),
    originalMessageId: identifierOf(group.one('OrgnlMsgId')),
    groupStatus: status,
    groupReason: reasonOf(group) ?? (block && reasonOf(block)),
    payments,
    original: said.map(({ node, is }) => ({
      path: node.path,
      is,
      said: is === 'sum' ? `${plainAmountOf(node)}` : is === 'count' ? `${wholeNumberOf(node)}` : node.text,
    })),
  };
}

function refuseTwice(payments: readonly PaymentStatus[]): void {
  const seen = new Set<string>();
  for (const { endToEndId } of payments) {
    if (seen.has(endToEndId)) throw bankErrors.paymentTwice({ endToEndId });
    seen.add(endToEndId);
  }
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

/**
 * The payments spoken of, each of which must be of the original message. A status of the whole message is of each of its
 * payments that has none of its own; a message refused as a whole has no payment that was not.
 */
async function statusesOf(tx: Transaction, report: PaymentStatusReport): Promise<readonly PaymentStatus[]> {
  const { originalMessageId: messageId, groupStatus, groupReason } = report;
  const { rows } = await tx.query<{ end_to_end_id: string; amount_fen: bigint }>(
    'select end_to_end_id, amount_fen from clearing.payment where message_id = $1 order by end_to_end_id',
    [messageId],
  );
  const ours = new Set(rows.map((row) => row.end_to_end_id));
  if (ours.size === 0) throw bankErrors.paymentsUnknown({ messageId });
  const sent = {
    count: `${ours.size}`,
    sum: `${rows.reduce((sum, row) => sum + row.amount_fen, 0n)}`,
    block: messageId,
  };
  const wrong = report.original.find(({ is, said }) => said !== sent[is]);
  if (wrong !== undefined) {
    throw bankErrors.originalDiffers({ path: wrong.path, said: wrong.said, messageId, sent: sent[wrong.is] });
  }
  const stranger = report.payments.find(({ endToEndId }) => !ours.has(endToEndId));
  if (stranger !== undefined) throw bankErrors.paymentNotInMessage({ endToEndId: stranger.endToEndId, messageId });
  if (groupStatus === REJECTED) {
    const other = report.payments.find(({ status }) => status !== REJECTED);
    if (other !== undefined) throw bankErrors.statusContradicts({ whole: messageId, ...other });
  }
  if (groupStatus === undefined || (report.payments.length > 0 && groupStatus !== REJECTED)) return report.payments;
  const named = new Set(report.payments.map(({ endToEndId }) => endToEndId));
  const unnamed = [...ours].filter((endToEndId) => !named.has(endToEndId));
  return [
    ...report.payments,
    ...unnamed.map((endToEndId) => ({ endToEndId, status: groupStatus, reason: groupReason })),
  ];
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
