import type { Database } from '@citycard/common';
import { itemNames, items } from '../../residents/items.ts';
import { tableMeanings } from './table-meanings.ts';

interface ColumnRow {
  readonly schema: string;
  readonly table: string;
  readonly table_comment: string | null;
  readonly partitioned_by: string | null;
  readonly column: string | null;
  readonly type: string;
  readonly required: boolean;
  readonly column_comment: string | null;
}

/** Schemas that are not ours to describe: the server's, and the one the job library makes for itself. */
const FOREIGN_SCHEMAS = ['information_schema', 'bullmq', 'public'];

/**
 * The data dictionary (requirement R20) as a Markdown page: items of residents from the dictionary in code, tables and columns
 * of every schema from the database itself. The same schema always gives the same page, byte for byte.
 */
export async function dataDictionary(db: Database): Promise<string> {
  const { rows } = await db.query<ColumnRow>(
    `select n.nspname as schema, t.relname as "table", obj_description(t.oid, 'pg_class') as table_comment,
            pg_get_partkeydef(t.oid) as partitioned_by, a.attname as "column", format_type(a.atttypid, a.atttypmod) as type,
            a.attnotnull as required, col_description(t.oid, a.attnum) as column_comment
       from pg_class t
       join pg_namespace n on n.oid = t.relnamespace
       left join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
      where t.relkind in ('r', 'p') and not t.relispartition and n.nspname not like 'pg\\_%' and n.nspname <> all($1)
      order by n.nspname collate "C", t.relname collate "C", a.attnum`,
    [FOREIGN_SCHEMAS],
  );
  const page = [...heading(), ...itemPages(), '## Tables', ''];
  let schema = '';
  let table = '';
  for (const row of rows) {
    if (row.schema !== schema) page.push(`### Schema \`${row.schema}\``, '');
    if (row.schema !== schema || row.table !== table) {
      if (row.schema === schema) page.push('');
      page.push(...tableHead(row));
    }
    ({ schema, table } = row);
    page.push(columnLine(row));
  }
  return `${spaced(page).join('\n')}\n`;
}

function heading(): string[] {
  return [
    '# Data dictionary',
    '',
    'Generated from the product itself: the items of residents from the dictionary in code, the tables from the database that',
    'the migrations make. Do not edit it; `citycard dictionary` writes it anew.',
    '',
    'How departments exchange these items is on the page [population exchange](population-exchange.md).',
    '',
  ];
}

function itemPages(): string[] {
  const lines = [
    '## Items of residents',
    '',
    'Every item has one producing department; nobody else overwrites what it has said. The group decides who may read an item.',
    '',
    '| item | title | group | producer | type | length | standard | form |',
    '|------|-------|-------|----------|------|--------|----------|------|',
  ];
  for (const name of itemNames) {
    const { title, group, producer, type, length, standard, pattern } = items[name];
    const form = pattern === undefined ? '' : `\`${escaped(pattern)}\``;
    lines.push(
      `| \`${name}\` | ${title} | ${group} | ${producer} | ${type} | ${length} | ${standard ?? ''} | ${form} |`,
    );
  }
  lines.push('', '### Codes', '', '| item | code | meaning |', '|------|------|---------|');
  for (const name of itemNames) {
    for (const [code, meaning] of Object.entries(items[name].codes ?? {}))
      lines.push(`| \`${name}\` | \`${code}\` | ${escaped(meaning)} |`);
  }
  return [...lines, ''];
}

function tableHead(row: ColumnRow): string[] {
  const lines = [`#### \`${row.schema}.${row.table}\``, ''];
  const meaning = row.table_comment ?? tableMeanings[`${row.schema}.${row.table}`];
  if (meaning !== undefined) lines.push(oneLine(meaning), '');
  if (row.partitioned_by !== null) lines.push(`Partitioned by \`${row.partitioned_by}\`.`, '');
  return [...lines, '| column | type | required | meaning |', '|--------|------|----------|---------|'];
}

function columnLine({ column, type, required, column_comment: comment }: ColumnRow): string {
  if (column === null) return '| | | | |';
  return `| \`${column}\` | ${type} | ${required ? 'yes' : ''} | ${escaped(oneLine(comment ?? ''))} |`;
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();
const escaped = (text: string): string => text.replaceAll('|', '\\|');

/** A table ends before the next heading with one empty line. */
function spaced(lines: readonly string[]): string[] {
  return lines.flatMap((line, at) => {
    const before = lines[at - 1];
    return line.startsWith('#') && before !== undefined && before !== '' ? ['', line] : [line];
  });
}
