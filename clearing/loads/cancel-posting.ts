import { createHash } from 'node:crypto';
import {
  type BusinessDate,
  type Fen,
  fen,
  instantOfCityDigits,
  type Principal,
  recordAct,
  type Transaction,
} from '@citycard/common';
import { raiseAlarm } from '../alarms/alarm.ts';
import { clearingErrors } from '../errors.ts';
import { currentBusinessDate } from '../ledger/business-day.ts';
import { type Leg, post, type Posting, postOrThrow } from '../ledger/posting.ts';
import { storeRecords } from '../intake/stored-record.ts';
import { encodePurchaseRecord, FLAG, purchaseContentSha256 } from '../purchases/purchase-record.ts';
import { REASON } from '../purchases/reason-codes.ts';
import { applicationSerial, type CardNo } from '../purses/card-number.ts';
import { findPurse } from '../purses/purse.ts';
import { cancellationErrors } from './cancel-errors.ts';
import { type Cancellation, type CancellationDebit, findCancellation } from './cancellation.ts';
import { findLoad } from './load.ts';
import { withLegs } from './resolution.ts';

/** What the holder is given on paper. */
export interface CancellationReceipt {
  readonly cardNo: CardNo;
  readonly loadId: bigint;
  readonly amountFen: Fen;
  readonly businessDate: BusinessDate;
  readonly postingKey: string;
  /**
   * The agent that took the cash gives it back: its prefund is restored by the same amount. Of a load at a counter of the company the
   * money is pending credit of the card again, and whoever completes it gives the cash out of the till.
   */
  readonly cashReturnedBy: string;
  readonly counter: string;
  readonly samNo: string;
  readonly samTransactionNo: number;
}

/**
 * The card has paid (its TAC was checked): the money goes from the purse to where the load took it from, in a posting linked
 * to the load's by its key, and the debit takes its place in the card's chain of offline counters. Once; again it answers the same receipt.
 *
 * The record of the debit is stored accepted, without a day of its own: such records are purchases to the chain and to the check for
 * duplicates, but nobody's sale, so no pricing, netting or batch total counts them. (terminal-interface.md §3, "Sameness")
 *
 * @throws CityCardError `clearing.cancellation.unknown`, `.debit-not-open`; `clearing.no-open-business-day`
 */
export async function completeCancellation(
  tx: Transaction,
  actor: Principal,
  cardNo: CardNo,
  loadId: bigint,
  proof: { readonly tac: Buffer; readonly recovered: boolean },
): Promise<CancellationReceipt> {
  const today = await currentBusinessDate(tx);
  await findPurse(tx, cardNo, { lock: true });
  const found = await findCancellation(tx, cardNo, loadId, { lock: true });
  if (found === undefined) throw cancellationErrors.unknown();
  if (found.debit === undefined) throw cancellationErrors.debitNotOpen();
  if (found.postedDate !== undefined) return receiptOf(tx, found, found.debit, found.postedDate);

  const { legs, postingKey } = await moneyBack(tx, found);
  const posting: Posting = { cardNo, key: `${postingKey}:cancelled`, reason: 'load cancelled at a counter', legs };
  await postToTheEnd(tx, today, posting);
  await storeDebit(tx, today, found, found.debit, proof);
  await tx.query(
    `update clearing.load_cancellation
        set state = 'posted', tac = $3, recovered = $4, posting_key = $5, posted_date = $6, posted_at = clock_timestamp()
      where card_no = $1 and load_id = $2`,
    [cardNo, loadId, proof.tac, proof.recovered, posting.key, today],
  );
  const receipt = await receiptOf(tx, { ...found, postingKey: posting.key }, found.debit, today);
  await recordAct(tx, actor, {
    act: 'cancel-load',
    subject: `load ${loadId}`,
    detail: { amountFen: found.amount, cashReturnedBy: receipt.cashReturnedBy, recovered: proof.recovered },
  });
  return receipt;
}

/** The legs of the load the other way round. */
async function moneyBack(
  tx: Transaction,
  { cardNo, loadId }: Cancellation,
): Promise<{ legs: Leg[]; postingKey: string }> {
  const load = await findLoad(tx, cardNo, loadId);
  const [sibling] = load === undefined ? [] : await withLegs(tx, [load]);
  if (load === undefined || sibling === undefined || sibling.legs.length === 0) throw cancellationErrors.loadUnknown();
  const legs = sibling.legs.map(({ debit, credit, amount }) => ({ debit: credit, credit: debit, amount }));
  return { legs, postingKey: load.postingKey };
}

/** The card has paid, so this is posted whatever the purse holds by now; a person looks at a purse it took below zero. */
async function postToTheEnd(tx: Transaction, date: BusinessDate, posting: Posting): Promise<void> {
  const [result] = await post(tx, date, [posting]);
  if (result?.outcome === 'posted') return;
  if (result?.outcome !== 'floor') throw clearingErrors.postingRefused({ key: posting.key, ...result });
  await postOrThrow(tx, date, [{ ...posting, ignoreFloor: true }]);
  await raiseAlarm(tx, {
    kind: 'load-cancellation-overdraws',
    severity: 'warning',
    subject: `card ${posting.cardNo ?? ''}`,
    evidence: { key: posting.key, amountFen: posting.legs[0]?.amount, account: result.account },
  });
}

