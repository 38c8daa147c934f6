import { type BusinessDate, type Database, type Fen, transact } from '@citycard/common';
import { openDifferences } from '../../differences/index.ts';
import { readAgreement } from '../agreements/agreement.ts';
import { answerKey } from './take-statement.ts';

/**
 * Finds answers between us and a city settled through a centre that no statement has counted in the days agreed: they are
 * differences, `only-ours`, until one does. Answers how many there are.
 */
export async function findUncounted(db: Database, city: string, home: string, now: Date = new Date()): Promise<number> {
  const { settlement, through, answerDays } = await readAgreement(db, city);
  if (settlement !== 'centre' || through === undefined) return 0;
  return transact(db, async (tx) => {
    const { rows } = await tx.query<{
      file_name: string;
      direction: 'out' | 'in';
      sequence: bigint;
      business_date: BusinessDate;
      amount_fen: Fen;
      counterpart: string;
    }>(
      `select f.file_name, f.direction, f.sequence, f.business_date, f.amount_fen - f.share_fen as amount_fen, p.participant_no as counterpart
         from reconciliation.city_file f join clearing.participant p on p.kind = 'city' and p.city_code = $2
        where f.kind = 'ccir' and f.city = $1 and f.created_at <= $4::timestamptz - make_interval(days => $5)
          and not exists (
            select from reconciliation.city_statement_line s
             where s.sequence = f.sequence and s.issuer_city = case when f.direction = 'out' then $3 else $1 end
               and s.acquirer_city = case when f.direction = 'out' then $1 else $3 end)
        order by f.created_at limit 10000`,
      [city, through, home, now, answerDays],
    );
    await openDifferences(
      tx,
      rows.map((row) => {
        const [issuerCity, acquirerCity] = row.direction === 'out' ? [home, city] : [city, home];
        return {
          ...({
            counterpartKind: 'city',
            counterpart: row.counterpart,
            businessDay: row.business_date,
            kind: 'only-ours',
          } as const),
          subjectKey: answerKey({ issuerCity, acquirerCity, sequence: Number(row.sequence) }),
          ours: row.amount_fen,
          evidence: { file: row.file_name, answerDays },
        };
      }),
    );
    return rows.length;
  });
}
