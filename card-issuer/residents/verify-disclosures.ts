import type { Database } from '@citycard/common';
import { lineSha256 } from './disclosure-log.ts';

export type DisclosureVerification =
  | { readonly ok: true; readonly lines: number }
  /** The first line that is missing, was changed, or never stood in the act log. */
  | { readonly ok: false; readonly disclosureNo: bigint };

const BATCH = 2_000;
const ACTS = ['personal-data-search', 'personal-data-disclosure', 'refuse-lookup'];

interface Row {
  readonly sequence: bigint;
  readonly disclosure_no: bigint;
  readonly sha256: string;
  readonly at: Date | null;
  readonly reader: string;
  readonly kind: string;
  readonly purpose: string;
  readonly items: string[];
  readonly criterion: Buffer | null;
  readonly residents: bigint[];
}

/**
 * Compares every line of the log of disclosures with the hash that the act log holds of it. With a good chain of the act
 * log (`verifyActLog`) this proves that no line was changed, removed or slipped in.
 */
export async function verifyDisclosures(db: Database): Promise<DisclosureVerification> {
  let after = 0n;
  let lines = 0;
  for (;;) {
    const { rows } = await db.query<Row>(
      `select a.sequence, (a.detail::jsonb ->> 'disclosureNo')::bigint as disclosure_no, a.detail::jsonb ->> 'sha256' as sha256,
              d.at, d.reader, d.kind, d.purpose, d.items, d.criterion_index as criterion,
              array(select resident_id from issuer.disclosure_resident r where r.disclosure_no = d.disclosure_no) as residents
         from (select sequence, detail from platform.act_log
                where act = any($1) and sequence > $2 order by sequence limit $3) a
         left join issuer.disclosure d on d.disclosure_no = (a.detail::jsonb ->> 'disclosureNo')::bigint
        order by a.sequence`,
      [ACTS, after, BATCH],
    );
    for (const row of rows) {
      const { disclosure_no: disclosureNo, at } = row;
      if (at === null || lineSha256({ ...picked(row), disclosureNo, at }) !== row.sha256)
        return { ok: false, disclosureNo };
      after = row.sequence;
      lines += 1;
    }
    if (rows.length < BATCH) break;
  }
  const { rows } = await db.query<{ disclosure_no: bigint }>(
    `select disclosure_no from issuer.disclosure except
     select (detail::jsonb ->> 'disclosureNo')::bigint from platform.act_log where act = any($1) order by 1 limit 1`,
    [ACTS],
  );
  return rows[0] === undefined ? { ok: true, lines } : { ok: false, disclosureNo: rows[0].disclosure_no };
}

function picked({ reader, kind, purpose, items, criterion, residents }: Row) {
  return { reader, kind, purpose, items, criterion, residents };
}
