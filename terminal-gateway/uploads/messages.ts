import { createHash } from 'node:crypto';
import { intakeMessages, type PurchaseMessage, raiseAlarm } from '@citycard/clearing';
import { fen, sumFen, transact, type Transaction } from '@citycard/common';
import type { OutgoingFrame } from '../codec/frame-writer.ts';
import { answerInSets, type SetForm } from '../answers/answer-set.ts';
import type { ResponseCode } from '../catalogue/response-codes.ts';
import type { Decision, GatewayDeps, RequestContext } from '../requests/context.ts';
import type { SetLimits } from '../requests/set-collector.ts';
import type { Terminal } from '../terminals/estate.ts';

/** Where a purchase record holds its amount: 4 bytes, fen. */
const AMOUNT_OFFSET = 26;

type UploadContext = RequestContext<'purchaseUpload'>;

/**
 * Message 11: purchases that happened. Every record is stored and answered 00, whatever becomes of it; only a message
 * whose own totals do not hold is refused, with an alarm, and stores nothing. Messages that arrive together are stored together.
 */
const uploadForm: SetForm<UploadContext, { readonly refused: Refused | undefined }> = {
  prepare: (_deps, contexts) => Promise.resolve(contexts.map((context) => ({ refused: whyRefused(context) }))),
  lock: () => Promise.resolve(),
  async decide(tx, _deps, items) {
    for (const { context, prepared } of items) {
      const reason = prepared.refused?.alarm;
      if (reason !== undefined) await alarm(tx, context.terminal, reason);
    }
    const taken = items.filter(({ prepared }) => prepared.refused === undefined);
    await intakeMessages(
      tx,
      taken.map(({ context }) => messageOf(context)),
    );
    const decisions = items.map(({ prepared }): Decision => ({ code: prepared.refused?.answer ?? '00' }));
    return { decisions, last: [] };
  },
};

/** Takes purchases in, and wakes whoever judges them. */
export function purchaseTaker(
  deps: GatewayDeps,
  limits: SetLimits,
): (context: UploadContext) => Promise<OutgoingFrame> {
  const take = answerInSets(deps, uploadForm, limits);
  return async (context) => {
    const frame = await take(context);
    deps.onPurchases?.();
    return frame;
  };
}

interface Refused {
  readonly answer: ResponseCode;
  readonly alarm?: string;
}

function whyRefused({ terminal, request }: UploadContext): Refused | undefined {
  const { totals, records } = request.values;
  if (!terminal.functions.includes('purchase-upload')) return { answer: '58' };
  if (totals.count !== records.length) return { answer: '30', alarm: 'count of field 48 is not that of field 62' };
  const sum = sumFen(records.map((record) => fen(record.readUInt32BE(AMOUNT_OFFSET))));
  return totals.amount === sum
    ? undefined
    : { answer: '13', alarm: 'amount of field 48 is not the sum of the records' };
}

function messageOf({ terminal, request, now }: UploadContext): PurchaseMessage {
  const { records } = request.values;
  return {
    source: 'message',
    participantNo: terminal.merchantNo,
    terminalNo: terminal.terminalNo,
    batchNo: request.management.batch,
    records,
    sha256: createHash('sha256').update(Buffer.concat(records)).digest(),
    receivedAt: now,
  };
}

/**
 * An upload that could not be read as one (records cut short, none or too many) is an alarm of its own. Only for a message
 * whose MAC was right: else whoever knows the number of a terminal could fill the list of alarms.
 */
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
