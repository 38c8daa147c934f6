import { type BusinessDate, type Database, type Fen, fen, type Transaction } from '@citycard/common';
import type { CardAlgorithm } from '@citycard/hsm-sim';
import { clearingErrors } from '../errors.ts';
import { addHotlistEntry, isHotlisted } from '../hotlist/hotlist.ts';
import { CARD_ACCOUNT_KINDS, openCardAccounts } from '../ledger/accounts.ts';
import { applicationSerial, type CardNo, issuerCity } from './card-number.ts';

/** `inactive`: the card is handed out, its holder has not confirmed the receipt; `expired`: its validity is over. */
export type PurseStatus = 'inactive' | 'active' | 'lost-reported' | 'blocked' | 'expired' | 'replaced' | 'returned';

/** What a purse may become. Replaced and returned purses are history. */
export const PURSE_TRANSITIONS: Readonly<Record<PurseStatus, readonly PurseStatus[]>> = {
  inactive: ['active', 'blocked'],
  active: ['lost-reported', 'blocked', 'expired', 'replaced', 'returned'],
  'lost-reported': ['active', 'blocked', 'replaced', 'returned'],
  blocked: ['inactive', 'active', 'lost-reported', 'expired', 'replaced', 'returned'],
  expired: ['active', 'blocked', 'replaced', 'returned'],
  replaced: [],
  returned: [],
};

/**
 * Whether terminals must refuse a card in this state. A returned card is in our hands and an expired one is refused by its
 * own date: both keep what they had.
 */
const HOTLISTED: Readonly<Record<PurseStatus, boolean | undefined>> = {
  inactive: false,
  active: false,
  'lost-reported': true,
  blocked: true,
  expired: undefined,
  replaced: true,
  returned: undefined,
};

export interface NewPurse {
  readonly cardNo: CardNo;
  readonly algorithm: CardAlgorithm;
  readonly validFrom: BusinessDate;
  readonly validTo: BusinessDate;
  /** The card refuses a load that would take it above this many fen. */
  readonly purseCap: Fen;
  readonly mainType: number;
  readonly subType: number;
  /** A number given out for trying terminals; left out of the check against the simulator's cards. */
  readonly sandbox?: boolean;
}

export interface Purse extends Required<NewPurse> {
  readonly issuerCity: string;
  readonly status: PurseStatus;
  /** Online counter of the newest load proved to be on the card; -1 before the first. */
  readonly highestProvenCounter: number;
  /** The holder's identity is confirmed, so that the limits of named cards hold. */
  readonly named: boolean;
  readonly openedAt: Date;
}

/**
 * Opens a purse, active unless said otherwise, and the card's accounts. Opening it again with the same terms does nothing;
 * a purse nobody has used yet (inactive: the card came back and goes to somebody else) takes the new cap.
 *
 * @throws CityCardError `clearing.purse-exists` when it is open with other terms.
 */
export async function openPurse(
  tx: Transaction,
  purse: NewPurse,
  status: 'inactive' | 'active' = 'active',
): Promise<void> {
  const terms = [purse.algorithm, purse.mainType, purse.subType, purse.validFrom, purse.validTo, purse.purseCap];
  const opened = await tx.query(
    `insert into clearing.purse (card_no, issuer_city, algorithm, main_type, sub_type, valid_from, valid_to, purse_cap_fen, sandbox, status, named)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, clearing.is_named_cap($8)) on conflict (card_no)
     do update set purse_cap_fen = excluded.purse_cap_fen, named = excluded.named where purse.status = 'inactive'`,
    [purse.cardNo, issuerCity(purse.cardNo), ...terms, purse.sandbox ?? false, status],
  );
  await openCardAccounts(tx, purse.cardNo);
  if (opened.rowCount === 1) return;
  const { rows } = await tx.query(
    `select from clearing.purse where card_no = $1 and algorithm = $2 and main_type = $3 and sub_type = $4 and valid_from = $5
        and valid_to = $6 and purse_cap_fen = $7 and sandbox = $8`,
    [purse.cardNo, ...terms, purse.sandbox ?? false],
  );
  if (rows.length === 0) throw clearingErrors.purseExists();
}

/**
 * Opens many purses of the same terms and their accounts in one go; for numbers that were never open before.
 *
 * @throws CityCardError `clearing.purse-exists` when one of them is open already.
 */
export async function openPurses(
  tx: Transaction,
  cards: readonly CardNo[],
  terms: Omit<NewPurse, 'cardNo'>,
): Promise<void> {
  const { algorithm, mainType, subType, validFrom, validTo, purseCap, sandbox } = terms;
  const opened = await tx.query(
    `insert into clearing.purse (card_no, issuer_city, algorithm, main_type, sub_type, valid_from, valid_to, purse_cap_fen, sandbox, status, named)
     select card.no, card.city, $3, $4, $5, $6, $7, $8, $9, 'active', clearing.is_named_cap($8) from unnest($1::text[], $2::text[]) as card(no, city)
     on conflict (card_no) do nothing`,
    [cards, cards.map(issuerCity), algorithm, mainType, subType, validFrom, validTo, purseCap, sandbox ?? false],
  );
  if (opened.rowCount !== cards.length) throw clearingErrors.purseExists();
  // Purses side by side: of a card's accounts hardly another is ever read in their moment.
  await tx.query(
    `insert into clearing.card_account (card_no, kind)
     select card_no, kind from unnest($1::text[]) as card_no, unnest($2::text[]) as kind order by kind, card_no`,
    [cards, CARD_ACCOUNT_KINDS],
  );
}

