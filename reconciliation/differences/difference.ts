import { type BusinessDate, type Fen, fenToNumber } from '@citycard/common';

/** With whom we can disagree. */
export const COUNTERPART_KINDS = ['city', 'bank', 'operator', 'agent', 'biller', 'card'] as const;
export type CounterpartKind = (typeof COUNTERPART_KINDS)[number];

/** Whose work a kind of difference may be. */
export const OWNER_ROLES = ['finance-maker', 'finance-checker', 'platform', 'clerk'] as const;

/** Kinds every counterpart may have; those who reconcile add kinds of their own, in small letters and hyphens. */
export type DifferenceKind =
  'only-ours' | 'only-theirs' | 'amount' | 'duplicate' | 'late' | 'in-doubt' | (string & { readonly other?: never });

/** What names a difference: found again, it is the same one. */
export interface DifferenceKey {
  readonly counterpartKind: CounterpartKind;
  /** Participant number; of the bank the account number; of a card its number. */
  readonly counterpart: string;
  readonly businessDay: BusinessDate;
  /** What it is about, in words both sides use: a record, an entry, a file, a terminal. At most 200 characters. */
  readonly subjectKey: string;
  readonly kind: DifferenceKind;
}

/** A difference as it was found. */
export interface FoundDifference extends DifferenceKey {
  readonly ours?: Fen;
  readonly theirs?: Fen;
  /** Where it is seen: file names, record numbers, hashes. No personal data, nothing that changes by itself from day to day. */
  readonly evidence: Readonly<Record<string, unknown>>;
}

/** A difference as it stands. */
export interface Difference extends FoundDifference {
  readonly differenceNo: bigint;
  readonly occurrence: number;
  readonly foundOn: BusinessDate;
  readonly dueOn: BusinessDate;
  readonly ownerRole: string;
  readonly owner?: string;
  readonly version: number;
  readonly state: 'open' | 'ended';
  readonly endedOn?: BusinessDate;
  /** The missing side came, a rule decided, or two persons did. */
  readonly endedBy?: 'match' | 'rule' | 'people';
  readonly reason?: string;
  readonly postingKey?: string;
  readonly adjusted?: Fen;
  readonly decidedBy?: string;
  readonly approvedBy?: string;
}

export interface DifferenceRow {
  difference_no: bigint;
  counterpart_kind: CounterpartKind;
  counterpart: string;
  business_day: BusinessDate;
  subject_key: string;
  kind: string;
  occurrence: number;
  ours_fen: Fen | null;
  theirs_fen: Fen | null;
  evidence: Record<string, unknown>;
  found_on: BusinessDate;
  due_on: BusinessDate;
  owner_role: string;
  owner: string | null;
  version: number;
  state: 'open' | 'ended';
  ended_on: BusinessDate | null;
  ended_by: 'match' | 'rule' | 'people' | null;
  reason: string | null;
  posting_key: string | null;
  adjusted_fen: Fen | null;
  decided_by: string | null;
  approved_by: string | null;
}

export const DIFFERENCE_COLUMNS = `difference_no, counterpart_kind, counterpart, business_day, subject_key, kind, occurrence, ours_fen, theirs_fen,
  evidence, found_on, due_on, owner_role, owner, version, state, ended_on, ended_by, reason, posting_key, adjusted_fen, decided_by, approved_by`;

export function differenceOf(row: DifferenceRow): Difference {
  return {
    differenceNo: row.difference_no,
    counterpartKind: row.counterpart_kind,
    counterpart: row.counterpart,
    businessDay: row.business_day,
    subjectKey: row.subject_key,
    kind: row.kind,
    occurrence: row.occurrence,
    ...(row.ours_fen !== null && { ours: row.ours_fen }),
    ...(row.theirs_fen !== null && { theirs: row.theirs_fen }),
    evidence: row.evidence,
    foundOn: row.found_on,
    dueOn: row.due_on,
    ownerRole: row.owner_role,
    ...(row.owner !== null && { owner: row.owner }),
    version: row.version,
    state: row.state,
    ...(row.ended_on !== null && { endedOn: row.ended_on }),
    ...(row.ended_by !== null && { endedBy: row.ended_by }),
    ...(row.reason !== null && { reason: row.reason }),
    ...(row.posting_key !== null && { postingKey: row.posting_key }),
    ...(row.adjusted_fen !== null && { adjusted: row.adjusted_fen }),
    ...(row.decided_by !== null && { decidedBy: row.decided_by }),
    ...(row.approved_by !== null && { approvedBy: row.approved_by }),
  };
}

/** As a partner may see it: what the two sides disagree about and how it ended, not whose work it is here. */
export function shownToPartner(difference: Difference): Record<string, unknown> {
  const {
    ours,
    theirs,
    adjusted,
    owner: _owner,
    ownerRole: _role,
    decidedBy: _by,
    approvedBy: _and,
    ...rest
  } = difference;
  return { ...rest, ...amountsOf({ ours, theirs, adjusted }) };
}

/** As our own people see it, with its age in days since the business day it is about. */
export function shown(difference: Difference, today: BusinessDate): Record<string, unknown> {
  const { ours, theirs, adjusted, ...rest } = difference;
  const until = difference.endedOn ?? today;
  const ageDays = Math.max(0, Math.round((Date.parse(until) - Date.parse(difference.businessDay)) / 86_400_000));
  const overdue = difference.state === 'open' && difference.dueOn < today;
  return { ...rest, ...amountsOf({ ours, theirs, adjusted }), ageDays, overdue };
}

function amountsOf({ ours, theirs, adjusted }: Readonly<Record<'ours' | 'theirs' | 'adjusted', Fen | undefined>>) {
  return {
    ...(ours !== undefined && { oursFen: fenToNumber(ours) }),
    ...(theirs !== undefined && { theirsFen: fenToNumber(theirs) }),
    ...(adjusted !== undefined && { adjustedFen: fenToNumber(adjusted) }),
  };
}
