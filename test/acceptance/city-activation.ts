import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommandLine } from '@citycard/citycard';
import { cardNumber, encodeRecord } from '@citycard/city-sim';
import { describe, expect, it } from 'vitest';
import { sandboxReader, sandboxTerminal, type TestCity } from '../installation.ts';
import { CandidateCity, CITY, publishedCard } from './candidate-city.ts';

const PARTICIPANT = 'CITY-TEST';
const APPROVAL = `/v1/participants/${PARTICIPANT}/activation/approval`;

/** What two officers put on a city's file before it may serve the public. */
async function fileEverything(http: TestCity['http']): Promise<void> {
  const file = async (person: string, method: 'POST' | 'PUT', rest: string, body: object) => {
    const filed = await http(person, method, `/v1/participants/${PARTICIPANT}/${rest}`, body);
    expect([200, 201]).toContain(filed.status);
    return filed.body;
  };
  const paper = (kind: string, digit: string) =>
    file('platform', 'POST', 'documents', { kind, reference: `test ${digit}`, sha256: digit.repeat(64) });
  await paper('licence', '1');
  const { documentNo } = await paper('contract', '2');
  for (const purpose of ['settlement', 'operations'])
    await file('platform', 'PUT', `contacts/${purpose}`, { office: 'Office (test)', email: 'office@test.example' });
  const contract = { contractNo: 'T-1', validFrom: '2026-01-01', noticeDays: 30, documentNo };
  const { approvalId } = await file('platform', 'POST', 'contracts', contract);
  await file('platform-2', 'POST', 'contracts/approval', { ...contract, approvalId });
}

