import {
  certificateEnds,
  hotlistHead,
  hotlistLackingSince,
  hotlistVersionAt,
  samsOfTerminal,
} from '@citycard/clearing';
import type { Database, Transaction } from '@citycard/common';
import { gatewayErrors } from '../errors.ts';
import type { MacAlgorithm, TerminalFunction, TerminalStatus } from './estate.ts';

/** A terminal as people see it; keys only by their check values. */
export interface TerminalView {
  readonly terminalNo: string;
  readonly participantNo: string;
  readonly industry: number;
  readonly samNo: string | null;
  readonly model: string | null;
  readonly groupName: string | null;
  readonly functions: readonly TerminalFunction[];
  readonly macAlgorithm: MacAlgorithm;
  readonly tlsOnly: boolean;
  readonly status: TerminalStatus;
  readonly statusReason: string | null;
  readonly statusAt: Date | null;
  readonly replacedBy: string | null;
  readonly registeredAt: Date;
  readonly tmkKcv: string | null;
  /** Of a new master key that waits until somebody has loaded it. */
  readonly nextTmkKcv: string | null;
  readonly lastSeenAt: Date | null;
  readonly lastSettledBatch: string | null;
  /** What it says of itself at sign-on, and what we know of that software; `unknown` when it names none of ours. */
  readonly software: string | null;
  readonly softwareState: 'test' | 'production' | 'withdrawn' | 'unknown' | null;
  readonly parametersVersion: bigint | null;
  readonly parametersConfirmedAt: Date | null;
  readonly hotlistVersion: bigint | null;
  readonly hotlistConfirmedAt: Date | null;
  /** Since when an entry is published that it does not hold; null while it lacks none. */
  readonly hotlistLackingSince: Date | null;
  /** Of the certificate it shows on links over TLS; null when it has none. */
  readonly certificateEndsAt: Date | null;
  readonly revision: bigint;
}

export interface TerminalFilter {
  readonly participantNo?: string;
  readonly status?: TerminalStatus;
  readonly industry?: number;
  readonly model?: string;
  readonly groupName?: string;
  /** Not heard of since then, or never. */
  readonly silentSince?: Date;
  /** Lacks a hotlist entry published before then. */
  readonly lackingSince?: Date;
  /** Adopted another parameter set than this, or none. */
  readonly parametersOtherThan?: bigint;
  /** Runs software that is not in production, or does not say which it runs. */
  readonly softwareNotAccepted?: boolean;
  readonly withoutKey?: boolean;
}

const SELECT = `
select t.terminal_no as "terminalNo", t.merchant_no as "participantNo", t.industry, t.sam_no as "samNo", t.model, t.group_name as "groupName",
       t.functions, t.mac_algorithm as "macAlgorithm", t.tls_only as "tlsOnly", t.status, t.status_reason as "statusReason",
       t.status_at as "statusAt", t.replaced_by as "replacedBy", t.registered_at as "registeredAt", t.tmk_kcv as "tmkKcv",
       t.next_tmk_kcv as "nextTmkKcv", t.last_seen_at as "lastSeenAt", t.last_settled_batch as "lastSettledBatch", t.software,
       case when t.software is null then null else coalesce(m.state, 'unknown') end as "softwareState",
       t.parameters_version as "parametersVersion", t.parameters_confirmed_at as "parametersConfirmedAt",
       t.hotlist_version as "hotlistVersion", t.hotlist_confirmed_at as "hotlistConfirmedAt", t.revision
  from gateway.terminal t
  left join gateway.terminal_model m on m.model || '/' || m.software_version = split_part(t.software, ' ', 1)`;

type StoredView = Omit<TerminalView, 'hotlistLackingSince' | 'certificateEndsAt'>;

/** Terminals by number, after the one the last page ended with. */
export async function listTerminals(
  db: Database,
  filter: TerminalFilter,
  page: { readonly after: string; readonly limit: number },
): Promise<TerminalView[]> {
  // Who lacks an entry published before then holds less than the newest version of then.
  const lacking = filter.lackingSince === undefined ? null : await hotlistVersionAt(db, filter.lackingSince);
  const { rows } = await db.query<StoredView>(
    `${SELECT}
      where t.terminal_no > $1
        and ($2::text is null or t.merchant_no = $2) and ($3::text is null or t.status = $3)
        and ($4::int is null or t.industry = $4) and ($5::text is null or t.model = $5) and ($6::text is null or t.group_name = $6)
        and ($7::timestamptz is null or t.last_seen_at is null or t.last_seen_at < $7)
        and ($8::bigint is null or coalesce(t.hotlist_version, 0) < $8)
        and ($9::bigint is null or t.parameters_version is distinct from $9)
        and (not $10::boolean or m.state is distinct from 'production')
        and (not $11::boolean or t.tmk is null)
      order by t.terminal_no limit $12`,
    [
      page.after,
      filter.participantNo ?? null,
      filter.status ?? null,
      filter.industry ?? null,
      filter.model ?? null,
      filter.groupName ?? null,
      filter.silentSince ?? null,
      lacking,
      filter.parametersOtherThan ?? null,
      filter.softwareNotAccepted ?? false,
      filter.withoutKey ?? false,
      page.limit,
    ],
  );
  return withWhatOthersKnow(db, rows);
}

