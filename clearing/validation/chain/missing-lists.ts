import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type BusinessDate, businessDate, cityDate, compactDate, type Database } from '@citycard/common';
import { writeWhole } from '../../inbox/folders.ts';
import { readRuleBook } from '../rules.ts';
import { missingCsv } from './missing.ts';

/** Operators written to in one go; the rest at the next look. */
const AT_ONCE = 50;

/**
 * Puts the list of missing records into every operator's outbox, once after each cut-off, when the chains of what came until then
 * have been looked at. A day on which nothing is missing needs no list. A list that was interrupted is written again.
 */
export async function putMissingLists(db: Database, outbox: string): Promise<void> {
  const { rows } = await db.query<{ participant_no: string; business_date: string }>(
    `select p.participant_no, d.business_date
       from (select max(business_date) as business_date from clearing.business_day where state <> 'open') d
       join clearing.participant p on p.kind = 'operator' and p.status <> 'exited'
      where d.business_date is not null
        and not exists (select from clearing.chain_work w where w.business_date <= d.business_date)
        and not exists (select from clearing.undecided_intake u where u.business_date <= d.business_date)
        and not exists (select from clearing.missing_list m where m.participant_no = p.participant_no and m.business_date = d.business_date)
      order by p.participant_no limit ${AT_ONCE}`,
  );
  if (rows.length === 0) return;
  const today = cityDate(new Date());
  const { missingListedMs } = (await readRuleBook(db)).on(today);
  const noticedBefore = new Date(Date.now() - missingListedMs);
  for (const row of rows)
    await putList(
      db,
      join(outbox, row.participant_no),
      row.participant_no,
      businessDate(row.business_date),
      noticedBefore,
    );
}

async function putList(
  db: Database,
  directory: string,
  participantNo: string,
  date: BusinessDate,
  noticedBefore: Date,
): Promise<void> {
  const { rows } = await db.query<{ count: bigint }>(
    'select count(*) as count from clearing.chain_gap where noticed_at < $1',
    [noticedBefore],
  );
  const count = rows[0]?.count ?? 0n;
  if (count > 0n) {
    await mkdir(directory, { recursive: true, mode: 0o750 });
    await writeWhole(join(directory, `missing-records-${compactDate(date)}.csv`), missingCsv(db, noticedBefore));
  }
  await db.query(
    'insert into clearing.missing_list (participant_no, business_date, row_count) values ($1, $2, $3) on conflict do nothing',
    [participantNo, date, count],
  );
}
