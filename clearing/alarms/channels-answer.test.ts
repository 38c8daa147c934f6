import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcp, type Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import {
  commonMigrations,
  createLogger,
  createPrincipal,
  startTestDatabase,
  type Principal,
  type TestDatabase,
  transact,
} from '@citycard/common';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { clearingMigrations } from '../migrations.ts';
import { acknowledgeCase } from './case-acts.ts';
import { setChannel, setContact } from './channels.ts';
import { deliverNotices } from './deliver.ts';
import { moveCasesOn } from './escalate.ts';
import { type Notice, listNotices } from './notices.ts';
import { planDuty } from './roster.ts';

const SUPERVISOR: Principal = { id: 'watching', name: 'Watching (test)', kind: 'person', roles: ['supervisor'] };
const SECOND: Principal = { ...SUPERVISOR, id: 'watching-2' };
const MAILBOX = 'on-duty@example.invalid';

let test: TestDatabase;
let db: TestDatabase['db'];
const open: Server[] = [];

beforeAll(async () => {
  test = await startTestDatabase([commonMigrations, clearingMigrations]);
  db = test.db;
  const times = { beginsAt: new Date(), endsAt: new Date(Date.now() + 3_600_000) };
  await transact(db, async (tx) => {
    for (const [level, person] of [SUPERVISOR, SECOND].entries()) {
      await createPrincipal(tx, person);
      await planDuty(tx, SUPERVISOR, { level, principalId: person.id, ...times });
    }
  });
});
afterEach(async () => {
  for (const server of open.splice(0)) server.close();
  await db.query('update clearing.alarm_case set next_repeat_at = null');
  await db.query(`update clearing.notice set state = 'failed' where state = 'queued'`);
  await db.query('delete from clearing.duty_contact');
});
afterAll(() => test.stop());

const listening = async (server: Server): Promise<number> => {
  open.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
};
const seal = {
  seal: (_: string, clear: Buffer) => Promise.resolve(clear),
  open: (_: string, sealed: Buffer) => Promise.resolve(sealed),
};

/** Everybody on duty is reached by this channel, and there is a new case; answers its number. */
async function caseOver(kind: 'webhook' | 'email', endpoint: string, address: string): Promise<bigint> {
  const mail = kind === 'email' && { sender: 'city@example.invalid' };
  await transact(db, async (tx) => {
    await setChannel(tx, SUPERVISOR, { channel: kind, kind, endpoint, ...mail });
    for (const { id } of [SUPERVISOR, SECOND])
      await setContact(tx, SUPERVISOR, { principalId: id, channel: kind, address }, seal);
  });
  const { rows } = await db.query<{ no: bigint }>(
    `insert into clearing.alarm_case (kind, group_key, severity, alarm_count, first_at, last_at)
     values ('hsm-away', gen_random_uuid()::text, 'critical', 1, now(), now()) returning case_no as no`,
  );
  await moveCasesOn(db);
  return rows[0]!.no;
}
const deliver = (secrets = new Map<string, string>(), timeoutMs = 2_000) =>
  deliverNotices({ db, logger: createLogger('test', { level: 'silent' }), seal, secrets, timeoutMs });
const due = () => db.query(`update clearing.notice set next_at = now() where state = 'queued'`);
const noticesOf = (caseNo: bigint) => listNotices(db, { caseNo });
const first = async (caseNo: bigint): Promise<Notice> => (await noticesOf(caseNo)).at(-1)!;

