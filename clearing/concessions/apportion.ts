import {
  allocate,
  approveAct,
  type Database,
  type Fen,
  fen,
  type Principal,
  proposeAct,
  recordAct,
  type Transaction,
} from '@citycard/common';
import { currentBusinessDate } from '../ledger/business-day.ts';
import { postOrThrow } from '../ledger/posting.ts';
import { ensureAccount } from '../pricing/price-day.ts';
import { concessionErrors } from './errors.ts';
import { daysOfMonth, requirePricedMonth } from './month.ts';
import { PASS_UNEARNED } from './pass.ts';

const ACT = 'apportion-passes';

/** The price of the passes of a code that ended in a month, by operator. The parts are the whole. */
export interface Apportionment {
  readonly number: bigint;
  readonly approvalId: bigint;
  readonly code: string;
  readonly month: string;
  readonly passCount: bigint;
  readonly useCount: bigint;
  readonly amountFen: Fen;
  readonly proposedBy: string;
  readonly approvedBy?: string;
  /** By number of rides, largest remainder; the company stands as `''` when nobody ever rode. */
  readonly shares: readonly { readonly participantNo: string; readonly useCount: bigint; readonly amountFen: Fen }[];
  readonly postedDate?: string;
}

/**
 * The first person asks for the price of the passes of a code that ended in a month to be given to the operators that were
 * ridden with on them, in proportion to the rides. Each pass is in one such division. The same question again gets the same
 * answer.
 *
 * @throws CityCardError `clearing.concessions.month-open`, `.nothing-ended`
 */
export async function proposeApportionment(
  tx: Transaction,
  maker: Principal,
  code: string,
  month: string,
): Promise<Apportionment> {
  await requirePricedMonth(tx, month);
  await lockApportionments(tx);
  const { first, last } = daysOfMonth(month);
  const known = await tx.query<{ number: bigint }>(
    'select apportionment_no as number from clearing.pass_apportionment where code = $1 and month = $2',
    [code, first],
  );
  if (known.rows[0] !== undefined) return readApportionment(tx, known.rows[0].number);
  const uses = await tx.query<{ passes: bigint; amount: bigint; participant_no: string | null; uses: bigint }>(
    `with ended as (
       select card_no, pass_no, price_fen from clearing.pass
        where code = $1 and coalesce(ended_on, valid_to) between $2 and $3 and apportioned is null
     )
     select (select count(*) from ended) as passes, (select coalesce(sum(price_fen), 0)::bigint from ended) as amount,
            u.participant_no, u.uses
       from (select 1) one
       left join (select participant_no, count(*) as uses from clearing.pass_use join ended using (card_no, pass_no) group by 1) u on true
      order by u.participant_no`,
    [code, first, last],
  );
  const [{ passes, amount } = { passes: 0n, amount: 0n }] = uses.rows;
  if (amount === 0n) throw concessionErrors.nothingEnded({ code, month });
  const ridden = uses.rows.flatMap((row) =>
    row.participant_no === null ? [] : [{ participantNo: row.participant_no, useCount: row.uses }],
  );
  const holders = ridden.length > 0 ? ridden : [{ participantNo: '', useCount: 0n }];
  const parts = allocate(fen(amount), ridden.length > 0 ? ridden.map(({ useCount }) => useCount) : [1n]);
  const useCount = ridden.reduce((sum, each) => sum + each.useCount, 0n);
  const { approvalId } = await proposeAct(tx, maker, {
    act: ACT,
    subject: `${code} ${month}`,
    content: contentOf(code, month, amount),
  });
  const { rows } = await tx.query<{ number: bigint }>(
    `insert into clearing.pass_apportionment (code, month, pass_count, use_count, amount_fen, approval_id, proposed_by)
     values ($1, $2, $3, $4, $5, $6, $7) returning apportionment_no as number`,
    [code, first, passes, useCount, amount, approvalId, maker.id],
  );
  const number = rows[0]?.number ?? 0n;
  await tx.query(
    `insert into clearing.pass_share (apportionment_no, participant_no, use_count, amount_fen)
     select $1, * from unnest($2::text[], $3::bigint[], $4::bigint[])`,
    [number, holders.map((each) => each.participantNo), holders.map((each) => each.useCount), parts],
  );
  await tx.query(
    `update clearing.pass set apportioned = $4
      where code = $1 and coalesce(ended_on, valid_to) between $2 and $3 and apportioned is null`,
    [code, first, last, number],
  );
  const detail = { passes: passes.toString(), amountFen: amount.toString() };
  await recordAct(tx, maker, { act: `propose-${ACT}`, subject: `${code} ${month}`, detail });
  return readApportionment(tx, number);
}

