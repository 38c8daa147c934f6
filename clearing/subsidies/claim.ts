import {
  approveAct,
  type BusinessDate,
  businessDate,
  type Database,
  type Fen,
  fen,
  type Principal,
  proposeAct,
  recordAct,
  type Transaction,
} from '@citycard/common';
import { raiseAlarm } from '../alarms/alarm.ts';
import { daysOfMonth, requirePricedMonth } from '../concessions/month.ts';
import { differingRides } from '../concessions/settle-rides.ts';
import { openAccount } from '../ledger/accounts.ts';
import { currentBusinessDate } from '../ledger/business-day.ts';
import { postOrThrow } from '../ledger/posting.ts';
import { ensureAccount } from '../pricing/price-day.ts';
import { subsidyErrors } from './errors.ts';
import { changedLines, writeLines } from './lines.ts';
import { receivableOfClaim, subsidyPayable } from './release.ts';

const ACT = 'claim-subsidy';

/** What the finance bureau is asked for: the rides of a category posted in a month. */
export interface SubsidyClaim {
  readonly claimNo: bigint;
  /** YYYY-MM */
  readonly month: string;
  readonly category: string;
  readonly state: 'proposed' | 'approved' | 'paid' | 'withdrawn';
  readonly rideCount: bigint;
  readonly amountFen: Fen;
  /** Rides left out: of holders who were not entitled on the day, or with a fare nobody believes. */
  readonly excludedCount: bigint;
  readonly excludedFen: Fen;
  /** Rides claimed that somebody should look at. */
  readonly improbableCount: bigint;
  readonly improbableFen: Fen;
  /** Rides of earlier claims whose holders turned out not to be entitled: taken off this one. */
  readonly reclaimedCount: bigint;
  readonly reclaimedFen: Fen;
  /** Over every line, in order. */
  readonly linesSha256: string;
  readonly approvalId: bigint;
  readonly proposedBy: string;
  readonly approvedBy?: string;
  readonly postedDate?: BusinessDate;
  readonly paidFen: Fen;
  readonly shares: readonly {
    readonly participantNo: string;
    readonly rideCount: bigint;
    readonly amountFen: Fen;
    readonly paidFen: Fen;
  }[];
}

/**
 * The first person makes the claim of a month and category from the rides alone. The month has to be over and priced, so a
 * ride is in one claim for ever.
 *
 * @throws CityCardError `clearing.concessions.month-open`; `clearing.subsidies.claimed`, `.nothing-to-claim`
 */
