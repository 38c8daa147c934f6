import type { DuckDBConnection } from '@duckdb/node-api';
import { decideGroup } from './decide-group.ts';
import { literal } from './duckdb.ts';
import type { ResultFiles } from './result-files.ts';
import { keyOf, type ReadSide, type Side } from './side.ts';
import { type Decision, type Line, MATCH_STATES, type MatchPass, type MatchTerms } from './terms.ts';

const SIDES = ['ours', 'theirs'] as const;
const lineOf = { ours: 'our_line', theirs: 'their_line' } as const;
/** Lines are looked at sixty-four at once when looking for those that are there twice: measured against sixteen and one by one. */
const BUCKET_BITS = 6;

/**
 * Decides what the join could not: keys that are there more than once, line by line, and what it left over by the later passes.
 * Without a join all lines are left over. Writes the rows that stand in place of those of the join.
 */
export async function decideRest(
  connection: DuckDBConnection,
  terms: MatchTerms,
  sides: Readonly<Record<Side, ReadSide>>,
  files: ResultFiles,
  joined: boolean,
): Promise<void> {
  await connection.run(
    `create temp table decided (state utinyint, pass utinyint, our_line uinteger, their_line uinteger, group_no uinteger)`,
  );
  const groups = { last: 0 };
  if (joined) {
    await findDoubled(connection, sides, files.main);
    const first = terms.passes[0];
    if (first !== undefined) await decidePass(connection, terms, { pass: first, no: 0, sides, from: 'redo' }, groups);
    // What the join left over is looked at again only where there is another pass to look by.
    for (const side of terms.passes.length > 1 ? SIDES : [])
      await connection.run(
        `create temp table open_${side} as select ${lineOf[side]} as line from read_parquet(${literal(files.main)})
          where ${lineOf[side === 'ours' ? 'theirs' : 'ours']} is null and ${lineOf[side]} not in (select line from redo_${side})`,
      );
  } else {
    for (const side of SIDES)
      await connection.run(`create temp table open_${side} as select (rowid + 1)::uinteger as line from ${side}`);
  }
  for (const [no, pass] of terms.passes.entries()) {
    if (no === 0 && joined) continue;
    await decidePass(connection, terms, { pass, no, sides, from: 'open' }, groups);
    for (const side of SIDES)
      await connection.run(
        `delete from open_${side} where line in (select ${lineOf[side]} from decided where ${lineOf[side]} is not null)`,
      );
  }
  // What a join left over stands in its file already.
  if (!joined) await addOpen(connection, sides);
  const from = joined && terms.passes.length === 1 ? 'redo' : 'all';
  await writeRevised(connection, sides, { file: files.revised, from });
}

/** Lines whose key one side has more than once while the other has it too: the join paired each with each. */
async function findDoubled(
  connection: DuckDBConnection,
  sides: Readonly<Record<Side, ReadSide>>,
  main: string,
): Promise<void> {
  const source = `read_parquet(${literal(main)})`;
  await connection.run('create temp table doubled (key varchar)');
  for (const side of SIDES) {
    const [line, { lines }] = [lineOf[side], sides[side]];
    const bucket = `(${line} - 1) >> ${BUCKET_BITS}`;
    const last = Math.max(0, lines - 1) >> BUCKET_BITS;
    // A line appears once for every line it was paired with: looked for in handfuls first, which is far cheaper.
    await connection.run(
      `insert into doubled select key from ${side} where rowid + 1 in (
         select ${line} from ${source}
          where ${bucket} = ${last} or ${bucket} in (
                  select ${bucket} from ${source} where ${line} is not null group by 1 having count(*) > ${1 << BUCKET_BITS})
          group by 1 having count(*) > 1)`,
    );
  }
  for (const side of SIDES)
    await connection.run(
      `create temp table redo_${side} as select (rowid + 1)::uinteger as line, * from ${side} where key in (select key from doubled)`,
    );
}

/** What a result tells besides, where sides have it: records lines stand for, and what is known of them. */
export function extraColumns({ ours, theirs }: Readonly<Record<Side, ReadSide>>): string {
  const columns = [
    ...(ours.records ? ['o.records as our_records'] : []),
    ...(theirs.records ? ['t.records as their_records'] : []),
    ...(ours.about ? ['o.about as our_about'] : []),
    ...(theirs.about ? ['t.about as their_about'] : []),
  ];
  return columns.map((column) => `, ${column}`).join('');
}

interface PassWork {
  readonly pass: MatchPass;
  readonly no: number;
  readonly sides: Readonly<Record<Side, ReadSide>>;
  /** Lines to look at: `open_…` or `redo_…`. */
  readonly from: 'open' | 'redo';
}

