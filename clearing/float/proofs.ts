import {
  type BusinessDate,
  businessDate,
  type Database,
  type Fen,
  fen,
  type Principal,
  recordAct,
  requireOneSide,
  transact,
  type Transaction,
} from '@citycard/common';
import { raiseAlarm } from '../alarms/alarm.ts';
import { supervisionErrors } from '../supervision/errors.ts';
import type { FloatPosition } from './float-position.ts';

/** A bank account of a closed day that its statement does not prove. */
export interface OpenProof {
  readonly date: BusinessDate;
  readonly account: string;
  readonly ledgerFen: Fen;
  /** Absent while the statement is missing. */
  readonly statementFen?: Fen;
  /** Ledger less statement. */
  readonly differenceFen?: Fen;
  /** Whole days since the business day. */
  readonly ageDays: number;
}

/** Listed at once, the oldest first. */
const LIST_LIMIT = 400;

/** What of closed days is not proved: statements that are missing and statements that differ, the oldest first. */
export async function openProofs(db: Database | Transaction): Promise<OpenProof[]> {
  const { rows } = await (db as Database).query<{
    business_date: string;
    account_code: string;
    ledger_fen: bigint;
    statement_fen: bigint | null;
    age: number;
  }>(
    `select business_date, account_code, ledger_fen, statement_fen,
            (now() at time zone 'Asia/Shanghai')::date - business_date as age
       from clearing.float_proof where statement_fen is distinct from ledger_fen and explained_by is null
      order by business_date, account_code limit $1`,
    [LIST_LIMIT],
  );
  return rows.map((row) => ({
    date: businessDate(row.business_date),
    account: row.account_code,
    ledgerFen: fen(row.ledger_fen),
    ...(row.statement_fen !== null && {
      statementFen: fen(row.statement_fen),
      differenceFen: fen(row.ledger_fen - row.statement_fen),
    }),
    ageDays: row.age,
  }));
}

/**
 * Keeps what the bank says of a day that closes. A statement that has not come does not stop the day: its proof is missing
 * until it comes, people are told, and no fee is withdrawn meanwhile.
 */
export async function keepProofs(tx: Transaction, { date, bankAccounts }: FloatPosition): Promise<void> {
  // The company's own money is not the float's, and an empty account without a statement says nothing.
  const kept = bankAccounts.filter(
    ({ account, ledgerFen, statementFen }) =>
      !account.startsWith('bank-own-funds:') && (ledgerFen !== 0n || statementFen !== undefined),
  );
  await tx.query(
    `insert into clearing.float_proof (business_date, account_code, ledger_fen, statement_fen)
     select $1, * from unnest($2::text[], $3::bigint[], $4::bigint[])`,
    [
      date,
      kept.map(({ account }) => account),
      kept.map(({ ledgerFen }) => ledgerFen),
      kept.map(({ statementFen }) => statementFen ?? null),
    ],
  );
  const missing = kept.filter(({ statementFen }) => statementFen === undefined).map(({ account }) => account);
  if (missing.length > 0)
    await raiseAlarm(tx, {
      kind: 'bank-statement-missing',
      severity: 'warning',
      subject: date,
      evidence: { accounts: missing },
    });
}

/** Completes proofs of closed days with statements that came later; one that differs is an alarm. Answers how many. */
export async function completeProofs(db: Database): Promise<number> {
  return transact(db, async (tx) => {
    const { rows } = await tx.query<{ date: string; account: string; ledger: bigint; statement: bigint }>(
      `update clearing.float_proof p set statement_fen = s.closing_fen from clearing.bank_statement s
        where p.statement_fen is null and s.statement_date = p.business_date
          and s.account_no = substr(p.account_code, strpos(p.account_code, ':') + 1)
       returning p.business_date as date, p.account_code as account, p.ledger_fen as ledger, p.statement_fen as statement`,
    );
    for (const { date, account, ledger, statement } of rows) {
      if (ledger === statement) continue;
      await raiseAlarm(tx, {
        kind: 'float-difference',
        severity: 'critical',
        subject: date,
        evidence: { account, ledgerFen: ledger, statementFen: statement, differenceFen: ledger - statement },
      });
    }
    return rows.length;
  });
}

/**
 * A supervisor writes down why an account of a closed day differs from its statement, or goes without one: the day stays as it
 * is, and the proof is open no longer.
 *
 * @throws CityCardError `supervision.proof-unknown`; `identity.both-sides`
 */
export async function explainProof(
  tx: Transaction,
  by: Principal,
  proof: { readonly date: BusinessDate; readonly account: string; readonly explanation: string },
): Promise<void> {
  await requireOneSide(tx, by);
  const { date, account, explanation } = proof;
  const { rowCount } = await tx.query(
    `update clearing.float_proof set explained_by = $3, explained_at = clock_timestamp(), explanation = $4
      where business_date = $1 and account_code = $2 and statement_fen is distinct from ledger_fen and explained_by is null`,
    [date, account, by.id, explanation],
  );
  if (rowCount === 0) throw supervisionErrors.proofUnknown({ date, account });
  await recordAct(tx, by, { act: 'explain-float-proof', subject: `${date} ${account}` });
}
