import { type BusinessDate, type Database, type Fen, type Transaction } from '@citycard/common';

export const CASE_KINDS = ['charged-twice', 'wrong-fare', 'load-missing', 'bill-missing'] as const;
export type CaseKind = (typeof CASE_KINDS)[number];

/** How a resident reaches us. Orders of the hotline come by an interface of their own. */
export type CaseChannel = 'counter' | 'phone' | 'kiosk' | 'online' | 'hotline-12345';

type CaseState = 'with-participant' | 'with-company' | 'ended';

/** A resident says that something is wrong. What the person said is sealed and not in here. */
export interface ResidentCase {
  readonly caseNo: bigint;
  readonly kind: CaseKind;
  readonly channel: CaseChannel;
  readonly orderNo?: string;
  readonly cardNo: string;
  readonly occurredOn: BusinessDate;
  /** What it is about, as said; 0 when nothing was said. */
  readonly amountFen: Fen;
  /** Whose answer is asked for; absent when the company looks into it itself. */
  readonly participantNo?: string;
  readonly state: CaseState;
  readonly openedBy: string;
  readonly openedAt: Date;
  readonly answerDueAt: Date;
  readonly endDueAt: Date;
  /** 1 when the participant let its time pass, 2 when the company did. */
  readonly level: number;
  readonly finding?: 'agrees' | 'disagrees';
  readonly answer?: string;
  readonly answeredAt?: Date;
  /** How many credits were proposed, and whether the newest waits for its approval. */
  readonly creditNo: number;
  readonly creditOpen: boolean;
  readonly outcome?: 'credited' | 'refused';
  readonly reason?: string;
  readonly creditedFen?: Fen;
  readonly endedBy?: string;
  readonly endedAt?: Date;
}

/** What the newest credit of a case is called where credits are booked: `RC7`, and `RC7.2` when the first was refused. */
export const correctionOf = ({ caseNo, creditNo }: Pick<ResidentCase, 'caseNo' | 'creditNo'>): string =>
  creditNo > 1 ? `RC${caseNo}.${creditNo}` : `RC${caseNo}`;

export const COLUMNS = `case_no as "caseNo", kind, channel, order_no as "orderNo", card_no as "cardNo", occurred_on as "occurredOn",
  amount_fen as "amountFen", nullif(participant_no, '') as "participantNo", state, opened_by as "openedBy", opened_at as "openedAt",
  answer_due_at as "answerDueAt", end_due_at as "endDueAt", level, finding, answer, answered_at as "answeredAt", credit_no as "creditNo", credit_open as "creditOpen", outcome, reason,
  credited_fen as "creditedFen", ended_by as "endedBy", ended_at as "endedAt"`;

type CaseRow = { readonly [K in keyof ResidentCase]-?: ResidentCase[K] | null };

/** Without the fields that are null. */
export const fromRow = (row: CaseRow): ResidentCase =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as unknown as ResidentCase;

/** A case, or undefined. */
export async function findCase(db: Database | Transaction, caseNo: bigint): Promise<ResidentCase | undefined> {
  const { rows } = await (db as Database).query<CaseRow>(
    `select ${COLUMNS} from reconciliation.resident_case where case_no = $1`,
    [caseNo],
  );
  return rows[0] && fromRow(rows[0]);
}

/** Listed at once. */
const LIST_LIMIT = 200;

interface CaseFilter {
  readonly state?: 'open' | 'ended';
  readonly participantNo?: string;
  readonly cardNo?: string;
  readonly overdue?: boolean;
  /** Cases after this one. */
  readonly after?: bigint;
}

/** Cases in the order of their numbers, {@link LIST_LIMIT} at once. */
export async function listCases(db: Database, filter: CaseFilter): Promise<ResidentCase[]> {
  const { rows } = await db.query<CaseRow>(
    `select ${COLUMNS} from reconciliation.resident_case
      where case_no > $1 and ($2::text is null or (state = 'ended') = ($2 = 'ended')) and ($3::text is null or participant_no = $3)
        and ($4::text is null or card_no = $4)
        and (not $5 or state <> 'ended' and (level > 0 or now() > case when state = 'with-participant' then answer_due_at else end_due_at end))
      order by case_no limit ${LIST_LIMIT}`,
    [
      filter.after ?? 0n,
      filter.state ?? null,
      filter.participantNo ?? null,
      filter.cardNo ?? null,
      filter.overdue ?? false,
    ],
  );
  return rows.map(fromRow);
}

type CaseEvent =
  | 'opened'
  | 'said-again'
  | 'comment'
  | 'answered'
  | 'overdue'
  | 'words-read'
  | 'credit-proposed'
  | 'credit-refused'
  | 'ended';

/** Writes down what happened to a case; the caller holds the case's row. */
export async function addEvent(
  tx: Transaction,
  caseNo: bigint,
  { actor, event, words = '' }: { readonly actor: string; readonly event: CaseEvent; readonly words?: string },
): Promise<void> {
  await tx.query(
    `insert into reconciliation.resident_case_event (case_no, event_no, actor, event, words)
     select $1, coalesce(max(event_no), 0) + 1, $2, $3, $4 from reconciliation.resident_case_event where case_no = $1`,
    [caseNo, actor, event, words],
  );
}

/** What happened to a case, the oldest first. */
export async function eventsOf(db: Database, caseNo: bigint): Promise<readonly object[]> {
  const { rows } = await db.query<{ at: Date; actor: string; event: string; words: string }>(
    'select at, actor, event, words from reconciliation.resident_case_event where case_no = $1 order by event_no',
    [caseNo],
  );
  return rows;
}
