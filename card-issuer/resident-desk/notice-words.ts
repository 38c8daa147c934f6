import type { Fen } from '@citycard/common';
import type { NoticeKind, NoticeLanguage } from './notice-schemas.ts';

/** Fen as yuan with two decimals, by whole numbers. */
export function yuanWords(fen: Fen | bigint): string {
  const digits = fen.toString().padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/**
 * A notice as one text message: at most 70 characters, so that it is one part wherever it arrives. It names the card by its last four
 * and holds no link, for messages with links are how people are cheated.
 */
export function noticeWords(
  notice: { readonly kind: NoticeKind; readonly cardNo: string; readonly amountFen: Fen | bigint },
  language: NoticeLanguage,
): string {
  const card = notice.cardNo.slice(-4);
  const yuan = yuanWords(notice.amountFen);
  const words: Readonly<Record<NoticeKind, Readonly<Record<NoticeLanguage, string>>>> = {
    load: {
      zh: `【居民卡】尾号${card}的卡已充值${yuan}元。非本人操作请立即挂失。`,
      en: `Resident card ${card}: ${yuan} yuan loaded. Not you? Report it lost.`,
    },
    'low-balance': {
      zh: `【居民卡】尾号${card}的卡余额为${yuan}元，请及时充值。`,
      en: `Resident card ${card}: balance ${yuan} yuan. Please load it.`,
    },
    loss: {
      zh: `【居民卡】尾号${card}的卡已挂失并停用。请携带身份证到服务点补卡。`,
      en: `Resident card ${card} is reported lost and closed.`,
    },
    'refund-waiting': {
      zh: `【居民卡】尾号${card}的卡有${yuan}元待领，可在任一充值点写入卡内。`,
      en: `Resident card ${card}: ${yuan} yuan wait for you at any load point.`,
    },
  };
  return words[notice.kind][language];
}
