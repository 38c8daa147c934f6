import { cardNo as toCardNo, purseStanding, recentUse } from '@citycard/clearing';
import { type Database, Type } from '@citycard/common';
import { maskedCardNo } from '../cards/one-card.ts';
import type { CardState } from '../cards/life-cycle.ts';
import { noticesOf } from './notices.ts';
import { CONSENT, NOTICE } from './notice-schemas.ts';

/** What a resident reads about a card: masked, amounts in fen, times as instants. The same on the phone, at a kiosk and on paper. */
export const CARD_SHEET = Type.Object({
  card: Type.String({ description: 'First and last four digits' }),
  state: Type.String(),
  validTo: Type.String(),
  asOf: Type.String({ description: 'The instant the books were read' }),
  balanceFen: Type.Integer({ description: 'What the books say is on the card' }),
  waitingFen: Type.Integer({ description: 'Pending credit: waits to be written to the card at any load terminal' }),
  onlineFen: Type.Integer(),
  depositFen: Type.Integer(),
  onItsWay: Type.Object(
    {
      loadsFen: Type.Integer({ description: 'Loads the card may have that nobody has confirmed yet' }),
      purchases: Type.Integer({ description: 'Purchases that came in and are not booked' }),
      purchasesFen: Type.Integer(),
      missing: Type.Integer({
        description: 'Purchases the card made that nobody has uploaded yet, as far as counters tell',
      }),
    },
    { description: 'Why the card itself may say another amount' },
  ),
  lossLapsesOn: Type.Optional(Type.String()),
  balanceFollowsOn: Type.Optional(
    Type.String({ description: 'When what the card held follows to the new card or the holder' }),
  ),
  newCard: Type.Optional(Type.String({ description: 'The card that takes its place, masked' })),
  recent: Type.Array(
    Type.Object({
      at: Type.String(),
      kind: Type.String({ description: 'purchase, load, credit' }),
      amountFen: Type.Integer(),
      standing: Type.String({ description: 'done, on-its-way, looked-into, not-charged' }),
      with: Type.Optional(Type.String()),
      industry: Type.Optional(Type.Integer()),
    }),
  ),
  consent: Type.Optional(CONSENT),
  notices: Type.Array(NOTICE),
});

const RECENT_AT_MOST = 10;

const HEAD = `
select c.state, to_char(c.valid_to, 'YYYY-MM-DD') as valid_to,
       (select max(lapses_on) from issuer.loss_report l where l.card_no = c.card_no and l.ended_at is null) as lapses_on,
       m.due_on, m.new_card_no
  from (select $1::text as card_no) asked
  left join issuer.card c on c.card_no = asked.card_no
  left join lateral (select due_on, new_card_no from issuer.balance_move b where b.card_no = asked.card_no and b.state = 'waiting'
                      order by move_no desc limit 1) m on true`;

/** The sheet of a card for whoever knew its second fact. @throws CityCardError `clearing.purse-unknown` */
export async function cardSheet(db: Database, number: string): Promise<object> {
  const card = toCardNo(number);
  const asOf = new Date();
  const [standing, recent, head, told] = await Promise.all([
    purseStanding(db, card),
    recentUse(db, card, RECENT_AT_MOST),
    db.query<{
      state: CardState | null;
      valid_to: string | null;
      lapses_on: string | null;
      due_on: string | null;
      new_card_no: string | null;
    }>(HEAD, [number]),
    noticesOf(db, number),
  ]);
  const row = head.rows[0];
  return {
    card: maskedCardNo(number),
    // A card without a holder has no life of its own; its purse says how it stands.
    state: row?.state ?? standing.status,
    validTo: row?.valid_to ?? '',
    asOf: asOf.toISOString(),
    balanceFen: standing.balanceFen,
    waitingFen: standing.pendingCreditFen,
    onlineFen: standing.onlineFen,
    depositFen: standing.depositFen,
    onItsWay: {
      loadsFen: standing.openLoadFen,
      purchases: standing.openPurchases.count,
      purchasesFen: standing.openPurchases.amountFen,
      missing: standing.missingPurchases,
    },
    ...(row?.lapses_on && { lossLapsesOn: row.lapses_on }),
    ...(row?.due_on && { balanceFollowsOn: row.due_on }),
    ...(row?.new_card_no && { newCard: maskedCardNo(row.new_card_no) }),
    recent: recent.map(({ at, ...use }) => ({ at: at.toISOString(), ...use })),
    ...told,
  };
}
