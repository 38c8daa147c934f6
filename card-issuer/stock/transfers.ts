import { type Database, type Principal, recordAct, type Transaction } from '@citycard/common';
import { stockErrors } from './errors.ts';
import { bookMovements } from './movements.ts';

/** Blanks on their way from one person to another. */
export interface Transfer {
  readonly transferId: bigint;
  readonly documentNo: string;
  readonly chipKind: string;
  readonly from: string;
  readonly to: string;
  readonly quantity: number;
  readonly reason?: string;
  readonly state: 'handed-over' | 'received' | 'taken-back';
  readonly handedBy: string;
  readonly handedAt: Date;
  readonly counted?: number;
  readonly receivedBy?: string;
  readonly receivedAt?: Date;
}

interface TransferRow {
  readonly transfer_id: bigint;
  readonly document_no: string;
  readonly chip_kind: string;
  readonly from_location: string;
  readonly to_location: string;
  readonly quantity: number;
  readonly reason: string | null;
  readonly state: Transfer['state'];
  readonly handed_by: string;
  readonly handed_at: Date;
  readonly counted: number | null;
  readonly received_by: string | null;
  readonly received_at: Date | null;
}

/** Where blanks come from; they are booked when they have been counted. */
export const SUPPLIER = 'supplier';
const TRANSIT = 'transit';

/** From where and to where people move blanks: from a store or the supplier to a store, back to the supplier, or away as spoiled. */
const WRITTEN_OFF = ['spoiled', 'returned', 'reject'];

/**
 * Hands blanks over: the delivery note of a supplier, a box from the vault to the bureau, spoiled blanks to be written off.
 * A second person counts and receives them. Saying the same document again changes nothing.
 *
 * @throws card-issuer.stock.location-unknown, .chip-kind-unknown, .document-taken, .not-enough, .reason-missing
 */
export async function handOver(
  tx: Transaction,
  keeper: Principal,
  order: { documentNo: string; chipKind: string; from: string; to: string; quantity: number; reason?: string },
): Promise<Transfer> {
  const { documentNo, chipKind, from, to, quantity, reason } = order;
  await requirePlaces(tx, from, to);
  await requireChipKind(tx, chipKind);
  if (WRITTEN_OFF.includes(to) && reason === undefined) throw stockErrors.reasonMissing();
  const { rows } = await tx.query<TransferRow>(
    `insert into issuer.stock_transfer (document_no, chip_kind, from_location, to_location, quantity, reason, handed_by)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict (document_no) do nothing returning *`,
    [documentNo, chipKind, from, to, quantity, reason ?? null, keeper.id],
  );
  const [row] = rows;
  if (row === undefined) return repeated(tx, keeper, order);
  const transfer = transferOf(row);
  if (from !== SUPPLIER) {
    await bookMovements(tx, [
      { chipKind, from, to: TRANSIT, quantity, kind: 'hand-over', ...doneFor(transfer, keeper) },
    ]);
  }
  await recordAct(tx, keeper, { act: 'hand-over-blanks', subject: `transfer ${transfer.transferId}`, detail: order });
  return transfer;
}

async function repeated(tx: Transaction, keeper: Principal, order: Parameters<typeof handOver>[2]): Promise<Transfer> {
  const { rows } = await tx.query<TransferRow>('select * from issuer.stock_transfer where document_no = $1', [
    order.documentNo,
  ]);
  const known = rows[0] && transferOf(rows[0]);
  const same =
    known?.handedBy === keeper.id &&
    known.chipKind === order.chipKind &&
    known.from === order.from &&
    known.to === order.to &&
    known.quantity === order.quantity &&
    known.reason === order.reason;
  if (!same) throw stockErrors.documentTaken({ documentNo: order.documentNo });
  return known;
}

/**
 * Receives what another person handed over, after counting it. A supplier's delivery is booked as counted, whatever its
 * note says, and the difference stays on the transfer; between our own places the count must be the slip's.
 *
 * @throws card-issuer.stock.transfer-unknown, .transfer-done, .second-person-needed, .count-differs
 */