/** Looks at the lines of a pass key by key, in one stream, and puts down what was decided. */
async function decidePass(
  connection: DuckDBConnection,
  terms: MatchTerms,
  { pass, no, sides, from }: PassWork,
  groups: { last: number },
): Promise<void> {
  const select = (side: Side) =>
    `select ${side === 'ours'} as mine, ${no === 0 ? 'key' : keyOf(pass)} as pass_key, s.line::integer as line, s.amount,
            (s.day - date '1970-01-01')::integer as day, ${sides[side].doubt ? 's.doubt' : 'false'} as doubt, ${sides.ours.records && sides.theirs.records ? 's.records' : '0'} as records
       from ${from === 'redo' ? `redo_${side}` : `(select rowid + 1 as line, * from ${side} where rowid + 1 in (select line from open_${side}))`} s`;
  const stream = await connection.stream(
    `select mine, pass_key, line, amount, day, doubt, records from (${select('ours')} union all ${select('theirs')})
      where pass_key is not null order by pass_key`,
  );
  const appender = await connection.createAppender('decided');
  let [key, ours, theirs]: [string | undefined, Line[], Line[]] = [undefined, [], []];
  const decide = () => {
    const { decisions } = decideGroup(terms, pass, ours, theirs);
    for (const decision of decisions) {
      const single = decision.ours.length <= 1 && decision.theirs.length <= 1;
      const rows = single ? [[decision.ours[0], decision.theirs[0]] as const] : rowsOf(decision);
      if (!single) groups.last += 1;
      for (const [our, their] of rows) {
        appender.appendUTinyInt(MATCH_STATES.indexOf(decision.state));
        appender.appendUTinyInt(no);
        if (our === undefined) appender.appendNull();
        else appender.appendUInteger(our.line);
        if (their === undefined) appender.appendNull();
        else appender.appendUInteger(their.line);
        if (single) appender.appendNull();
        else appender.appendUInteger(groups.last);
        appender.endRow();
      }
    }
  };
  for await (const rows of stream.yieldRowsJs())
    for (const row of rows) {
      const [mine, passKey, line, amount, day, doubt, records] = row as [
        boolean,
        string,
        number,
        bigint,
        number,
        boolean,
        number,
      ];
      if (passKey !== key) {
        decide();
        [key, ours, theirs] = [passKey, [], []];
      }
      (mine ? ours : theirs).push({ line, amount, day, doubt, records });
    }
  decide();
  appender.flushSync();
  appender.closeSync();
}

const rowsOf = ({ ours, theirs }: Decision): (readonly [Line | undefined, Line | undefined])[] => [
  ...ours.map((line) => [line, undefined] as const),
  ...theirs.map((line) => [undefined, line] as const),
];

async function addOpen(connection: DuckDBConnection, sides: Readonly<Record<Side, ReadSide>>): Promise<void> {
  for (const side of SIDES) {
    const only = MATCH_STATES.indexOf(side === 'ours' ? 'only-ours' : 'only-theirs');
    const state = sides[side].doubt
      ? `case when s.doubt then ${MATCH_STATES.indexOf('in-doubt')} else ${only} end`
      : only;
    await connection.run(
      `insert into decided (state, ${lineOf[side]}) select ${state}, o.line from open_${side} o join ${side} s on s.rowid + 1 = o.line`,
    );
  }
}

async function writeRevised(
  connection: DuckDBConnection,
  sides: Readonly<Record<Side, ReadSide>>,
  { file, from }: { readonly file: string; readonly from: 'redo' | 'all' },
): Promise<void> {
  // The few lines that are needed first, so that nothing is built of all the others.
  const few = (side: Side) =>
    from === 'redo'
      ? `redo_${side}`
      : `(select rowid + 1 as line, * from ${side} where rowid + 1 in (select ${lineOf[side]} from decided))`;
  const perGroup = (value: string) =>
    `case when d.group_no is not null then ${value} over (partition by d.group_no) end`;
  await connection.run(
    `copy (select d.state, d.pass, d.our_line, d.their_line, coalesce(o.key, t.key) as key, o.amount as ours, t.amount as theirs,
                  o.day as our_day, t.day as their_day, d.group_no, ${perGroup('count(d.our_line)')}::uinteger as group_our_lines,
                  ${perGroup('count(d.their_line)')}::uinteger as group_their_lines, ${perGroup('sum(o.amount)')}::bigint as group_ours,
                  ${perGroup('sum(t.amount)')}::bigint as group_theirs${extraColumns(sides)}
             from decided d left join ${few('ours')} o on o.line = d.our_line left join ${few('theirs')} t on t.line = d.their_line)
       to ${literal(file)} (format parquet)`,
  );
}
