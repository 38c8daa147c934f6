import { type BusinessDate, type Database, type Transaction } from '@citycard/common';
import { warnOfCalendarEnd } from '../calendar/in-force.ts';
import { writeIndustryLines } from '../industries/settlement-lines.ts';
import { usePasses } from '../concessions/pass-use.ts';
import { settleRides } from '../concessions/settle-rides.ts';
import { netDay } from '../netting/net-day.ts';
import { priceDay } from '../pricing/price-day.ts';
import { pricingEvidence } from '../pricing/stored-lines.ts';
import { makeReceipt } from '../receipts/receipt.ts';
import { closeReports } from '../reports/day-reports.ts';
import { instructionEvidence, instructSheets } from '../settlement/instruct.ts';
import { listSheets, makeSheets, sheetsSha256 } from '../settlement/sheets.ts';
import { releaseSubsidies } from '../subsidies/release.ts';
import { balancesAt } from '../float/balances-at.ts';
import { floatPosition } from '../float/float-position.ts';
import { keepFloatDay } from '../float/history.ts';
import { raiseAlarm } from '../alarms/alarm.ts';
import { dayErrors } from './errors.ts';
import { nettedEvidence } from './netted-evidence.ts';
import { checkStage, type Evidence, listStages } from './evidence.ts';
import type { ClearingDayDeps } from './deps.ts';
import type { DayState } from './transitions.ts';

/** What a stage does, inside the one transaction that also moves the day on; it returns the evidence of what it did. */
export interface Stage {
  /** Before it starts: the evidence of the stage before, counted again. */
  readonly checks: (tx: Transaction, date: BusinessDate) => Promise<void>;
  /** Undefined when the time has not come yet (records undecided, payments out). */
  readonly run: (tx: Transaction, date: BusinessDate, deps: ClearingDayDeps) => Promise<Evidence | undefined>;
}

export type AutomaticState = Exclude<DayState, 'open' | 'cut-off' | 'approved'>;

/** The automatic stages by the state they lead to. Who may go where, and after what, is in transitions.ts. */
export const STAGES: Readonly<Record<AutomaticState, Stage>> = {
  validated: {
    checks: async (tx, date) => checkStage(tx, date, 'cut-off', await intakeEvidence(tx, date)),
    run: async (tx, date, { calendar }) => {
      const { undecided, ...evidence } = await recordsEvidence(tx, date);
      if (undecided !== 0n) return undefined;
      await provePostedPurchases(tx, date);
      await warnOfCalendarEnd(tx, calendar, date);
      return { ...evidence, outcomes: await outcomesOf(tx, date) };
    },
  },
  priced: {
    checks: async (tx, date) => {
      const { undecided, ...evidence } = await recordsEvidence(tx, date);
      if (undecided !== 0n) throw dayErrors.undecided({ date, count: undecided });
      await checkStage(tx, date, 'validated', evidence);
    },
    run: async (tx, date) => {
      await usePasses(tx, date);
      await settleRides(tx, date);
      await releaseSubsidies(tx, date);
      await priceDay(tx, date);
      await writeIndustryLines(tx, date);
      return pricingEvidence(tx, date);
    },
  },
  netted: {
    checks: async (tx, date) => checkStage(tx, date, 'priced', await pricingEvidence(tx, date)),
    run: async (tx, date, deps) => {
      const moved = await netDay(tx, date);
      await makeSheets(tx, date, moved, deps.calendar);
      return nettedEvidence(tx, date);
    },
  },
  instructed: {
    checks: async (tx, date) => checkStage(tx, date, 'approved', await sheetsEvidence(tx, date)),
    run: async (tx, date, deps) => {
      const approved = (await listStages(tx, date)).find(({ stage }) => stage === 'approved');
      if (approved === undefined) return undefined;
      const sheets = (await listSheets(tx, date)).filter(({ state }) => state === 'approved');
      await instructSheets(tx, date, sheets, { ...deps, approvedAt: approved.completedAt });
      return instructionEvidence(tx, date);
    },
  },
  settled: {
    checks: async (tx, date) => checkStage(tx, date, 'instructed', await instructionEvidence(tx, date)),
    run: async (tx, date) => {
      const evidence = await paymentsEvidence(tx, date);
      return evidence.unpaid === 0n ? evidence : undefined;
    },
  },
  closed: {
    checks: async (tx, date) => checkStage(tx, date, 'settled', await paymentsEvidence(tx, date)),
    run: async (tx, date, deps) => {
      const lines = await balancesAt(tx, date);
      const sumFen = lines.reduce((sum, line) => sum + line.balanceFen, 0n);
      if (sumFen !== 0n)
        throw dayErrors.proofFailed({ proof: 'trial balance', date, detail: `it sums to ${sumFen} fen` });
      const position = await floatPosition(tx, date);
      if (!position.ok) {
        const { differenceFen, uncoveredMigrations, unexplainedFen, deposits, bankAccounts } = position;
        const evidence = { differenceFen, uncoveredMigrations, unexplainedFen, deposits, bankAccounts };
        await raiseAlarm(tx, { kind: 'float-difference', severity: 'critical', subject: date, evidence });
      }
      await keepFloatDay(tx, { lines, position });
      const reports = await closeReports(tx, date, { lines, position }, deps.reportsDirectory);
      const receipt = await makeReceipt(tx, date, { lines, position });
      return { trialBalanceSumFen: sumFen, accounts: lines.length, float: position, reports, receipt };
    },
  },
};

