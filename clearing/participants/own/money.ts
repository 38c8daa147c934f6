import { type BusinessDate, type Database, type Fen, fen } from '@citycard/common';
import { accountBalance } from '../../ledger/balances.ts';
import { accountStatement } from '../../ledger/statement.ts';

/** A settlement sheet as the participant it is for sees it. Amounts in fen. */
export interface OwnSheet {
  readonly sheetNo: string;
  readonly businessDate: BusinessDate;
  readonly periodFrom: BusinessDate;
  readonly salesCount: number;
  readonly salesFen: Fen;
  readonly refundFen: Fen;
  readonly feeFen: Fen;
  readonly otherFen: Fen;
  readonly carriedInFen: Fen;
  readonly payableFen: Fen;
  readonly paidFen: Fen;
  readonly state: string;
  readonly carryReason: string | null;
  readonly settleDate: BusinessDate;
}

/** Sheets of a stretch of business days, the newest first; none before two persons have approved it. */
export async function ownSheets(
  db: Database,
  participantNo: string,
  from: BusinessDate,
  to: BusinessDate,
): Promise<OwnSheet[]> {
  const { rows } = await db.query<OwnSheet>(
    `select sheet_no as "sheetNo", business_date as "businessDate", period_from as "periodFrom", sales_count::integer as "salesCount",
            sales_fen as "salesFen", refund_fen as "refundFen", fee_fen as "feeFen", other_fen as "otherFen", carried_in_fen as "carriedInFen",
            payable_fen as "payableFen", paid_fen as "paidFen", state, carry_reason as "carryReason", settle_date as "settleDate"
       from clearing.settlement_sheet
      where participant_no = $1 and business_date between $2 and $3 and state <> 'made'
      order by business_date desc, sheet_no limit 1000`,
    [participantNo, from, to],
  );
  return rows;
}

/** Loads an agent's terminals did on a city date, by terminal and batch. */
export interface JournalLine {
  readonly terminalNo: string;
  readonly batchNo: string;
  readonly loads: number;
  readonly loadedFen: Fen;
  readonly pending: number;
  readonly pendingFen: Fen;
  readonly cancelled: number;
  readonly cancelledFen: Fen;
}

/** The day journal of an agent. A load that is pending may be on its card; its amount is held back from the prefund. */
export async function ownJournal(db: Database, participantNo: string, date: BusinessDate): Promise<JournalLine[]> {
  const { rows } = await db.query<JournalLine>(
    `select l.terminal_no as "terminalNo", l.batch_no as "batchNo",
            count(*) filter (where l.state = 'posted')::integer as loads,
            coalesce(sum(l.amount_fen) filter (where l.state = 'posted'), 0)::bigint as "loadedFen",
            count(*) filter (where l.state = 'pending')::integer as pending,
            coalesce(sum(l.amount_fen) filter (where l.state = 'pending'), 0)::bigint as "pendingFen",
            count(c.load_id)::integer as cancelled, coalesce(sum(l.amount_fen) filter (where c.load_id is not null), 0)::bigint as "cancelledFen"
       from clearing.load l
       left join clearing.load_cancellation c on c.card_no = l.card_no and c.load_id = l.load_id and c.state = 'posted'
      where l.merchant_no = $1 and l.city_date = $2 group by 1, 2 order by 1, 2 limit 2000`,
    [participantNo, date],
  );
  return rows;
}

/** Accounts a participant has with us, by the words of its page. */
const KINDS = ['operator-pending', 'operator-payable', 'biller-payable', 'agent-prefund'] as const;
export type OwnAccountKind = (typeof KINDS)[number];

/** What stands on a participant's accounts now; those it does not have are left out. */
export async function ownBalances(
  db: Database,
  participantNo: string,
): Promise<{ kind: OwnAccountKind; postedFen: Fen; availableFen: Fen }[]> {
  const { rows } = await db.query<{ account_code: string }>(
    'select account_code from clearing.account where account_code = any($1::text[])',
    [KINDS.map((kind) => `${kind}:${participantNo}`)],
  );
  const have = new Set(rows.map((row) => row.account_code));
  const found = KINDS.filter((kind) => have.has(`${kind}:${participantNo}`));
  return Promise.all(
    found.map(async (kind) => {
      const { posted, available } = await accountBalance(db, `${kind}:${participantNo}`);
      return { kind, postedFen: fen(posted), availableFen: fen(available) };
    }),
  );
}

export interface OwnMovement {
  readonly at: Date;
  readonly businessDate: BusinessDate;
  readonly side: 'debit' | 'credit';
  readonly amountFen: Fen;
  readonly phase: string;
  readonly reason: string;
  readonly balanceFen: Fen;
}

/**
 * What moved on one of a participant's own accounts. Whose card it was, and what stands on the other side, is not its business.
 *
 * @throws CityCardError `clearing.account-unknown`, `clearing-ledger.times-reversed`, `.archived`
 */
export async function ownStatement(
  db: Database,
  participantNo: string,
  query: {
    readonly kind: OwnAccountKind;
    readonly from: BusinessDate;
    readonly to: BusinessDate;
    readonly after?: string;
  },
): Promise<{ openingFen: Fen; closingFen: Fen; lines: OwnMovement[]; next?: string }> {
  const { kind, from, to, after } = query;
  const statement = await accountStatement(db, {
    account: `${kind}:${participantNo}`,
    from: new Date(`${from}T00:00:00+08:00`),
    to: new Date(`${to}T23:59:59.999+08:00`),
    limit: 500,
    ...(after !== undefined && { after }),
  });
  return {
    openingFen: statement.openingFen,
    closingFen: statement.closingFen,
    lines: statement.lines.map(({ at, businessDate, side, amountFen, phase, reason, balanceFen }) => ({
      at,
      businessDate,
      side,
      amountFen,
      phase,
      reason,
      balanceFen,
    })),
    ...(statement.next !== undefined && { next: statement.next }),
  };
}
