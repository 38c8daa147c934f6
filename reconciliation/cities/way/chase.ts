import { raiseAlarm } from '@citycard/clearing';
import { type BusinessDate, type Database, type Fen, transact } from '@citycard/common';
import { endDifferences, openDifferences } from '../../differences/index.ts';
import { readAgreement } from '../agreements/agreement.ts';

interface Unanswered {
  file_name: string;
  business_date: BusinessDate;
  amount_fen: Fen;
  record_count: number;
  participant_no: string;
  resends: number;
  since: Date;
}

/**
 * Looks after our purchases that a city has not answered in the days agreed: the file is sent again, and from the first time on it
 * is a difference, `late`, that ends when the answer comes. With the last repeat people are told. Answers how many files are
 * to be sent again.
 */
export async function chaseAnswers(db: Database, city: string, now: Date = new Date()): Promise<number> {
  const { answerDays, resendAtMost, deliverTo } = await readAgreement(db, city);
  return transact(db, async (tx) => {
    const { rows } = await tx.query<Unanswered>(
      `select f.file_name, f.business_date, f.amount_fen, f.record_count, p.participant_no, coalesce(d.resends, 0) as resends,
              coalesce(d.delivered_at, f.created_at) as since
         from reconciliation.city_file f
         join clearing.participant p on p.kind = 'city' and p.city_code = f.city
         left join reconciliation.city_delivery d on d.file_name = f.file_name
        where f.direction = 'out' and f.kind = 'ccip' and f.city = $1 and f.signature is not null
          and (d.file_name is null or d.delivered_at is not null)
          and coalesce(d.delivered_at, f.created_at) <= $2::timestamptz - make_interval(days => $3)
          and exists (select from reconciliation.city_sent_record s where s.city = f.city and s.sequence = f.sequence and s.outcome is null)
        order by f.sequence for update of f`,
      [city, now, answerDays],
    );
    await openDifferences(
      tx,
      rows.map((row) => ({
        ...({ counterpartKind: 'city', counterpart: row.participant_no, kind: 'late' } as const),
        ...{ businessDay: row.business_date, subjectKey: row.file_name, ours: row.amount_fen },
        evidence: { file: row.file_name, records: row.record_count, answerDays },
      })),
    );
    // The last time people are told too.
    const again = rows.filter(({ resends }) => resends <= resendAtMost);
    // A city that fetches its files finds them offered anew; others are sent them.
    await tx.query(
      `insert into reconciliation.city_delivery as d (file_name, city, resends, delivered_at)
       select name, $2, 1, case when $3 then null else clock_timestamp() end from unnest($1::text[]) as name
       on conflict (file_name) do update set resends = d.resends + 1, delivered_at = excluded.delivered_at, next_try_at = clock_timestamp()`,
      [again.map(({ file_name: name }) => name), city, deliverTo !== undefined],
    );
    for (const { file_name: file, resends } of rows.filter((row) => row.resends === resendAtMost)) {
      const evidence = { city, resends, answerDays };
      await raiseAlarm(tx, { kind: 'city-file-unanswered', severity: 'warning', subject: file, evidence });
    }
    return again.length;
  });
}

/** The answer came: the file is late no more. */
export async function endLate(
  tx: Parameters<typeof endDifferences>[0],
  files: readonly { readonly name: string; readonly businessDay: BusinessDate; readonly counterpart: string }[],
  answeredIn: string,
): Promise<void> {
  await endDifferences(
    tx,
    files.map(({ name, businessDay, counterpart }) => ({
      ...({ counterpartKind: 'city', counterpart, businessDay, subjectKey: name, kind: 'late' } as const),
    })),
    { by: 'match', reason: `answered in ${answeredIn}` },
  );
}