async function intakeEvidence(tx: Transaction, date: BusinessDate): Promise<Evidence> {
  const { rows } = await tx.query<{ intakes: bigint; records: bigint; amount_fen: bigint }>(
    `select count(*) as intakes, coalesce(sum(record_count), 0)::bigint as records, coalesce(sum(amount_fen), 0)::bigint as amount_fen
       from clearing.intake where business_date = $1`,
    [date],
  );
  return { intakes: rows[0]?.intakes, records: rows[0]?.records, amountFen: rows[0]?.amount_fen };
}

/** What no longer changes once a day is validated: its records, and what was posted on it. */
async function recordsEvidence(tx: Transaction, date: BusinessDate) {
  const { rows } = await tx.query<Record<'records' | 'amount' | 'undecided' | 'posted' | 'posted_amount', bigint>>(
    `select r.records, r.amount, r.undecided + q.waiting as undecided, p.posted, p.posted_amount
       from (select count(*) as records, coalesce(sum(amount_fen), 0)::bigint as amount,
                    count(*) filter (where state = 'received') as undecided
               from clearing.purchase_record where business_date = $1) r,
            (select coalesce(sum(record_count), 0)::bigint as waiting
               from clearing.undecided_day where business_date = $1) q,
            (select count(*) as posted, coalesce(sum(amount_fen), 0)::bigint as posted_amount
               from clearing.purchase_record where posted_date = $1) p`,
    [date],
  );
  const row = rows[0];
  return {
    undecided: row?.undecided ?? 0n,
    records: row?.records ?? 0n,
    recordsFen: row?.amount ?? 0n,
    posted: row?.posted ?? 0n,
    postedFen: row?.posted_amount ?? 0n,
  };
}

/** The proof: accepted records that say they were posted on the day are, to the fen, the day's purchases in the ledger. */
async function provePostedPurchases(tx: Transaction, date: BusinessDate): Promise<void> {
  const { rows } = await tx.query<{ records: bigint; ledger: bigint }>(
    `select (select coalesce(sum(amount_fen), 0)::bigint from clearing.purchase_record
              where posted_date = $1 and state = 'accepted') as records,
            (select coalesce(sum(amount_fen), 0)::bigint from clearing.ledger_transfer
              where business_date = $1 and phase in ('posted', 'post') and posting_key like 'purchase:%') as ledger`,
    [date],
  );
  const { records, ledger } = rows[0] ?? { records: 0n, ledger: 0n };
  if (records !== ledger) {
    const detail = `accepted records sum to ${records} fen, their postings to ${ledger}`;
    throw dayErrors.proofFailed({ proof: 'accepted purchases equal the ledger', date, detail });
  }
}

/** Totals per outcome at this moment; held and routed records may still get another outcome on a later day. */
async function outcomesOf(db: Database | Transaction, date: BusinessDate): Promise<unknown[]> {
  const { rows } = await (db as Database).query(
    `select state, reason_code as code, count(*) as count, sum(amount_fen)::bigint as "amountFen"
       from clearing.purchase_record where business_date = $1 group by 1, 2 order by 1, 2`,
    [date],
  );
  return rows;
}

async function sheetsEvidence(tx: Transaction, date: BusinessDate): Promise<Evidence> {
  return { sheetsSha256: sheetsSha256(await listSheets(tx, date)) };
}

async function paymentsEvidence(tx: Transaction, date: BusinessDate) {
  const { rows } = await tx.query<Record<'unpaid' | 'paid' | 'paid_amount' | 'rejected', bigint>>(
    `select (select count(*) from clearing.settlement_sheet
              where business_date = $1 and disposition = 'pay' and state not in ('paid', 'carried')) as unpaid,
            count(*) filter (where state = 'posted') as paid,
            coalesce(sum(booked_fen), 0)::bigint as paid_amount,
            count(*) filter (where state in ('rejected', 'short')) as rejected
       from clearing.payment where business_date = $1`,
    [date],
  );
  const row = rows[0];
  return {
    unpaid: row?.unpaid ?? 0n,
    paid: row?.paid ?? 0n,
    paidFen: row?.paid_amount ?? 0n,
    rejectedAttempts: row?.rejected ?? 0n,
  };
}
