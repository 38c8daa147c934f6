import { type CardNo, cardBalances, parseCardNo } from '@citycard/clearing';
import { answerFields } from '../catalogue/answer.ts';
import type { Decision, GatewayDeps, RequestContext } from '../requests/context.ts';
import { gather } from '../requests/gather.ts';
import { batchIsBehind } from '../batches/totals.ts';

/**
 * Message 6: what the back office holds for the purse; cards asked for in the same moment are read in one query. A pending
 * load neither counts as spendable nor disappears.
 */
export function balanceAnswerer(deps: GatewayDeps): (context: RequestContext<'purseBalance'>) => Promise<Decision> {
  const balanceOf = gather(async (cards: readonly CardNo[]) => {
    const found = await cardBalances(deps.db, [...new Set(cards)], 'purse');
    return cards.map((card) => found.get(card));
  });
  return async (context) => {
    const { terminal, request } = context;
    if (!terminal.functions.includes('enquiry')) return { code: '58' };
    if (batchIsBehind(context)) return { code: '77' };
    const cardNo = parseCardNo(request.values.cardNo);
    const balance = cardNo === undefined ? undefined : await balanceOf(cardNo);
    if (balance === undefined) return { code: '14' };
    const balances = { ledgerFen: balance.posted, availableFen: balance.available };
    return { code: '00', fields: answerFields('purseBalance', { balances }) };
  };
}
