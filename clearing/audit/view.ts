import { type Database } from '@citycard/common';
import { trialBalance } from '../ledger/trial-balance.ts';

/**
 * What the system knew at an instant: balances by the newest set of postings sealed by then, how far each business day was,
 * which receipts had been made, the act log's last line, the hotlist's version, certificates in force.
 *
 * @throws CityCardError `clearing-ledger.archived` when transfers since then are archived
 */
export async function viewAt(db: Database, at: Date): Promise<Record<string, unknown>> {
  const balances = await trialBalance(db, { instant: at });
  const { rows: days } = await db.query(
    `select d.business_date as "businessDate", coalesce(s.stage, 'open') as state, s.completed_at as "since", s.evidence_sha256 as "evidenceSha256"
       from clearing.business_day d
       left join lateral (select stage, completed_at, evidence_sha256 from clearing.day_stage where business_date = d.business_date and completed_at <= $1
                           order by completed_at desc limit 1) s on true
      where d.opened_at <= $1 order by 1 desc limit 60`,
    [at],
  );
  const { rows: marks } = await db.query<Record<string, unknown>>(
    `select (select json_build_object('sequence', sequence, 'at', at, 'sha256', encode(sha256, 'hex')) from platform.act_log where at <= $1
              order by sequence desc limit 1) as "actLog",
            (select max(business_date) from clearing.day_receipt where made_at <= $1) as "lastReceipt",
            (select coalesce(max(version), 0) from clearing.hotlist_entry where published_at <= $1) as "hotlistVersion",
            (select count(*) from clearing.alarm where raised_at <= $1) as alarms,
            (select count(*) from clearing.certificate where not_before <= $1 and not_after >= $1 and (revoked_at is null or revoked_at > $1)) as "certificatesInForce"`,
    [at],
  );
  return { at, chunkNo: balances.chunkNo, sumFen: balances.sumFen, trialBalance: balances.rows, days, ...marks[0] };
}
