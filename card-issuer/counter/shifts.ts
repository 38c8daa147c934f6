import {
  cityDateTimeDigits,
  fen,
  type Fen,
  type Principal,
  recordAct,
  subtractFen,
  type Transaction,
} from '@citycard/common';
import { accountBalance, currentBusinessDate, openAccount, postOrThrow } from '@citycard/clearing';
import { issuerErrors } from '../errors.ts';
import { endCashSupplies } from './cash-supply-end.ts';

/**
 * Opens the clerk's shift with an account for its cash. One open shift per clerk.
 *
 * @throws card-issuer.shift-open with the number of the one that is open
 */
export async function openShift(tx: Transaction, clerk: Principal): Promise<{ shiftId: bigint }> {
  const opened = await tx.query<{ shift_id: bigint }>(
    `insert into issuer.shift (clerk) values ($1) on conflict (clerk) where closed_at is null do nothing returning shift_id`,
    [clerk.id],
  );
  const shiftId = opened.rows[0]?.shift_id;
  if (shiftId === undefined) {
    const { rows } = await tx.query<{ shift_id: bigint }>(
      'select shift_id from issuer.shift where clerk = $1 and closed_at is null',
      [clerk.id],
    );
    throw issuerErrors.shiftOpen({ shiftId: Number(rows[0]?.shift_id) });
  }
  await openAccount(tx, `cash-shift:${shiftId}`, { owner: clerk.id });
  return { shiftId };
}

/** @throws card-issuer.shift-unknown unless this clerk has this shift open */
export async function requireOpenShift(tx: Transaction, clerk: Principal, shiftId: bigint): Promise<void> {
  const found = await tx.query(
    'select 1 from issuer.shift where shift_id = $1 and clerk = $2 and closed_at is null for update',
    [shiftId, clerk.id],
  );
  if (found.rowCount === 0) throw issuerErrors.shiftUnknown();
}

/**
 * Closes a shift: what was counted goes to the bank under a pay-in slip; what is over or short is booked at once.
 *
 * @param pieces how many of each note and coin, by face value in fen; they come to what was counted
 * @throws card-issuer.shift-unknown, pieces-differ; card-issuer.cash-supply.under-way
 * @returns over (+) or short (−) in fen, and the slip the money travels under (none when nothing was counted)
 */
export async function closeShift(
  tx: Transaction,
  clerk: Principal,
  shiftId: bigint,
  counted: Fen,
  pieces?: Readonly<Record<string, number>>,
): Promise<{ overShortFen: Fen; payInSlip?: string }> {
  await requireOpenShift(tx, clerk, shiftId);
  requireSum(counted, pieces);
  await endCashSupplies(tx, shiftId);
  const { posted } = await accountBalance(tx, `cash-shift:${shiftId}`);
  const overShort = subtractFen(counted, posted);
  const slip = `SLIP${cityDateTimeDigits(new Date()).date}${shiftId.toString().padStart(6, '0')}`;
  const cash = `cash-shift:${shiftId}`;
  const transit = `cash-in-transit:${slip}`;
  const legs = [];
  if (overShort > 0n) legs.push({ debit: cash, credit: 'suspense:main', amount: overShort });
  if (overShort < 0n) legs.push({ debit: 'write-off:main', credit: cash, amount: fen(-overShort) });
  if (counted > 0n) {
    await openAccount(tx, transit, { owner: clerk.id });
    legs.push({ debit: transit, credit: cash, amount: counted });
  }
  if (legs.length > 0) {
    await postOrThrow(tx, await currentBusinessDate(tx), [
      { key: `shift-closing:${shiftId}`, reason: 'shift closed, cash to the bank', legs },
    ]);
  }
  await tx.query(
    'update issuer.shift set closed_at = now(), counted_fen = $2, over_short_fen = $3, pay_in_slip = $4, counted_pieces = $5 where shift_id = $1',
    [shiftId, counted, overShort, counted > 0n ? slip : null, pieces === undefined ? null : JSON.stringify(pieces)],
  );
  await recordAct(tx, clerk, {
    act: 'close-shift',
    subject: `shift ${shiftId}`,
    detail: { countedFen: Number(counted), overShortFen: Number(overShort) },
  });
  return { overShortFen: overShort, ...(counted > 0n ? { payInSlip: slip } : {}) };
}

function requireSum(counted: Fen, pieces: Readonly<Record<string, number>> | undefined): void {
  if (pieces === undefined) return;
  const piecesFen = Object.entries(pieces).reduce((sum, [face, count]) => sum + BigInt(face) * BigInt(count), 0n);
  if (piecesFen !== counted) throw issuerErrors.piecesDiffer({ piecesFen, countedFen: counted });
}
