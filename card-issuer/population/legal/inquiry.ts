import { cardBalance, type CardMovement, cardMovements, cardNo } from '@citycard/clearing';
import { fen, type Principal, type Transaction } from '@citycard/common';
import type { Protection } from '../../protection/protection.ts';
import { logDisclosure } from '../../residents/disclosure-log.ts';
import { items, type ItemName, itemNames } from '../../residents/items.ts';
import { readRecords } from '../../residents/record.ts';

/** What an authority is told: who, which cards, what is on them, what moved last. Amounts in fen, as texts. */
export interface InquiryAnswer {
  readonly person: 'unknown' | Readonly<Record<string, string>>;
  readonly cards: readonly {
    readonly cardNo: string;
    readonly state: string;
    readonly balanceFen?: string;
    readonly movements: readonly (Omit<CardMovement, 'amountFen'> & { readonly amountFen: string })[];
  }[];
}

/** Movements per card that are told; more is asked for by another order. */
const MOVEMENTS = 50;

/** What a legal inquiry is about: the person, never family planning. */
const ITEMS: readonly ItemName[] = itemNames.filter((item) => items[item].group !== 'family-planning');

/** Gathers the answer; logged as a disclosure in the same transaction. */
export async function inquiryAnswer(
  tx: Transaction,
  deps: { readonly protection: Protection },
  registrar: Principal,
  { residentId, reason }: { residentId: bigint | null; reason: string },
): Promise<InquiryAnswer> {
  if (residentId === null) return { person: 'unknown', cards: [] };
  const [record] = await readRecords(tx, deps.protection, [residentId]);
  if (record === undefined) return { person: 'unknown', cards: [] };
  const told = ITEMS.flatMap((item) => {
    const held = record.document[item];
    return held === undefined ? [] : [[item, held.value] as const];
  });
  const { rows } = await tx.query<{ card_no: string; state: string; has_purse: boolean }>(
    `select card_no, state, state <> all('{prepared,personalising,written,quarantined,rejected,personalised}') as has_purse
       from issuer.card where resident_id = $1 order by card_no`,
    [residentId],
  );
  const cards: InquiryAnswer['cards'][number][] = [];
  for (const { card_no: number, state, has_purse: hasPurse } of rows) {
    const card = cardNo(number);
    const balance = hasPurse ? { balanceFen: fen((await cardBalance(tx, card)).posted).toString() } : {};
    const movements = await cardMovements(tx, card, MOVEMENTS);
    const asTexts = movements.map(({ amountFen, ...rest }) => ({ ...rest, amountFen: amountFen.toString() }));
    cards.push({ cardNo: number, state, ...balance, movements: asTexts });
  }
  await logDisclosure(tx, registrar, {
    kind: 'disclosure',
    purpose: `legal inquiry: ${reason}`,
    items: told.map(([item]) => item),
    residentIds: [residentId],
  });
  return { person: Object.fromEntries(told), cards };
}
