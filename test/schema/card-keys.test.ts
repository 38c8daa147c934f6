import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { cardIssuerMigrations } from '@citycard/card-issuer';
import { clearingMigrations } from '@citycard/clearing';
import { commonMigrations, startTestDatabase, type TestDatabase } from '@citycard/common';
import { gatewayMigrations } from '@citycard/terminal-gateway';
import { reconciliationMigrations } from '@citycard/reconciliation';
import { afterAll, beforeAll, expect, it } from 'vitest';

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase([
    commonMigrations,
    clearingMigrations,
    cardIssuerMigrations,
    gatewayMigrations,
    reconciliationMigrations,
  ]);
});
afterAll(() => database.stop());

const rows = async <Row extends object>(sql: string): Promise<Row[]> => (await database.db.query<Row>(sql)).rows;

/** Tables that name a card without being keyed by it, and why that is right. */
const NOT_KEYED: Readonly<Record<string, string>> = {
  'clearing.credit_line':
    'a line of an employer’s file, known by payer and line as it came; what it credits is posted by card',
  'gateway.message_trace': 'messages are kept by terminal and day, and leave by day',
  'issuer.group_member': 'grows with residents and is keyed by them',
  'issuer.heir_payment': 'one row per decision of two persons',
  'reconciliation.agent_line': 'a line of an agent’s day file, known by agent, day and line as it came',
  'reconciliation.city_dispute': 'one row per refusal that two cities dispute, with deadlines and answers of people',
  'reconciliation.day_file_line': 'a line of a signed day file, known by participant, file and line as it came',
  'reconciliation.resident_case':
    'one row per case of a person, known by its number; what is given back is posted by card',
};

interface CardTable {
  readonly name: string;
  readonly key: string | null;
}

const cardTables = (): Promise<CardTable[]> =>
  rows<CardTable>(`
    select c.oid::regclass::text as name, pg_get_partkeydef(c.oid) as key
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname in ('clearing', 'issuer', 'gateway', 'reconciliation') and c.relkind in ('r', 'p') and not c.relispartition
       and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'card_no' and not a.attisdropped)
     order by 1`);

it('every table with a card number is partitioned by its hash, eight ways, or is listed with a reason', async () => {
  const tables = await cardTables();
  const others = tables.filter(({ key }) => key !== 'HASH (card_no)').map(({ name }) => name);
  expect(others).toEqual(Object.keys(NOT_KEYED).sort());
  expect(tables.length - others.length).toBeGreaterThan(20);
  const uneven = await rows(`
    select i.inhparent::regclass::text as name, count(*) as partitions from pg_inherits i join pg_partitioned_table p on p.partrelid = i.inhparent
     where pg_get_partkeydef(i.inhparent) = 'HASH (card_no)' group by 1 having count(*) <> 8`);
  expect(uneven).toEqual([]);
});

it('every primary key and every unique index of those tables has the card number in it', async () => {
  const without = await rows(`
    select c.oid::regclass::text as name, pg_get_indexdef(i.indexrelid) as index
      from pg_class c left join pg_index i on i.indrelid = c.oid and (i.indisunique or i.indisprimary)
     where c.relkind = 'p' and pg_get_partkeydef(c.oid) = 'HASH (card_no)'
       and (i.indexrelid is null
            or not exists (select from unnest(i.indkey) k join pg_attribute a on a.attrelid = c.oid and a.attnum = k where a.attname = 'card_no')
            or not exists (select from pg_index p where p.indrelid = c.oid and p.indisprimary))`);
  // A transfer is named by chunk and position, which the chain proves and verification holds against it; its posting has the key.
  expect(without).toEqual([{ name: 'clearing.ledger_transfer', index: null }]);
});

/** Joins from one row of a small table to all the rows it stands for, of whatever card: no join between tables of cards. */
const FROM_SMALL_TABLES: Readonly<Record<string, string>> = {
  'clearing/intake/city-file.ts: clearing.purchase_record': 'an intake and its records',
  'clearing/ledger/archive.ts: clearing.ledger_transfer': 'a chunk and its transfers',
  'clearing/migrations/019-received-content.sql: clearing.purchase_record': 'an intake and its records',
  'clearing/operator-text/answers.ts: clearing.purchase_record': 'an intake and its records',
  'clearing/subsidies/lines.ts: clearing.subsidy_line': 'a claim and its lines',
  'card-issuer/groups/hand-out.ts: issuer.card': 'a batch and its cards',
  'card-issuer/groups/lists.ts: issuer.card': 'a batch and its cards',
  'reconciliation/cities/disputes/theirs.ts: clearing.purchase_record': 'an intake and its records',
  'reconciliation/cities/answers-in.ts: reconciliation.city_sent_record':
    'lines of a partner’s answer, which knows sequence and position',
};

const SOURCES = ['clearing', 'card-issuer', 'terminal-gateway', 'reconciliation', 'citycard'];
const JOIN =
  /\bjoin\s+((?:clearing|issuer|gateway|reconciliation)\.\w+)(?:\s+(?:as\s+)?(?!on\b|using\b)\w+)?\s+(?:on|using)\b([\s\S]*?)(?=\bjoin\b|\bwhere\b|\bgroup by\b|\border by\b|\bcross\b|\bset\b|\bunion\b|\breturning\b|\blimit\b|`|;|$)/g;

it('every join between those tables names the card number', async () => {
  const keyed = new Set((await cardTables()).filter(({ key }) => key === 'HASH (card_no)').map(({ name }) => name));
  const root = path.join(import.meta.dirname, '..', '..');
  let joins = 0;
  const wrong: string[] = [];
  for (const folder of SOURCES)
    for (const file of readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })) {
      if (!/\.(ts|sql)$/.test(file) || file.endsWith('.test.ts') || file.includes('node_modules')) continue;
      for (const [, table = '', condition = ''] of readFileSync(path.join(root, folder, file), 'utf8').matchAll(JOIN)) {
        if (!keyed.has(table)) continue;
        joins += 1;
        const place = `${folder}/${file}: ${table}`;
        if (!/card_?no/i.test(condition) && FROM_SMALL_TABLES[place] === undefined)
          wrong.push(`${place} on ${condition.replaceAll(/\s+/g, ' ').slice(0, 100)}`);
      }
    }
  expect(wrong).toEqual([]);
  expect(joins).toBeGreaterThan(50);
});
