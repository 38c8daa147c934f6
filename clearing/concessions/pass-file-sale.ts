import { type BusinessDate, cityDate, type Fen, fen, type Transaction } from '@citycard/common';
import { openAccount } from '../ledger/accounts.ts';
import { postOrThrow, type Posting } from '../ledger/posting.ts';
import type { CardNo } from '../purses/card-number.ts';
import { concessionErrors } from './errors.ts';
import { PASS_UNEARNED } from './pass.ts';

/** Postings of one call of the ledger. */
const AT_ONCE = 500;

/** The rule by which a pass is sold on a day: of several with one code the first, as at a counter. */
const soldAs = (day: string): string => `
  select r.* from clearing.concession_rule r
   where r.kind = 'pass' and r.category = l.code and r.valid_from <= ${day} and coalesce(r.valid_to, ${day}) >= ${day}
   order by r.subject limit 1`;

/**
 * Every row of a file: sold, or the reason why not. Card unknown or not active, a pass nobody sells, a key the payer has used
 * before, a second pass of the same kind for one card. A period follows the one the card has.
 */
const DECIDE = `
with line as (
  select l.card_no, l.place, l.line_key, l.code, l.price_fen, x.rule_id, x.participant_no, x.industry, x.pass_days, x.pass_rides,
         case when p.card_no is null then 'card-unknown'
              when p.status <> 'active' then 'card-' || p.status
              when x.rule_id is null then 'pass-unknown'
              when exists (select from clearing.pass_line o join clearing.pass_file f using (file_id)
                            where o.line_key = l.line_key and f.payer = $2 and o.file_id <> $1 and o.pass_no is not null) then 'sold-before'
              when row_number() over (partition by l.card_no, l.code order by l.place) > 1 then 'twice-in-file' end as refused,
         case when x.pass_rides is not null then $3::date
              else greatest($3::date, (select max(o.valid_to) + 1 from clearing.pass o
                where o.card_no = l.card_no and o.code = l.code and o.rides_allowed is null and o.ended_on is null)) end as valid_from
    from clearing.pass_line l
    left join clearing.purse p on p.card_no = l.card_no
    left join lateral (${soldAs('$3')}) x on true
   where l.file_id = $1
), sold as (
  insert into clearing.pass (card_no, code, rule_id, participant_no, industry, price_fen, valid_from, valid_to, rides_allowed, paid_from, sold_by,
         sold_on, file_id)
  select card_no, code, rule_id, participant_no, industry, price_fen, valid_from, valid_from + pass_days - 1, pass_rides, $5, $6, $4, $1
    from line where refused is null
  returning card_no, code, pass_no
)
update clearing.pass_line l set refused = d.refused, pass_no = s.pass_no
  from line d left join sold s on s.card_no = d.card_no and s.code = d.code and d.refused is null
 where l.card_no = d.card_no and l.file_id = $1 and l.place = d.place`;

/** Sells what a file says and books it, in the transaction of its second person. */
export async function sellLines(
  tx: Transaction,
  date: BusinessDate,
  file: { readonly fileId: bigint; readonly payer: string; readonly account: string; readonly clerk: string },
): Promise<{ readonly count: number; readonly amountFen: Fen }> {
  const { fileId, payer, account, clerk } = file;
  const today = cityDate(new Date());
  // In the order of every sale: the card first, so that two renewals follow one another.
  await tx.query(
    `select from clearing.purse where card_no in (select card_no from clearing.pass_line where file_id = $1) order by card_no for update`,
    [fileId],
  );
  const changed = await tx.query<{ code: string }>(
    `select l.code from clearing.pass_line l cross join lateral (${soldAs('$2')}) x
      where l.file_id = $1 and x.price_fen <> l.price_fen limit 1`,
    [fileId, today],
  );
  const [other] = changed.rows;
  if (other !== undefined) throw concessionErrors.passFileWrong({ problem: `${other.code} has another price by now` });
  await tx.query(DECIDE, [fileId, payer, today, date, account, clerk]);
  const { rows } = await tx.query<{ card_no: CardNo; code: string; price_fen: bigint; pass_no: bigint | null }>(
    'select card_no, code, price_fen, pass_no from clearing.pass_line where file_id = $1 order by place',
    [fileId],
  );
  const postings = rows.flatMap((row): Posting[] =>
    row.pass_no === null
      ? []
      : [
          {
            cardNo: row.card_no,
            key: `pass:${row.pass_no}`,
            reason: `pass ${row.code}`,
            legs: [{ debit: account, credit: PASS_UNEARNED, amount: fen(row.price_fen) }],
          },
        ],
  );
  await openAccount(tx, PASS_UNEARNED);
  for (let from = 0; from < postings.length; from += AT_ONCE)
    await postOrThrow(tx, date, postings.slice(from, from + AT_ONCE));
  const refusedFen = fen(rows.reduce((sum, row) => (row.pass_no === null ? sum + row.price_fen : sum), 0n));
  if (refusedFen > 0n) await keepForPayer(tx, date, { ...file, refusedFen });
  const amountFen = fen(rows.reduce((sum, row) => (row.pass_no === null ? sum : sum + row.price_fen), 0n));
  return { count: postings.length, amountFen };
}

async function keepForPayer(
  tx: Transaction,
  date: BusinessDate,
  file: { readonly fileId: bigint; readonly payer: string; readonly account: string; readonly refusedFen: Fen },
): Promise<void> {
  const waiting = `unclaimed-refund:${file.payer}`;
  await openAccount(tx, waiting);
  const legs = [{ debit: file.account, credit: waiting, amount: file.refusedFen }];
  await postOrThrow(tx, date, [{ key: `pass-file:${file.fileId}`, reason: 'rows of a file that sold no pass', legs }]);
}
