import { accountBalance, currentBusinessDate, openAccount, postOrThrow, raiseAlarm } from '@citycard/clearing';
import {
  approveAct,
  type Database,
  type Fen,
  fen,
  fenToNumber,
  type Principal,
  proposeAct,
  recordAct,
  type Transaction,
} from '@citycard/common';
import { cashSupplyErrors } from './cash-supply-errors.ts';
import { requireOpenShift } from './shifts.ts';

export type CashSupplyState = 'proposed' | 'approved' | 'received' | 'refused' | 'lapsed';

/** Cash on its way to a till, or what became of it. */
export interface CashSupply {
  readonly supplyId: bigint;
  readonly shiftId: bigint;
  readonly amountFen: Fen;
  readonly from: string;
  readonly state: CashSupplyState;
  readonly clerk: string;
  readonly proposedBy: string;
  readonly approvedBy?: string;
  readonly countedFen?: Fen;
  /** Under this slip the cash is in transit: if it goes back, the bank names it (`PAYIN SUPPLY7`), or another supply takes it. */
  readonly slip: string;
}

/**
 * Whose money a till pays out is decided by where its cash came from. Balances are float: their refunds come from custody or
 * paying accounts. Deposits are no float: cash to give them back comes from the account of card deposits. Cash of another
 * till that has not reached the bank yet is either.
 */
const SOURCES = /^(bank-custody|bank-paying|bank-card-deposits|cash-in-transit):[0-9A-Za-z.-]{1,40}$/;
const ACT = 'supply-cash';
const slipOf = (supplyId: bigint): string => `SUPPLY${supplyId}`;

/**
 * Orders cash for an open till. The bank is not touched before a second person approves.
 *
 * @throws card-issuer.cash-supply.shift-closed, own-till, source-wrong, source-short
 */
export async function proposeCashSupply(
  tx: Transaction,
  maker: Principal,
  order: { readonly shiftId: bigint; readonly amountFen: Fen; readonly from: string },
): Promise<{ supplyId: bigint; approvalId: bigint }> {
  const { shiftId, amountFen, from } = order;
  const clerk = await clerkOfOpenShift(tx, shiftId);
  if (clerk === maker.id) throw cashSupplyErrors.ownTill();
  await requireSource(tx, from, amountFen);
  const { rows } = await tx.query<{ supply_id: bigint }>(
    `insert into issuer.cash_supply (shift_id, amount_fen, from_account, clerk, proposed_by) values ($1, $2, $3, $4, $5) returning supply_id`,
    [shiftId, amountFen, from, clerk, maker.id],
  );
  const supplyId = rows[0]?.supply_id;
  if (supplyId === undefined) throw new Error('an insert answers its row');
  const content = contentOf({ supplyId, ...order });
  const { approvalId } = await proposeAct(tx, maker, { act: ACT, subject: `cash supply ${supplyId}`, content });
  await tx.query('update issuer.cash_supply set approval_id = $2 where supply_id = $1', [supplyId, approvalId]);
  await recordAct(tx, maker, { act: `propose-${ACT}`, subject: `shift ${shiftId}`, detail: content });
  return { supplyId, approvalId };
}

/**
 * The second person lets the cash go: it leaves its account and is in transit until the clerk has counted it. Approving
 * again changes nothing.
 *
 * @throws card-issuer.cash-supply.unknown, ended, shift-closed, own-till, source-short; identity.same-person
 */
export async function approveCashSupply(
  tx: Transaction,
  checker: Principal,
  which: { readonly shiftId: bigint; readonly supplyId: bigint },
): Promise<CashSupply> {
  const { supply, approvalId } = await lockSupply(tx, which);
  if (supply.clerk === checker.id) throw cashSupplyErrors.ownTill();
  if (supply.state === 'lapsed') throw cashSupplyErrors.ended({ state: supply.state });
  const { checker: approvedBy } = await approveAct(tx, checker, approvalId, contentOf(supply));
  if (supply.state !== 'proposed') return supply;
  await clerkOfOpenShift(tx, which.shiftId);
  await requireSource(tx, supply.from, supply.amountFen);
  const transit = `cash-in-transit:${supply.slip}`;
  await openAccount(tx, transit, { owner: supply.clerk });
  await book(tx, `cash-supply:${supply.supplyId}`, { debit: transit, credit: supply.from, amount: supply.amountFen });
  await tx.query(
    `update issuer.cash_supply set state = 'approved', approved_by = $2, approved_at = clock_timestamp() where supply_id = $1`,
    [supply.supplyId, approvedBy],
  );
  await recordAct(tx, checker, { act: ACT, subject: `shift ${supply.shiftId}`, detail: contentOf(supply) });
  return { ...supply, state: 'approved', approvedBy };
}

/**
 * The clerk has counted the cash and it is what was sent: it is in the till. Taking it again changes nothing.
 *
 * @throws card-issuer.shift-unknown; card-issuer.cash-supply.unknown, not-approved, ended, count-differs
 */
export async function receiveCashSupply(
  tx: Transaction,
  clerk: Principal,
  which: { readonly shiftId: bigint; readonly supplyId: bigint },
  countedFen: Fen,
): Promise<CashSupply> {
  await requireOpenShift(tx, clerk, which.shiftId);
  const { supply } = await lockSupply(tx, which);
  if (supply.state === 'received' && supply.countedFen === countedFen) return supply;
  requireUnderWay(supply);
  if (countedFen !== supply.amountFen) throw cashSupplyErrors.countDiffers({ countedFen, amountFen: supply.amountFen });
  const leg = { debit: `cash-shift:${which.shiftId}`, credit: `cash-in-transit:${supply.slip}`, amount: countedFen };
  await book(tx, `cash-supply-received:${supply.supplyId}`, leg);
  return end(tx, clerk, supply, 'received', countedFen);
}

