import { type Database, type Fen, fen, type Transaction } from '@citycard/common';

/** What became of everything ever owed to a participant by settlement sheets. All amounts in fen. */
export interface ObligationLine {
  readonly participantNo: string;
  /** Every amount its sheets say, each counted once (what was carried on counts where it is now). */
  readonly sheetsFen: Fen;
  /** Made, approved, carried forward, or refused and waiting for two persons. */
  readonly openFen: Fen;
  readonly inTransitFen: Fen;
  readonly paidFen: Fen;
  /** Of what was paid; it is owed again by a later sheet, or will be by that of the open day. */
  readonly returnedFen: Fen;
  /** The ledger's own figures for the last three, from its transfers alone. */
  readonly ledger: { readonly inTransitFen: Fen; readonly paidFen: Fen; readonly returnedFen: Fen };
  readonly ok: boolean;
}

/**
 * The proof that settlement loses nothing: for every participant, open + in transit + paid = what its sheets say, and what
 * sheets and payments say of money in transit, paid and returned is what the ledger moved.
 */
export async function settlementObligations(
  db: Database | Transaction,
): Promise<{ ok: boolean; obligations: ObligationLine[] }> {
  const { rows } = await (db as Database).query<
    Record<
      'sheets' | 'open' | 'in_transit' | 'paid' | 'returned' | 'ledger_in_transit' | 'ledger_paid' | 'ledger_returned',
      bigint
    > & { participant_no: string }
  >(
    `with sheet as (
       select s.participant_no, s.pays_from,
              sum(s.payable_fen - coalesce(c.carried_on, 0)) as sheets,
              sum(case when s.state = 'paid' then 0 else s.payable_fen - coalesce(c.carried_on, 0) - s.paid_fen end) as unpaid,
              sum(s.paid_fen) as paid
         from clearing.settlement_sheet s
         left join lateral (select s.payable_fen - s.paid_fen as carried_on where s.carried_into is not null) c on true
        group by 1, 2
     ), payment as (
       select s.participant_no, s.pays_from, sum(p.booked_fen) as paid, sum(p.returned_fen) as returned,
              sum(case when p.state = 'pending' then p.amount_fen - p.booked_fen else 0 end) as in_transit
         from clearing.payment p join clearing.settlement_sheet s using (sheet_no) group by 1, 2
     ), moved as (
       select case when t.posting_key like 'settlement:%' then t.debit_account else t.credit_account end as account,
              sum(t.amount_fen) filter (where t.posting_key like 'settlement:%' and t.phase in ('posted', 'post')) as paid,
              coalesce(sum(t.amount_fen) filter (where t.posting_key like 'settlement:%' and t.phase = 'pending'), 0)
                - coalesce(sum(t.amount_fen) filter (where t.posting_key like 'settlement:%' and t.phase in ('post', 'void')), 0) as in_transit,
              sum(t.amount_fen) filter (where t.posting_key like 'return:%') as returned
         from clearing.ledger_transfer t
        where t.card_no = '' and (t.posting_key like 'settlement:%' or t.posting_key like 'return:%') group by 1
     )
     select s.participant_no, s.sheets::bigint, (s.unpaid - coalesce(p.in_transit, 0))::bigint as open,
            coalesce(p.in_transit, 0)::bigint as in_transit, s.paid::bigint, coalesce(p.returned, 0)::bigint as returned,
            coalesce(m.in_transit, 0)::bigint as ledger_in_transit, coalesce(m.paid, 0)::bigint as ledger_paid,
            coalesce(m.returned, 0)::bigint as ledger_returned
       from sheet s
       left join payment p using (participant_no, pays_from)
       left join moved m on m.account = s.pays_from
      order by 1`,
  );
  const obligations = rows.map((row): ObligationLine => {
    const ledger = {
      inTransitFen: fen(row.ledger_in_transit),
      paidFen: fen(row.ledger_paid),
      returnedFen: fen(row.ledger_returned),
    };
    return {
      participantNo: row.participant_no,
      sheetsFen: fen(row.sheets),
      openFen: fen(row.open),
      inTransitFen: fen(row.in_transit),
      paidFen: fen(row.paid),
      returnedFen: fen(row.returned),
      ledger,
      ok:
        row.in_transit === row.ledger_in_transit &&
        row.paid === row.ledger_paid &&
        row.returned === row.ledger_returned &&
        row.sheets === row.open + row.in_transit + row.paid,
    };
  });
  return { ok: obligations.every((line) => line.ok), obligations };
}
