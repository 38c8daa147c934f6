import { bookConversions, type CardNo, cardNo } from '@citycard/clearing';
import {
  cityDate,
  type Database,
  type Fen,
  fen,
  type Principal,
  recordAct,
  transact,
  type Transaction,
} from '@citycard/common';
import { giveReceipt } from '../counter/receipts.ts';
import { issuerErrors } from '../errors.ts';
import { valuesOf } from '../residents/personal-document.ts';
import { readRecords } from '../residents/record.ts';
import { indexKeys, searchKeys } from '../residents/search-keys.ts';
import { legacyErrors } from './errors.ts';
import type { LegacyDeps } from './import.ts';

/** An old card handed over at a counter, and the card of the same person that takes its balance. */
export interface CounterConversion {
  readonly participantNo: string;
  readonly legacyCardNo: string;
  readonly cardNo: string;
  /** For a card that bears no name: the clerk has taken it in. */
  readonly surrendered?: boolean;
}

export interface Converted {
  readonly participantNo: string;
  readonly legacyCardNo: string;
  readonly cardNo: string;
  readonly amountFen: Fen;
}

interface BalanceRow {
  legacy_id: bigint;
  legacy_card_no: string;
  participant_no: string;
  balance: bigint;
  holder_index: Buffer | null;
  state: 'staged' | 'unclaimed' | 'disputed' | 'converted';
  converted_to: string | null;
  converted_at: Date | null;
}

/** Conversions booked in one transaction when residents are matched. */
const AT_ONCE = 500;

/**
 * Converts an old card at the counter: its balance becomes pending credit (补登) of the new card, once for life. The holder of
 * the new card must be the one the old card is of; who that is was established when the new card was issued.
 *
 * @throws card-issuer.card-unknown, card-issuer.legacy.card-unknown, card-converted, card-disputed, holder-differs,
 *   surrender-needed, new-card-not-in-use
 */
export async function convertAtCounter(
  tx: Transaction,
  clerk: Principal,
  asked: CounterConversion,
): Promise<Converted> {
  const residentId = await holderOfActiveCard(tx, asked.cardNo);
  const { rows } = await tx.query<BalanceRow>(
    `select legacy_id, legacy_card_no, participant_no, balance_fen + adjusted_fen as balance, holder_index, state, converted_to, converted_at
       from issuer.legacy_balance where legacy_card_no = $1 and participant_no = $2 for update`,
    [asked.legacyCardNo, asked.participantNo],
  );
  const [row] = rows;
  if (row === undefined || row.state === 'staged')
    throw legacyErrors.cardUnknown({ participantNo: asked.participantNo });
  if (row.state === 'converted') {
    throw legacyErrors.cardConverted({ date: row.converted_at === null ? '' : cityDate(row.converted_at) });
  }
  if (row.state === 'disputed') throw legacyErrors.cardDisputed();
  if (row.holder_index === null) {
    if (asked.surrendered !== true) throw legacyErrors.surrenderNeeded();
  } else if (!(await isDocumentOf(tx, row.holder_index, residentId))) throw legacyErrors.holderDiffers();

  const how = row.holder_index === null ? 'surrendered' : 'counter';
  const [converted] = await book(tx, clerk, [{ row, to: cardNo(asked.cardNo) }], how);
  if (converted === undefined) throw new Error('a conversion answers what it converted');
  await giveReceipt(tx, clerk, {
    cardNo: asked.cardNo,
    act: 'legacy-conversion',
    lines: [{ what: 'converted', amountFen: converted.amountFen, way: 'card' }],
    notes: { 'old-card': asked.legacyCardNo.slice(-4) },
  });
  await recordAct(tx, clerk, {
    act: 'convert-legacy-card',
    subject: `card ${asked.cardNo}`,
    detail: { formerIssuer: asked.participantNo, legacyId: row.legacy_id, amountFen: converted.amountFen, how },
  });
  return converted;
}

/**
 * Gives residents the balances of their old cards without their asking: of issuers that agreed to it, where document and name
 * are both the same, to the resident's card in use.
 *
 * @returns how many old cards were converted
 */