async function storeDebit(
  tx: Transaction,
  date: BusinessDate,
  { cardNo, amount }: Cancellation,
  debit: CancellationDebit,
  proof: { readonly tac: Buffer; readonly recovered: boolean },
): Promise<void> {
  const purse = await findPurse(tx, cardNo);
  const tappedAt = instantOfCityDigits(debit.date, debit.time);
  if (purse === undefined || tappedAt === undefined) throw clearingErrors.purseUnknown();
  const raw = encodePurchaseRecord({
    flag: flagOf(proof),
    issuerCity: purse.issuerCity,
    applicationSerial: applicationSerial(cardNo),
    mainType: purse.mainType,
    subType: purse.subType,
    keyVersion: debit.keyVersion,
    algorithm: debit.algorithmByte,
    offlineCounter: debit.offlineCounter,
    balanceBeforeFen: debit.balanceBefore,
    amountFen: amount,
    samNo: debit.samNo,
    samTransactionNo: debit.samTransactionNo,
    tappedAt,
    tac: proof.tac,
  });
  const { rows } = await tx.query<{ intake_id: bigint }>(
    `insert into clearing.intake (source, participant_no, sha256, record_count, amount_fen, received_at, business_date)
     values ('cancellation', $1, $2, 1, $3, clock_timestamp(), $4) returning intake_id`,
    [debit.participantNo, createHash('sha256').update(raw).digest(), amount, date],
  );
  const intakeId = rows[0]?.intake_id;
  if (intakeId === undefined) throw new Error('the database stored an intake and did not say which');
  await storeRecords(tx, { intakeId, businessDate: date, participantNo: debit.participantNo }, [{ raw }]);
  await tx.query(
    `update clearing.purchase_record set state = 'accepted', detail = 'cancellation of a load', decided_at = clock_timestamp()
      where card_no = $1 and business_date = $2 and intake_id = $3 and record_index = 0`,
    [cardNo, date, intakeId],
  );
  await remember(tx, {
    cardNo,
    issuerCity: purse.issuerCity,
    debit,
    date,
    intakeId,
    content: purchaseContentSha256(raw),
  });
}

/** Gray when two people decided what the card could not prove. */
function flagOf({ tac, recovered }: { readonly tac: Buffer; readonly recovered: boolean }): number {
  if (tac.every((byte) => byte === 0)) return FLAG.gray;
  return recovered ? FLAG.recovered : FLAG.complete;
}

interface Remembered {
  readonly cardNo: CardNo;
  readonly issuerCity: string;
  readonly debit: CancellationDebit;
  readonly date: BusinessDate;
  readonly intakeId: bigint;
  readonly content: Buffer;
}

/** Takes the debit's place in the counter chain; what stood in doubt at that counter is refuted by it. */
async function remember(tx: Transaction, item: Remembered): Promise<void> {
  const { cardNo, issuerCity, debit, date, intakeId, content } = item;
  const columns = [
    cardNo,
    issuerCity,
    debit.offlineCounter,
    debit.samNo,
    debit.samTransactionNo,
    content,
    date,
    intakeId,
  ];
  const taken = await tx.query(
    `insert into clearing.purchase_identity
       (card_no, issuer_city, offline_counter, sam_no, sam_transaction_no, content_sha256, business_date, intake_id, record_index)
     values ($1, $2, $3, $4, $5, $6, $7, $8, 0) on conflict do nothing`,
    columns,
  );
  if (taken.rowCount === 0) {
    await tx.query(
      `insert into clearing.purchase_conflict
         (card_no, issuer_city, offline_counter, sam_no, sam_transaction_no, content_sha256, business_date, intake_id, record_index)
       values ($1, $2, $3, $4, $5, $6, $7, $8, 0)`,
      columns,
    );
    // Two right TACs at one counter: a cloned card, or a counter set back.
    const evidence = { intakeId, offlineCounter: debit.offlineCounter, samNo: debit.samNo };
    await raiseAlarm(tx, {
      kind: 'purchase-conflict',
      severity: 'warning',
      subject: `record 0 of intake ${intakeId}`,
      evidence,
    });
    return;
  }
  const refuted = await tx.query<{ business_date: string; intake_id: bigint; record_index: number }>(
    `update clearing.purchase_record set state = 'rejected', detail = $4, decided_at = clock_timestamp()
      where card_no = $1 and issuer_city = $2 and offline_counter = $3 and state = 'suspicious' and reason_code = '${REASON.gray}'
     returning business_date, intake_id, record_index`,
    [cardNo, issuerCity, debit.offlineCounter, 'the card paid for a cancelled load with this counter'],
  );
  for (const row of refuted.rows) {
    await tx.query(
      `insert into clearing.purchase_history (card_no, business_date, intake_id, record_index, changed_at, state, reason_code, detail, decided_by)
       values ($1, $2, $3, $4, clock_timestamp(), 'rejected', '${REASON.gray}', $5, 'cancellation')`,
      [
        cardNo,
        row.business_date,
        row.intake_id,
        row.record_index,
        'the card paid for a cancelled load with this counter',
      ],
    );
  }
}

async function receiptOf(
  tx: Transaction,
  cancellation: Cancellation,
  debit: CancellationDebit,
  date: BusinessDate,
): Promise<CancellationReceipt> {
  const { cardNo, loadId, amount, postingKey } = cancellation;
  const load = await findLoad(tx, cardNo, loadId);
  return {
    cardNo,
    loadId,
    amountFen: fen(amount),
    businessDate: date,
    postingKey: postingKey ?? '',
    cashReturnedBy: load?.identity.merchantNo ?? '',
    counter: debit.counter,
    samNo: debit.samNo,
    samTransactionNo: debit.samTransactionNo,
  };
}
