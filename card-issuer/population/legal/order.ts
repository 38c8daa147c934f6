import {
  approveAct,
  contentSha256,
  type Principal,
  proposeAct,
  recordAct,
  transact,
  type Transaction,
} from '@citycard/common';
import { issuerErrors } from '../../errors.ts';
import { logDisclosure } from '../../residents/disclosure-log.ts';
import { residentIdByNumber } from '../../residents/find.ts';
import type { PopulationDeps } from '../deps.ts';
import { populationErrors } from '../errors.ts';
import { holdsIdentityNumber } from '../free-text.ts';
import { freeze, unfreeze } from './freeze.ts';
import { holdResident } from './in-force.ts';
import { inquiryAnswer } from './inquiry.ts';

export type OrderKind = 'inquiry' | 'freeze' | 'unfreeze';

/** An order of a court or authority, as its document says. */
export interface NewOrder {
  readonly kind: OrderKind;
  readonly authority: string;
  readonly documentNo: string;
  /** Whom it concerns; of an unfreeze: the freeze it lifts. */
  readonly target: { readonly idNumber: string } | { readonly cardNo: string } | { readonly lifts: bigint };
}

export interface LegalOrder {
  readonly orderId: bigint;
  readonly kind: OrderKind;
  readonly authority: string;
  readonly documentNo: string;
  readonly state: 'proposed' | 'approved' | 'refused';
  readonly residentId: bigint | null;
  readonly lifts: bigint | null;
  readonly proposedBy: string;
  readonly proposedAt: Date;
  readonly approvedBy: string | null;
  readonly collectedAt: Date | null;
  readonly answerWaits: boolean;
}

interface StoredOrder extends LegalOrder {
  readonly approvalId: bigint;
  readonly sealedAnswer: Buffer | null;
}

const COLUMNS = `order_id as "orderId", kind, authority, document_no as "documentNo", state, resident_id as "residentId", lifts,
  proposed_by as "proposedBy", proposed_at as "proposedAt", approved_by as "approvedBy", collected_at as "collectedAt",
  sealed_answer is not null as "answerWaits"`;

/**
 * The first of two registrars enters an order. The same document again answers the same order. Looking the person up is
 * logged as a search.
 *
 * @throws card-issuer.population.order-exists, .order-unknown, .order-state, card-issuer.resident-unknown for a freeze of
 *   somebody we do not know, card-issuer.card-unknown
 */
export async function proposeOrder(
  deps: PopulationDeps,
  registrar: Principal,
  order: NewOrder,
): Promise<{ orderId: bigint; approvalId: bigint }> {
  const { kind, authority, documentNo } = order;
  if (holdsIdentityNumber(authority) || holdsIdentityNumber(documentNo)) throw populationErrors.documentNumber();
  const target = await targetOf(deps, order);
  if (target.residentId === undefined && kind === 'freeze') throw issuerErrors.residentUnknown();
  const content = { kind, authority, documentNo, residentId: target.residentId, lifts: target.lifts };
  return transact(deps.db, async (tx) => {
    const subject = `${authority} ${documentNo} ${kind}`;
    const inserted = await tx.query<{ order_id: bigint }>(
      `insert into issuer.legal_order (kind, authority, document_no, resident_id, lifts, content_sha256, proposed_by)
       values ($1, $2, $3, $4, $5, $6, $7) on conflict (authority, document_no, kind) do nothing returning order_id`,
      [
        kind,
        authority,
        documentNo,
        target.residentId ?? null,
        target.lifts ?? null,
        contentSha256(content),
        registrar.id,
      ],
    );
    const orderId = inserted.rows[0]?.order_id;
    if (orderId === undefined) return existingOrder(tx, order, content);
    const { approvalId } = await proposeAct(tx, registrar, { act: 'legal-order', subject, content });
    await tx.query('update issuer.legal_order set approval_id = $2 where order_id = $1', [orderId, approvalId]);
    await logDisclosure(tx, registrar, {
      kind: 'search',
      purpose: purposeOf(order),
      items: [],
      residentIds: target.residentId === undefined ? [] : [target.residentId],
    });
    return { orderId, approvalId };
  });
}

