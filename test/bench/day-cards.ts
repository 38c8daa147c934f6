import { AGENT, BANK_ACCOUNTS, type DayCity } from './day-city.ts';

/** Issuer digits of the cards in their numbers. */
export const ISSUER = '98';
/** What every card was loaded with the day before. */
export const LOADED_FEN = 20_000;
/** Cards opened or loaded in one statement. */
const AT_ONCE = 20_000;

/** City and issuer as every number of the day begins, behind `310`. */
const BEGINNING = `3104580${ISSUER}`;
const doubled = (digit: string) => `(${digit}) * 2 / 10 + (${digit}) * 2 % 10`;
/** Digit `place` of n from the right; every other one counts double in the check digit, the last one first. */
const counted = (place: number) => {
  const digit = `n / ${10 ** place} % 10`;
  return place % 2 === 0 ? doubled(digit) : digit;
};
/** What the digits before the nine of n add to the sum. */
const BEGINNING_SUM = [...BEGINNING]
  .reverse()
  .map((digit, place) => (place % 2 === 1 ? [...String(Number(digit) * 2)] : [digit]))
  .flat()
  .reduce((sum, digit) => sum + Number(digit), 0);

/** The nineteen digits of card n of the day, made by the server: millions of numbers need not travel. */
const CARD_NUMBERS = `
create or replace function public.bench_card_no(n integer) returns text language sql immutable return
  '${BEGINNING}' || lpad(n::text, 9, '0') || (10 - (${BEGINNING_SUM} + ${Array.from({ length: 9 }, (_, place) => counted(place)).join(' + ')}) % 10) % 10`;

/** Opens the purses of the cards and loads all but one in so many, as the agent of the city did on the day before. */
export async function openCards(
  city: DayCity,
  { cards, unfundedEvery }: { readonly cards: number; readonly unfundedEvery: number },
  today: string,
): Promise<void> {
  const db = city.db();
  await db.query(CARD_NUMBERS);
  const wire = {
    accountNo: BANK_ACCOUNTS.custody,
    amountFen: cards * LOADED_FEN,
    from: 'Test load agent',
    remittance: `PREFUND ${AGENT}`,
    booked: today,
  };
  const entry = city.bank.receive(wire);
  const told = await city.ask<{ recognised: number }>(
    'bank',
    'POST',
    '/v1/bank/notifications',
    city.bank.notification(wire.accountNo, [entry]),
  );
  if (told.recognised !== 1) throw new Error('the prefund of the agent was not recognised');
  for (let from = 1; from <= cards; from += AT_ONCE) {
    const range = [from, Math.min(from + AT_ONCE - 1, cards)];
    await db.query(OPEN_PURSES, range);
    await db.query(LOAD, [...range, today, `agent-prefund:${AGENT}`, LOADED_FEN, unfundedEvery]);
  }
  await db.query('vacuum analyze');
}

const OPEN_PURSES = `
with opened as (
  insert into clearing.purse (card_no, issuer_city, algorithm, main_type, sub_type, valid_from, valid_to, purse_cap_fen, sandbox, status, named)
  select public.bench_card_no(n), '4580', '3des', 1, 0, '2020-01-01', '2099-12-31', 100000, false, 'active', clearing.is_named_cap(100000)
    from generate_series($1::integer, $2::integer) as n
  returning card_no)
insert into clearing.card_account (card_no, kind)
select card_no, kind from opened, unnest(array['purse', 'pending-credit', 'online', 'card-deposit']) as kind`;

const LOAD = `
select p.outcomes
  from (select array_agg((n - $1)::integer) as item, array_agg(card) as card, array_agg('load:' || card) as key,
               array_agg($4::text) as debit, array_agg('purse'::text) as credit, array_agg($5::bigint) as amount, array_agg('load'::text) as reason
          from (select n, public.bench_card_no(n) as card from generate_series($1::integer, $2::integer) as n where n % $6 <> 0) c) s,
       clearing.ledger_post($3::date, s.item, s.card, s.key, null, s.debit, s.credit, s.amount, null, null, s.reason, null, null, false) p`;