describe('a webhook', () => {
  const hook = async (answer: (request: IncomingMessage, response: ServerResponse, body: string) => void) => {
    const server = createHttp((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => answer(request, response, body));
    });
    return `http://127.0.0.1:${await listening(server)}/hook`;
  };

  it('is told the case with its token, and what it answers is kept', async () => {
    let told: unknown;
    const endpoint = await hook((request, response, body) => {
      told = { token: request.headers.authorization, ...(JSON.parse(body) as object) };
      response.end('taken for night-desk');
    });
    const caseNo = await caseOver('webhook', endpoint, 'night-desk');
    await deliver(new Map([['webhook', 'generated-token']]));
    const { noticeNo } = await first(caseNo);
    expect(told).toMatchObject({
      ...{ token: 'Bearer generated-token', reference: `notice-${noticeNo}`, desk: 'night-desk', caseNo: `${caseNo}` },
      text: expect.stringContaining(`citycard alarms show ${caseNo}`) as string,
    });
    expect(await first(caseNo)).toMatchObject({ state: 'sent', answer: 'taken for …' });
  });

  it('that does not answer in time, is not there or sends elsewhere is tried again, less and less often', async () => {
    let elsewhere = 0;
    const other = await hook((_, response) => {
      elsewhere += 1;
      response.end();
    });
    const caseNo = await caseOver('webhook', await hook(() => undefined), 'desk');
    const move = (endpoint: string) =>
      transact(db, (tx) => setChannel(tx, SUPERVISOR, { channel: 'webhook', kind: 'webhook', endpoint }));
    const gone = await hook(() => undefined);
    open.pop()?.close();
    const waits: number[] = [];
    const attempt = async (secrets = new Map<string, string>()) => {
      await due();
      await deliver(secrets, 200);
      const { rows } = await db.query<{ wait: number }>(
        `select round(extract(epoch from next_at - clock_timestamp()))::integer as wait from clearing.notice where case_no = $1`,
        [caseNo],
      );
      waits.push(rows[0]!.wait);
      return first(caseNo);
    };
    expect(await attempt()).toMatchObject({ state: 'queued', attempts: 1, answer: 'TimeoutError' });
    await move(gone);
    expect(await attempt()).toMatchObject({ state: 'queued', attempts: 2, answer: 'ECONNREFUSED' });
    await move(
      await hook((_, response) => {
        response.writeHead(307, { location: other }).end();
      }),
    );
    expect(await attempt(new Map([['webhook', 'generated-token']]))).toMatchObject({ state: 'queued', attempts: 3 });
    expect(elsewhere).toBe(0);
    expect(waits).toEqual([5, 10, 20]);
  });

  it('that never takes it: the message fails, which is an alarm; meanwhile the case goes up the roster', async () => {
    const caseNo = await caseOver('webhook', await hook((_, response) => void response.writeHead(503).end()), 'desk');
    for (let attempt = 1; attempt <= 14; attempt += 1) {
      await due();
      await deliver();
    }
    expect(await first(caseNo)).toMatchObject({ state: 'failed', attempts: 14, answer: 'the gateway answered 503' });
    const { rows } = await db.query('select evidence from clearing.alarm where kind = $1', ['messages-undeliverable']);
    expect(rows).toEqual([{ evidence: { channel: 'webhook', reason: 'the gateway answered 503' } }]);
    await db.query('update clearing.alarm_case set next_level_at = now() where case_no = $1', [caseNo]);
    await moveCasesOn(db);
    expect((await noticesOf(caseNo)).filter(({ level }) => level === 1).map(({ principalId }) => principalId)).toEqual(
      expect.arrayContaining([SUPERVISOR.id, SECOND.id]),
    );
    await transact(db, (tx) => acknowledgeCase(tx, SECOND, caseNo));
    await db.query('update clearing.alarm_case set next_level_at = now(), next_repeat_at = now() where case_no = $1', [
      caseNo,
    ]);
    expect(await moveCasesOn(db)).toBe(0);
  });

  it('took it and the process was killed before that was noted: it goes out again under the same reference', async () => {
    const references: unknown[] = [];
    let child: ChildProcess | undefined;
    const endpoint = await hook((request, response) => {
      references.push(request.headers['idempotency-key']);
      child?.kill('SIGKILL');
      response.end('taken');
    });
    const caseNo = await caseOver('webhook', endpoint, 'desk');
    const script = fileURLToPath(new URL('./delivering-process.ts', import.meta.url));
    child = spawn(process.execPath, ['--import', 'tsx', script, test.url], { stdio: 'ignore' });
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
    child = undefined;
    expect(await first(caseNo)).toMatchObject({ state: 'queued', attempts: 1, answer: null });
    expect(await deliver(), 'another process leaves it alone while it may still be on its way').toBe(0);
    await due();
    expect(await deliver()).toBe(1);
    expect(await first(caseNo)).toMatchObject({ state: 'sent', attempts: 2 });
    expect(references).toEqual([references[0], references[0]]);
    expect(references[0]).toMatch(/^notice-\d+$/);
  }, 30_000);
});

