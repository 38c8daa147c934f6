import { type BusinessDate, type Database, type Fen, fen } from '@citycard/common';
import { codeOfIndustry } from '../industries/code.ts';
import { documentOfSubject } from '../terms/subject.ts';
import { termsErrors } from '../terms/errors.ts';
import { feeBase, feeOf, sectionsOf } from './fee.ts';
import { listTariffs, type StoredTariff } from './tariff-table.ts';

/** How a fee of a day came about, so that a person can add it up. Amounts in fen. */
export interface PricingExplained {
  readonly date: BusinessDate;
  readonly participantNo: string;
  readonly grossFen: Fen;
  readonly feeFen: Fen;
  readonly netFen: Fen;
  readonly parts: readonly PartExplained[];
}

interface PartExplained {
  readonly tariff: object;
  readonly salesCount: bigint;
  readonly salesFen: Fen;
  readonly refundCount: bigint;
  readonly refundFen: Fen;
  /** What the month had counted before, for tariffs that count over it. */
  readonly before?: { readonly count: bigint; readonly amountFen: Fen; readonly feeFen: Fen };
  /** The base in the sections of the ladder, with what is charged for each; absent where each transaction has its own fee. */
  readonly sections?: readonly { readonly part: bigint; readonly rate: string }[];
  readonly feeFen: Fen;
  readonly shares: readonly { readonly institution: string; readonly account: string; readonly amountFen: Fen }[];
}

/** The priced line of a participant, part by part. @throws CityCardError `clearing.terms.not-priced` */
export async function explainPricing(
  db: Database,
  date: BusinessDate,
  participantNo: string,
): Promise<PricingExplained> {
  const { rows } = await db.query<Record<'gross_fen' | 'fee_fen' | 'net_fen', bigint>>(
    'select gross_fen, fee_fen, net_fen from clearing.pricing_line where business_date = $1 and participant_no = $2',
    [date, participantNo],
  );
  const [line] = rows;
  if (line === undefined) throw termsErrors.notPriced({ date, participantNo });
  return {
    date,
    participantNo,
    grossFen: fen(line.gross_fen),
    feeFen: fen(line.fee_fen),
    netFen: fen(line.net_fen),
    parts: await partsOf(db, date, participantNo),
  };
}

async function partsOf(db: Database, date: BusinessDate, participantNo: string): Promise<PartExplained[]> {
  const { rows } = await db.query<
    Record<
      | 'tariff_id'
      | 'sales_count'
      | 'sales_fen'
      | 'refund_count'
      | 'refund_fen'
      | 'before_count'
      | 'before_fen'
      | 'fee_fen',
      bigint
    > & { shares: { institution: string; account: string; amountFen: number }[] }
  >(
    `select tariff_id, sales_count, sales_fen, refund_count, refund_fen, before_count, before_fen, fee_fen,
            coalesce((select jsonb_agg(jsonb_build_object('institution', s.institution, 'account', s.account_code, 'amountFen', s.amount_fen)
                                       order by s.institution)
                        from clearing.pricing_share s
                       where s.business_date = p.business_date and s.participant_no = p.participant_no and s.tariff_id = p.tariff_id),
                     '[]') as shares
       from clearing.pricing_part p where business_date = $1 and participant_no = $2 order by tariff_id`,
    [date, participantNo],
  );
  const tariffs = new Map((await listTariffs(db)).map((tariff) => [tariff.tariffId, tariff]));
  return rows.flatMap((row) => {
    const tariff = tariffs.get(row.tariff_id);
    if (tariff === undefined) return [];
    const activity = {
      salesCount: row.sales_count,
      salesFen: fen(row.sales_fen),
      refundCount: row.refund_count,
      refundFen: fen(row.refund_fen),
    };
    const before = { count: row.before_count, amountFen: fen(row.before_fen) };
    const { tariffId: _id, subject, recordIndustry, ...rule } = tariff;
    const monthly = tariff.period === 'month' && (before.count !== 0n || before.amountFen !== 0n);
    return [
      {
        tariff: {
          for: documentOfSubject(subject),
          ...(recordIndustry !== undefined && { recordIndustry: codeOfIndustry(recordIndustry) }),
          ...rule,
        },
        ...activity,
        ...(monthly && { before: { ...before, feeFen: feeBefore(before, tariff) } }),
        ...(tariff.rounding !== 'transaction' && { sections: sectionsUntil(activity, before, tariff) }),
        feeFen: fen(row.fee_fen),
        shares: row.shares.map(({ amountFen, ...share }) => ({ ...share, amountFen: fen(amountFen) })),
      },
    ];
  });
}

const feeBefore = (before: { readonly count: bigint; readonly amountFen: Fen }, tariff: StoredTariff): Fen =>
  feeOf({ salesCount: before.count, salesFen: before.amountFen, refundCount: 0n, refundFen: fen(0) }, tariff);

/** The base of the day, or of the month until this day, in the sections it reaches. */
function sectionsUntil(
  activity: Parameters<typeof feeBase>[0],
  before: { readonly count: bigint; readonly amountFen: Fen },
  tariff: StoredTariff,
): readonly { part: bigint; rate: string }[] {
  const own = feeBase(activity, tariff);
  if (tariff.kind === 'fixed') return [];
  const base = tariff.kind === 'per-count' ? before.count + own.count : before.amountFen + own.amountFen;
  return sectionsOf(base < 0n ? 0n : base, tariff);
}
