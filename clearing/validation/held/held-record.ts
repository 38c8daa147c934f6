import { type Fen, fen, type Transaction } from '@citycard/common';
import { HOME_CITY } from '../../purses/card-number.ts';
import { type PurchaseState, type ReasonCode, REASON } from '../../purchases/reason-codes.ts';
import { validationErrors } from '../errors.ts';
import { BEYOND_CAP } from './beyond-cap.ts';
import { type RecordRef, type ReceivedPurchase, type RefRow, withIntakes } from '../received-purchase.ts';

/** A held record as somebody decides it: locked until the transaction ends. */
export interface HeldRecord {
  readonly purchase: ReceivedPurchase;
  readonly code: ReasonCode;
  readonly amountFen: Fen;
  /** The card's city, when it is another one: it can only be refused here, for nobody here can say that the card paid. */
  readonly otherCity: string | undefined;
}

/**
 * The held record of this place, for a decision of people: a purchase of one of our cards whose balance has not gone elsewhere,
 * or of a card of another city that has not answered for too long.
 *
 * @throws CityCardError `clearing-validation.record-unknown`, `.not-held`, `.city-decides`, `.waits-for-room`, `.late-tap`
 */
export async function lockHeld(tx: Transaction, ref: RecordRef): Promise<HeldRecord> {
  const key = [ref.cardNo, ref.businessDate, ref.intakeId, ref.index];
  const { rows } = await tx.query<
    RefRow & {
      raw: Buffer;
      state: PurchaseState;
      reason_code: ReasonCode | null;
      issuer_city: string;
      beyond_cap: boolean;
    }
  >(
    `select card_no, business_date, intake_id, record_index, raw, state, reason_code, issuer_city, ${BEYOND_CAP} as beyond_cap
       from clearing.purchase_record r
      where card_no = $1 and business_date = $2 and intake_id = $3 and record_index = $4 for update`,
    key,
  );
  const [row] = rows;
  if (row === undefined) throw validationErrors.recordUnknown();
  if (row.state !== 'suspicious') throw validationErrors.notHeld({ state: row.state });
  const otherCity = row.issuer_city === HOME_CITY ? undefined : row.issuer_city;
  if (otherCity !== undefined && !(await hasWaitedForCity(tx, key)))
    throw validationErrors.cityDecides({ city: otherCity });
  if (row.beyond_cap) throw validationErrors.waitsForRoom({ city: otherCity });
  const late = await tx.query(
    'select from clearing.late_tap where card_no = $1 and business_date = $2 and intake_id = $3 and record_index = $4',
    key,
  );
  if (late.rowCount !== 0) throw validationErrors.lateTap();
  const [purchase] = await withIntakes(tx, rows);
  if (purchase === undefined) throw new Error('a record just read cannot be found');
  const amountFen = fen(purchase.record.amountFen);
  return { purchase, code: row.reason_code ?? REASON.heldForInspection, amountFen, otherCity };
}

/** Whether a rule put it before people, because its city did not answer. */
async function hasWaitedForCity(tx: Transaction, key: readonly unknown[]): Promise<boolean> {
  const { rowCount } = await tx.query(
    `select from clearing.purchase_history where card_no = $1 and business_date = $2 and intake_id = $3 and record_index = $4
        and state = 'suspicious' and decided_by = 'rule'`,
    [...key],
  );
  return rowCount !== 0;
}