describe('a mail server', () => {
  /** As much SMTP as it takes to be sent a message; `refuse` answers the recipient. */
  const postOffice = async ({ refuse = '', greet = true } = {}) => {
    const lines: string[] = [];
    const server = createTcp((socket) => {
      let inData = false;
      let held = '';
      const say = (words: string) => socket.write(`${words}\r\n`);
      const hear = (line: string) => {
        lines.push(line);
        if (inData) {
          if (line !== '.') return;
          inData = false;
          say(`250 2.0.0 queued for ${MAILBOX}`);
        } else if (/^EHLO/i.test(line)) say('250-test greets\r\n250 8BITMIME');
        else if (/^RCPT/i.test(line)) say(refuse === '' ? '250 ok' : refuse);
        else if (/^DATA/i.test(line)) {
          inData = true;
          say('354 go on');
        } else if (/^QUIT/i.test(line)) socket.end('221 bye\r\n');
        else say('250 ok');
      };
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => {
        const parts = (held + chunk.toString('utf8')).split('\r\n');
        held = parts.pop() ?? '';
        for (const line of parts) hear(line);
      });
      if (greet) say('220 test mail server');
    });
    return { endpoint: `smtp://127.0.0.1:${await listening(server)}`, lines };
  };

  it('is given one message with a subject, words and a reference; its answer is kept without the address', async () => {
    const { endpoint, lines } = await postOffice();
    const caseNo = await caseOver('email', endpoint, MAILBOX);
    expect(await deliver()).toBe(1);
    const { noticeNo } = await first(caseNo);
    expect(lines).toEqual(
      expect.arrayContaining([
        `MAIL FROM:<city@example.invalid>`,
        `RCPT TO:<${MAILBOX}>`,
        `Subject: City card: alarm case ${caseNo}`,
        `Message-ID: <notice-${noticeNo}@citycard>`,
      ]),
    );
    expect(lines.join('\n')).toContain('critical alarm hsm-away');
    expect(await first(caseNo)).toMatchObject({ state: 'sent', answer: '250 2.0.0 queued for …' });
  });

  it('that refuses the recipient: it is tried again, and nothing that was kept says whom', async () => {
    const { endpoint } = await postOffice({ refuse: `550 5.1.1 <${MAILBOX}> unknown` });
    const caseNo = await caseOver('email', endpoint, MAILBOX);
    expect(await deliver()).toBe(0);
    expect(await first(caseNo)).toMatchObject({ state: 'queued', attempts: 1, answer: 'EENVELOPE' });
    const better = await postOffice();
    await transact(db, (tx) =>
      setChannel(tx, SUPERVISOR, {
        channel: 'email',
        kind: 'email',
        endpoint: better.endpoint,
        sender: 'city@example.invalid',
      }),
    );
    await due();
    expect(await deliver()).toBe(1);
  });

  it('that says nothing is given up after the time a channel has', async () => {
    const { endpoint } = await postOffice({ greet: false });
    const caseNo = await caseOver('email', endpoint, MAILBOX);
    expect(await deliver(new Map(), 200)).toBe(0);
    expect(await first(caseNo)).toMatchObject({ state: 'queued', answer: 'ETIMEDOUT' });
  });

  it('without TLS is never told the password', async () => {
    const { endpoint, lines } = await postOffice();
    const caseNo = await caseOver('email', endpoint, MAILBOX);
    expect(await deliver(new Map([['email', 'city:generated-password']]))).toBe(0);
    expect(await first(caseNo)).toMatchObject({ state: 'queued' });
    expect(lines.filter((line) => /^(AUTH|MAIL)/i.test(line))).toEqual([]);
  });
});
