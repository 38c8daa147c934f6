import { Type } from '@citycard/common';

export const NOTICE_KINDS = ['load', 'low-balance', 'loss', 'refund-waiting'] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];
export type NoticeLanguage = 'zh' | 'en';
/** Where a resident meets the desk. */
export const DESK_PLACES = ['web', 'kiosk', 'counter', 'text'] as const;
export type DeskPlace = (typeof DESK_PLACES)[number];

export const Kinds = Type.Array(Type.Union(NOTICE_KINDS.map((kind) => Type.Literal(kind))), {
  minItems: 1,
  maxItems: NOTICE_KINDS.length,
  uniqueItems: true,
});

/** What somebody agreed to; how that person is reached is not shown again. */
export const CONSENT = Type.Object({
  channel: Type.String({ description: 'sms or paper' }),
  kinds: Type.Array(Type.String()),
  language: Type.String(),
  lowBalanceFen: Type.Integer(),
  givenAt: Type.String(),
  givenOver: Type.String(),
});

export const NOTICE = Type.Object({
  noticeNo: Type.Integer(),
  kind: Type.String(),
  amountFen: Type.Integer(),
  madeAt: Type.String(),
});