/**
 * The second registrar: an inquiry's answer is gathered and sealed, a freeze closes the person's cards, an unfreeze opens
 * them again. Approving again changes nothing.
 *
 * @throws card-issuer.population.order-unknown, .order-state, .nothing-frozen, identity.same-person
 */
export async function approveOrder(deps: PopulationDeps, registrar: Principal, orderId: bigint): Promise<LegalOrder> {
  await deps.protection.prepare();
  return transact(deps.db, async (tx) => {
    const order = await lockOrder(tx, orderId);
    if (order.state === 'refused') throw populationErrors.orderState({ orderId, state: order.state, step: 'approval' });
    const { kind, authority, documentNo, residentId, lifts } = order;
    const content = { kind, authority, documentNo, residentId: residentId ?? undefined, lifts: lifts ?? undefined };
    const { checker } = await approveAct(tx, registrar, order.approvalId, content);
    if (order.state === 'approved') return withoutAnswer(order);
    const reason = `${authority} ${documentNo}`;
    const detail = await carryOut(tx, deps, registrar, order, reason);
    await tx.query(
      `update issuer.legal_order set state = 'approved', approved_by = $2, approved_at = now() where order_id = $1`,
      [orderId, checker],
    );
    await recordAct(tx, registrar, { act: `legal-order.${kind}`, subject: `order ${orderId}`, detail });
    return withoutAnswer(await lockOrder(tx, orderId));
  });
}

/** Another registrar finds that the document does not carry the order. @throws .order-unknown, .order-state */
export async function refuseOrder(deps: PopulationDeps, registrar: Principal, orderId: bigint): Promise<void> {
  await transact(deps.db, async (tx) => {
    const order = await lockOrder(tx, orderId);
    if (order.state === 'refused') return;
    if (order.state !== 'proposed' || order.proposedBy === registrar.id)
      throw populationErrors.orderState({ orderId, state: order.state, step: 'refusal by its proposer or later' });
    await tx.query(
      `update issuer.legal_order set state = 'refused', approved_by = $2, approved_at = now() where order_id = $1`,
      [orderId, registrar.id],
    );
    await recordAct(tx, registrar, { act: 'legal-order.refuse', subject: `order ${orderId}` });
  });
}

/**
 * Gives the answer of an inquiry out, once; afterwards it is nowhere any more.
 *
 * @throws card-issuer.population.order-unknown, .order-state, .answer-collected
 */
export async function collectAnswer(deps: PopulationDeps, registrar: Principal, orderId: bigint): Promise<unknown> {
  await deps.protection.prepare();
  return transact(deps.db, async (tx) => {
    const order = await lockOrder(tx, orderId);
    if (order.collectedAt !== null)
      throw populationErrors.answerCollected({ orderId, at: order.collectedAt.toISOString() });
    if (order.sealedAnswer === null)
      throw populationErrors.orderState({ orderId, state: order.state, step: 'collection' });
    const answer = await deps.protection.open(answerContext(orderId), order.sealedAnswer);
    await tx.query(
      `update issuer.legal_order set sealed_answer = null, collected_by = $2, collected_at = now() where order_id = $1`,
      [orderId, registrar.id],
    );
    await recordAct(tx, registrar, { act: 'legal-order.collect', subject: `order ${orderId}` });
    return JSON.parse(answer.toString()) as unknown;
  });
}

/** Orders, newest first. */
export async function listOrders(deps: Pick<PopulationDeps, 'db'>, limit = 100): Promise<LegalOrder[]> {
  const { rows } = await deps.db.query<LegalOrder>(
    `select ${COLUMNS} from issuer.legal_order order by order_id desc limit $1`,
    [limit],
  );
  return rows;
}

