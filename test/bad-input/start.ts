import { commonMigrations, createPrincipal, startTestDatabase, transact } from '@citycard/common';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { TestCity } from '../installation.ts';
import { anyPorts, run, runProcess } from './program.ts';

/** What a start that cannot be says and leaves: one line that names the remedy, exit code 1, nothing else. */
export function startTests(city: () => TestCity): void {
  describe('npm start', () => {
    it.each([
      ['--cards abc', '--cards takes a whole number from 10 to 20000, not "abc"'],
      ['--seed -1', '--seed takes a whole number from 0 to 4294967295, not "-1"'],
      ['--speed 5', "Unknown option '--speed'"],
    ])('%s: refuses and starts nothing', async (words, remedy) => {
      const ended = await run('start', words.split(' '), anyPorts);
      expect(ended).toMatchObject({ code: 1, out: '', left: [] });
      expect(ended.errors).toMatch(/^[^\n]+ \[citycard\.bad-option\]\n$/);
      expect(ended.errors).toContain(remedy);
    });

    it('with CITYCARD_HTTP_PORT=abc: names the variable', async () => {
      const ended = await run('start', ['--once'], { ...anyPorts, CITYCARD_HTTP_PORT: 'abc' });
      expect(ended).toMatchObject({ code: 1, out: '', left: [] });
      expect(ended.errors).toMatch(/^[^\n]+CITYCARD_HTTP_PORT=abc: must be integer[^\n]+ \[citycard\.bad-option\]\n$/);
    });

    it('on a busy port: names the port and the variables that choose another', async () => {
      const port = new URL(city().installation.baseUrl).port;
      const ended = await runProcess('start', [], { ...anyPorts, CITYCARD_HTTP_PORT: port });
      expect(ended).toMatchObject({ code: 1, out: '', left: [] });
      expect(ended.errors).toMatch(/^[^\n]+ \[citycard\.port-in-use\]\n$/);
      expect(ended.errors).toContain(`Port ${port} on 127.0.0.1 cannot be had (EADDRINUSE)`);
      expect(ended.errors).toContain('CITYCARD_HTTP_PORT');
    });

    it('in the folder of an installation that runs: leaves it running', async () => {
      const ended = await run('start', ['--once'], { ...anyPorts, CITYCARD_VAR: city().varDirectory });
      expect(ended).toMatchObject({ code: 1, out: '' });
      expect(ended.errors).toMatch(/^[^\n]+ \[database\.directory-in-use\]\n$/);
      const verified = await city().http('auditor', 'GET', '/v1/ledger/verification');
      expect(verified).toMatchObject({ status: 200, body: { ok: true } });
    });

    it('with a server that does not answer, or a database that is not there: says which', async () => {
      const closed = await closedPort();
      const { connectionString = '' } = city().installation.db.options;
      const noSuch = new URL(connectionString);
      noSuch.pathname = '/no_such_database';
      const cases = [
        [`postgres://test:test-password@127.0.0.1:${closed}/test`, 'unreachable', `127.0.0.1:${closed} (`],
        [noSuch.href, 'no-such-database', 'no database "no_such_database". Create it, or correct DATABASE_URL.'],
      ] as const;
      for (const [url, code, remedy] of cases) {
        const ended = await run('start', ['--once'], { ...anyPorts, DATABASE_URL: url });
        expect(ended).toMatchObject({ code: 1, out: '' });
        expect(ended.errors).toMatch(new RegExp(`^[^\\n]+ \\[database\\.${code}\\]\\n$`));
        expect(ended.errors).toContain(remedy);
        expect(ended.errors).not.toContain('test-password');
        expect(ended.left.filter((name) => name !== 'log')).toEqual([]);
      }
    });
  });

  describe('npm start on a database that holds something else', () => {
    const refusal = /^[^\n]+left untouched[^\n]+ \[citycard\.not-a-demo\]\n$/;

    it('leaves an installation without the mark of a demo untouched', async () => {
      const test = await startTestDatabase([commonMigrations]);
      const somebody = { id: 'somebody', name: 'Somebody (test)', kind: 'person', roles: ['auditor'] } as const;
      await transact(test.db, (tx) => createPrincipal(tx, somebody));
      const principals = async () => (await test.db.query('select * from platform.principal order by id')).rows;
      const before = await principals();
      const ended = await run('start', ['--once'], { ...anyPorts, DATABASE_URL: test.url });
      expect([ended.code, ended.out]).toEqual([1, '']);
      expect(ended.errors).toMatch(refusal);
      expect(before).toContainEqual(expect.objectContaining({ id: 'somebody' }));
      expect(await principals()).toEqual(before);
      expect(await schemas(test.db)).toEqual(['platform']);
      await test.stop();
    });

    it('leaves one marked as production untouched, whatever its mark says besides', async () => {
      const test = await startTestDatabase([commonMigrations]);
      await test.db.query(
        `create schema installation;
         create table installation.mark (kind text, state text, business_date date, seed bigint);
         insert into installation.mark values ('production', 'played', '2026-05-04', 1)`,
      );
      const ended = await run('start', [], { ...anyPorts, DATABASE_URL: test.url });
      expect([ended.code, ended.out]).toEqual([1, '']);
      expect(ended.errors).toMatch(refusal);
      expect((await test.db.query('select kind from installation.mark')).rows).toEqual([{ kind: 'production' }]);
      expect(await schemas(test.db)).toEqual(['installation', 'platform']);
      await test.stop();
    });
  });
}

async function schemas(db: TestCity['installation']['db']): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(
    `select nspname as name from pg_namespace where nspname !~ '^(pg_|information_schema|public)' order by nspname`,
  );
  return rows.map(({ name }) => name);
}

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
