import { type BusinessDate, type Database, type Transaction } from '@citycard/common';
import type { DayReceipt } from './receipt.ts';

/** A receipt that is not what the database says of its day. */
export interface ReceiptFault {
  readonly date: BusinessDate;
  /** In words: what the receipt says and what the database says. */
  readonly what: string;
}

export interface ReceiptComparison {
  readonly ok: boolean;
  readonly compared: number;
  /** Receipts whose days are archived: only the archive's file can be held against their chain. */
  readonly archived: number;
  /** The first day whose receipt is not what the database holds. */
  readonly firstDay?: BusinessDate;
  /** At most one per day, oldest first, the first few. */
  readonly faults: readonly ReceiptFault[];
}

/** Faults named at most: after the first day all later ones fail too. */
const FAULTS_NAMED = 20;

/**
 * Holds receipts against the database: the chain at the chunk each one names, the act log at its line, the trial balance
 * at the end of its day. A chain written anew from end to end is right in itself, but it is not the chain of the receipts.
 */
export async function compareReceipts(db: Database, receipts: readonly DayReceipt[]): Promise<ReceiptComparison> {
  const tx = await db.connect();
  try {
    await tx.query('begin isolation level repeatable read read only');
    const comparison = await compareInSnapshot(tx, receipts);
    await tx.query('commit');
    return comparison;
  } catch (error) {
    await tx.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    tx.release();
  }
}

async function compareInSnapshot(tx: Transaction, receipts: readonly DayReceipt[]): Promise<ReceiptComparison> {
  const oldestFirst = receipts.toSorted((a, b) => (a.businessDate < b.businessDate ? -1 : 1));
  const held = await heldAt(tx, oldestFirst);
  const balances = await balancesOfDays(tx, oldestFirst);
  const faults: ReceiptFault[] = [];
  let archived = 0;
  for (const [index, receipt] of oldestFirst.entries()) {
    const place = held[index];
    if (place?.archived === true) archived += 1;
    const what = place === undefined ? 'nothing is known of it' : faultOf(receipt, place, balances);
    if (what !== undefined) faults.push({ date: receipt.businessDate, what });
  }
  const first = faults[0];
  return {
    ok: first === undefined,
    compared: receipts.length,
    archived,
    ...(first && { firstDay: first.date }),
    faults: faults.slice(0, FAULTS_NAMED),
  };
}

interface Held {
  readonly state: string | null;
  readonly chunk: Buffer | null;
  readonly act: Buffer | null;
  readonly head: bigint;
  readonly archived: boolean;
}

/** What the database has at the places the receipts name, in their order. */
async function heldAt(tx: Transaction, receipts: readonly DayReceipt[]): Promise<Held[]> {
  const { rows } = await tx.query<Held>(
    `select d.state, clearing.ledger_hash_before(r.chunk_no + 1) as chunk, h.chunk_no as head,
            case when r.sequence = 0 then decode(repeat('00', 32), 'hex') else a.sha256 end as act,
            exists (select from clearing.ledger_archive_range g where r.chunk_no >= g.first_chunk and r.chunk_no < g.last_chunk) as archived
       from unnest($1::date[], $2::bigint[], $3::bigint[]) with ordinality as r(business_date, chunk_no, sequence, place)
      cross join clearing.ledger_head h
       left join clearing.business_day d on d.business_date = r.business_date
       left join platform.act_log a on a.sequence = r.sequence
      order by r.place`,
    [
      receipts.map(({ businessDate }) => businessDate),
      receipts.map(({ ledger }) => ledger.chunkNo),
      receipts.map(({ actLog }) => actLog.sequence),
    ],
  );
  return rows;
}

function faultOf(receipt: DayReceipt, held: Held, balances: DayBalances): string | undefined {
  const { ledger, actLog } = receipt;
  if (held.state !== 'closed') return `the day was closed, and is now ${held.state ?? 'unknown'}`;
  if (!held.archived) {
    const chunk = held.chunk?.toString('hex');
    if (chunk === undefined)
      return `the chain was ${ledger.chunkNo} chunks long then, and has only ${held.head} chunks now`;
    if (chunk !== ledger.headSha256)
      return `chunk ${ledger.chunkNo} of the chain had the hash ${ledger.headSha256}, and has now ${chunk}`;
  }
  const act = held.act?.toString('hex');
  if (act !== actLog.headSha256)
    return `line ${actLog.sequence} of the act log had the hash ${actLog.headSha256}, and ${act === undefined ? 'is gone' : `has now ${act}`}`;
  return balances.differenceFrom(receipt);
}

interface DayBalances {
  differenceFrom(receipt: DayReceipt): string | undefined;
}

type Turnover = { debit: bigint; credit: bigint };

/** Trial balances at the end of all the days in one pass: today's, with the turnover of later days taken away. */
async function balancesOfDays(tx: Transaction, receipts: readonly DayReceipt[]): Promise<DayBalances> {
  const { rows: accounts } = await tx.query<{ account: string; debit: string; credit: string }>(
    `select account_code as account, debits_posted::text as debit, credits_posted::text as credit from clearing.account
      union all
     select kind, sum(debits_posted)::text, sum(credits_posted)::text from clearing.card_account group by kind`,
  );
  const { rows: later } = await tx.query<{ day: string; account: string; debit: string; credit: string }>(
    `select t.business_date as day, s.account, sum(s.debit)::text as debit, sum(s.credit)::text as credit
       from clearing.ledger_transfer t
      cross join lateral (values (t.debit_account, t.amount_fen, 0), (t.credit_account, 0, t.amount_fen)) as s(account, debit, credit)
      where t.business_date > $1 and t.phase in ('posted', 'post') group by 1, 2 order by 1 desc`,
    [receipts[0]?.businessDate ?? '9999-12-31'],
  );
  const { rows: years } = await tx.query<{ year: number | null }>(
    'select max(year) as year from clearing.ledger_archive',
  );
  const lastArchived = years[0]?.year ?? 0;
  const running = new Map(
    accounts.map(({ account, debit, credit }) => [account, { debit: BigInt(debit), credit: BigInt(credit) }]),
  );
  const found = new Map<string, string | undefined>();
  let next = 0;
  for (const receipt of receipts.toReversed()) {
    for (let row = later[next]; row !== undefined && row.day > receipt.businessDate; row = later[next]) {
      const stands = running.get(row.account) ?? { debit: 0n, credit: 0n };
      running.set(row.account, {
        debit: stands.debit - BigInt(row.debit),
        credit: stands.credit - BigInt(row.credit),
      });
      next += 1;
    }
    // Transfers of archived years are not there to be taken away; the carried sums have their own seal in the chain.
    if (Number(receipt.businessDate.slice(0, 4)) > lastArchived)
      found.set(receipt.businessDate, firstDifference(receipt, running));
  }
  return { differenceFrom: (receipt) => found.get(receipt.businessDate) };
}

function firstDifference(receipt: DayReceipt, now: ReadonlyMap<string, Turnover>): string | undefined {
  const then = new Map(receipt.trialBalance.map((line) => [line.account, line]));
  for (const account of [...new Set([...then.keys(), ...now.keys()])].sort()) {
    const [was, is] = [then.get(account), now.get(account)];
    const [debit, credit] = [was?.debitFen ?? 0n, was?.creditFen ?? 0n];
    if ((is?.debit ?? 0n) !== debit || (is?.credit ?? 0n) !== credit)
      return `account ${account} stood at ${debit} fen debit and ${credit} fen credit, and now at ${is?.debit ?? 0n} and ${is?.credit ?? 0n}`;
  }
  return undefined;
}
