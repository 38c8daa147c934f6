import {
  cardNo as cardNoOf,
  decideUndecidedLoad,
  openCardAccounts,
  type Posting,
  voidUndecidedLoad,
} from '@citycard/clearing';
import {
  approveAct,
  type BusinessDate,
  type Fen,
  fen,
  fenToNumber,
  type Principal,
  proposeAct,
  recordAct,
  type Transaction,
} from '@citycard/common';
import { driftOfCard } from '../cards/drift.ts';
import { endDifferences } from '../differences/index.ts';
import { closeIfNothingIsOpen } from './compare.ts';
import { agentErrors } from './errors.ts';

/**
 * What can be done about a line (domain.md B.7). `confirm-ours`: our gray load is on the card. `void-ours`: it is not. `make-up-ours`:
 * the agent took the money, so it waits for the card as pending credit, out of the agent's prefund. `make-up-theirs`: the agent adds it
 * to its books. `cancel-ours`: the card itself shows that it never got the load, so the purse gives it back to the agent's prefund.
 * `cancel-theirs`: the agent takes it out of its books and gives the money back.
 */
export const AGENT_ACTIONS = [
  'confirm-ours',
  'void-ours',
  'make-up-ours',
  'make-up-theirs',
  'cancel-ours',
  'cancel-theirs',
] as const;
export type AgentAction = (typeof AGENT_ACTIONS)[number];

/** What the card's key has proved is not taken back, unless the card itself says later that it is not there. */
const FITTING: Readonly<Record<string, readonly AgentAction[]>> = {
  'only-ours': ['make-up-theirs', 'cancel-ours'],
  'cancelled-theirs': ['make-up-theirs', 'cancel-ours'],
  'only-theirs': ['make-up-ours', 'cancel-theirs'],
  'cancelled-ours': ['cancel-theirs', 'make-up-ours'],
  amount: ['make-up-theirs'],
  duplicate: ['cancel-theirs'],
  'in-doubt': ['confirm-ours', 'void-ours'],
};

export interface ActionTerms {
  readonly action: AgentAction;
  /** Why, and where it is seen. No personal data. */
  readonly reason: string;
}

interface OpenLine {
  readonly differenceNo: bigint;
  readonly participantNo: string;
  readonly date: BusinessDate;
  readonly kind: string;
  readonly version: number;
  readonly subjectKey: string;
  readonly cardNo: string;
  readonly loadId: bigint | undefined;
  readonly amount: Fen;
}

const ACT = 'agent-line';

const contentOf = (line: OpenLine, { action, reason }: ActionTerms) => ({
  differenceNo: line.differenceNo.toString(),
  version: line.version,
  action,
  reason,
  amountFen: fenToNumber(line.amount),
});

/** Proposes what is done about an open line. @throws `reconciliation.agents.difference-unknown`, `.action-unfit` */
export async function proposeAction(
  tx: Transaction,
  maker: Principal,
  differenceNo: bigint,
  terms: ActionTerms,
): Promise<{ approvalId: bigint }> {
  const line = await lockLine(tx, differenceNo);
  const fitting = FITTING[line.kind] ?? [];
  const { action, reason } = terms;
  if (!fitting.includes(action))
    throw agentErrors.actionUnfit({
      kind: line.kind,
      action,
      fitting: fitting.join(' or ') || 'a decision of two persons',
    });
  const content = contentOf(line, terms);
  const proposal = await proposeAct(tx, maker, { act: ACT, subject: `difference ${differenceNo}`, content });
  await tx.query(
    `insert into reconciliation.agent_action (difference_no, participant_no, city_date, action, amount_fen, reason, proposed_by, approval_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (difference_no) do update set action = excluded.action, amount_fen = excluded.amount_fen, reason = excluded.reason,
       proposed_by = excluded.proposed_by, approval_id = excluded.approval_id where agent_action.done_at is null`,
    [differenceNo, line.participantNo, line.date, action, line.amount, reason, maker.id, proposal.approvalId],
  );
  await recordAct(tx, maker, { act: `propose-${ACT}`, subject: `difference ${differenceNo}`, detail: { action } });
  return proposal;
}

/**
 * The second person agrees: our books follow at once, the difference ends with both names, and the file is closed when it was the
 * last.
 *
 * @throws `reconciliation.agents.difference-unknown`, `.action-unknown`, `.changed-since`, `identity.same-person`, `clearing.load-decided`,
 * `reconciliation.agents.card-has-it`, `clearing.posting-refused` when the agent's prefund does not hold it
 */
