import {
  addDays,
  type BusinessDate,
  businessDate,
  cityDate,
  type Fen,
  fen,
  type Principal,
  recordAct,
  type Transaction,
} from '@citycard/common';
import { cardNo, moveBalance, purseStanding, type PurseStanding, releaseForRefund } from '@citycard/clearing';
import { requireMovable } from '../cards/blocks.ts';
import { cardLifeErrors } from '../cards/errors.ts';
import { noteOnCard } from '../cards/history.ts';
import { cardRule } from '../cards/rules.ts';

/** What a card that was replaced or returned still holds, on its way to the new card or into the holder's hand. */
export interface BalanceMove {
  readonly cardNo: string;
  readonly moveNo: bigint;
  readonly kind: 'to-card' | 'refund';
  readonly newCardNo?: string;
  readonly state: 'waiting' | 'released';
  /** When it moves if nothing is missing. */
  readonly dueOn: BusinessDate;
  /** When a purchase that is still missing counts as lost, and the balance moves without it. */
  readonly giveUpOn: BusinessDate;
  /** What has moved so far. */
  readonly movedFen: Fen;
  readonly paidFen: Fen;
}

interface MoveRow {
  card_no: string;
  move_no: bigint;
  kind: 'to-card' | 'refund';
  new_card_no: string | null;
  state: 'waiting' | 'released';
  due_on: string;
  give_up_on: string;
  parts: number;
  purse_fen: bigint;
  online_fen: bigint;
  paid_fen: bigint;
}

const SELECT = `select card_no, move_no, kind, new_card_no, state, due_on, give_up_on, parts, purse_fen, online_fen, paid_fen
  from issuer.balance_move`;

function moveOf(row: MoveRow): BalanceMove {
  return {
    cardNo: row.card_no,
    moveNo: row.move_no,
    kind: row.kind,
    state: row.state,
    ...(row.new_card_no !== null && { newCardNo: row.new_card_no }),
    dueOn: businessDate(row.due_on),
    giveUpOn: businessDate(row.give_up_on),
    movedFen: fen(row.purse_fen + row.online_fen),
    paidFen: fen(row.paid_fen),
  };
}

/**
 * Begins the wait for a card's balance. `since` is the day terminals began to refuse the card; a card that proved its own
 * balance waits for nothing.
 */
export async function openMove(
  tx: Transaction,
  actor: Principal,
  move: {
    readonly cardNo: string;
    readonly product: string;
    readonly newCardNo?: string;
    readonly since: BusinessDate | 'nothing to wait for';
  },
): Promise<BalanceMove> {
  const today = cityDate(new Date());
  const since = move.since === 'nothing to wait for' ? today : move.since;
  const days = async (name: 'balance-waiting-days' | 'gap-waiting-days') =>
    move.since === 'nothing to wait for' ? 0 : Number(await cardRule(tx, name, today, move.product));
  const dueOn = addDays(since, await days('balance-waiting-days'));
  const giveUpOn = addDays(since, await days('gap-waiting-days'));
  const { rows } = await tx.query<MoveRow>(
    `insert into issuer.balance_move (card_no, kind, new_card_no, opened_by, due_on, give_up_on) values ($1, $2, $3, $4, $5, $6)
     returning card_no, move_no, kind, new_card_no, state, due_on, give_up_on, parts, purse_fen, online_fen, paid_fen`,
    [
      move.cardNo,
      move.newCardNo === undefined ? 'refund' : 'to-card',
      move.newCardNo ?? null,
      actor.id,
      dueOn,
      dueOn > giveUpOn ? dueOn : giveUpOn,
    ],
  );
  if (rows[0] === undefined) throw new Error('an insert answered nothing');
  return moveOf(rows[0]);
}

/** Why a balance does not move yet; undefined when it can. */
export type Hindrance =
  'not-due' | 'frozen' | 'torn-cancellation' | 'held-purchases' | 'missing-purchases' | 'balance-break';

/**
 * What hinders a move on a day, by the state of the purse; the freeze is asked for apart. A load nobody has proof of hinders
 * nothing: should it be proved later, it follows by itself.
 */
export function hindranceOf(
  move: Pick<BalanceMove, 'dueOn' | 'giveUpOn'>,
  standing: PurseStanding,
  today: BusinessDate,
): Hindrance | undefined {
  if (today < move.dueOn) return 'not-due';
  if (standing.openPurchases.count > 0) return 'held-purchases';
  if (standing.missingPurchases > 0 && today < move.giveUpOn) return 'missing-purchases';
  // What the card said and what the books say differ: something of it may still be on its way.
  if (standing.balanceBreaks > 0 && today < move.giveUpOn) return 'balance-break';
  return standing.tornCancellations > 0 ? 'torn-cancellation' : undefined;
}

