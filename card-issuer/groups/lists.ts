import type { Database } from '@citycard/common';
import { maskedResident } from '../residents/masked.ts';
import type { ResidentDeps } from '../residents/index.ts';
import { readRecords } from '../residents/record.ts';
import { writeCsv } from '../spreadsheet/csv.ts';
import { findGroup } from './application.ts';

/** Where a group stands. */
export interface GroupStatus {
  readonly groupId: bigint;
  readonly name: string;
  readonly members: Readonly<Record<string, number>>;
  readonly photos: number;
  readonly batches: readonly {
    readonly batchId: bigint;
    readonly state: string;
    readonly cards: number;
    readonly ready: number;
  }[];
  /** Cards that were handed out and not received, the oldest first. */
  readonly uncollected: readonly { readonly cardNo: string; readonly line: number; readonly ageDays: number }[];
}

/** A line of the list that people sign: nothing on it that they would not tell a teacher. */
export interface ListLine {
  readonly line: number;
  readonly name: string;
  readonly document: string;
  readonly cardNo: string;
}

/** At most as many cards are listed at once as a group has people. */
const LIST_LIMIT = 20_000;

/** @throws card-issuer.groups.group-unknown */
export async function groupStatus(db: Database, groupId: bigint): Promise<GroupStatus> {
  const { name } = await findGroup(db, groupId);
  const members = await db.query<{ state: string; count: bigint; photos: bigint }>(
    // A card may also be received at any counter; then the card itself says so.
    `select case when m.state = 'handed-out' and c.state <> 'issued' then 'received' else m.state end as state,
            count(*) as count, count(m.photo_version) as photos
       from issuer.group_member m left join issuer.card c using (card_no) where m.group_id = $1 group by 1`,
    [groupId],
  );
  const batches = await db.query<{ batch_id: bigint; state: string; cards: bigint; ready: bigint }>(
    `select b.batch_id, k.state, count(c.card_no) as cards,
            count(*) filter (where c.state not in ('prepared', 'personalising', 'written', 'quarantined', 'rejected')) as ready
       from issuer.group_batch b join issuer.card_batch k using (batch_id) left join issuer.card c using (batch_id)
      where b.group_id = $1 group by b.batch_id, k.state order by b.batch_id`,
    [groupId],
  );
  const uncollected = await db.query<{ card_no: string; line: number; age: number }>(
    `select m.card_no, m.line, floor(extract(epoch from clock_timestamp() - m.handed_out_at) / 86400)::int as age
       from issuer.group_member m join issuer.card c using (card_no)
      where m.group_id = $1 and m.state = 'handed-out' and c.state = 'issued' order by m.handed_out_at, m.line limit ${LIST_LIMIT}`,
    [groupId],
  );
  return {
    groupId,
    name,
    members: Object.fromEntries(members.rows.map((row) => [row.state, Number(row.count)])),
    photos: members.rows.reduce((sum, row) => sum + Number(row.photos), 0),
    batches: batches.rows.map((row) => ({
      batchId: row.batch_id,
      state: row.state,
      cards: Number(row.cards),
      ready: Number(row.ready),
    })),
    uncollected: uncollected.rows.map((row) => ({ cardNo: row.card_no, line: row.line, ageDays: row.age })),
  };
}

/** The cards that are to be handed over, with masked holders, in the order of the table. */
export async function handOutList(deps: ResidentDeps, groupId: bigint): Promise<ListLine[]> {
  const { db, protection } = deps;
  await findGroup(db, groupId);
  const { rows } = await db.query<{ resident_id: bigint; line: number; card_no: string }>(
    `select m.resident_id, m.line, m.card_no from issuer.group_member m join issuer.card c using (card_no)
      where m.group_id = $1 and m.state = 'handed-out' and c.state = 'issued' order by m.line, m.resident_id limit ${LIST_LIMIT}`,
    [groupId],
  );
  const records = await readRecords(
    db,
    protection,
    rows.map((row) => row.resident_id),
  );
  const masked = new Map(records.map((record) => [record.residentId, maskedResident(record)]));
  return rows.map(({ resident_id: residentId, line, card_no: cardNo }) => {
    const holder = masked.get(residentId);
    return { line, name: holder?.name ?? '', document: holder?.idNumber ?? '', cardNo };
  });
}

const TITLES = ['line', 'name', 'document', 'cardNo', 'date', 'signature'] as const;

/** For a spreadsheet. */
export const listCsv = (lines: readonly ListLine[]): string =>
  writeCsv([[...TITLES], ...lines.map((each) => [each.line, each.name, each.document, each.cardNo, '', ''])]);

/** For the printer: a page per some thirty people, the head repeated, room to sign. */
export function listHtml(
  group: { readonly name: string; readonly groupId: bigint },
  lines: readonly ListLine[],
): string {
  const rows = lines.map(
    (each) =>
      `<tr><td>${each.line}</td><td>${escaped(each.name)}</td><td>${escaped(each.document)}</td><td>${each.cardNo}</td><td></td><td></td></tr>`,
  );
  return `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>${escaped(group.name)} ${group.groupId}</title><style>
body{font:11pt sans-serif}table{border-collapse:collapse;width:100%}th,td{border:1px solid #000;padding:6px;height:2em;text-align:left}
td:nth-child(5){width:6em}td:nth-child(6){width:14em}thead{display:table-header-group}tr{break-inside:avoid}
</style></head><body><h1>${escaped(group.name)}</h1>
<p>领卡签收单 · group ${group.groupId} · ${lines.length}</p>
<table><thead><tr><th>序号</th><th>姓名</th><th>证件</th><th>卡号</th><th>日期</th><th>签名</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody></table></body></html>
`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
