import { Type } from '@citycard/common';
import { Day, FenAnswer, Moment, Numbered } from '../answers.ts';

/** A card as counters see it (`CardView`). */
export const CardAnswer = Type.Object({
  cardNo: Type.String(),
  state: Type.String(),
  product: Type.String(),
  validTo: Day,
  holder: Type.Optional(Type.String({ description: 'masked' })),
  residentId: Type.Optional(Numbered),
  depositFen: FenAnswer,
  concession: Type.Optional(Type.Object({ category: Type.String(), validTo: Day })),
  lossLapsesOn: Type.Optional(Day),
  blockedFor: Type.Optional(Type.Array(Type.String())),
  lockedByTerminal: Type.Optional(Type.Object({ at: Moment, terminalNo: Type.Optional(Type.String()) })),
  balanceDueOn: Type.Optional(Day),
  purseFen: Type.Optional(FenAnswer),
});

/** The same with all that happened to it. */
export const CardHistoryAnswer = Type.Object({
  ...CardAnswer.properties,
  events: Type.Array(
    Type.Object({
      step: Type.String(),
      from: Type.String(),
      to: Type.String(),
      at: Moment,
      by: Type.String(),
      why: Type.String(),
    }),
  ),
  blocks: Type.Array(Type.Object({ kind: Type.String(), reason: Type.String(), by: Type.String(), at: Moment })),
});

/** What a step leaves a card in. */
export const SteppedAnswer = Type.Object({ cardNo: Type.String(), state: Type.String() });

/** A balance on its way (`BalanceMove`). */
export const MoveAnswer = Type.Object({
  cardNo: Type.String(),
  moveNo: Numbered,
  kind: Type.String(),
  newCardNo: Type.Optional(Type.String()),
  state: Type.Union([Type.Literal('waiting'), Type.Literal('released')]),
  dueOn: Day,
  giveUpOn: Day,
  movedFen: FenAnswer,
  paidFen: FenAnswer,
  hindrance: Type.Optional(Type.String()),
});

/** What a card holds in the books (`PurseStanding`). */
export const BalanceAnswer = Type.Object({
  cardNo: Type.String(),
  status: Type.String(),
  balanceFen: FenAnswer,
  pendingCreditFen: FenAnswer,
  onlineFen: FenAnswer,
  depositFen: FenAnswer,
  openLoadFen: FenAnswer,
  openPurchases: Type.Object({ count: Type.Integer(), amountFen: FenAnswer }),
  tornCancellations: Type.Integer(),
  highestOfflineCounter: Type.Optional(Type.Integer()),
  missingPurchases: Type.Integer(),
  balanceBreaks: Type.Integer(),
  whole: Type.Boolean(),
  moves: Type.Array(MoveAnswer),
});