/** One division of prices, or change of what is divided, at a time. */
export async function lockApportionments(tx: Transaction): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('apportion passes', 0))`);
}

/**
 * Drops a division that nobody has agreed to, because one of its passes was given back; the same month is divided again.
 *
 * @throws CityCardError `clearing.concessions.pass-shared-out` when operators have been given their parts
 */
export async function withdrawApportionment(tx: Transaction, actor: Principal, number: bigint): Promise<void> {
  const { rows } = await tx.query<{ posted_date: string | null }>(
    'select posted_date from clearing.pass_apportionment where apportionment_no = $1 for update',
    [number],
  );
  if (rows[0]?.posted_date !== null) throw concessionErrors.passSharedOut({ number });
  const { code, month } = await readApportionment(tx, number);
  await tx.query('update clearing.pass set apportioned = null where apportioned = $1', [number]);
  await tx.query('delete from clearing.pass_share where apportionment_no = $1', [number]);
  await tx.query('delete from clearing.pass_apportionment where apportionment_no = $1', [number]);
  await recordAct(tx, actor, {
    act: `drop-${ACT}`,
    subject: `${code} ${month}`,
    detail: { number: number.toString() },
  });
}

/**
 * The second person: operators are owed their parts, on their next settlement sheet. Approving again changes nothing.
 *
 * @throws CityCardError `clearing.concessions.apportionment-unknown`; `identity.same-person`
 */
export async function approveApportionment(
  tx: Transaction,
  checker: Principal,
  number: bigint,
): Promise<Apportionment> {
  const date = await currentBusinessDate(tx);
  await tx.query('select from clearing.pass_apportionment where apportionment_no = $1 for update', [number]);
  const proposed = await readApportionment(tx, number);
  const { code, month, amountFen, shares } = proposed;
  await approveAct(tx, checker, proposed.approvalId, contentOf(code, month, amountFen));
  if (proposed.postedDate !== undefined) return proposed;
  const due = shares
    .filter((share) => share.amountFen > 0n)
    .map(({ participantNo, amountFen: amount }) => ({
      participantNo,
      account: participantNo === '' ? 'fee-income:main' : `operator-payable:${participantNo}`,
      amount,
    }));
  for (const { account, participantNo } of due)
    await ensureAccount(tx, account, participantNo === '' ? undefined : participantNo);
  const legs = due.map(({ account, amount }) => ({ debit: PASS_UNEARNED, credit: account, amount }));
  await postOrThrow(tx, date, [{ key: `pass-revenue:${number}`, reason: `passes ${code} of ${month}`, legs }]);
  await tx.query(
    'update clearing.pass_apportionment set approved_by = $2, posted_date = $3 where apportionment_no = $1',
    [number, checker.id, date],
  );
  await recordAct(tx, checker, { act: ACT, subject: `${code} ${month}` });
  return readApportionment(tx, number);
}

const contentOf = (code: string, month: string, amountFen: bigint) => ({
  code,
  month,
  amountFen: amountFen.toString(),
});

/** One apportionment with its shares. @throws CityCardError `clearing.concessions.apportionment-unknown` */
export async function readApportionment(db: Database | Transaction, number: bigint): Promise<Apportionment> {
  const [found] = await readApportionments(db, number);
  if (found === undefined) throw concessionErrors.apportionmentUnknown({ number });
  return found;
}

/** Divisions of prices by number, the newest 200. */
export const listApportionments = (db: Database): Promise<Apportionment[]> => readApportionments(db);

async function readApportionments(db: Database | Transaction, number?: bigint): Promise<Apportionment[]> {
  const { rows } = await (db as Database).query<{
    apportionment_no: bigint;
    approval_id: bigint;
    code: string;
    month: string;
    pass_count: bigint;
    use_count: bigint;
    amount_fen: bigint;
    proposed_by: string;
    approved_by: string | null;
    posted_date: string | null;
  }>(
    `select * from clearing.pass_apportionment where $1::bigint is null or apportionment_no = $1
      order by apportionment_no desc limit 200`,
    [number ?? null],
  );
  const shares = await (db as Database).query<{
    apportionment_no: bigint;
    participant_no: string;
    use_count: bigint;
    amount_fen: bigint;
  }>(
    `select apportionment_no, participant_no, use_count, amount_fen from clearing.pass_share
      where apportionment_no = any($1) order by 1, 2`,
    [rows.map((row) => row.apportionment_no)],
  );
  return rows.map((row) => ({
    number: row.apportionment_no,
    approvalId: row.approval_id,
    code: row.code,
    month: row.month.slice(0, 7),
    passCount: row.pass_count,
    useCount: row.use_count,
    amountFen: fen(row.amount_fen),
    proposedBy: row.proposed_by,
    ...(row.approved_by !== null && { approvedBy: row.approved_by }),
    shares: shares.rows
      .filter((share) => share.apportionment_no === row.apportionment_no)
      .map((share) => ({
        participantNo: share.participant_no,
        useCount: share.use_count,
        amountFen: fen(share.amount_fen),
      })),
    ...(row.posted_date !== null && { postedDate: row.posted_date }),
  }));
}
