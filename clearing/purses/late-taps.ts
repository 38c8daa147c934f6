import { type Database, type Fen, fen, type Principal, transact, type Transaction } from '@citycard/common';
import { raiseAlarm } from '../alarms/alarm.ts';
import { clearingErrors } from '../errors.ts';
import { openAccount } from '../ledger/accounts.ts';
import { currentBusinessDate } from '../ledger/business-day.ts';
import { cardBalance } from '../ledger/balances.ts';
import { postOrThrow } from '../ledger/posting.ts';
import { type RecordRef, refOf, type RefRow } from '../validation/received-purchase.ts';
import { type CardNo, cardNo } from './card-number.ts';

/** A purchase the old card paid, held because its purse is empty: the balance went to another card or to the holder. */
export interface LateTap {
  readonly ref: RecordRef;
  readonly amountFen: Fen;
}

/** Who pays: the company writes it off, or the holder's new card still has what was not loaded. */
export type LateTapPayer = 'company' | 'successor';

const WRITE_OFF = 'write-off:main';
const BETWEEN_CARDS = 'suspense:balance-transfer';
/** Few at a time: each raises an alarm for a person. */
const AT_ONCE = 200;

/**
 * Notices purchases that are held for want of money on a purse whose card was replaced or given back, each once, with an
 * alarm. They stay held until two people say who pays. Answers how many were new.
 */
export async function noticeLateTaps(db: Database): Promise<number> {
  return transact(db, async (tx) => {
    const { rows } = await tx.query<RefRow & { amount_fen: bigint }>(
      `insert into clearing.late_tap (card_no, business_date, intake_id, record_index, amount_fen)
       select r.card_no, r.business_date, r.intake_id, r.record_index, r.amount_fen
         from clearing.purchase_record r join clearing.purse p on p.card_no = r.card_no and p.status in ('replaced', 'returned')
        where r.state = 'suspicious' and r.reason_code = '08'
          and not exists (select from clearing.late_tap t where t.card_no = r.card_no and t.business_date = r.business_date
                             and t.intake_id = r.intake_id and t.record_index = r.record_index)
        limit $1 on conflict do nothing
       returning card_no, business_date, intake_id, record_index, amount_fen`,
      [AT_ONCE],
    );
    for (const row of rows) {
      await raiseAlarm(tx, {
        kind: 'tap-after-balance-moved',
        severity: 'warning',
        subject: `card ${row.card_no}`,
        evidence: { intakeId: row.intake_id, index: row.record_index, amountFen: row.amount_fen },
      });
    }
    return rows.length;
  });
}

/** Late taps nobody has decided on, oldest first. */
export async function openLateTaps(db: Database | Transaction, card?: CardNo): Promise<LateTap[]> {
  const { rows } = await (db as Database).query<RefRow & { amount_fen: bigint }>(
    `select card_no, business_date, intake_id, record_index, amount_fen from clearing.late_tap
      where paid_by is null and ($1::text is null or card_no = $1) order by noticed_at limit 1000`,
    [card ?? null],
  );
  return rows.map((row) => ({ ref: refOf(row), amountFen: fen(row.amount_fen) }));
}

/**
 * Puts the money of a late tap into the old purse, so that the next pass of validation pays the operator. For two people:
 * the caller has had it proposed and approved.
 *
 * @throws CityCardError `clearing.late-tap-unknown`, `clearing.late-tap-decided`, `clearing.late-tap-short` when the new card
 * has not enough left to load.
 */
export async function fundLateTap(
  tx: Transaction,
  ref: RecordRef,
  payer: { readonly by: 'company' } | { readonly by: 'successor'; readonly card: CardNo },
  people: { readonly maker: string; readonly checker: Principal },
): Promise<void> {
  const date = await currentBusinessDate(tx);
  const key = [ref.cardNo, ref.businessDate, ref.intakeId, ref.index];
  const { rows } = await tx.query<{ amount_fen: bigint; paid_by: string | null }>(
    `select amount_fen, paid_by from clearing.late_tap
      where card_no = $1 and business_date = $2 and intake_id = $3 and record_index = $4 for update`,
    key,
  );
  const tap = rows[0];
  if (tap === undefined) throw clearingErrors.lateTapUnknown();
  if (tap.paid_by !== null) throw clearingErrors.lateTapDecided();
  const amount = fen(tap.amount_fen);
  const posting = `late-tap:${ref.intakeId}:${ref.index}`;
  const old = cardNo(ref.cardNo);
  if (payer.by === 'company') {
    const legs = [{ debit: WRITE_OFF, credit: 'purse', amount }];
    await postOrThrow(tx, date, [
      { cardNo: old, key: posting, reason: 'late tap of a replaced card written off', legs },
    ]);
  } else {
    const left = await cardBalance(tx, payer.card, 'pending-credit');
    if (left.available < amount) throw clearingErrors.lateTapShort({ availableFen: left.available });
    await openAccount(tx, BETWEEN_CARDS);
    const reason = 'late tap of the card before';
    await postOrThrow(tx, date, [
      {
        cardNo: payer.card,
        key: `${posting}:out`,
        reason,
        legs: [{ debit: 'pending-credit', credit: BETWEEN_CARDS, amount }],
      },
      { cardNo: old, key: `${posting}:in`, reason, legs: [{ debit: BETWEEN_CARDS, credit: 'purse', amount }] },
    ]);
  }
  await tx.query(
    `update clearing.late_tap set paid_by = $5, decided_by = $6, approved_by = $7, decided_at = clock_timestamp()
      where card_no = $1 and business_date = $2 and intake_id = $3 and record_index = $4`,
    [...key, payer.by, people.maker, people.checker.id],
  );
}
