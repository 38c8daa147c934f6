import { describe, expect, it } from 'vitest';
import type { TestCity } from '../installation.ts';
import { run, runProcess } from './program.ts';

/** `citycard` and what it says when it cannot: one line, exit code 2. */
export function commandLineTests(city: () => TestCity): void {
  const url = () => ['--url', city().installation.baseUrl];
  const token = (person: string) => ['--token', city().people[person]?.token ?? ''];

  it('the sandbox gives nothing away where no demo is, whoever asks', async () => {
    const { db } = city().installation;
    const terminals = async () => (await db.query('select from gateway.terminal')).rowCount;
    const before = await terminals();
    await db.query(`update installation.mark set kind = 'production'`);
    const answer = await city().http('platform', 'POST', '/v1/sandbox');
    await db.query(`update installation.mark set kind = 'demo'`);
    expect(answer).toMatchObject({ status: 403, body: { code: 'citycard.sandbox-is-for-demos' } });
    expect(Object.keys(answer.body)).not.toContain('dpkRoot');
    expect(await terminals()).toBe(before);
    expect(await city().http('clerk-1', 'POST', '/v1/sandbox')).toMatchObject({ status: 403 });
  });

  describe('citycard', () => {
    it('explains itself', async () => {
      const ended = await run('citycard', ['--help']);
      expect(ended).toMatchObject({ code: 0, errors: '', left: [] });
      for (const command of ['ledger verify', 'day show', 'sandbox', '--token', 'Exit codes'])
        expect(ended.out).toContain(command);
    });

    it.each([
      [['ledger', 'verify', '--token', 'x'], 'citycard.no-installation', 'npm start'],
      [['sandbox', '--json'], 'citycard.not-running', 'npm start'],
      [['ledger', 'forge'], 'citycard.bad-option', 'no command "ledger forge"; there is ledger verify'],
    ])('%j: %s', async (words, code, remedy) => {
      const ended = await run('citycard', words);
      expect(ended).toMatchObject({ code: 2, out: '', left: [] });
      expect(ended.errors).toMatch(new RegExp(`^citycard: [^\\n]+ \\[${code.replace('.', '\\.')}\\]\\n$`));
      expect(ended.errors).toContain(remedy);
    });

    it('has no power of its own: a wrong token is nobody', async () => {
      const nobody = await run('citycard', ['ledger', 'verify', ...url(), '--token', 'wrong']);
      expect(nobody).toMatchObject({ code: 2, out: '' });
      expect(nobody.errors).toMatch(/^citycard: [^\n]*Who are you\?[^\n]* \[citycard\.refused\]\n$/);
    });

    it('proves the ledger, beside a running installation and without one; exit code 1 when it does not hold', async () => {
      const beside = await run('citycard', ['ledger', 'verify', '--json', ...url(), ...token('auditor')]);
      expect(beside).toMatchObject({ code: 0, errors: '', left: [] });
      expect(JSON.parse(beside.out)).toMatchObject({ ok: true });

      const { db } = city().installation;
      const add = async (amount: number) => {
        const sql = `update clearing.account set credits_posted = credits_posted + $1, available_fen = available_fen + $1
          where account_code = 'suspense:main'`;
        expect((await db.query(sql, [amount])).rowCount).toBe(1);
      };
      const environment = {
        DATABASE_URL: db.options.connectionString ?? '',
        CITYCARD_TOKEN: city().people['auditor']?.token ?? '',
      };
      await add(1);
      let visit;
      try {
        visit = await runProcess('citycard', ['ledger', 'verify', '--json'], environment);
      } finally {
        await add(-1);
      }
      expect(visit).toMatchObject({ code: 1, errors: '' });
      const firstFault = { account: 'suspense:main', what: 'the balance is not the sum of the transfers' };
      expect(JSON.parse(visit.out)).toMatchObject({ ok: false, firstFault });
    });
  });
}
