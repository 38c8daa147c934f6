import { batchTotals, recordBatchClaim } from '@citycard/clearing';
import type { OutgoingFrame } from '../codec/frame-writer.ts';
import { answerFields } from '../catalogue/answer.ts';
import { TOTALS_DIFFER, TOTALS_EQUAL } from '../codec/payloads/purchases.ts';
import { answerOnce } from '../answers/answer-once.ts';
import type { RequestContext } from '../requests/context.ts';

/**
 * Message 14: our totals of the batch beside the terminal's. What arrives for the batch later changes the figures, not
 * this answer; the batch counts as settled from now on.
 */
export function settleBatch(context: RequestContext<'batchTotals'>): Promise<OutgoingFrame> {
  const { terminal, request } = context;
  return answerOnce(context, {
    prepare: () => Promise.resolve(),
    decide: async (tx) => {
      const host = await batchTotals(tx, terminal.terminalNo, request.management.batch);
      const theirs = request.values.totals;
      const equal =
        host.loads.amount === theirs.loads.amount &&
        host.loads.count === theirs.loads.count &&
        host.purchases.amount === theirs.purchases.amount &&
        host.purchases.count === theirs.purchases.count;
      await recordBatchClaim(tx, {
        terminalNo: terminal.terminalNo,
        merchantNo: terminal.merchantNo,
        batchNo: request.management.batch,
        traceNo: request.trace,
        claimedAt: context.now,
        ...theirs,
        equal,
      });
      await tx.query(
        `update gateway.terminal set last_settled_batch = greatest(coalesce(last_settled_batch, ''), $2), last_seen_at = $3
          where terminal_no = $1`,
        [terminal.terminalNo, request.management.batch, context.now],
      );
      const totals = { ...host, result: equal ? TOTALS_EQUAL : TOTALS_DIFFER };
      return { code: '00', fields: answerFields('batchTotals', { totals }) };
    },
  });
}

/** 77: a new request for a batch below the last one settled (terminal interface, section 3, Batches). */
export function batchIsBehind(context: RequestContext): boolean {
  const settled = context.terminal.lastSettledBatch;
  return settled !== undefined && context.request.management.batch < settled;
}
