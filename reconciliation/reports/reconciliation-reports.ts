import {
  type Report,
  REPORT_COLUMNS,
  type ReportCell as Cell,
  type ReportPeriod,
  type ReportTable as Table,
} from '@citycard/clearing';
import type { BusinessDate, Fen, Transaction } from '@citycard/common';
import { closingReport, type ClosingReport } from '../differences/closing.ts';
import { openSummary } from '../differences/list.ts';
import { counterpartTables } from './counterpart-tables.ts';
import { cityTables } from './city-tables.ts';

const { text, count, amount, figure } = REPORT_COLUMNS;

/** Lines of differences a report lists one by one; what is more is told in a note and found by the routes. */
const LISTED = 5_000;

const counterpart = [
  text('counterpartKind', '对方类别', 'With'),
  text('counterpart', '对方', 'Counterpart'),
  text('kind', '差异', 'Difference'),
];

const NAMES = {
  day: ['reconciliation-daily', '对账日报', 'Reconciliation, daily report'],
  month: ['reconciliation-monthly', '对账月报', 'Reconciliation, monthly report'],
  quarter: ['reconciliation-quarterly', '对账季报', 'Reconciliation, quarterly report'],
} as const;

/**
 * 对账日报, 对账月报: what was open before, found, ended and is open after, with its age; every difference that ended, by whom, why and with
 * which booking; the oldest that are open; the matches of these days; a page for agents, billers, operators, the bank and cards; and how
 * things stand with other cities.
 */
export async function reconciliationReports(tx: Transaction, period: ReportPeriod): Promise<readonly Report[]> {
  const { first, last } = period;
  const closing = await closingReport(tx, first, last, LISTED);
  const matches = await matchesOf(tx, first, last);
  const [report, zh, en] = NAMES[period.kind];
  const unlisted = closing.endedInAll - BigInt(closing.ended.length);
  return [
    {
      report,
      zh,
      en,
      period: period.name,
      notes: [
        {
          zh: '期末未结',
          en: 'Open at the end',
          value: `${closing.lines.reduce((sum, line) => sum + line.openAfter, 0n)}`,
        },
        ...(unlisted > 0n ? [{ zh: '未列出的已结', en: 'Ended and not listed', value: `${unlisted}` }] : []),
      ],
      tables: [
        workTable(closing),
        await ageTable(tx, last),
        await oldestTable(tx, last),
        endedTable(closing),
        matchTable(matches),
        ...(await counterpartTables(tx, period)),
        ...(await cityTables(tx, period, closing)),
      ],
    },
  ];
}

function workTable({ lines }: ClosingReport): Table {
  return {
    name: 'work',
    zh: '差异增减',
    en: 'Differences found and ended',
    columns: [
      ...counterpart,
      count('openBefore', '期初', 'Open before'),
      count('found', '新增', 'Found'),
      count('endedByMatch', '自动勾对', 'Ended by match'),
      count('endedByRule', '按规则', 'Ended by rule'),
      count('endedByPeople', '双人', 'Ended by people'),
      count('booked', '调账笔数', 'Booked'),
      amount('adjustedFen', '调账金额', 'Adjusted'),
      count('openAfter', '期末', 'Open after'),
    ],
    rows: lines.map((each): Cell[] => [
      each.counterpartKind,
      each.counterpart,
      each.kind,
      each.openBefore,
      each.found,
      each.endedByMatch,
      each.endedByRule,
      each.endedByPeople,
      each.booked,
      each.adjustedFen,
      each.openAfter,
    ]),
  };
}

async function ageTable(tx: Transaction, on: BusinessDate): Promise<Table> {
  return {
    name: 'age',
    zh: '未结差异账龄',
    en: 'Open differences by age',
    columns: [
      ...counterpart,
      count('open', '未结', 'Open'),
      count('toTwoDays', '2 日内', 'To 2 days'),
      count('toWeek', '3–7 日', '3 to 7'),
      count('toMonth', '8–31 日', '8 to 31'),
      count('older', '更久', 'Older'),
      count('overdue', '逾期', 'Overdue'),
      text('oldest', '最早日', 'Oldest'),
      amount('oursFen', '我方', 'Ours'),
      amount('theirsFen', '对方', 'Theirs'),
    ],
    rows: (await openSummary(tx, on)).map((each): Cell[] => [
      each.counterpartKind,
      each.counterpart,
      each.kind,
      each.open,
      each.toTwoDays,
      each.toWeek,
      each.toMonth,
      each.older,
      each.overdue,
      each.oldest,
      each.oursFen,
      each.theirsFen,
    ]),
  };
}

/** Open differences named one by one in a report, the oldest first. */
const OLDEST = 500;

