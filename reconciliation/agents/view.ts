import { unequalSince } from '@citycard/clearing';
import { type BusinessDate, type Database, fen, type Fen, fenToNumber } from '@citycard/common';
import { agentErrors } from './errors.ts';

interface Total {
  readonly count: number;
  readonly amountFen: number;
}

/** A day file as it stands (domain.md B.7): totals of both sides, before and after what was made up, and how it is settled. */
export interface AgentHead {
  readonly participantNo: string;
  readonly date: BusinessDate;
  readonly lines: number;
  readonly equal: number;
  readonly open: number;
  readonly state: 'open' | 'closed';
  readonly theirs: { readonly loads: Total; readonly cancellations: Total };
  readonly ours: { readonly loads: Total; readonly cancellations: Total };
  /** What each side has for the day once what two persons decided is carried out; the same on both sides when nothing is open. */
  readonly afterMakeUp: { readonly oursFen: number; readonly theirsFen: number };
  readonly receivedAt: string;
  readonly closedAt?: string;
  /** The participant's sheets of that day. */
  readonly settlement: readonly { readonly sheetNo: string; readonly state: string; readonly remittance?: string }[];
  /** It is settled only after equal, and its settlement waits for this day. */
  readonly settlementWaitsFor?: BusinessDate;
}

interface HeadRow {
  participant_no: string;
  city_date: BusinessDate;
  line_count: number;
  equal_count: bigint;
  open: bigint;
  load_count: bigint;
  load_fen: Fen;
  cancel_count: bigint;
  cancel_fen: Fen;
  our_load_count: bigint;
  our_load_fen: Fen;
  our_cancel_count: bigint;
  our_cancel_fen: Fen;
  ours_added: Fen;
  theirs_added: Fen;
  received_at: Date;
  closed_at: Date | null;
  settlement: { sheetNo: string; state: string; remittance: string | null }[];
}

const HEADS = `
  select s.*, o.open, a.ours_added, a.theirs_added, t.settlement
    from reconciliation.agent_statement s
   cross join lateral (
     select count(*) as open from reconciliation.difference d where d.counterpart_kind = 'agent' and d.counterpart = s.participant_no
        and d.business_day = s.city_date and starts_with(d.subject_key, 'load ') and d.state = 'open') o
   cross join lateral (
     select coalesce(sum(case x.action when 'make-up-ours' then x.amount_fen when 'cancel-ours' then -x.amount_fen end), 0)::bigint as ours_added,
            coalesce(sum(case x.action when 'cancel-theirs' then -x.amount_fen
                                       when 'make-up-theirs' then case d.kind when 'amount' then d.ours_fen - d.theirs_fen else x.amount_fen end
                                       else 0 end), 0)::bigint as theirs_added
       from reconciliation.agent_action x join reconciliation.difference d using (difference_no)
      where x.participant_no = s.participant_no and x.city_date = s.city_date and x.done_at is not null) a
   cross join lateral (
     select coalesce(jsonb_agg(jsonb_build_object('sheetNo', h.sheet_no, 'state', h.state,
              'remittance', (select max(p.end_to_end_id) from clearing.payment p where p.sheet_no = h.sheet_no)) order by h.sheet_no), '[]') as settlement
       from clearing.settlement_sheet h where h.participant_no = s.participant_no and h.business_date = s.city_date) t`;

/** The day file of an agent and a date. @throws `reconciliation.agents.statement-unknown` */
export async function agentHead(db: Database, participantNo: string, date: BusinessDate): Promise<AgentHead> {
  const { rows } = await db.query<HeadRow>(`${HEADS} where s.participant_no = $1 and s.city_date = $2`, [
    participantNo,
    date,
  ]);
  if (rows[0] === undefined) throw agentErrors.statementUnknown({ participantNo, date });
  const waits = await unequalSince(db, participantNo, date);
  return { ...headOf(rows[0]), ...(waits !== undefined && { settlementWaitsFor: waits }) };
}

/** At most this many heads are listed, the newest first. */
const LIST_LIMIT = 400;

/** Day files of all agents, or of one, the newest first. */
export async function agentHeads(db: Database, participantNo?: string): Promise<AgentHead[]> {
  const { rows } = await db.query<HeadRow>(
    `${HEADS} where $1::text is null or s.participant_no = $1 order by s.city_date desc, s.participant_no limit ${LIST_LIMIT}`,
    [participantNo ?? null],
  );
  return rows.map(headOf);
}

function headOf(row: HeadRow): AgentHead {
  const total = (count: bigint, amount: Fen): Total => ({ count: Number(count), amountFen: fenToNumber(amount) });
  return {
    participantNo: row.participant_no,
    date: row.city_date,
    lines: row.line_count,
    equal: Number(row.equal_count),
    open: Number(row.open),
    state: row.closed_at === null ? 'open' : 'closed',
    theirs: { loads: total(row.load_count, row.load_fen), cancellations: total(row.cancel_count, row.cancel_fen) },
    ours: {
      loads: total(row.our_load_count, row.our_load_fen),
      cancellations: total(row.our_cancel_count, row.our_cancel_fen),
    },
    afterMakeUp: {
      oursFen: fenToNumber(fen(row.our_load_fen - row.our_cancel_fen + row.ours_added)),
      theirsFen: fenToNumber(fen(row.load_fen - row.cancel_fen + row.theirs_added)),
    },
    receivedAt: row.received_at.toISOString(),
    ...(row.closed_at !== null && { closedAt: row.closed_at.toISOString() }),
    settlement: row.settlement.map(({ sheetNo, state, remittance }) => ({
      sheetNo,
      state,
      ...(remittance !== null && { remittance }),
    })),
  };
}
