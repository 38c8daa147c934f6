import { passesForSale, type PassForSale } from '@citycard/clearing';
import { cityDate, type Database, transact } from '@citycard/common';
import { cardRule } from '../cards/rules.ts';

/** What a counter takes and gives on a day. */
export interface CounterTerms {
  /** Products that are issued, with the deposit of each; the newest approved version counts. */
  readonly products: readonly {
    readonly product: string;
    readonly title: string;
    readonly depositFen: bigint;
    readonly hasPin: boolean;
  }[];
  readonly passes: readonly PassForSale[];
  readonly replacementFeeFen: bigint;
  readonly lossReportDays: number;
  readonly renewalDays: number;
  /** Places blanks are taken from. */
  readonly places: readonly { readonly place: string; readonly chipKind: string; readonly blanks: bigint }[];
}

/** The terms of today, as a page of a counter needs them before it asks for an act. */
export async function counterTerms(db: Database): Promise<CounterTerms> {
  const today = cityDate(new Date());
  return transact(db, async (tx) => {
    const products = await tx.query<{ product: string; title: string; deposit_fen: bigint; has_pin: boolean }>(
      `select p.product, v.document ->> 'title' as title, p.deposit_fen,
              jsonb_path_exists(v.document, '$.applications[*].pin') as has_pin
         from issuer.card_product p
         join lateral (select document from issuer.product_version v
                        where v.product = p.product and v.approved_by is not null order by version desc limit 1) v on true
        order by p.product`,
    );
    const places = await tx.query<{ place: string; chip_kind: string; blanks: bigint }>(
      `select location as place, chip_kind, quantity as blanks from issuer.stock_balance join issuer.stock_location using (location)
        where kind = 'store' and quantity > 0 order by location, chip_kind`,
    );
    return {
      products: products.rows.map(({ product, title, deposit_fen: depositFen, has_pin: hasPin }) => ({
        product,
        title,
        depositFen,
        hasPin,
      })),
      passes: await passesForSale(tx, today),
      replacementFeeFen: await cardRule(tx, 'replacement-fee-fen', today),
      lossReportDays: Number(await cardRule(tx, 'loss-report-days', today)),
      renewalDays: Number(await cardRule(tx, 'renewal-days', today)),
      places: places.rows.map(({ place, chip_kind: chipKind, blanks }) => ({ place, chipKind, blanks })),
    };
  });
}