async function carryOut(
  tx: Transaction,
  deps: PopulationDeps,
  registrar: Principal,
  { orderId, kind, residentId, lifts }: StoredOrder,
  reason: string,
): Promise<{ cards: number }> {
  if (kind !== 'inquiry') {
    if (residentId === null) throw issuerErrors.residentUnknown();
    return {
      cards:
        kind === 'freeze'
          ? await freeze(tx, registrar, { orderId, residentId, reason })
          : await unfreeze(tx, registrar, { orderId, residentId, lifts: lifts ?? 0n, reason }),
    };
  }
  // Who was merged since the order was entered is asked about as the person it turned out to be.
  const asked = residentId === null ? null : await holdResident(tx, residentId, 'share');
  const answer = await inquiryAnswer(tx, deps, registrar, { residentId: asked, reason });
  const sealed = await deps.protection.seal(answerContext(orderId), Buffer.from(JSON.stringify(answer)));
  await tx.query('update issuer.legal_order set sealed_answer = $2 where order_id = $1', [orderId, sealed]);
  return { cards: answer.cards.length };
}

async function targetOf(
  deps: PopulationDeps,
  { kind, target }: NewOrder,
): Promise<{ residentId?: bigint; lifts?: bigint }> {
  if ('lifts' in target) {
    const { rows } = await deps.db.query<{ kind: OrderKind; state: string; resident_id: bigint | null }>(
      'select kind, state, resident_id from issuer.legal_order where order_id = $1',
      [target.lifts],
    );
    const lifted = rows[0];
    if (lifted === undefined || lifted.kind !== 'freeze' || kind !== 'unfreeze')
      throw populationErrors.orderUnknown({ orderId: target.lifts });
    if (lifted.state !== 'approved' || lifted.resident_id === null)
      throw populationErrors.orderState({ orderId: target.lifts, state: lifted.state, step: 'unfreezing' });
    return { residentId: lifted.resident_id, lifts: target.lifts };
  }
  if (kind === 'unfreeze') throw populationErrors.orderUnknown({ orderId: 'to lift' });
  if ('idNumber' in target) {
    const residentId = await residentIdByNumber(deps, target.idNumber);
    return residentId === undefined ? {} : { residentId };
  }
  const { rows } = await deps.db.query<{ resident_id: bigint | null }>(
    'select resident_id from issuer.card where card_no = $1',
    [target.cardNo],
  );
  if (rows[0] === undefined) throw issuerErrors.cardUnknown();
  return rows[0].resident_id === null ? {} : { residentId: rows[0].resident_id };
}

async function existingOrder(
  tx: Transaction,
  { kind, authority, documentNo }: NewOrder,
  content: unknown,
): Promise<{ orderId: bigint; approvalId: bigint }> {
  const { rows } = await tx.query<{ order_id: bigint; approval_id: bigint; content_sha256: Buffer }>(
    `select order_id, approval_id, content_sha256 from issuer.legal_order
      where authority = $1 and document_no = $2 and kind = $3`,
    [authority, documentNo, kind],
  );
  const order = rows[0];
  if (order === undefined) throw new Error('an order that is in the way cannot be found');
  if (!order.content_sha256.equals(contentSha256(content)))
    throw populationErrors.orderExists({ documentNo, authority, orderId: order.order_id });
  return { orderId: order.order_id, approvalId: order.approval_id };
}

async function lockOrder(tx: Transaction, orderId: bigint): Promise<StoredOrder> {
  const { rows } = await tx.query<StoredOrder>(
    `select ${COLUMNS}, approval_id as "approvalId", sealed_answer as "sealedAnswer"
       from issuer.legal_order where order_id = $1 for update`,
    [orderId],
  );
  if (rows[0] === undefined) throw populationErrors.orderUnknown({ orderId });
  return rows[0];
}

function withoutAnswer({ approvalId: _approval, sealedAnswer: _answer, ...order }: StoredOrder): LegalOrder {
  return order;
}

const answerContext = (orderId: bigint): string => `answer to legal order ${orderId}`;
const purposeOf = ({ kind, authority, documentNo }: NewOrder): string => `legal ${kind}: ${authority} ${documentNo}`;