export async function convertMatching(db: Database, actor: Principal): Promise<ConvertedTotal> {
  const total = { converted: 0, amountFen: fen(0) };
  for (;;) {
    const done = await transact(db, async (tx) => {
      const { rows } = await tx.query<MatchRow>(
        `${MATCHES} order by b.legacy_card_no limit ${AT_ONCE} for update of b skip locked`,
      );
      return convertMatches(tx, actor, rows);
    });
    total.converted += done.converted;
    total.amountFen = fen(total.amountFen + done.amountFen);
    if (done.converted < AT_ONCE) return total;
  }
}

/** The same for the holder of one card, when it was just handed over. @throws card-issuer.card-unknown */
export async function convertOnFirstUse(deps: LegacyDeps, actor: Principal, number: string): Promise<ConvertedTotal> {
  const { documents } = await holderKeys(deps, number);
  return transact(deps.db, async (tx) => {
    const { rows } = await tx.query<MatchRow>(
      `${MATCHES} and b.holder_index = any($1::bytea[]) and c.card_no = $2 limit ${AT_ONCE} for update of b skip locked`,
      [documents, number],
    );
    return convertMatches(tx, actor, rows);
  });
}

/**
 * The same for whoever has just given a card to its holder, when the giving is committed: a fault here takes nothing back,
 * {@link convertMatching} finds later what was missed.
 */
export async function bringOldBalances(
  deps: LegacyDeps,
  actor: Principal,
  number: string,
  log: { warn(about: object, message: string): void },
): Promise<void> {
  try {
    await convertOnFirstUse(deps, actor, number);
  } catch (error) {
    log.warn({ err: error }, 'old balances of a new card holder were not looked for; run the matching');
  }
}

export interface ConvertedTotal {
  readonly converted: number;
  readonly amountFen: Fen;
}

type MatchRow = BalanceRow & { card_no: string };

const MATCHES = `
select b.legacy_id, b.legacy_card_no, b.participant_no, b.balance_fen + b.adjusted_fen as balance, b.holder_index, b.state,
       b.converted_to, b.converted_at, c.card_no
  from issuer.legacy_issuer i
  join issuer.legacy_balance b on b.participant_no = i.participant_no and b.state = 'unclaimed'
  join issuer.resident_document d on d.index_value = b.holder_index
  join issuer.resident_search s on s.index_value = b.name_index and s.resident_id = d.resident_id
 cross join lateral (select card_no from issuer.card where resident_id = d.resident_id and state = 'active'
                      order by issued_at desc limit 1) c
 where i.first_use`;

async function convertMatches(tx: Transaction, actor: Principal, rows: readonly MatchRow[]): Promise<ConvertedTotal> {
  const items = rows.map((row) => ({ row, to: cardNo(row.card_no) }));
  const done = await book(tx, actor, items, 'first-use');
  const amountFen = fen(done.reduce((sum, each) => sum + each.amountFen, 0n));
  if (done.length > 0) {
    const detail = { count: done.length, amountFen };
    await recordAct(tx, actor, { act: 'convert-matching-cards', subject: 'legacy cards', detail });
  }
  return { converted: done.length, amountFen };
}

async function book(
  tx: Transaction,
  actor: Principal,
  items: readonly { readonly row: BalanceRow; readonly to: CardNo }[],
  how: 'counter' | 'first-use' | 'surrendered',
): Promise<Converted[]> {
  if (items.length === 0) return [];
  const moved = await tx.query(
    `update issuer.legacy_balance b set state = 'converted', converted_to = m.card_no, converted_how = $4, converted_by = $5, converted_at = clock_timestamp()
       from unnest($1::text[], $2::text[], $3::text[]) as m(legacy_card_no, participant_no, card_no)
      where b.legacy_card_no = m.legacy_card_no and b.participant_no = m.participant_no and b.state = 'unclaimed'`,
    [
      items.map(({ row }) => row.legacy_card_no),
      items.map(({ row }) => row.participant_no),
      items.map(({ to }) => to),
      how,
      actor.id,
    ],
  );
  if (moved.rowCount !== items.length) throw new Error('an old card that is locked was converted by somebody else');
  await bookConversions(
    tx,
    items.map(({ row, to }) => ({
      participantNo: row.participant_no,
      legacyId: row.legacy_id,
      cardNo: to,
      amount: fen(row.balance),
    })),
  );
  return items.map(({ row, to }) => ({
    participantNo: row.participant_no,
    legacyCardNo: row.legacy_card_no,
    cardNo: to,
    amountFen: fen(row.balance),
  }));
}

