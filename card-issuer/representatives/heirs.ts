import {
  approveAct,
  contentSha256,
  type Fen,
  fen,
  type Principal,
  proposeAct,
  recordAct,
  transact,
  type Transaction,
} from '@citycard/common';
import { payReturned, returnCard } from '../counter/return.ts';
import { issuerErrors } from '../errors.ts';
import type { ResidentDeps } from '../residents/index.ts';
import { representativeErrors } from './errors.ts';

/** Papers by which heirs show that they are. */
export const HEIR_PAPERS = ['inheritance-certificate', 'court-judgment', 'heirs-agreement'] as const;

export interface HeirClaim {
  readonly cardNo: string;
  readonly paper: (typeof HEIR_PAPERS)[number];
  readonly paperReference: string;
  /** Who is paid, as the paper says it. */
  readonly heirs: readonly { readonly name: string; readonly documentNo: string }[];
  /** They bring the card: its deposit is theirs as well. */
  readonly cardHandedIn: boolean;
}

const ACT = 'pay-heirs';

/**
 * One person has seen the papers of the heirs of a deceased holder: proposes to pay them what the card holds. The claim is sealed; what
 * is signed is its digest.
 *
 * @throws card-issuer.card-unknown, card-issuer.representatives.card-has-no-holder, holder-lives, payment-approved
 */
export async function proposeHeirPayment(
  deps: ResidentDeps,
  clerk: Principal,
  claim: HeirClaim,
): Promise<{ approvalId: bigint }> {
  const { db, protection } = deps;
  const sealed = await protection.seal(contextOf(claim.cardNo), Buffer.from(JSON.stringify(claim)));
  const content = await contentOf(deps, claim);
  return transact(db, async (tx) => {
    const residentId = await deceasedHolder(tx, claim.cardNo);
    const approved = await tx.query('select from issuer.heir_payment where card_no = $1 and approved_by is not null', [
      claim.cardNo,
    ]);
    if (approved.rowCount !== 0) throw representativeErrors.paymentApproved();
    const subject = `card ${claim.cardNo}`;
    const { approvalId } = await proposeAct(tx, clerk, { act: ACT, subject, content });
    await tx.query(
      `insert into issuer.heir_payment (approval_id, card_no, resident_id, document_kind, sealed, card_handed_in, proposed_by)
       select id, $2, $3, $4, $5, $6, maker from platform.approval where id = $1 on conflict (approval_id) do nothing`,
      [approvalId, claim.cardNo, residentId, claim.paper, sealed, claim.cardHandedIn],
    );
    await recordAct(tx, clerk, {
      act: 'propose-heir-payment',
      subject,
      detail: { paper: claim.paper, heirs: claim.heirs.length },
    });
    return { approvalId };
  });
}

/**
 * A second person has seen the same papers and enters them again; whatever differs is refused. Approving again changes nothing.
 *
 * @throws card-issuer.representatives.payment-unknown, payment-approved; identity.same-person, identity.content-differs
 */
export async function approveHeirPayment(
  deps: ResidentDeps,
  checker: Principal,
  approvalId: bigint,
  claim: HeirClaim,
): Promise<void> {
  const content = await contentOf(deps, claim);
  await transact(deps.db, async (tx) => {
    const { rows } = await tx.query<{ card_no: string }>(
      'select card_no from issuer.heir_payment where approval_id = $1 for update',
      [approvalId],
    );
    const [row] = rows;
    if (row === undefined) throw representativeErrors.paymentUnknown();
    await deceasedHolder(tx, row.card_no);
    const approval = await approveAct(tx, checker, approvalId, content);
    const other = await tx.query(
      'select from issuer.heir_payment where card_no = $1 and approved_by is not null and approval_id <> $2',
      [row.card_no, approvalId],
    );
    if (other.rowCount !== 0) throw representativeErrors.paymentApproved();
    const approved = await tx.query(
      `update issuer.heir_payment set approved_by = $2, approved_at = clock_timestamp() where approval_id = $1 and approved_by is null`,
      [approvalId, approval.checker],
    );
    if (approved.rowCount === 1)
      await recordAct(tx, checker, { act: ACT, subject: `card ${row.card_no}`, detail: { approvalId } });
  });
}

/** What is signed: a digest of the claim under the key in the HSM, so that the register of approvals betrays nobody. */
async function contentOf({ protection }: ResidentDeps, claim: HeirClaim): Promise<Record<string, unknown>> {
  const [index] = await protection.blindIndexes([{ kind: 'heir-claim', value: contentSha256(claim).toString('hex') }]);
  return { cardNo: claim.cardNo, claim: index?.toString('hex') };
}

/**
 * Pays the heirs in cash out of the clerk's shift: the first call gives the card up and pays what can be paid at once, the deposit of a card
 * that was handed in among it; the balance follows by a later call, when its waiting period is over.
 *
 * @returns what was paid now, and since when the rest waits
 * @throws card-issuer.representatives.payment-unknown, payment-not-approved and those of `returnCard` and `payReturned`
 */
export async function payHeirs(
  tx: Transaction,
  clerk: Principal,
  approvalId: bigint,
  shiftId: bigint,
): Promise<{ paidFen: Fen; balanceDueOn?: string }> {
  const { rows } = await tx.query<{
    card_no: string;
    approved_by: string | null;
    returned_at: Date | null;
    card_handed_in: boolean;
  }>(
    'select card_no, approved_by, returned_at, card_handed_in from issuer.heir_payment where approval_id = $1 for update',
    [approvalId],
  );
  const [row] = rows;
  if (row === undefined) throw representativeErrors.paymentUnknown();
  if (row.approved_by === null) throw representativeErrors.paymentNotApproved();
  await deceasedHolder(tx, row.card_no);
  const order = { cardNo: row.card_no, shiftId, recipient: 'heirs' } as const;
  const paid =
    row.returned_at === null
      ? await giveUp(tx, clerk, { ...order, cardHandedIn: row.card_handed_in })
      : await payReturned(tx, clerk, order);
  await tx.query(
    `update issuer.heir_payment set returned_at = coalesce(returned_at, clock_timestamp()), paid_fen = paid_fen + $2 where approval_id = $1`,
    [approvalId, paid.paidFen],
  );
  const subject = `card ${row.card_no}`;
  await recordAct(tx, clerk, { act: 'heirs-paid', subject, detail: { approvalId, paidFen: paid.paidFen } });
  return paid;
}

async function giveUp(
  tx: Transaction,
  clerk: Principal,
  order: {
    readonly cardNo: string;
    readonly shiftId: bigint;
    readonly recipient: 'heirs';
    readonly cardHandedIn: boolean;
  },
): Promise<{ paidFen: Fen; balanceDueOn?: string }> {
  const { paidFen, balance } = await returnCard(tx, clerk, { ...order, damaged: false });
  return { paidFen: fen(paidFen), ...(balance.dueOn !== undefined && { balanceDueOn: String(balance.dueOn) }) };
}

async function deceasedHolder(tx: Transaction, cardNo: string): Promise<bigint> {
  const { rows } = await tx.query<{ resident_id: bigint | null; state: string | null }>(
    'select c.resident_id, r.state from issuer.card c left join issuer.resident r using (resident_id) where c.card_no = $1',
    [cardNo],
  );
  const [card] = rows;
  if (card === undefined) throw issuerErrors.cardUnknown();
  if (card.resident_id === null) throw representativeErrors.cardHasNoHolder();
  if (card.state !== 'deceased') throw representativeErrors.holderLives();
  return card.resident_id;
}

const contextOf = (cardNo: string): string => `heirs of card ${cardNo}`;
