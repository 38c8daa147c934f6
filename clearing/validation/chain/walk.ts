import { type Database, transact, type Transaction } from '@citycard/common';
import { raiseAlarm } from '../../alarms/alarm.ts';
import { HOME_CITY } from '../../purses/card-number.ts';
import { nameOf } from '../received-purchase.ts';
import { withValidationLock } from '../validation-lock.ts';
import { type ChainWork, endWork, nextWork } from './chain-work.ts';
import { findPairs, type OddPair, type OldFinding } from './find-pairs.ts';
import { breaksAlone, breaksBetween, type BreakKind, CLOCKS_DIFFER_MS, spentBetween } from './neighbours.ts';

/** Records looked at in one go: enough that one statement carries thousands, few enough that it ends in seconds. */
const PIECE = 10_000;

/** Alarms of one piece: beyond that one alarm tells how many there are. */
const TOLD_ONE_BY_ONE = 20;

interface Gap {
  readonly cardNo: string;
  readonly from: number;
  readonly to: number;
  readonly afterAt: Date | null;
  readonly beforeAt: Date;
  readonly spentFen: bigint | null;
  readonly noticedAt: Date;
}

interface Break {
  readonly pair: OddPair;
  readonly kinds: readonly BreakKind[];
  readonly noticedAt: Date;
  readonly isNew: boolean;
}

/**
 * Looks at the chains of the cards whose records were judged since: notes counters that are missing and balances that do not
 * meet, and takes back what has been explained meanwhile (domain.md B.5). What is noted follows from the records and loads that
 * are there, never from the order they came in; looking twice changes nothing. Resolves to how many records were looked at; 0
 * means that nothing waits.
 */
export async function walkChains(db: Database): Promise<number> {
  return withValidationLock(db, async () => {
    const work = await nextWork(db, PIECE);
    if (work.length === 0) return 0;
    const { pairs, old } = await findPairs(db, work, HOME_CITY, CLOCKS_DIFFER_MS);
    const now = new Date();
    const gaps = pairs.flatMap((pair) => gapOf(pair, old, now));
    const breaks = pairs.flatMap((pair) => breakOf(pair, old, now));
    await transact(db, (tx) => commit(tx, work, old, gaps, breaks));
    return work.reduce((sum, { from, to }) => sum + to - from, 0);
  });
}

function gapOf({ cardNo, before, after, loads }: OddPair, old: readonly OldFinding[], now: Date): Gap[] {
  const from = (before?.counter ?? -1) + 1;
  if (from === after.counter) return [];
  // What is left of a gap has been missing since the gap was noticed.
  const known = old.find(
    (each) => each.kind === 'gap' && each.cardNo === cardNo && each.counter <= from && from <= each.to,
  );
  return [
    {
      cardNo,
      from,
      to: after.counter - 1,
      afterAt: before?.tappedAt ?? null,
      beforeAt: after.tappedAt,
      spentFen: before === undefined ? null : (spentBetween(before, after, loads, CLOCKS_DIFFER_MS) ?? null),
      noticedAt: known?.noticedAt ?? now,
    },
  ];
}

function breakOf(pair: OddPair, old: readonly OldFinding[], now: Date): Break[] {
  const { before, after, loads, cardNo } = pair;
  const between = before === undefined ? [] : breaksBetween(before, after, loads, CLOCKS_DIFFER_MS);
  const kinds = [...between, ...breaksAlone(after)];
  if (kinds.length === 0) return [];
  const known = old.find((each) => each.kind === 'break' && each.cardNo === cardNo && each.counter === after.counter);
  return [{ pair, kinds, noticedAt: known?.noticedAt ?? now, isNew: known === undefined }];
}

async function commit(
  tx: Transaction,
  work: readonly ChainWork[],
  old: readonly OldFinding[],
  gaps: readonly Gap[],
  breaks: readonly Break[],
): Promise<void> {
  await forget(
    tx,
    'chain_gap',
    'from_counter',
    old.filter(({ kind }) => kind === 'gap'),
  );
  await forget(
    tx,
    'chain_break',
    'offline_counter',
    old.filter(({ kind }) => kind === 'break'),
  );
  await writeGaps(tx, gaps);
  await writeBreaks(tx, breaks);
  await alarm(
    tx,
    breaks.filter(({ isNew }) => isNew),
  );
  await endWork(tx, work);
}