/** @throws card-issuer.card-unknown, card-issuer.legacy.new-card-not-in-use */
async function holderOfActiveCard(tx: Transaction, number: string): Promise<bigint> {
  const { rows } = await tx.query<{ state: string; resident_id: bigint | null }>(
    'select state, resident_id from issuer.card where card_no = $1 for share',
    [number],
  );
  const [card] = rows;
  if (card === undefined) throw issuerErrors.cardUnknown();
  const inUse = card.state === 'active' || (await isForHeirs(tx, number));
  if (!inUse || card.resident_id === null) throw legacyErrors.newCardNotInUse({ state: card.state });
  return card.resident_id;
}

/** The card of a deceased holder takes old balances as well while its heirs are about to be paid: they receive all of it. */
async function isForHeirs(tx: Transaction, number: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    'select from issuer.heir_payment where card_no = $1 and approved_by is not null and returned_at is null',
    [number],
  );
  return rowCount !== 0;
}

/** Whether the document behind the index is one of the resident's; documents that several share are searched apart. */
async function isDocumentOf(tx: Transaction, index: Buffer, residentId: bigint): Promise<boolean> {
  const { rowCount } = await tx.query(
    `select from issuer.resident_document where index_value = $1 and resident_id = $2
      union all select from issuer.resident_search where index_value = $1 and resident_id = $2 and kind = 'document'`,
    [index, residentId],
  );
  return rowCount !== 0;
}

/** An old card of a card's holder, waiting to be converted. */
export interface WaitingBalance {
  readonly participantNo: string;
  readonly legacyCardNo: string;
  readonly amountFen: Fen;
  readonly state: 'unclaimed' | 'disputed';
}

/** The old cards of the holder of a card that are not converted yet. @throws card-issuer.card-unknown */
export async function waitingBalances(deps: LegacyDeps, number: string): Promise<WaitingBalance[]> {
  const { documents } = await holderKeys(deps, number);
  const { rows } = await deps.db.query<{
    participant_no: string;
    legacy_card_no: string;
    amount: bigint;
    state: 'unclaimed' | 'disputed';
  }>(
    `select participant_no, legacy_card_no, balance_fen + adjusted_fen as amount, state from issuer.legacy_balance
      where holder_index = any($1::bytea[]) and state in ('unclaimed', 'disputed') order by participant_no, legacy_card_no limit 100`,
    [documents],
  );
  return rows.map((row) => ({
    participantNo: row.participant_no,
    legacyCardNo: row.legacy_card_no,
    amountFen: fen(row.amount),
    state: row.state,
  }));
}

/** The blind indexes of the documents of a card's holder: nothing in clear leaves this function. */
async function holderKeys({ db, protection }: LegacyDeps, number: string): Promise<{ documents: Buffer[] }> {
  const { rows } = await db.query<{ resident_id: bigint | null }>(
    'select resident_id from issuer.card where card_no = $1',
    [number],
  );
  const [card] = rows;
  if (card === undefined) throw issuerErrors.cardUnknown();
  if (card.resident_id === null) return { documents: [] };
  const records = await readRecords(db, protection, [card.resident_id]);
  const keys = records.flatMap(({ document }) =>
    searchKeys(valuesOf(document)).filter(({ kind }) => kind === 'document'),
  );
  return { documents: (await indexKeys(protection, keys)).map(({ index }) => index) };
}