export async function proposeClaim(
  tx: Transaction,
  maker: Principal,
  month: string,
  category: string,
): Promise<SubsidyClaim> {
  await requirePricedMonth(tx, month);
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('subsidy claims', 0))`);
  const days = daysOfMonth(month);
  const known = await tx.query<{ claim_no: bigint }>(
    `select claim_no from clearing.subsidy_claim where month = $1 and category = $2 and state <> 'withdrawn'`,
    [days.first, category],
  );
  if (known.rows[0] !== undefined) throw subsidyErrors.claimed({ month, category, claimNo: known.rows[0].claim_no });
  const { rows } = await tx.query<{ claim_no: bigint }>(
    `insert into clearing.subsidy_claim (month, category, ride_count, amount_fen, excluded_count, excluded_fen, improbable_count,
       improbable_fen, lines_sha256, proposed_by)
     values ($1, $2, 0, 0, 0, 0, 0, 0, '', $3) returning claim_no`,
    [days.first, category, maker.id],
  );
  const claimNo = rows[0]?.claim_no ?? 0n;
  await writeLines(tx, claimNo, category, days);
  await tx.query(
    `update clearing.subsidy_claim c set ride_count = s.rides, amount_fen = s.amount, excluded_count = s.excluded, excluded_fen = s.excluded_fen,
            improbable_count = s.improbable, improbable_fen = s.improbable_fen, reclaimed_count = s.reclaimed, reclaimed_fen = s.reclaimed_fen,
            lines_sha256 = s.hash
       from (select count(*) filter (where excluded is null and reclaims is null) as rides,
                    coalesce(sum(subsidy_fen) filter (where excluded is null), 0)::bigint as amount,
                    count(*) filter (where excluded is not null) as excluded,
                    coalesce(sum(subsidy_fen) filter (where excluded is not null), 0)::bigint as excluded_fen,
                    count(*) filter (where excluded is null and improbable is not null) as improbable,
                    coalesce(sum(subsidy_fen) filter (where excluded is null and improbable is not null), 0)::bigint as improbable_fen,
                    count(reclaims) as reclaimed, coalesce(-sum(subsidy_fen) filter (where reclaims is not null), 0)::bigint as reclaimed_fen,
                    encode(sha256(coalesce(string_agg(sha256(convert_to(concat_ws('|', card_no, business_date, intake_id, record_index,
                      participant_no, full_fen, paid_fen, subsidy_fen, excluded, improbable, reclaims), 'UTF8')), ''::bytea
                      order by card_no, business_date, intake_id, record_index), ''::bytea)), 'hex') as hash
               from clearing.subsidy_line where claim_no = $1) s
      where c.claim_no = $1`,
    [claimNo],
  );
  await tx.query(
    `insert into clearing.subsidy_share (claim_no, participant_no, ride_count, amount_fen)
     select claim_no, participant_no, count(*) filter (where reclaims is null), sum(subsidy_fen)::bigint from clearing.subsidy_line
      where claim_no = $1 and excluded is null group by 1, 2 having sum(subsidy_fen) > 0`,
    [claimNo],
  );
  const claim = await findClaim(tx, claimNo);
  if (claim.amountFen === 0n) throw subsidyErrors.nothingToClaim({ month, category });
  const { approvalId } = await proposeAct(tx, maker, {
    act: ACT,
    subject: `claim ${claimNo}`,
    content: contentOf(claim),
  });
  await tx.query('update clearing.subsidy_claim set approval_id = $2 where claim_no = $1', [claimNo, approvalId]);
  await recordAct(tx, maker, { act: `propose-${ACT}`, subject: `claim ${claimNo}`, detail: contentOf(claim) });
  if (claim.improbableCount > 0n)
    await raiseAlarm(tx, {
      kind: 'subsidy-improbable',
      severity: 'warning',
      subject: `claim ${claimNo}`,
      evidence: { month, category, rides: claim.improbableCount, subsidyFen: claim.improbableFen },
    });
  return { ...claim, approvalId };
}

/**
 * The second person: the bureau owes the claim from now on, and the operators wait for it. Approving again changes nothing.
 *
 * @throws CityCardError `clearing.subsidies.unknown`, `.decided`, `.changed` when holders turned out not to be entitled since;
 *   `identity.same-person`
 */
export async function approveClaim(tx: Transaction, checker: Principal, claimNo: bigint): Promise<SubsidyClaim> {
  const date = await currentBusinessDate(tx);
  const claim = await lockClaim(tx, claimNo);
  if (claim.state === 'withdrawn') throw subsidyErrors.decided({ claimNo, state: claim.state });
  await approveAct(tx, checker, claim.approvalId, contentOf(claim));
  if (claim.state !== 'proposed') return claim;
  const changed = await changedLines(tx, claimNo, claim.category, daysOfMonth(claim.month));
  if (changed > 0n) throw subsidyErrors.changed({ claimNo });
  await openAccount(tx, receivableOfClaim(claimNo));
  for (const { participantNo } of claim.shares) await ensureAccount(tx, subsidyPayable(participantNo), participantNo);
  const legs = claim.shares.map(({ participantNo, amountFen }) => ({
    debit: receivableOfClaim(claimNo),
    credit: subsidyPayable(participantNo),
    amount: amountFen,
  }));
  const reason = `subsidy ${claim.category} of ${claim.month}`;
  await postOrThrow(tx, date, [{ key: `subsidy-claim:${claimNo}`, reason, legs }]);
  await tx.query(
    `update clearing.subsidy_claim set state = 'approved', approved_by = $2, posted_date = $3 where claim_no = $1`,
    [claimNo, checker.id, date],
  );
  await recordAct(tx, checker, { act: ACT, subject: `claim ${claimNo}`, detail: contentOf(claim) });
  return findClaim(tx, claimNo);
}

/** Takes a proposed claim back, so that it can be made again. @throws CityCardError `clearing.subsidies.unknown`, `.decided` */
export async function withdrawClaim(tx: Transaction, actor: Principal, claimNo: bigint): Promise<SubsidyClaim> {
  const claim = await lockClaim(tx, claimNo);
  if (claim.state === 'withdrawn') return claim;
  if (claim.state !== 'proposed') throw subsidyErrors.decided({ claimNo, state: claim.state });
  await tx.query(`update clearing.subsidy_claim set state = 'withdrawn' where claim_no = $1`, [claimNo]);
  await recordAct(tx, actor, { act: `withdraw-${ACT}`, subject: `claim ${claimNo}`, detail: {} });
  return { ...claim, state: 'withdrawn' };
}

/** What a claim comes to when every ride is worked out again from its record, the rules and the books of concessions. */
export async function verifyClaim(
  tx: Transaction,
  claimNo: bigint,
): Promise<{ readonly ok: boolean; readonly differingRides: readonly unknown[]; readonly changedLines: bigint }> {
  const claim = await findClaim(tx, claimNo);
  const days = daysOfMonth(claim.month);
  const { rows } = await tx.query<{ business_date: string }>(
    'select business_date from clearing.business_day where business_date between $1 and $2 order by 1',
    [days.first, days.last],
  );
  const differing = [];
  for (const row of rows) differing.push(...(await differingRides(tx, businessDate(row.business_date))));
  const changed = await changedLines(tx, claimNo, claim.category, days);
  return { ok: differing.length === 0 && changed === 0n, differingRides: differing, changedLines: changed };
}

const contentOf = ({ claimNo, month, category, amountFen, linesSha256 }: SubsidyClaim) => ({
  claimNo: claimNo.toString(),
  month,
  category,
  amountFen: amountFen.toString(),
  linesSha256,
});

async function lockClaim(tx: Transaction, claimNo: bigint): Promise<SubsidyClaim> {
  await tx.query('select from clearing.subsidy_claim where claim_no = $1 for update', [claimNo]);
  return findClaim(tx, claimNo);
}

interface ClaimRow {
  claim_no: bigint;
  month: string;
  category: string;
  state: SubsidyClaim['state'];
  ride_count: bigint;
  amount_fen: bigint;
  excluded_count: bigint;
  excluded_fen: bigint;
  improbable_count: bigint;
  improbable_fen: bigint;
  reclaimed_count: bigint;
  reclaimed_fen: bigint;
  lines_sha256: string;
  approval_id: bigint | null;
  proposed_by: string;
  approved_by: string | null;
  posted_date: string | null;
  paid_fen: bigint;
}

/** @throws CityCardError `clearing.subsidies.unknown` */
export async function findClaim(db: Database | Transaction, claimNo: bigint): Promise<SubsidyClaim> {
  const [claim] = await readClaims(db, claimNo);
  if (claim === undefined) throw subsidyErrors.unknown({ claimNo });
  return claim;
}

/** Every claim, the newest first. */
export const listClaims = (db: Database | Transaction): Promise<SubsidyClaim[]> => readClaims(db);

async function readClaims(db: Database | Transaction, claimNo?: bigint): Promise<SubsidyClaim[]> {
  const { rows } = await (db as Database).query<ClaimRow>(
    'select * from clearing.subsidy_claim where $1::bigint is null or claim_no = $1 order by claim_no desc',
    [claimNo ?? null],
  );
  const shares = await (db as Database).query<{
    claim_no: bigint;
    participant_no: string;
    ride_count: bigint;
    amount_fen: bigint;
    paid_fen: bigint;
  }>('select * from clearing.subsidy_share where $1::bigint is null or claim_no = $1 order by participant_no', [
    claimNo ?? null,
  ]);
  return rows.map((row) => ({
    claimNo: row.claim_no,
    month: row.month.slice(0, 7),
    category: row.category,
    state: row.state,
    rideCount: row.ride_count,
    amountFen: fen(row.amount_fen),
    excludedCount: row.excluded_count,
    excludedFen: fen(row.excluded_fen),
    improbableCount: row.improbable_count,
    improbableFen: fen(row.improbable_fen),
    reclaimedCount: row.reclaimed_count,
    reclaimedFen: fen(row.reclaimed_fen),
    linesSha256: row.lines_sha256,
    approvalId: row.approval_id ?? 0n,
    proposedBy: row.proposed_by,
    ...(row.approved_by !== null && { approvedBy: row.approved_by }),
    ...(row.posted_date !== null && { postedDate: businessDate(row.posted_date) }),
    paidFen: fen(row.paid_fen),
    shares: shares.rows
      .filter((share) => share.claim_no === row.claim_no)
      .map((share) => ({
        participantNo: share.participant_no,
        rideCount: share.ride_count,
        amountFen: fen(share.amount_fen),
        paidFen: fen(share.paid_fen),
      })),
  }));
}
