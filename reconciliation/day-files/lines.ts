import type { Database } from '@citycard/common';
import { dayFileErrors } from './errors.ts';
import { COLUMNS } from './read.ts';

/**
 * The lines of a day file as CSV, with the columns they came with (of accounts the end) and two more (domain.md B.7): `state` is equal or
 * the kind of difference the line is part of, with `ended` where it is no more; `action` is what two persons decided.
 *
 * @throws CityCardError `reconciliation.day-files.file-unknown`
 */
export async function linesOf(db: Database, participantNo: string, name: string): Promise<string> {
  const { rows } = await db.query<{ line: string }>(
    `select concat_ws(',', l.line_no, l.kind, l.terminal_no, l.batch_no, l.serial_no, l.account_end, l.account_kind, l.card_no, l.payment_id,
              l.amount_fen, coalesce(l.balance_before_fen::text, ''), coalesce(l.purse_serial::text, ''), l.partner_clearing_date,
              coalesce(l.our_clearing_date::text, ''),
              case when d.kind is null then 'equal' when d.state = 'ended' then d.kind || ' ended' else d.kind end,
              coalesce(a.action, b.action, '')) as line
       from reconciliation.day_file f
       join reconciliation.day_file_line l using (participant_no, file_name)
       left join lateral (
         select d.difference_no, d.kind, d.state from reconciliation.difference d
          where d.counterpart_kind = case f.about when 'agent' then 'agent' else 'biller' end and d.counterpart = f.participant_no
            and d.business_day = f.told_date
            and d.subject_key = case f.about when 'agent' then concat_ws(' ', 'load', l.terminal_no, l.batch_no, l.serial_no, l.card_no)
                                             else concat_ws(' ', 'bill', f.about, l.payment_id) end
          order by d.state = 'open' desc, d.difference_no desc limit 1) d on true
       left join reconciliation.agent_action a on a.difference_no = d.difference_no
       left join reconciliation.bill_action b on b.difference_no = d.difference_no
      where f.participant_no = $1 and f.file_name = $2 order by l.line_no`,
    [participantNo, name],
  );
  const known =
    rows.length > 0
      ? 1
      : (
          await db.query('select from reconciliation.day_file where participant_no = $1 and file_name = $2', [
            participantNo,
            name,
          ])
        ).rowCount;
  if (known !== 1) throw dayFileErrors.fileUnknown({ name });
  return `${[`${COLUMNS},state,action`, ...rows.map(({ line }) => line)].join('\r\n')}\r\n`;
}