/**
 * Moves what a card holds, once nothing hinders it, in the transaction that asks. May be called again and again: each call
 * moves what has come in since (a load that was proved late).
 *
 * @param decided a person's decision to let the balance go although purchases are held or missing
 */
export async function tryMove(
  tx: Transaction,
  row: Pick<BalanceMove, 'cardNo' | 'moveNo'>,
  today: BusinessDate,
  by: { readonly id: string },
  decided = false,
): Promise<{ moved: Fen } | { hindrance: Hindrance }> {
  const { rows } = await tx.query<MoveRow>(`${SELECT} where card_no = $1 and move_no = $2 for update`, [
    row.cardNo,
    row.moveNo,
  ]);
  const found = rows[0];
  if (found === undefined) throw cardLifeErrors.nothingWaiting();
  const move = moveOf(found);
  const from = cardNo(move.cardNo);
  const frozen = await isFrozen(tx, move.cardNo, move.newCardNo);
  if (frozen) return { hindrance: 'frozen' };
  const hindrance = hindranceOf(move, await purseStanding(tx, from), today);
  if (hindrance !== undefined && !decided) return { hindrance };

  const key = `balance-move:${move.moveNo}:${found.parts + 1}`;
  const held =
    move.newCardNo === undefined
      ? await releaseForRefund(tx, { from, key, reason: 'balance of a returned card released for refund' })
      : await moveBalance(tx, { from, to: cardNo(move.newCardNo), key, reason: 'balance follows to the new card' });
  const moved = fen(held.purseFen + held.onlineFen);
  if (moved === 0n && move.state === 'released') return { moved };
  await tx.query(
    `update issuer.balance_move set state = 'released', parts = parts + 1, purse_fen = purse_fen + $3, online_fen = online_fen + $4,
            released_at = coalesce(released_at, clock_timestamp()), released_by = coalesce(released_by, $5)
      where card_no = $1 and move_no = $2`,
    [move.cardNo, move.moveNo, held.purseFen, held.onlineFen, by.id],
  );
  const why = move.newCardNo === undefined ? 'released for refund' : 'moved to the new card';
  await noteOnCard(tx, move.cardNo, { step: 'move-balance', by: by.id, why: `${moved} fen ${why}` });
  return { moved };
}

async function isFrozen(tx: Transaction, ...cards: (string | undefined)[]): Promise<boolean> {
  const { rowCount } = await tx.query(
    `select from issuer.card_block where card_no = any($1) and kind = 'legal-freeze' and lifted_at is null limit 1`,
    [cards.filter((card) => card !== undefined)],
  );
  return rowCount !== 0;
}

/** The moves of a card that was replaced or returned, oldest first. */
export async function movesOf(tx: Transaction, number: string): Promise<BalanceMove[]> {
  const { rows } = await tx.query<MoveRow>(`${SELECT} where card_no = $1 order by move_no`, [number]);
  return rows.map(moveOf);
}

/** The balance somebody asks for: the newest move. @throws card-issuer.card-life.nothing-waiting */
export async function newestMove(tx: Transaction, number: string): Promise<BalanceMove> {
  const move = (await movesOf(tx, number)).at(-1);
  if (move === undefined) throw cardLifeErrors.nothingWaiting();
  return move;
}

/**
 * Two people let a waiting balance go although purchases of the card are held or missing: the caller has had it proposed
 * and approved. Not before the waiting period is over, and never against a freeze.
 *
 * @throws card-issuer.card-life.nothing-waiting, .frozen, .not-yet-due
 */
export async function releaseByDecision(
  tx: Transaction,
  checker: Principal,
  number: string,
  maker: string,
): Promise<{ movedFen: Fen }> {
  const move = await newestMove(tx, number);
  await requireMovable(tx, number, 'heirs');
  const today = cityDate(new Date());
  if (today < move.dueOn) throw cardLifeErrors.notYetDue({ dueOn: move.dueOn });
  const result = await tryMove(tx, move, today, { id: `${maker} and ${checker.id}` }, true);
  if ('hindrance' in result) throw cardLifeErrors.frozen();
  const detail = { maker, movedFen: Number(result.moved) };
  await recordAct(tx, checker, { act: 'release-balance', subject: `card ${number}`, detail });
  return { movedFen: result.moved };
}