export async function receive(
  tx: Transaction,
  keeper: Principal,
  transferId: bigint,
  counted: number,
): Promise<Transfer> {
  const transfer = await lockTransfer(tx, transferId);
  if (transfer.state === 'received' && transfer.receivedBy === keeper.id && transfer.counted === counted)
    return transfer;
  if (transfer.state !== 'handed-over') throw stockErrors.transferDone({ state: transfer.state });
  if (transfer.handedBy === keeper.id) throw stockErrors.secondPersonNeeded();
  const { chipKind, from, to, quantity } = transfer;
  if (from !== SUPPLIER && counted !== quantity) throw stockErrors.countDiffers({ quantity, counted });
  const { rows } = await tx.query<TransferRow>(
    `update issuer.stock_transfer set state = 'received', counted = $2, received_by = $3, received_at = now()
      where transfer_id = $1 returning *`,
    [transferId, counted, keeper.id],
  );
  const booked =
    from === SUPPLIER ? ({ from, kind: 'delivery' } as const) : ({ from: TRANSIT, kind: 'receipt' } as const);
  if (counted > 0) {
    await bookMovements(tx, [{ ...booked, chipKind, to, quantity: counted, ...doneFor(transfer, keeper) }]);
  }
  await recordAct(tx, keeper, {
    act: 'receive-blanks',
    subject: `transfer ${transferId}`,
    detail: { quantity, counted },
  });
  return rows[0] === undefined ? transfer : transferOf(rows[0]);
}

/** The person who handed over has it back: nobody received it. @throws as `receive`, and .handed-by-another */
export async function takeBack(tx: Transaction, keeper: Principal, transferId: bigint): Promise<Transfer> {
  const transfer = await lockTransfer(tx, transferId);
  if (transfer.handedBy !== keeper.id) throw stockErrors.handedByAnother();
  if (transfer.state === 'taken-back') return transfer;
  if (transfer.state !== 'handed-over') throw stockErrors.transferDone({ state: transfer.state });
  const { chipKind, from: to, quantity } = transfer;
  const { rows } = await tx.query<TransferRow>(
    `update issuer.stock_transfer set state = 'taken-back' where transfer_id = $1 returning *`,
    [transferId],
  );
  if (to !== SUPPLIER) {
    await bookMovements(tx, [
      { chipKind, from: TRANSIT, to, quantity, kind: 'take-back', ...doneFor(transfer, keeper) },
    ]);
  }
  await recordAct(tx, keeper, { act: 'take-back-blanks', subject: `transfer ${transferId}` });
  return rows[0] === undefined ? transfer : transferOf(rows[0]);
}

/** Hand-overs, newest first; those still on their way only, when asked. */
export async function listTransfers(db: Database, options: { open: boolean; limit: number }): Promise<Transfer[]> {
  const { rows } = await db.query<TransferRow>(
    `select * from issuer.stock_transfer where not $1 or state = 'handed-over' order by transfer_id desc limit $2`,
    [options.open, options.limit],
  );
  return rows.map(transferOf);
}

async function lockTransfer(tx: Transaction, transferId: bigint): Promise<Transfer> {
  const { rows } = await tx.query<TransferRow>(
    'select * from issuer.stock_transfer where transfer_id = $1 for update',
    [transferId],
  );
  if (rows[0] === undefined) throw stockErrors.transferUnknown();
  return transferOf(rows[0]);
}

async function requirePlaces(tx: Transaction, from: string, to: string): Promise<void> {
  const { rows } = await tx.query<{ location: string; kind: string }>(
    'select location, kind from issuer.stock_location where location = any($1)',
    [[from, to]],
  );
  const kinds = new Map(rows.map((row) => [row.location, row.kind]));
  if (from !== SUPPLIER && kinds.get(from) !== 'store') throw stockErrors.locationUnknown({ location: from });
  const away = from !== SUPPLIER && WRITTEN_OFF.includes(to);
  if (from === to || (kinds.get(to) !== 'store' && !away)) throw stockErrors.locationUnknown({ location: to });
}

async function requireChipKind(tx: Transaction, chipKind: string): Promise<void> {
  const { rowCount } = await tx.query(
    `select from issuer.product_version where document ->> 'chipKind' = $1 and approved_by is not null limit 1`,
    [chipKind],
  );
  if (rowCount === 0) throw stockErrors.chipKindUnknown({ chipKind });
}

const doneFor = ({ transferId }: Transfer, keeper: Principal) => ({
  reference: `transfer ${transferId}`,
  doneBy: keeper.id,
});

function transferOf(row: TransferRow): Transfer {
  return {
    transferId: row.transfer_id,
    documentNo: row.document_no,
    chipKind: row.chip_kind,
    from: row.from_location,
    to: row.to_location,
    quantity: row.quantity,
    ...(row.reason === null ? {} : { reason: row.reason }),
    state: row.state,
    handedBy: row.handed_by,
    handedAt: row.handed_at,
    ...(row.counted === null ? {} : { counted: row.counted }),
    ...(row.received_by === null ? {} : { receivedBy: row.received_by }),
    ...(row.received_at === null ? {} : { receivedAt: row.received_at }),
  };
}
