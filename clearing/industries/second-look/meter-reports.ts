import type { Transaction } from '@citycard/common';
import { METER_ACT, reportMeterWrite } from '../../bills/meter-write.ts';
import type { Candidate, Examined } from './examined.ts';

/**
 * Looks at records of meters that are written through the card: a report is a record of amount 0 that names the payment by its
 * transaction number at the same SAM. Payments themselves, and meters with tokens, have nothing to report.
 */
export async function examineMeterReports(tx: Transaction, candidates: readonly Candidate[]): Promise<Examined[]> {
  const examined: Examined[] = [];
  for (const candidate of candidates) {
    const { cardNo, samNo, document, facts, amountFen } = candidate;
    const act = Number(facts['act']);
    const byCard = document.pattern === 'meter' && document.meter.by === 'card';
    if (!byCard || act === METER_ACT.payment) {
      examined.push({ candidate });
      continue;
    }
    if (act !== METER_ACT.written && act !== METER_ACT.notWritten) {
      examined.push({ candidate, finding: 'act-unknown' });
      continue;
    }
    const paymentTransaction = BigInt(Number(facts['paymentTransaction']));
    const outcome = await reportMeterWrite(tx, { cardNo, samNo, paymentTransaction, act });
    const finding = outcome === 'noted' ? undefined : outcome;
    examined.push({
      candidate,
      ...(finding !== undefined && { finding }),
      ...(amountFen > 0n && { finding: 'entry-not-free' as const }),
    });
  }
  return examined;
}
