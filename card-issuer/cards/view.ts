import { type BusinessDate, businessDate, cityDate, type Database, type Fen, fen } from '@citycard/common';
import { cardBalance, cardNo, concessionsOn, openCardLock } from '@citycard/clearing';
import { issuerErrors } from '../errors.ts';
import { maskedHolders, type ResidentDeps } from '../residents/index.ts';
import type { BlockKind, CardState } from './life-cycle.ts';

/** What a counter sees of a card: its state, its masked holder and what the back office holds for it, in fen. */
export interface CardView {
  readonly cardNo: string;
  readonly state: CardState;
  readonly product: string;
  readonly validTo: string;
  readonly holder?: string;
  readonly residentId?: bigint;
  readonly depositFen: Fen;
  /** The reduced fare that holds today; absent for the full fare. */
  readonly concession?: { readonly category: string; readonly validTo: BusinessDate };
  /** When the report by phone lapses that keeps the card closed. */
  readonly lossLapsesOn?: BusinessDate;
  /** Why it is blocked; reasons of every kind have to go before it is open again. */
  readonly blockedFor?: readonly BlockKind[];
  /** A terminal found it on the hotlist and locked its application: the chip wants unblocking before it pays again. */
  readonly lockedByTerminal?: { readonly at: Date; readonly terminalNo?: string };
  /** What a replaced or returned card holds follows from this day on. */
  readonly balanceDueOn?: BusinessDate;
  readonly purseFen?: bigint;
}

interface CardRow {
  card_no: string;
  state: CardState;
  product: string;
  valid_to: string;
  resident_id: bigint | null;
  deposit_fen: bigint;
  lapses_on: string | null;
  due_on: string | null;
  blocks: BlockKind[] | null;
}

const SELECT = `
select c.card_no, c.state, c.product, c.valid_to, c.resident_id, c.deposit_fen,
       (select max(lapses_on) from issuer.loss_report l where l.card_no = c.card_no and l.ended_at is null) as lapses_on,
       (select min(due_on) from issuer.balance_move m where m.card_no = c.card_no and m.state = 'waiting') as due_on,
       (select array_agg(kind order by block_no) from issuer.card_block b where b.card_no = c.card_no and b.lifted_at is null) as blocks
  from issuer.card c`;

type ViewDeps = Pick<ResidentDeps, 'db' | 'protection'>;

/** @throws card-issuer.card-unknown */
export async function cardView(deps: ViewDeps, number: string): Promise<CardView> {
  const found = await deps.db.query<CardRow>(`${SELECT} where c.card_no = $1`, [number]);
  const card = found.rows[0];
  if (card === undefined) throw issuerErrors.cardUnknown();
  const { resident_id: residentId } = card;
  const holder = residentId === null ? undefined : (await maskedHolders(deps, [residentId])).get(residentId);
  return { ...(await viewOf(deps.db, card)), ...(holder === undefined ? {} : { holder }) };
}

/** The cards a resident has or had, newest first. */
export async function cardsOfResident(deps: ViewDeps, residentId: bigint): Promise<CardView[]> {
  const { rows } = await deps.db.query<CardRow>(
    `${SELECT} where c.resident_id = $1 order by c.issued_at desc nulls last, c.card_no desc limit 100`,
    [residentId],
  );
  const holder = (await maskedHolders(deps, [residentId])).get(residentId);
  const views = await Promise.all(rows.map((row) => viewOf(deps.db, row)));
  return views.map((view) => ({ ...view, ...(holder === undefined ? {} : { holder }) }));
}

async function viewOf(db: Database, card: CardRow): Promise<CardView> {
  const number = cardNo(card.card_no);
  const concession = (await concessionsOn(db, [number], cityDate(new Date()))).get(number);
  const lock = await openCardLock(db, number);
  return {
    cardNo: card.card_no,
    state: card.state,
    product: card.product,
    validTo: card.valid_to,
    depositFen: fen(card.deposit_fen),
    ...(card.resident_id !== null && { residentId: card.resident_id }),
    ...(concession && { concession: { category: concession.category, validTo: concession.validTo } }),
    ...(card.lapses_on !== null && { lossLapsesOn: businessDate(card.lapses_on) }),
    ...(card.blocks !== null && { blockedFor: card.blocks }),
    ...(lock && { lockedByTerminal: { at: lock.lockedAt, ...(lock.terminalNo && { terminalNo: lock.terminalNo }) } }),
    ...(card.due_on !== null && { balanceDueOn: businessDate(card.due_on) }),
    ...(card.resident_id !== null && { purseFen: (await cardBalance(db, number)).posted }),
  };
}