async function oldestTable(tx: Transaction, on: BusinessDate): Promise<Table> {
  const { rows } = await tx.query<{
    no: bigint;
    counterpart_kind: string;
    counterpart: string;
    kind: string;
    subject: string;
    day: BusinessDate;
    due: BusinessDate;
    owner: string;
    age: bigint;
    ours: Fen;
    theirs: Fen;
  }>(
    `select difference_no as no, counterpart_kind, counterpart, kind, subject_key as subject, business_day as day, due_on as due,
            coalesce(owner, owner_role) as owner, greatest(0, $1::date - business_day)::bigint as age,
            coalesce(ours_fen, 0)::bigint as ours, coalesce(theirs_fen, 0)::bigint as theirs
       from reconciliation.difference where found_on <= $1 and (ended_on is null or ended_on > $1)
      order by business_day, difference_no limit $2`,
    [on, OLDEST],
  );
  return {
    name: 'oldest',
    zh: `未结差异明细(最早 ${OLDEST} 条)`,
    en: `Open differences, the oldest ${OLDEST}`,
    columns: [
      text('differenceNo', '编号', 'Number'),
      ...counterpart,
      text('subject', '事项', 'About'),
      text('businessDay', '业务日', 'Day'),
      text('dueOn', '到期', 'Due'),
      text('owner', '经办', 'Owner'),
      figure('ageDays', '天数', 'Age in days', 'count'),
      amount('oursFen', '我方', 'Ours'),
      amount('theirsFen', '对方', 'Theirs'),
    ],
    rows: rows.map((each): Cell[] => [
      each.no.toString(),
      each.counterpart_kind,
      each.counterpart,
      each.kind,
      each.subject,
      each.day,
      each.due,
      each.owner,
      each.age,
      each.ours,
      each.theirs,
    ]),
  };
}

function endedTable({ ended }: ClosingReport): Table {
  return {
    name: 'ended',
    zh: '已结差异',
    en: 'Differences that ended',
    columns: [
      text('differenceNo', '编号', 'Number'),
      ...counterpart,
      text('subject', '事项', 'About'),
      text('businessDay', '业务日', 'Day'),
      text('endedOn', '结束日', 'Ended'),
      text('endedBy', '方式', 'By'),
      text('reason', '原因', 'Reason'),
      text('people', '经办、复核', 'Decided, approved'),
      text('postingKey', '凭证', 'Booking'),
      amount('adjustedFen', '调账金额', 'Adjusted'),
    ],
    rows: ended.map((each): Cell[] => [
      each.differenceNo.toString(),
      each.counterpartKind,
      each.counterpart,
      each.kind,
      each.subjectKey,
      each.businessDay,
      each.endedOn,
      each.endedBy,
      each.reason,
      [each.decidedBy, each.approvedBy].filter((name) => name !== '').join(', '),
      each.postingKey,
      each.adjustedFen,
    ]),
  };
}

interface MatchLine {
  readonly no: bigint;
  readonly plan: string;
  readonly kind: string;
  readonly counterpart: string;
  readonly day: BusinessDate;
  readonly ours: bigint;
  readonly theirs: bigint;
  readonly ours_fen: Fen;
  readonly theirs_fen: Fen;
  readonly equal: bigint;
  readonly breaks: bigint;
}

/** Matches that were not dry, about business days of the period. */
async function matchesOf(tx: Transaction, first: BusinessDate, last: BusinessDate): Promise<readonly MatchLine[]> {
  const { rows } = await tx.query<MatchLine>(
    `select run_no as no, plan, counterpart_kind as kind, counterpart, business_day as day, our_lines as ours, their_lines as theirs, ours_fen, theirs_fen,
            coalesce((states -> 'equal' ->> 'results')::bigint, 0) as equal,
            (select coalesce(sum((s.value ->> 'results')::bigint), 0)::bigint from jsonb_each(states) s where s.key <> 'equal') as breaks
       from reconciliation.match_run where state = 'done' and not dry_run and business_day between $1 and $2 order by run_no limit $3`,
    [first, last, LISTED],
  );
  return rows;
}

function matchTable(matches: readonly MatchLine[]): Table {
  return {
    name: 'matches',
    zh: '逐笔勾对',
    en: 'Matches line by line',
    columns: [
      text('runNo', '编号', 'Number'),
      text('plan', '方案', 'Plan'),
      text('counterpartKind', '对方类别', 'With'),
      text('counterpart', '对方', 'Counterpart'),
      text('businessDay', '业务日', 'Day'),
      count('ourLines', '我方笔数', 'Our lines'),
      count('theirLines', '对方笔数', 'Their lines'),
      amount('oursFen', '我方金额', 'Ours'),
      amount('theirsFen', '对方金额', 'Theirs'),
      count('equal', '相符', 'Equal'),
      count('breaks', '不符', 'Not equal'),
    ],
    rows: matches.map((each): Cell[] => [
      each.no.toString(),
      each.plan,
      each.kind,
      each.counterpart,
      each.day,
      each.ours,
      each.theirs,
      each.ours_fen,
      each.theirs_fen,
      each.equal,
      each.breaks,
    ]),
  };
}
