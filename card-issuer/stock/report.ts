import { type Database, type Principal, recordAct, type Transaction } from '@citycard/common';
import { stockErrors } from './errors.ts';
import { bookMovements } from './movements.ts';

/** One kind of chip: in = good + reject + spoiled + returned + on hand. */
export interface StockLine {
  readonly chipKind: string;
  readonly received: bigint;
  readonly good: bigint;
  readonly reject: bigint;
  readonly spoiled: bigint;
  readonly returned: bigint;
  readonly onHand: bigint;
  /** Where the blanks on hand are. */
  readonly places: Readonly<Record<string, bigint>>;
}

export interface StockProof {
  /** Whether every check holds. */
  readonly ok: boolean;
  /** What does not add up, in words; none when all is well. */
  readonly faults: readonly string[];
}

/** The stock as it stands, kind by kind. */
export async function stockLines(db: Database): Promise<StockLine[]> {
  const lines = await db.query<Omit<StockLine, 'places'>>(
    `select chip_kind as "chipKind", received, good, reject, spoiled, returned, on_hand as "onHand"
       from issuer.stock_equation order by chip_kind`,
  );
  const places = await db.query<{ chip_kind: string; location: string; quantity: bigint }>(
    `select chip_kind, location, quantity from issuer.stock_balance join issuer.stock_location using (location)
      where kind in ('store', 'transit', 'work') order by location`,
  );
  return lines.rows.map((line) => ({
    ...line,
    places: Object.fromEntries(
      places.rows.filter((row) => row.chip_kind === line.chipKind).map((row) => [row.location, row.quantity]),
    ),
  }));
}

/**
 * Proves the stock: the equation of every kind, balances recomputed from the movements, and the cards that must be where
 * the stock says: as many in work as were begun, as many good as were finished. Reads every card.
 */
export async function proveStock(db: Database): Promise<StockProof> {
  const unequal = await db.query<{ chip_kind: string; difference: bigint }>(
    'select chip_kind, difference from issuer.stock_equation where difference <> 0 order by chip_kind',
  );
  const faults = [
    ...unequal.rows.map((row) => `${row.chip_kind}: ${row.difference} chips came in and are nowhere`),
    ...(await wrongBalances(db)),
    ...(await cardsElsewhere(db)),
  ];
  return { ok: faults.length === 0, faults };
}

async function wrongBalances(db: Database): Promise<string[]> {
  const { rows } = await db.query<{ chip_kind: string; location: string; kept: bigint; moved: bigint }>(
    `with moved as (
       select location, chip_kind, sum(quantity) as quantity
         from (select to_location as location, chip_kind, quantity from issuer.stock_movement
               union all select from_location, chip_kind, -quantity from issuer.stock_movement) each
        group by location, chip_kind)
     select chip_kind, location, coalesce(b.quantity, 0)::bigint as kept, coalesce(m.quantity, 0)::bigint as moved
       from issuer.stock_balance b full join moved m using (location, chip_kind)
      where coalesce(b.quantity, 0) <> coalesce(m.quantity, 0) order by chip_kind, location`,
  );
  return rows.map((row) => `${row.chip_kind} at ${row.location}: ${row.kept} are kept, movements say ${row.moved}`);
}

/** Cards begun, made and rejected, by kind of chip, against what the stock says of them. */
async function cardsElsewhere(db: Database): Promise<string[]> {
  const { rows } = await db.query<{ chip_kind: string; location: string; cards: bigint; chips: bigint }>(
    `with cards as (
       select b.chip_kind, place.location, sum(place.cards) as cards
         from (select batch_id, case when personalised_at is not null then 'good' when state in ('rejected', 'destroyed') then 'reject' else 'work' end as location,
                      count(*) as cards
                 from issuer.card where chip_serial is not null group by 1, 2) place
         join issuer.card_batch b using (batch_id)
        group by 1, 2)
     select chip_kind, location, coalesce(c.cards, 0)::bigint as cards, coalesce(s.quantity, 0)::bigint as chips
       from cards c
       full join (select chip_kind, location, quantity from issuer.stock_balance where location in ('work', 'good')) s using (chip_kind, location)
      where location in ('work', 'good') and coalesce(c.cards, 0) <> coalesce(s.quantity, 0) order by chip_kind, location`,
  );
  return rows.map((row) => `${row.chip_kind}: ${row.cards} cards are ${row.location}, the stock says ${row.chips}`);
}

/** Adds a place where blanks are kept: a counter, another vault. @throws card-issuer.stock.location-taken */
export async function addPlace(tx: Transaction, keeper: Principal, location: string): Promise<void> {
  const { rowCount } = await tx.query(
    `insert into issuer.stock_location (location, kind) values ($1, 'store') on conflict do nothing`,
    [location],
  );
  if (rowCount === 0) throw stockErrors.locationTaken({ location });
  await recordAct(tx, keeper, { act: 'add-stock-place', subject: location });
}

/** Books the blanks a city begins with, for a founding that nobody counts: demos and tests. */
export async function openStock(
  tx: Transaction,
  opening: { chipKinds: readonly string[]; quantity: number; location: string },
): Promise<void> {
  await bookMovements(
    tx,
    opening.chipKinds.map((chipKind) => ({
      chipKind,
      from: 'supplier',
      to: opening.location,
      quantity: opening.quantity,
      kind: 'opening',
      reference: 'opening',
      doneBy: 'system',
    })),
  );
}