/**
 * The clerk sends all of it back, because it is not what it should be: it stays in transit under its slip, and people hear
 * of it.
 *
 * @throws card-issuer.shift-unknown; card-issuer.cash-supply.unknown, not-approved, ended
 */
export async function refuseCashSupply(
  tx: Transaction,
  clerk: Principal,
  which: { readonly shiftId: bigint; readonly supplyId: bigint },
  countedFen: Fen,
): Promise<CashSupply> {
  await requireOpenShift(tx, clerk, which.shiftId);
  const { supply } = await lockSupply(tx, which);
  if (supply.state === 'refused' && supply.countedFen === countedFen) return supply;
  requireUnderWay(supply);
  await raiseAlarm(tx, {
    kind: 'cash-supply-refused',
    severity: 'warning',
    subject: `shift ${which.shiftId}`,
    evidence: { slip: supply.slip, amountFen: supply.amountFen, countedFen, from: supply.from },
  });
  return end(tx, clerk, supply, 'refused', countedFen);
}

/** What was ordered for a shift, oldest first. */
export async function cashSuppliesOf(db: Database, shiftId: bigint): Promise<CashSupply[]> {
  const { rows } = await db.query<SupplyRow>(`${SELECT} where shift_id = $1 order by supply_id limit 1000`, [shiftId]);
  return rows.map(fromRow);
}

function requireUnderWay({ state }: CashSupply): void {
  if (state === 'proposed') throw cashSupplyErrors.notApproved();
  if (state !== 'approved') throw cashSupplyErrors.ended({ state });
}

async function end(
  tx: Transaction,
  clerk: Principal,
  supply: CashSupply,
  state: 'received' | 'refused',
  countedFen: Fen,
): Promise<CashSupply> {
  await tx.query(
    'update issuer.cash_supply set state = $2, counted_fen = $3, ended_at = clock_timestamp() where supply_id = $1',
    [supply.supplyId, state, countedFen],
  );
  const detail = { ...contentOf(supply), countedFen };
  const act = state === 'received' ? 'receive-cash' : 'refuse-cash';
  await recordAct(tx, clerk, { act, subject: `shift ${supply.shiftId}`, detail });
  return { ...supply, state, countedFen };
}

/** Holds the shift open until the transaction ends. */
async function clerkOfOpenShift(tx: Transaction, shiftId: bigint): Promise<string> {
  const { rows } = await tx.query<{ clerk: string }>(
    'select clerk from issuer.shift where shift_id = $1 and closed_at is null for share',
    [shiftId],
  );
  if (rows[0] === undefined) throw cashSupplyErrors.shiftClosed();
  return rows[0].clerk;
}

async function requireSource(tx: Transaction, from: string, neededFen: Fen): Promise<void> {
  if (!SOURCES.test(from)) throw cashSupplyErrors.sourceWrong({ from });
  const known = await tx.query('select from clearing.account where account_code = $1 for update', [from]);
  if (known.rowCount === 0) throw cashSupplyErrors.sourceWrong({ from });
  const { available } = await accountBalance(tx, from);
  if (available < neededFen) throw cashSupplyErrors.sourceShort({ from, availableFen: available, neededFen });
}

async function book(
  tx: Transaction,
  key: string,
  leg: { readonly debit: string; readonly credit: string; readonly amount: Fen },
): Promise<void> {
  await postOrThrow(tx, await currentBusinessDate(tx), [{ key, reason: 'cash for a till', legs: [leg] }]);
}

const contentOf = ({
  supplyId,
  shiftId,
  amountFen,
  from,
}: Pick<CashSupply, 'supplyId' | 'shiftId' | 'amountFen' | 'from'>) => ({
  supplyId: Number(supplyId),
  shiftId: Number(shiftId),
  amountFen: fenToNumber(amountFen),
  from,
});

interface SupplyRow {
  supply_id: bigint;
  shift_id: bigint;
  amount_fen: bigint;
  from_account: string;
  state: CashSupplyState;
  approval_id: bigint | null;
  clerk: string;
  proposed_by: string;
  approved_by: string | null;
  counted_fen: bigint | null;
}

const SELECT = `select supply_id, shift_id, amount_fen, from_account, state, approval_id, clerk, proposed_by, approved_by, counted_fen
  from issuer.cash_supply`;

function fromRow(row: SupplyRow): CashSupply {
  return {
    supplyId: row.supply_id,
    shiftId: row.shift_id,
    amountFen: fen(row.amount_fen),
    from: row.from_account,
    state: row.state,
    clerk: row.clerk,
    proposedBy: row.proposed_by,
    slip: slipOf(row.supply_id),
    ...(row.approved_by !== null && { approvedBy: row.approved_by }),
    ...(row.counted_fen !== null && { countedFen: fen(row.counted_fen) }),
  };
}

async function lockSupply(
  tx: Transaction,
  { shiftId, supplyId }: { readonly shiftId: bigint; readonly supplyId: bigint },
): Promise<{ supply: CashSupply; approvalId: bigint }> {
  const { rows } = await tx.query<SupplyRow>(`${SELECT} where supply_id = $1 and shift_id = $2 for update`, [
    supplyId,
    shiftId,
  ]);
  const [row] = rows;
  if (row === undefined || row.approval_id === null) throw cashSupplyErrors.unknown();
  return { supply: fromRow(row), approvalId: row.approval_id };
}
