import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { custodians, publishedKey } from '@citycard/citycard';
import { type Database, parseResidentId } from '@citycard/common';
import { describe, expect, it } from 'vitest';
import { newIdNumber } from '../card-issuing/residents.ts';
import type { TestCity } from '../installation.ts';

/** What must be nowhere, and the forms it could hide in. */
interface Secret {
  readonly what: string;
  readonly forms: readonly Buffer[];
}

function secretText(what: string, text: string): Secret {
  const bytes = Buffer.from(text, 'utf8');
  return { what, forms: [bytes, Buffer.from(bytes.toString('hex')), Buffer.from(base64Core(bytes))] };
}

function secretKey(what: string, key: Buffer): Secret {
  const hex = key.toString('hex');
  return { what, forms: [key, Buffer.from(hex), Buffer.from(hex.toUpperCase()), Buffer.from(base64Core(key))] };
}

/** Base64 without its last, incomplete group, whose letters depend on what follows. */
function base64Core(bytes: Buffer): string {
  return bytes.subarray(0, bytes.length - (bytes.length % 3)).toString('base64');
}

/** Every table of the database as text, byte strings in hexadecimal. */
async function* dump(db: Database): AsyncGenerator<{ where: string; content: Buffer }> {
  const tables = await db.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname not in ('pg_catalog', 'information_schema') and schemaname not like 'pg_temp%' order by 1`,
  );
  for (const { name } of tables.rows) {
    const rows = await db.query<{ row: string }>(`select row(t.*)::text as row from ${name} t`);
    yield { where: `table ${name}`, content: Buffer.from(rows.rows.map(({ row }) => row).join('\n')) };
  }
}

/** Every file the product wrote, but for PostgreSQL's own: those are the tables. */
async function* files(directory: string): AsyncGenerator<{ where: string; content: Buffer }> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory() && entry.name !== 'postgres') yield* files(path);
    else if (entry.isFile()) yield { where: `file ${entry.name}`, content: await readFile(path) };
  }
}

/** Whatever reads as an identity number of anybody: 18 places that stand alone, with a date that exists and the right check digit. */
function identityNumbersIn(content: Buffer): number {
  const alone = content.toString('latin1').match(/\b[1-9]\d{16}[\dX]\b/g) ?? [];
  return alone.filter((text) => parseResidentId(text).ok).length;
}

/** Nothing a thief could carry away with a copy of the database, the logs and the files names a person or opens a card (R16, R17). */
export function nothingInClear(city: () => TestCity): void {
  describe('nothing is kept in clear', () => {
    it('neither in any table, nor in a log, nor in a file', async () => {
      const person = {
        idNumber: newIdNumber(),
        name: '测试无明文者',
        population: 'floating',
        residencePermitNo: 'TESTPERMIT370799000042',
        phone: '+86 199 0000 4242',
        address: '测试区无明文路四十二号',
      };
      const http = city().http;
      expect((await http('clerk-1', 'POST', '/v1/residents', person)).status).toBe(201);
      const again = await http('clerk-1', 'POST', '/v1/residents', person);
      expect(again.status).toBe(409);
      const search = { idNumber: person.idNumber, purpose: 'a test of what is written down' };
      expect((await http('clerk-1', 'POST', '/v1/residents/search', search)).status).toBe(200);
      const mistyped = {
        ...person,
        idNumber: `${person.idNumber.slice(0, 17)}${person.idNumber.endsWith('0') ? 1 : 0}`,
      };
      expect((await http('clerk-1', 'POST', '/v1/residents', mistyped)).status).toBe(422);

      const secrets: Secret[] = [
        secretText('identity number', person.idNumber),
        secretText('mistyped identity number', mistyped.idNumber),
        secretText('name', person.name),
        secretText('residence permit', person.residencePermitNo),
        secretText('phone', person.phone),
        secretText('phone without blanks', '19900004242'),
        secretText('address', person.address),
        ...['DPK', 'DLK', 'DTK', 'DAMK', 'DPUK', 'DRPK', 'DACK', 'CHIP', 'SANDBOX-TMK'].map((name) =>
          secretKey(`key ${name}`, publishedKey(name)),
        ),
        ...Object.entries(city().people).map(([id, { token }]) => secretText(`token of ${id}`, token)),
        ...custodians.map(({ name, pin }) => secretText(`PIN of ${name}`, `"${pin}"`)),
      ];
      const found: string[] = [];
      const looked: string[] = [];
      const look = ({ where, content }: { where: string; content: Buffer }) => {
        looked.push(where);
        for (const { what, forms } of secrets) {
          if (forms.some((form) => content.includes(form))) found.push(`${what} in ${where}`);
        }
        const numbers = identityNumbersIn(content);
        if (numbers > 0) found.push(`${numbers} identity numbers of others in ${where}`);
      };
      for await (const piece of dump(city().installation.db)) look(piece);
      for await (const piece of files(city().varDirectory)) look(piece);

      expect(looked.length).toBeGreaterThan(50);
      expect(looked).toEqual(
        expect.arrayContaining([
          'table platform.act_log',
          'table issuer.resident',
          'file citycard.log',
          'file audit.log',
        ]),
      );
      expect(found).toEqual([]);
    });
  });
}
