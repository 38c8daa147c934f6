import { type Principal, recordAct, type Transaction } from '@citycard/common';
import { assignSam, HOME_CITY } from '@citycard/clearing';

/**
 * Orders a SAM for a participant's terminal: a number never given before, assigned from this minute on, waiting for a
 * blank in the SAM machine.
 */
export async function orderSam(
  tx: Transaction,
  officer: Principal,
  order: { participantNo: string; terminalNo?: string },
): Promise<{ samNo: string }> {
  const next = await tx.query<{ sequence: bigint }>(`select nextval('issuer.sam_sequence') as sequence`);
  const samNo = `${HOME_CITY}01${(next.rows[0]?.sequence ?? 0n).toString().padStart(6, '0')}`;
  await tx.query('insert into issuer.sam (sam_no, participant_no, terminal_no) values ($1, $2, $3)', [
    samNo,
    order.participantNo,
    order.terminalNo ?? null,
  ]);
  const thisMinute = new Date(Math.floor(Date.now() / 60_000) * 60_000);
  await assignSam(tx, { samNo, ...order, validFrom: thisMinute });
  await recordAct(tx, officer, { act: 'order-sam', subject: `SAM ${samNo}`, detail: order });
  return { samNo };
}