async function forget(
  tx: Transaction,
  table: 'chain_gap' | 'chain_break',
  column: 'from_counter' | 'offline_counter',
  old: readonly OldFinding[],
): Promise<void> {
  if (old.length === 0) return;
  await tx.query(
    `delete from clearing.${table} t using unnest($1::text[], $2::integer[]) as o(card_no, counter)
      where t.card_no = o.card_no and t.${column} = o.counter`,
    [old.map(({ cardNo }) => cardNo), old.map(({ counter }) => counter)],
  );
}

async function writeGaps(tx: Transaction, gaps: readonly Gap[]): Promise<void> {
  if (gaps.length === 0) return;
  await tx.query(
    `insert into clearing.chain_gap (card_no, from_counter, to_counter, after_at, before_at, spent_fen, noticed_at)
     select * from unnest($1::text[], $2::integer[], $3::integer[], $4::timestamptz[], $5::timestamptz[], $6::bigint[], $7::timestamptz[])
     on conflict (card_no, from_counter) do update set to_counter = excluded.to_counter, after_at = excluded.after_at,
       before_at = excluded.before_at, spent_fen = excluded.spent_fen`,
    [
      gaps.map(({ cardNo }) => cardNo),
      gaps.map(({ from }) => from),
      gaps.map(({ to }) => to),
      gaps.map(({ afterAt }) => afterAt),
      gaps.map(({ beforeAt }) => beforeAt),
      gaps.map(({ spentFen }) => spentFen),
      gaps.map(({ noticedAt }) => noticedAt),
    ],
  );
}

async function writeBreaks(tx: Transaction, breaks: readonly Break[]): Promise<void> {
  if (breaks.length === 0) return;
  await tx.query(
    `insert into clearing.chain_break
       (card_no, offline_counter, business_date, intake_id, record_index, kinds, expected_fen, found_fen, noticed_at)
     select c, o, d, i, r, string_to_array(k, ','), e, f, n
       from unnest($1::text[], $2::integer[], $3::date[], $4::bigint[], $5::integer[], $6::text[], $7::bigint[], $8::bigint[],
                   $9::timestamptz[]) as b(c, o, d, i, r, k, e, f, n)
     on conflict (card_no, offline_counter) do update set kinds = excluded.kinds, expected_fen = excluded.expected_fen`,
    [
      breaks.map(({ pair }) => pair.cardNo),
      breaks.map(({ pair }) => pair.after.counter),
      breaks.map(({ pair }) => pair.afterRef.businessDate),
      breaks.map(({ pair }) => pair.afterRef.intakeId),
      breaks.map(({ pair }) => pair.afterRef.index),
      breaks.map(({ kinds }) => kinds.join(',')),
      breaks.map(({ pair: { before } }) => (before === undefined ? null : before.balanceBeforeFen - before.amountFen)),
      breaks.map(({ pair }) => pair.after.balanceBeforeFen),
      breaks.map(({ noticedAt }) => noticedAt),
    ],
  );
}

async function alarm(tx: Transaction, breaks: readonly Break[]): Promise<void> {
  for (const { pair, kinds } of breaks.slice(0, TOLD_ONE_BY_ONE)) {
    const { after, before, afterRef } = pair;
    const evidence = {
      kinds,
      intakeId: afterRef.intakeId,
      index: afterRef.index,
      offlineCounter: after.counter,
      expectedFen: before === undefined ? null : before.balanceBeforeFen - before.amountFen,
      foundFen: after.balanceBeforeFen,
    };
    await raiseAlarm(tx, { kind: 'chain-break', severity: 'notice', subject: nameOf(afterRef), evidence });
  }
  const more = breaks.length - TOLD_ONE_BY_ONE;
  if (more <= 0) return;
  const evidence = { more };
  await raiseAlarm(tx, { kind: 'chain-break', severity: 'warning', subject: 'many cards', evidence });
}
