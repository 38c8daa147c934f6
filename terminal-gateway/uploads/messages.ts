import { createHash } from 'node:crypto';
import { intakeMessage, raiseAlarm } from '@citycard/clearing';
import { fen, sumFen, transact, type Transaction } from '@citycard/common';
import type { OutgoingFrame } from '../codec/frame-writer.ts';
import { answerOnce } from '../answers/answer-once.ts';
import type { GatewayDeps, RequestContext } from '../requests/context.ts';
import type { Terminal } from '../terminals/estate.ts';

/** Where a purchase record holds its amount: 4 bytes, fen. */
const AMOUNT_OFFSET = 26;

/**
 * Message 11: purchases that happened. Every record is stored and answered 00, whatever becomes of it; only a message
 * whose own totals do not hold is refused, with an alarm, and stores nothing.
 */
export async function takePurchases(context: RequestContext<'purchaseUpload'>): Promise<OutgoingFrame> {
  const { deps, terminal, request, now } = context;
  const { totals, records } = request.values;
  const frame = await answerOnce(context, {
    prepare: () => Promise.resolve(),
    decide: async (tx) => {
      if (!terminal.functions.includes('purchase-upload')) return { code: '58' };
      if (totals.count !== records.length) {
        await alarm(tx, terminal, 'count of field 48 is not that of field 62');
        return { code: '30' };
      }
      if (totals.amount !== sumFen(records.map((record) => fen(record.readUInt32BE(AMOUNT_OFFSET))))) {
        await alarm(tx, terminal, 'amount of field 48 is not the sum of the records');
        return { code: '13' };
      }
      await intakeMessage(tx, {
        source: 'message',
        participantNo: terminal.merchantNo,
        terminalNo: terminal.terminalNo,
        batchNo: request.management.batch,
        records,
        sha256: createHash('sha256').update(Buffer.concat(records)).digest(),
        receivedAt: now,
      });
      return { code: '00' };
    },
  });
  deps.onPurchases?.();
  return frame;
}

/** An upload that could not be read as one (records cut short, none or too many) is an alarm of its own. */
export async function reportUnreadableUpload(deps: GatewayDeps, terminal: Terminal, reason: string): Promise<void> {
  await transact(deps.db, (tx) => alarm(tx, terminal, reason));
}

async function alarm(tx: Transaction, terminal: Terminal, reason: string): Promise<void> {
  await raiseAlarm(tx, {
    kind: 'purchase-upload-refused',
    severity: 'warning',
    subject: `terminal ${terminal.terminalNo}`,
    evidence: { reason },
  });
}
