import { HOME_CITY, issuerCity, parseCardNo } from '@citycard/clearing';
import { encodeGb18030 } from '../codec/gb18030.ts';
import type { Decision } from '../requests/context.ts';

/**
 * The refusal of a load of another city's card: 14, and in field 63 (GB 18030) a sentence that the cashier can read out. Only the city
 * that issued a card holds the keys that its load is checked with. Undefined for a card of ours and for what is no card number.
 */
export function refuseNeighboursCard(digits: string): Decision | undefined {
  const card = parseCardNo(digits);
  const city = card === undefined ? HOME_CITY : issuerCity(card);
  if (city === HOME_CITY) return undefined;
  const sentence = `此卡由代码为${city}的城市发行，不能在本市充值，请到发卡城市办理；卡内余额可在本市消费。`;
  const text = encodeGb18030(sentence);
  return { code: '14', ...(text !== undefined && { fields: { 63: text } }) };
}
