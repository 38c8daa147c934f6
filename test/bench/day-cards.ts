import { cardNumber } from '@citycard/city-sim';
import { AGENTS, BANK_ACCOUNTS, type DayCity } from './day-city.ts';

export const HOME_CITY = '4580';
/** Issuer digits of the cards in their numbers. */
export const ISSUER = '98';
/** What every card was loaded with the day before. */
export const LOADED_FEN = 20_000;
/** Cards opened or loaded in one statement. */
const AT_ONCE = 20_000;

/** Opens the purses of the cards and loads all but one in so many, as the agents of the city did on the day before. */
export async function openCards(
  city: DayCity,
  { cards, unfundedEvery }: { readonly cards: number; readonly unfundedEvery: number },
  today: string,
): Promise<void> {
  const db = city.db();
  const share = Math.ceil(cards / AGENTS.length);
  const loadBy = async (agent: string, n: number) => {
    await prefund(city, agent, share * LOADED_FEN, today);
    const last = Math.min(share * (n + 1), cards);
    for (let from = share * n + 1; from <= last; from += AT_ONCE) {
      const numbers = Array.from({ length: Math.min(AT_ONCE, last - from + 1) }, (_, at) => from + at);
      const cardNo = (card: number) => cardNumber(HOME_CITY, ISSUER, card);
      await db.query(OPEN_PURSES, [numbers.map(cardNo), HOME_CITY]);
      const loaded = numbers.filter((card) => card % unfundedEvery !== 0).map(cardNo);
      const { rowCount } = await db.query(LOAD, [loaded, today, `agent-prefund:${agent}`, LOADED_FEN]);
      if (rowCount !== 0) throw new Error('a load of the day before was refused');
    }
  };
  await Promise.all(AGENTS.map(loadBy));
  await db.query('vacuum analyze');
}

async function prefund(city: DayCity, agent: string, amountFen: number, booked: string): Promise<void> {
  const wire = { accountNo: BANK_ACCOUNTS.custody, amountFen, from: 'Test load agent', remittance: `PREFUND ${agent}` };
  const entry = city.bank.receive({ ...wire, booked });
  const told = await city.ask<{ recognised: number }>(
    'bank',
    'POST',
    '/v1/bank/notifications',
    city.bank.notification(wire.accountNo, [entry]),
  );
  if (told.recognised !== 1) throw new Error('the prefund of an agent was not recognised');
}

const OPEN_PURSES = `
with opened as (
  insert into clearing.purse (card_no, issuer_city, algorithm, main_type, sub_type, valid_from, valid_to, purse_cap_fen, sandbox, status, named)
  select card_no, $2, '3des', 1, 0, '2020-01-01', '2099-12-31', 100000, false, 'active', terms.named
    from unnest($1::text[]) as card_no, (select clearing.is_named_cap(100000) as named offset 0) as terms)
insert into clearing.card_account (card_no, kind)
select card_no, kind from unnest($1::text[]) as card_no, unnest(array['purse', 'pending-credit', 'online', 'card-deposit']) as kind`;

/** A set of loads, by the ledger's own statement: one array per column. A row is answered when one was refused. */
const LOAD = `
select p.outcomes
  from (select array_agg(place::integer) as item, array_agg(card) as card, array_agg('load:' || card) as key, array_agg($3::text) as debit,
               array_agg('purse'::text) as credit, array_agg($4::bigint) as amount, array_agg('load'::text) as reason
          from unnest($1::text[]) with ordinality as c(card, place)) s,
       clearing.ledger_post($2::date, s.item, s.card, s.key, null, s.debit, s.credit, s.amount, null, null, s.reason, null, null, false) p
 where p.outcomes is not null`;