/** The purse of a card; with `lock`, held against every other decision on the card until the transaction ends. */
export async function findPurse(
  db: Database | Transaction,
  card: CardNo,
  options: { lock?: boolean } = {},
): Promise<Purse | undefined> {
  const { rows } = await db.query<PurseRow>(
    `select ${COLUMNS} from clearing.purse where card_no = $1 ${options.lock ? 'for update' : ''}`,
    [card],
  );
  return rows[0] && fromRow(rows[0]);
}

/** The purses of many cards, by card number; a card without one is not in it. */
export async function findPurses(db: Database | Transaction, cards: readonly CardNo[]): Promise<Map<CardNo, Purse>> {
  const { rows } = await db.query<PurseRow>({
    name: 'clearing-find-purses',
    text: `select ${COLUMNS} from clearing.purses_of($1)`,
    values: [[...new Set(cards)]],
  });
  return byCard(rows);
}

/** Like {@link findPurses}, all held until the transaction ends; locked in one order, so that two sets wait and never block each other. */
export async function lockPurses(tx: Transaction, cards: readonly CardNo[]): Promise<Map<CardNo, Purse>> {
  const { rows } = await tx.query<PurseRow>({
    name: 'clearing-lock-purses',
    text: `select ${COLUMNS} from clearing.lock_purses($1)`,
    values: [cards],
  });
  return byCard(rows);
}

interface PurseRow extends Omit<Purse, 'purseCap'> {
  readonly cap: bigint;
}

const COLUMNS = `card_no as "cardNo", issuer_city as "issuerCity", algorithm, main_type as "mainType", sub_type as "subType",
  valid_from as "validFrom", valid_to as "validTo", purse_cap_fen as cap, status,
  highest_proven_counter as "highestProvenCounter", sandbox, named, opened_at as "openedAt"`;

function fromRow({ cap, ...rest }: PurseRow): Purse {
  return { ...rest, purseCap: fen(cap) };
}

const byCard = (rows: readonly PurseRow[]): Map<CardNo, Purse> =>
  new Map(rows.map((row) => [row.cardNo, fromRow(row)]));

/**
 * Moves a purse to another state and, in the same transaction, onto the hotlist or off it, in the name of `by`. The state
 * it has already is answered silently.
 *
 * @throws CityCardError `clearing.purse-unknown`, `clearing.purse-status-final` for a move the table does not allow.
 */
export async function setPurseStatus(
  tx: Transaction,
  card: CardNo,
  status: PurseStatus,
  reason: string,
  by?: string,
): Promise<void> {
  const purse = await findPurse(tx, card, { lock: true });
  if (purse === undefined) throw clearingErrors.purseUnknown();
  if (purse.status === status) return;
  if (!PURSE_TRANSITIONS[purse.status].includes(status)) {
    throw clearingErrors.purseStatusFinal({ status: purse.status, wanted: status });
  }
  await tx.query('update clearing.purse set status = $2 where card_no = $1', [card, status]);
  // What takes the place of a card that is out of date changes nothing for terminals.
  const wanted = purse.status === 'expired' && status === 'replaced' ? undefined : HOTLISTED[status];
  const serial = applicationSerial(card);
  if (wanted === undefined || (await isHotlisted(tx, serial)) === wanted) return;
  await addHotlistEntry(tx, {
    ...{ action: wanted ? 'add' : 'remove', applicationSerial: serial, reason },
    ...(by !== undefined && { by }),
  });
}

/**
 * Moves many purses to a state that changes nothing on the hotlist (of a job that closes what is out of date). Purses that
 * may not take the move stay as they are.
 *
 * @throws RangeError for a state that terminals have to be told of.
 */
export async function setPurseStatuses(tx: Transaction, cards: readonly CardNo[], status: PurseStatus): Promise<void> {
  if (HOTLISTED[status] !== undefined) throw new RangeError(`purses that become ${status} do so one by one`);
  const from = (Object.keys(PURSE_TRANSITIONS) as PurseStatus[]).filter((each) =>
    PURSE_TRANSITIONS[each].includes(status),
  );
  await tx.query('update clearing.purse set status = $2 where card_no = any($1) and status = any($3)', [
    cards,
    status,
    from,
  ]);
}

/** The card's validity was extended, on its chip: loads and purchases are taken until then. Never shortens it. */
export async function extendPurse(tx: Transaction, card: CardNo, validTo: BusinessDate): Promise<void> {
  await tx.query('update clearing.purse set valid_to = $2 where card_no = $1 and valid_to < $2', [card, validTo]);
}