export async function approveAction(
  tx: Transaction,
  checker: Principal,
  differenceNo: bigint,
): Promise<{ action: AgentAction; closed: boolean; postingKey?: string }> {
  const line = await lockLine(tx, differenceNo);
  const { rows } = await tx.query<{ action: AgentAction; reason: string; amount_fen: Fen; approval_id: bigint }>(
    'select action, reason, amount_fen, approval_id from reconciliation.agent_action where difference_no = $1 and done_at is null',
    [differenceNo],
  );
  const [proposed] = rows;
  if (proposed === undefined) throw agentErrors.actionUnknown({ differenceNo });
  if (proposed.amount_fen !== line.amount) throw agentErrors.changedSince({ differenceNo });
  const { action, reason } = proposed;
  const people = await approveAct(tx, checker, proposed.approval_id, contentOf(line, { action, reason }));
  const posting = await carryOut(tx, line, action);
  const { participantNo, date, subjectKey, kind } = line;
  await endDifferences(
    tx,
    [{ counterpartKind: 'agent', counterpart: participantNo, businessDay: date, subjectKey, kind }],
    {
      by: 'rule',
      reason: `${action} by ${people.maker} and ${people.checker}: ${reason}`,
      ...(posting !== undefined && { posting }),
    },
  );
  await tx.query(
    `update reconciliation.agent_action set approved_by = $2, posting_key = $3, done_at = clock_timestamp() where difference_no = $1`,
    [differenceNo, people.checker, posting?.key ?? null],
  );
  await recordAct(tx, checker, { act: `approve-${ACT}`, subject: `difference ${differenceNo}`, detail: { action } });
  const closed = await closeIfNothingIsOpen(tx, participantNo, date);
  return { action, closed, ...(posting !== undefined && { postingKey: posting.key }) };
}

/** What our side has to do; a posting is left to the end of the difference. */
async function carryOut(tx: Transaction, line: OpenLine, action: AgentAction): Promise<Posting | undefined> {
  const { participantNo, loadId, amount, differenceNo } = line;
  if (action === 'confirm-ours' || action === 'void-ours') {
    if (loadId === undefined) throw agentErrors.differenceUnknown({ differenceNo });
    const decide = action === 'confirm-ours' ? decideUndecidedLoad : voidUndecidedLoad;
    await decide(tx, cardNoOf(line.cardNo), loadId);
  }
  if (action === 'cancel-ours') return takenBack(tx, line);
  if (action !== 'make-up-ours') return undefined;
  const card = cardNoOf(line.cardNo);
  const known = await tx.query('select from clearing.purse where card_no = $1', [card]);
  if (known.rowCount === 1) await openCardAccounts(tx, card);
  return {
    cardNo: card,
    key: `difference:${differenceNo}`,
    reason: `load at agent ${participantNo} made up after its day file`,
    legs: [{ debit: `agent-prefund:${participantNo}`, credit: 'pending-credit', amount }],
  };
}

/** What the card said last is less than its purse by the load at least, and nothing else explains it: the load is not on the card. */
async function takenBack(tx: Transaction, { cardNo, amount, differenceNo, participantNo }: OpenLine): Promise<Posting> {
  const drift = await driftOfCard(tx, cardNo);
  if (drift === undefined || drift.unexplained < amount)
    throw agentErrors.cardHasIt({ differenceNo, unexplainedFen: drift?.unexplained ?? 0n });
  return {
    cardNo: cardNoOf(cardNo),
    key: `difference:${differenceNo}`,
    reason: `load at agent ${participantNo} that never came to the card`,
    legs: [{ debit: 'purse', credit: `agent-prefund:${participantNo}`, amount }],
  };
}

async function lockLine(tx: Transaction, differenceNo: bigint): Promise<OpenLine> {
  const { rows } = await tx.query<{
    counterpart: string;
    business_day: BusinessDate;
    subject_key: string;
    kind: string;
    version: number;
    ours_fen: bigint | null;
    theirs_fen: bigint | null;
    evidence: Readonly<Record<string, unknown>>;
  }>(
    `select counterpart, business_day, subject_key, kind, version, ours_fen, theirs_fen, evidence from reconciliation.difference
      where difference_no = $1 and counterpart_kind = 'agent' and state = 'open' and starts_with(subject_key, 'load ') for update`,
    [differenceNo],
  );
  const [row] = rows;
  if (row === undefined) throw agentErrors.differenceUnknown({ differenceNo });
  const { cardNo, loadId } = row.evidence;
  const ofTheirs = row.kind === 'only-theirs' || row.kind === 'duplicate' || row.kind === 'cancelled-ours';
  const amount = ofTheirs ? (row.theirs_fen ?? row.ours_fen) : (row.ours_fen ?? row.theirs_fen);
  return {
    differenceNo,
    participantNo: row.counterpart,
    date: row.business_day,
    kind: row.kind,
    version: row.version,
    subjectKey: row.subject_key,
    cardNo: typeof cardNo === 'string' ? cardNo : '',
    loadId: typeof loadId === 'string' ? BigInt(loadId) : undefined,
    amount: fen(amount ?? 0n),
  };
}