/** From the first file of a partner city to its production, as the people who do it type it. */
export function cityActivationTests(city: () => TestCity): void {
  describe('acceptance of a partner city', () => {
    it('plays the kit, records its report, and lets the city into production by it and two officers', async () => {
      const { http, people, varDirectory, installation } = city();
      const folder = await mkdtemp(join(varDirectory, 'city-acceptance-'));
      await Promise.all(['in', 'out'].map((name) => mkdir(join(folder, name))));
      const admitted = {
        participantNo: PARTICIPANT,
        name: 'City (test)',
        kind: 'city',
        cityCode: CITY,
        status: 'test',
        settlementAccount: { accountNo: '62284530', bankLineNo: '102453000011', accountName: 'City (test)' },
      };
      expect((await http('platform', 'POST', '/v1/participants', admitted)).status).toBe(201);
      const candidate = new CandidateCity(folder);
      const certificate = join(folder, 'candidate.pem');
      await writeFile(certificate, await candidate.certify());
      candidate.start();

      const said = (line: string) => {
        if (!line.startsWith('{')) return;
        const told = JSON.parse(line) as { event: string; id: string };
        if (told.event === 'case') candidate.begin(told.id);
        if (told.event === 'ask') void candidate.act(told.id).catch(() => undefined);
      };
      const run = async (person: string, ...words: string[]) => {
        let [out, err] = ['', ''];
        const where = ['--url', installation.baseUrl, '--token', people[person]?.token ?? '', '--json'];
        const code = await runCommandLine(
          [...words, ...where],
          {},
          { write: (text: string) => ((out += text), true) },
          { write: (text: string) => ((err += text), said(text.trim()), true) },
        );
        return { code, err, answer: (out === '' ? {} : JSON.parse(out)) as Record<string, unknown> };
      };
      const play = (file: string, ...more: string[]) =>
        run(
          'platform',
          ...['acceptance', 'city', `participant=${PARTICIPANT}`, `city=${CITY}`, `folder=${folder}`],
          ...[`certificate=${certificate}`, `cards=${candidate.cards.join(',')}`, `out=${file}`],
          ...['limit=3', 'quiet=0.1', ...more],
        );

      const sandbox = await city().sandbox();
      const terminal = sandboxTerminal(sandbox);
      await terminal.signOn();
      /** A card of the city in one of our buses, and what became of the purchase. */
      const ride = async (number: number) => {
        const cardNo = cardNumber(CITY, '08', number);
        const { records } = sandboxReader(sandbox).tap(publishedCard({ cityCode: CITY, cardNo }), { amountFen: 100 });
        await terminal.upload(records.map(encodeRecord));
        const judged = async () => {
          const { rows } = await installation.db.query<{ state: string; reason_code: string | null }>(
            'select state, reason_code from clearing.purchase_record where card_no = $1',
            [cardNo],
          );
          return rows[0];
        };
        await expect.poll(judged, { timeout: 10_000 }).toBeDefined();
        return judged();
      };

      const report = join(folder, 'report.json');
      expect(await play(report)).toMatchObject({ code: 0, answer: { passed: true } });
      const part = join(folder, 'part.json');
      expect(await play(part, 'case=purchases')).toMatchObject({ code: 1, answer: { passed: false } });
      await candidate.end();
      expect(JSON.parse(await readFile(report, 'utf8'))).toMatchObject({
        kit: 'city',
        candidate: PARTICIPANT,
        conditions: { city: CITY, home: '4580', stepLimitSeconds: '3', quietSeconds: '0.1' },
      });
      const signed = await run('platform', 'acceptance', 'sign', report);
      expect(signed).toMatchObject({ code: 0, answer: { passed: true } });
      expect(await run('auditor', 'acceptance', 'verify', report)).toMatchObject({ code: 0 });
      const reportNo = String(signed.answer['reportNo']);

      // A resident of a city that is still being tried rides for nobody's account.
      expect(await ride(1)).toMatchObject({ state: 'rejected', reason_code: '02' });

      // What speaks of less, of somebody else, or of nothing, opens no door.
      const half = String((await run('platform', 'acceptance', 'sign', part)).answer['reportNo']);
      const other = join(folder, 'other.json');
      const text = await readFile(report, 'utf8');
      await writeFile(other, text.replace(`"city":"${CITY}"`, '"city":"4530"'));
      const strange = String((await run('platform', 'acceptance', 'sign', other)).answer['reportNo']);
      for (const [words, reason] of [
        [[], 'needs a passed report'],
        [[half], 'it is not passed'],
        [[strange], `it was tried as city 4530, not ${CITY}`],
      ] as const) {
        const refused = await run('platform', 'acceptance', 'activate', PARTICIPANT, ...words);
        expect(refused.code).toBe(2);
        expect(refused.err).toContain(reason);
      }

      const unfiled = await run('platform', 'acceptance', 'activate', PARTICIPANT, reportNo);
      expect(unfiled.code).toBe(2);
      expect(unfiled.err).toContain(
        'its file lacks: a business licence in force, a contract in force, a settlement contact',
      );
      await fileEverything(http);
      const proposed = await run('platform', 'acceptance', 'activate', PARTICIPANT, reportNo);
      expect(proposed.code).toBe(0);
      const approvalId = String(proposed.answer['approvalId']);
      const approve = (person: string) => run(person, 'acceptance', 'approve', PARTICIPANT, approvalId, reportNo);
      expect((await approve('platform')).err).toContain('It takes a second person');
      expect((await http('platform-2', 'POST', APPROVAL, { approvalId: Number(approvalId) })).status).toBe(422);
      const production = { participantNo: PARTICIPANT, status: 'production' };
      expect(await approve('platform-2')).toMatchObject({ code: 0, answer: production });
      expect(await approve('platform-2')).toMatchObject({ code: 0, answer: production });
      const { body } = await http('auditor', 'GET', '/v1/participants');
      expect(body['participants']).toContainEqual(expect.objectContaining({ ...production, cityCode: CITY }));
      expect(await ride(2)).toMatchObject({ state: 'routed' });
      await rm(folder, { recursive: true });
    }, 60_000);
  });
}
