import { cardBalance, findPurse, parseCardNo } from '@citycard/clearing';
import { answerFields } from '../catalogue/answer.ts';
import type { Decision, RequestContext } from '../requests/context.ts';
import { batchIsBehind } from '../batches/totals.ts';

/** Message 6: what the back office holds for the purse. A pending load neither counts as spendable nor disappears. */
export async function answerBalance(context: RequestContext<'purseBalance'>): Promise<Decision> {
  const { deps, terminal, request } = context;
  if (!terminal.functions.includes('enquiry')) return { code: '58' };
  if (batchIsBehind(context)) return { code: '77' };
  const cardNo = parseCardNo(request.values.cardNo);
  if (cardNo === undefined || (await findPurse(deps.db, cardNo)) === undefined) return { code: '14' };
  const balance = await cardBalance(deps.db, cardNo, 'purse');
  return {
    code: '00',
    fields: answerFields('purseBalance', { balances: { ledgerFen: balance.posted, availableFen: balance.available } }),
  };
}