/** @throws terminal-gateway.terminal-unknown */
export async function viewTerminal(db: Database, terminalNo: string): Promise<TerminalView> {
  const { rows } = await db.query<StoredView>(`${SELECT} where t.terminal_no = $1`, [terminalNo]);
  const [view] = await withWhatOthersKnow(db, rows);
  if (view === undefined) throw gatewayErrors.terminalUnknown({ terminalNo });
  return view;
}

async function withWhatOthersKnow(db: Database, rows: readonly StoredView[]): Promise<TerminalView[]> {
  const numbers = rows.map(({ terminalNo }) => terminalNo);
  const versions = rows.map((row) => row.hotlistVersion ?? 0n);
  const [since, ends] = await Promise.all([
    hotlistLackingSince(db, versions),
    certificateEnds(db, 'terminal', numbers),
  ]);
  return rows.map((row) => ({
    ...row,
    hotlistLackingSince: since.get(row.hotlistVersion ?? 0n) ?? null,
    certificateEndsAt: ends.get(row.terminalNo) ?? null,
  }));
}

/** What happened to a terminal, newest first: acts, whose it was, its SAMs, lists and parameters it confirmed. */
export async function terminalHistory(db: Database, terminalNo: string): Promise<Record<string, unknown>> {
  await viewTerminal(db, terminalNo);
  const [events, assignments, parameters] = await Promise.all([
    db.query(
      `select at, event, done_by as "doneBy", detail from gateway.terminal_event where terminal_no = $1 order by event_no desc limit 500`,
      [terminalNo],
    ),
    db.query(
      `select merchant_no as "participantNo", industry, valid_from as "validFrom", valid_to as "validTo"
         from gateway.terminal_assignment where terminal_no = $1 order by valid_from desc`,
      [terminalNo],
    ),
    db.query(
      `select version, confirmed_at as "confirmedAt" from gateway.parameter_confirmation where terminal_no = $1 order by confirmed_at desc limit 100`,
      [terminalNo],
    ),
  ]);
  return {
    terminalNo,
    events: events.rows,
    assignments: assignments.rows,
    sams: await samsOfTerminal(db, terminalNo),
    parameters: parameters.rows,
  };
}

/** Ages people ask for, in hours; what is older than the last has its own line. */
export const AGE_HOURS = [1, 6, 24, 72, 168] as const;

export interface HotlistAges {
  readonly newestVersion: bigint;
  /** Active terminals. */
  readonly terminals: number;
  /** Those that lack nothing. */
  readonly upToDate: number;
  /** Those that have lacked an entry for longer than so many hours; each counts in every line it is too old for. */
  readonly olderThan: readonly { readonly hours: number; readonly terminals: number }[];
}

/** How old the lists of active terminals are: since when the first entry they lack has been published. */
export async function hotlistAges(db: Database, now: Date): Promise<HotlistAges> {
  const newestVersion = await hotlistHead(db);
  const due = await Promise.all(
    AGE_HOURS.map((hours) => hotlistVersionAt(db, new Date(now.getTime() - hours * 3_600_000))),
  );
  const { rows } = await db.query<{ terminals: number; up_to_date: number; older: number[] }>(
    `select count(*)::int as terminals, (count(*) filter (where held >= $1))::int as up_to_date,
            (select array_agg(n order by place) from (
               select due.place, (select count(*)::int from gateway.terminal t
                                   where t.status = 'active' and coalesce(t.hotlist_version, 0) < due.version) as n
                 from unnest($2::bigint[]) with ordinality as due(version, place)) counted) as older
       from (select coalesce(hotlist_version, 0) as held from gateway.terminal where status = 'active') a`,
    [newestVersion, due],
  );
  const row = rows[0] ?? { terminals: 0, up_to_date: 0, older: [] };
  return {
    newestVersion,
    terminals: row.terminals,
    upToDate: row.up_to_date,
    olderThan: AGE_HOURS.map((hours, place) => ({ hours, terminals: row.older[place] ?? 0 })),
  };
}

/** Has every terminal told the whole log at its next download: after a restore, when versions name other entries than before. */
export async function tellAllAfresh(db: Transaction): Promise<number> {
  const { rowCount } = await db.query(
    `update gateway.terminal set hotlist_afresh = 'wanted' where status <> 'retired' and hotlist_afresh is null`,
  );
  return rowCount ?? 0;
}
