import { type BusinessDate, type Database, type Fen, fen, type Transaction } from '@citycard/common';
import { type BalanceLine, balancesAt } from './balances-at.ts';

interface BankAccountPosition {
  readonly account: string;
  readonly ledgerFen: Fen;
  /** What the bank's own statement of that day says, when there is one. */
  readonly statementFen?: Fen;
  /** Ledger less statement. */
  readonly differenceFen?: Fen;
}

/** Other people's money at the end of a business day, and where it lies (domain.md F.2). */
export interface FloatPosition {
  readonly date: BusinessDate;
  /** Whom the float belongs to, by kind of account. */
  readonly owed: Readonly<Record<(typeof OWED)[number] | 'fee-income-not-withdrawn', Fen>>;
  readonly owedFen: Fen;
  /** What others still have to pay into it. */
  readonly receivable: Readonly<Record<(typeof RECEIVABLE)[number], Fen>>;
  readonly receivableFen: Fen;
  /** Reserve accounts at the bank. */
  readonly reserve: Readonly<Record<(typeof RESERVE)[number], Fen>>;
  readonly reserveFen: Fen;
  /**
   * Balances of old cards that their former issuer has not paid for: owed to holders, covered by nothing, and so part of the
   * difference. By participant number.
   */
  readonly uncoveredMigrations: Readonly<Record<string, Fen>>;
  readonly uncoveredMigrationsFen: Fen;
  /** Cash of the float on its way to the bank. */
  readonly cashFen: Fen;
  /** owed − receivable − reserve − cash; zero when the float is whole. Below zero: more money than owed. */
  readonly differenceFen: Fen;
  /** The difference less the uncovered migrations: what nobody has named yet. */
  readonly unexplainedFen: Fen;
  /** Card deposits are not float: owed to holders, on their own account, and as cash on its way. */
  readonly deposits: {
    readonly owedFen: Fen;
    readonly bankFen: Fen;
    readonly cashFen: Fen;
    readonly differenceFen: Fen;
  };
  /** The company's own money: fees withdrawn. */
  readonly ownFundsFen: Fen;
  readonly bankAccounts: readonly BankAccountPosition[];
  /** Float and deposits whole and apart, and every statement there is agrees. */
  readonly ok: boolean;
}

const OWED = [
  'purse',
  'online',
  'pending-credit',
  'migrated-balance',
  'agent-prefund',
  'operator-pending',
  'operator-payable',
  'biller-payable',
  'city-payable',
  'suspense',
  'unclaimed-refund',
  'pass-unearned',
  'subsidy-payable',
  'rounding',
] as const;
const RECEIVABLE = ['city-receivable', 'concession-receivable', 'write-off'] as const;
const FORMER_ISSUER = 'former-issuer-receivable';
const RESERVE = ['bank-custody', 'bank-receiving', 'bank-paying', 'settlement-in-transit'] as const;
const CASH = ['cash-shift', 'cash-in-transit'] as const;

/**
 * The float identity of a business day, from the ledger, beside the bank's statements. Deposits and the company's own
 * funds are kept apart: cash counts as deposit cash as far as deposits have not reached their own account yet.
 */
export async function floatPosition(db: Database | Transaction, date: BusinessDate): Promise<FloatPosition> {
  const lines = await balancesAt(db, date);
  return positionOf(date, lines, await statementsOf(db, date));
}

async function statementsOf(db: Database | Transaction, date: BusinessDate): Promise<Map<string, Fen>> {
  const { rows } = await (db as Database).query<{ account_no: string; closing_fen: bigint }>(
    'select account_no, closing_fen from clearing.bank_statement where statement_date = $1',
    [date],
  );
  return new Map(rows.map((row) => [row.account_no, fen(row.closing_fen)]));
}

/** The identity from a trial balance; see {@link floatPosition}. */
export function positionOf(
  date: BusinessDate,
  lines: readonly BalanceLine[],
  statements: ReadonlyMap<string, Fen>,
): FloatPosition {
  const debit = (kind: string) => lines.reduce((sum, line) => (line.kind === kind ? sum + line.balanceFen : sum), 0n);
  const credit = (kind: string) => -debit(kind);
  const total = (parts: Readonly<Record<string, Fen>>) => fen(Object.values(parts).reduce((a, b) => a + b, 0n));

  const ownFunds = debit('bank-own-funds');
  const owed = {
    ...amounts(OWED, credit),
    'fee-income-not-withdrawn': fen(credit('fee-income') - ownFunds),
  };
  const receivable = amounts(RECEIVABLE, debit);
  const reserve = amounts(RESERVE, debit);
  const cash = total(amounts(CASH, debit));

  const depositsOwed = credit('card-deposit');
  const depositsAtBank = debit('bank-card-deposits');
  const missing = depositsOwed - depositsAtBank;
  const depositCash = missing <= 0n ? 0n : missing < cash ? missing : cash;
  const deposits = {
    owedFen: fen(depositsOwed),
    bankFen: fen(depositsAtBank),
    cashFen: fen(depositCash),
    differenceFen: fen(missing - depositCash),
  };
  const [owedFen, receivableFen, reserveFen] = [total(owed), total(receivable), total(reserve)];
  const cashFen = fen(cash - depositCash);
  const differenceFen = fen(owedFen - receivableFen - reserveFen - cashFen);
  const uncoveredMigrations = uncoveredOf(lines);
  const uncoveredMigrationsFen = total(uncoveredMigrations);
  const unexplainedFen = fen(differenceFen - uncoveredMigrationsFen);
  const bankAccounts = bankAccountsOf(lines, statements);
  return {
    date,
    owed,
    owedFen,
    receivable,
    receivableFen,
    reserve,
    reserveFen,
    cashFen,
    differenceFen,
    deposits,
    uncoveredMigrations,
    uncoveredMigrationsFen,
    unexplainedFen,
    ownFundsFen: fen(ownFunds),
    bankAccounts,
    ok:
      differenceFen === 0n &&
      deposits.differenceFen === 0n &&
      bankAccounts.every((account) => (account.differenceFen ?? 0n) === 0n),
  };
}

function amounts<K extends string>(kinds: readonly K[], balance: (kind: string) => bigint): Record<K, Fen> {
  return Object.fromEntries(kinds.map((kind) => [kind, fen(balance(kind))])) as Record<K, Fen>;
}

/** What each former issuer still owes; issuers that owe nothing are left out. */
function uncoveredOf(lines: readonly BalanceLine[]): Record<string, Fen> {
  const owing = lines.filter(({ kind, balanceFen }) => kind === FORMER_ISSUER && balanceFen !== 0n);
  return Object.fromEntries(
    owing.map(({ code, balanceFen }) => [code?.slice(FORMER_ISSUER.length + 1) ?? '', balanceFen]),
  );
}

function bankAccountsOf(lines: readonly BalanceLine[], statements: ReadonlyMap<string, Fen>): BankAccountPosition[] {
  return lines.flatMap(({ code, balanceFen }) => {
    if (code === undefined || !code.startsWith('bank-')) return [];
    const statementFen = statements.get(code.slice(code.indexOf(':') + 1));
    return [
      {
        account: code,
        ledgerFen: balanceFen,
        ...(statementFen !== undefined && { statementFen, differenceFen: fen(balanceFen - statementFen) }),
      },
    ];
  });
}
