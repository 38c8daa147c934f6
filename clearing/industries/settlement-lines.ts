import { type BusinessDate, type Database, type Fen, fen, type Transaction } from '@citycard/common';
import { dayErrors } from '../day/errors.ts';
import { codeOfIndustry } from './code.ts';
import { industriesInForce } from './in-force.ts';

/** A line of the settlement report: an industry on a business day. Amounts in fen. */
export interface IndustryLine {
  /** Byte 55 in two hexadecimal digits; `00` for participants of no industry (kiosks that collect for others). */
  readonly code: string;
  readonly name: string;
  readonly pattern: string;
  /** Accepted purchases that bear the code, by the day they were posted on. */
  readonly purchaseCount: bigint;
  readonly purchaseFen: Fen;
  /** Of the participants of the industry, as priced: what left them again, our fee, what they are owed. */
  readonly refundFen: Fen;
  readonly feeFen: Fen;
  readonly netFen: Fen;
  /**
   * What others than participants of the industry earn of its purchases, another city's buses for example; negative where its
   * participants took in what bears another code and passed it on, as kiosks do. Refund, fee, net and this together are the
   * purchases of the line.
   */
  readonly elsewhereFen: Fen;
  /** Entries without money. */
  readonly visitCount: bigint;
  /** What funds paid beside the purses. */
  readonly fundFen: Fen;
  readonly findingCount: bigint;
}

/**
 * Writes the lines of a day that was priced, and proves them: the purchases of all lines are the day's accepted
 * purchases, their fees and net amounts are those of the pricing lines, and every fund's accounts balance among themselves.
 *
 * @throws CityCardError `clearing-day.proof-failed`
 */
export async function writeIndustryLines(tx: Transaction, date: BusinessDate): Promise<void> {
  const named = new Map((await industriesInForce(tx, date)).map((each) => [each.industry, each.document]));
  const { rows } = await tx.query<Record<string, bigint> & { industry: number }>(
    `with sold as (
       select industry, count(*) as count, sum(amount_fen)::bigint as amount from clearing.purchase_record
        where posted_date = $1 and state = 'accepted' and flag <> 3 group by 1
     ), priced as (
       select coalesce(p.industry, 0) as industry, sum(l.refund_fen)::bigint as refund, sum(l.fee_fen)::bigint as fee, sum(l.net_fen)::bigint as net
         from clearing.pricing_line l join clearing.participant p using (participant_no) where l.business_date = $1 group by 1
     ), looked as (
       select industry, count(*) filter (where amount_fen = 0) as visits, sum(fund_fen)::bigint as fund, count(finding) as findings
         from clearing.industry_entry where posted_date = $1 group by 1
     )
     select industry, coalesce(s.count, 0) as purchase_count, coalesce(s.amount, 0) as purchase_fen, coalesce(p.refund, 0) as refund_fen,
            coalesce(p.fee, 0) as fee_fen, coalesce(p.net, 0) as net_fen, coalesce(l.visits, 0) as visit_count,
            coalesce(l.fund, 0) as fund_fen, coalesce(l.findings, 0) as finding_count
       from sold s full join priced p using (industry) full join looked l using (industry) order by industry`,
    [date],
  );
  const column = (name: string) => rows.map((row) => row[name] ?? 0n);
  await tx.query(
    `insert into clearing.industry_line (business_date, industry, name, pattern, purchase_count, purchase_fen, refund_fen, fee_fen,
       net_fen, visit_count, fund_fen, finding_count)
     select $1, * from unnest($2::smallint[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[],
       $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[])`,
    [
      date,
      rows.map(({ industry }) => industry),
      rows.map(({ industry }) => nameOf(industry, named.get(industry))),
      rows.map(({ industry }) => named.get(industry)?.pattern ?? ''),
      column('purchase_count'),
      column('purchase_fen'),
      column('refund_fen'),
      column('fee_fen'),
      column('net_fen'),
      column('visit_count'),
      column('fund_fen'),
      column('finding_count'),
    ],
  );
  await proveLines(tx, date);
  await proveFunds(tx, date);
}

const nameOf = (industry: number, document: { nameChinese: string; nameEnglish: string } | undefined): string => {
  if (document !== undefined) return `${document.nameChinese} ${document.nameEnglish}`;
  return industry === 0 ? 'of no industry' : 'not configured';
};

async function proveLines(tx: Transaction, date: BusinessDate): Promise<void> {
  const { rows } = await tx.query<Record<'purchases' | 'posted' | 'net' | 'priced', bigint>>(
    `select (select coalesce(sum(purchase_fen), 0)::bigint from clearing.industry_line where business_date = $1) as purchases,
            (select coalesce(sum(amount_fen), 0)::bigint from clearing.ledger_transfer
              where business_date = $1 and phase in ('posted', 'post') and posting_key like 'purchase:%') as posted,
            (select coalesce(sum(net_fen + fee_fen), 0)::bigint from clearing.industry_line where business_date = $1) as net,
            (select coalesce(sum(gross_fen), 0)::bigint from clearing.pricing_line where business_date = $1) as priced`,
    [date],
  );
  const sums = rows[0];
  if (sums === undefined || (sums.purchases === sums.posted && sums.net === sums.priced)) return;
  const detail = `the lines have purchases of ${sums.purchases} and ${sums.net} priced, the day ${sums.posted} and ${sums.priced} fen`;
  throw dayErrors.proofFailed({ proof: 'lines per industry equal the day', date, detail });
}

/** Whatever a fund holds belongs to cards or to those it owes, and to nobody else: no fen of it is float, and none of the float its. */
async function proveFunds(tx: Transaction, date: BusinessDate): Promise<void> {
  const { rows } = await tx.query<{ code: string; difference: bigint }>(
    `select code, sum(amount)::bigint as difference from (
       select split_part(split_part(account_code, ':', 2), '.', 1) as code, debits_posted - credits_posted as amount
         from clearing.account where kind in ('fund-pool', 'fund-claim')
       union all
       select upper(substr(kind, 6)), debits_posted - credits_posted from clearing.card_account where kind like 'fund-%') f
      group by 1 having sum(amount) <> 0`,
  );
  const [wrong] = rows;
  if (wrong === undefined) return;
  const detail = `the fund of industry ${wrong.code} is out of balance by ${wrong.difference} fen`;
  throw dayErrors.proofFailed({ proof: 'funds balance among themselves', date, detail });
}

/** The lines of a day, by code; none before it was priced. */
export async function industryLines(db: Database | Transaction, date: BusinessDate): Promise<IndustryLine[]> {
  const { rows } = await (db as Database).query<{
    industry: number;
    name: string;
    pattern: string;
    purchase_count: bigint;
    purchase_fen: bigint;
    refund_fen: bigint;
    fee_fen: bigint;
    net_fen: bigint;
    visit_count: bigint;
    fund_fen: bigint;
    finding_count: bigint;
  }>('select * from clearing.industry_line where business_date = $1 order by industry', [date]);
  return rows.map((row) => ({
    code: codeOfIndustry(row.industry),
    name: row.name,
    pattern: row.pattern,
    purchaseCount: row.purchase_count,
    purchaseFen: fen(row.purchase_fen),
    refundFen: fen(row.refund_fen),
    feeFen: fen(row.fee_fen),
    netFen: fen(row.net_fen),
    elsewhereFen: fen(row.purchase_fen - row.net_fen - row.fee_fen - row.refund_fen),
    visitCount: row.visit_count,
    fundFen: fen(row.fund_fen),
    findingCount: row.finding_count,
  }));
}
