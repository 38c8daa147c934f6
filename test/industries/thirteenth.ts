import {
  decryptEcb,
  encodeRecord,
  freshTerminalMemory,
  personaliseSam,
  SimulatedBank,
  TapReader,
  Terminal,
  VirtualSam,
} from '@citycard/city-sim';
import { publishedKey } from '@citycard/citycard';
import { describe, expect, it } from 'vitest';
import { type Answered, sandboxCard, sandboxTerminal, type TestCity } from '../installation.ts';

/** An industry that no source file knows, its company, and where it sells. */
const CODE = '0D';
const INDUSTRY = 0x0d;
const COMPANY = '904458041310001';
const TERMINAL = 'BIKE0001';
const SAM = '880000000013';
const BANK = 'bank-thirteenth';
const CUSTODY = '6217000000000000001';
const CHIP_KEY = Buffer.from('54'.repeat(8) + '45'.repeat(8), 'hex');

const document = {
  nameChinese: '测试自行车',
  nameEnglish: 'Bicycle hire (test)',
  pattern: 'offline-purchase',
  participants: { kinds: ['operator'] },
  fee: { kind: 'per-count', rate: '7' },
  data: [{ name: 'minutes', bytes: 2, form: 'number', meaning: 'how long the bicycle was out' }],
  receipt: { title: '租车', lines: ['{amount} 元'] },
};

const LOOK_EVERY_MS = 100;
const LONGEST_WAIT_MS = 25_000;

/** Waits until it holds; the last figure stands in the failure. */
async function until<T>(ask: () => Promise<T>, holds: (seen: T) => boolean): Promise<T> {
  const end = Date.now() + LONGEST_WAIT_MS;
  for (;;) {
    const seen = await ask();
    if (holds(seen) || Date.now() > end) {
      expect(holds(seen), JSON.stringify(seen)).toBe(true);
      return seen;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** A new industry is configuration: brought in, sold with, cleared and settled over HTTP and the terminal line alone. */
export function thirteenthIndustryTests(city: () => TestCity): void {
  describe('a thirteenth industry', () => {
    const people = async (person: string, method: string, path: string, body?: unknown, status = 200) => {
      const answer = await city().http(person, method, path, body, { 'idempotency-key': `thirteenth ${path}` });
      expect([path, answer.status, status === answer.status ? '' : answer.body]).toEqual([path, status, '']);
      return answer.body;
    };
    let date = '';
    let soldFen = 0;
    const AMOUNTS = [150, 233, 1];

    it('is proposed by one platform officer, put in force by another, and listed', async () => {
      const { days } = (await people('auditor', 'GET', '/v1/clearing-days')) as {
        days: { date: string; state: string }[];
      };
      date = days.find(({ state }) => state === 'open')?.date ?? '';
      const proposed = await people(
        'platform',
        'POST',
        `/v1/industries/${CODE}/versions`,
        { validFrom: date, document },
        201,
      );
      expect(proposed).toMatchObject({ code: CODE, version: 1 });
      const approval = `/v1/industries/${CODE}/versions/1/approval`;
      expect(await city().http('platform', 'POST', approval)).toMatchObject({ status: 409 });
      await people('platform-2', 'POST', approval);
      const { industries } = (await people('clerk-1', 'GET', '/v1/industries')) as { industries: { code: string }[] };
      expect(industries.map(({ code }) => code)).toContain(CODE);
      expect(industries).toHaveLength(13);
    });

    it('refuses what does not fit: a document without shape, a participant of another kind', async () => {
      const wrong = { validFrom: date, document: { ...document, pattern: 'barter' } };
      expect(await city().http('platform', 'POST', `/v1/industries/0E/versions`, wrong)).toMatchObject({ status: 422 });
      const biller = {
        participantNo: '904458041310002',
        name: 'Wrong kind (test)',
        kind: 'biller',
        industry: INDUSTRY,
      };
      expect(await city().http('platform', 'POST', '/v1/participants', biller)).toMatchObject({
        status: 422,
        body: { code: 'clearing.industries.kind-not-allowed' },
      });
    });

    it('sells at a terminal of its own', async () => {
      await people(
        'platform',
        'POST',
        '/v1/participants',
        {
          participantNo: COMPANY,
          name: 'Bicycle company (test)',
          kind: 'operator',
          industry: INDUSTRY,
          settlementAccount: {
            accountNo: '6222000000000000013',
            bankLineNo: '105458000018',
            accountName: 'Bicycles (test)',
          },
        },
        201,
      );
      const terminal = await companyTerminal(people, city());
      expect((await terminal.signOn()).kind).toBe('answered');
      const sandbox = await city().sandbox();
      const [cardNo = ''] = sandbox.cards;
      const card = sandboxCard(cardNo);
      const counter = sandboxTerminal(sandbox);
      await counter.signOn();
      expect((await counter.load(card, { amountFen: 5000 })).kind).toBe('credited');
      const sam = new VirtualSam({ transportKey: CHIP_KEY, serial: Buffer.alloc(8, 0x13) });
      personaliseSam(sam, CHIP_KEY, { samNo: SAM, rootPurchaseKey: publishedKey('DPK') });
      const reader = new TapReader({ sam, industry: INDUSTRY, clock: () => new Date() });
      const industryData = Buffer.concat([Buffer.from([0x00, 0x5a])], 8);
      const records = AMOUNTS.map((amountFen) => {
        soldFen += amountFen;
        const { kind, records: made } = reader.tap(card, { amountFen, industryData });
        expect(kind).toBe('paid');
        return encodeRecord(made[0]!);
      });
      const [sent] = await terminal.upload(records);
      expect(sent?.answer).toMatchObject({ kind: 'answered', code: '00' });
      await until(
        () => counter.enquireBalance(cardNo),
        ({ ledgerFen }) => ledgerFen === 5000 - soldFen,
      );
      await terminal.disconnect();
      await counter.disconnect();
    });

    it('has its line in the settlement report when the day is closed, to the fen', async () => {
      await people('finance-maker', 'POST', `/v1/clearing-days/${date}/cut-off`, undefined, 202);
      await clear(people, city(), date);
      const { reports } = (await people('auditor', 'GET', `/v1/clearing-days/${date}/reports`)) as {
        reports: { name: string; content: string }[];
      };
      const report = reports.find(({ name }) => name === `${date}-industries.json`);
      const { rows } = JSON.parse(report?.content ?? '{}') as { rows: { code: string }[] };
      const feeFen = AMOUNTS.length * 7;
      expect(rows.find(({ code }) => code === CODE)).toEqual({
        code: CODE,
        name: '测试自行车 Bicycle hire (test)',
        pattern: 'offline-purchase',
        purchaseCount: AMOUNTS.length,
        purchaseFen: soldFen,
        refundFen: 0,
        feeFen,
        netFen: soldFen - feeFen,
        elsewhereFen: 0,
        visitCount: 0,
        fundFen: 0,
        findingCount: 0,
      });
      const table = reports.find(({ name }) => name === `${date}-industries.csv`)?.content;
      expect(table).toContain(`${CODE},测试自行车`);
    });
  });
}

type Ask = (person: string, method: string, path: string, body?: unknown, status?: number) => Promise<Answered['body']>;

/** Registers the company's terminal with its SAM and gives it its master key, as its maker would get it. */
async function companyTerminal(people: Ask, city: TestCity): Promise<Terminal> {
  const validFrom = new Date(Date.now() - 86_400_000).toISOString();
  await people(
    'platform',
    'POST',
    '/v1/sam-assignments',
    { samNo: SAM, participantNo: COMPANY, terminalNo: TERMINAL, validFrom },
    201,
  );
  await people(
    'platform',
    'POST',
    '/v1/terminals',
    {
      terminalNo: TERMINAL,
      participantNo: COMPANY,
      industry: INDUSTRY,
      samNo: SAM,
      functions: ['purchase-upload', 'enquiry'],
      macAlgorithm: 'ecb',
    },
    201,
  );
  const { changeNo } = await people(
    'platform',
    'POST',
    '/v1/terminal-changes',
    { kind: 'hand-over-keys', content: { terminals: [TERMINAL], transport: 'TRANSPORT' }, reason: 'first key' },
    201,
  );
  const { keys } = await people('platform-2', 'POST', `/v1/terminal-changes/${String(changeNo)}/approval`);
  const [handed] = keys as readonly { tmkUnderTransport: string }[];
  const masterKey = decryptEcb('3des', publishedKey('TRANSPORT'), Buffer.from(handed?.tmkUnderTransport ?? '', 'hex'));
  return new Terminal({
    address: city.installation.gateway,
    terminalNo: TERMINAL,
    merchantNo: COMPANY,
    samNo: SAM,
    masterKey,
    macAlgorithm: 'ecb',
    memory: freshTerminalMemory(),
  });
}

/** Two people approve the sheets, the bank pays and states what it booked, the day closes. */
async function clear(people: Ask, city: TestCity, date: string): Promise<void> {
  const path = `/v1/clearing-days/${date}`;
  const reached = (...states: string[]) =>
    until(
      () => people('finance-maker', 'GET', path),
      ({ state }) => states.includes(String(state)),
    );
  const { sheetsSha256 } = await reached('netted');
  const { approvalId } = await people('finance-maker', 'POST', `${path}/approval`, { sheetsSha256 }, 201);
  await people('finance-checker', 'POST', `${path}/approval/${String(approvalId)}`);
  await reached('instructed', 'settled', 'closed');
  await people('platform', 'POST', '/v1/participants', { participantNo: BANK, name: 'Bank (test)', kind: 'bank' }, 201);
  const { token } = await people(
    'platform',
    'POST',
    `/v1/partners/${BANK}/credentials`,
    { roles: ['bank-partner'] },
    201,
  );
  const bank = new SimulatedBank('THIRTEENTH', [CUSTODY]);
  bank.receive({ accountNo: CUSTODY, amountFen: 100_000_000, from: 'test', remittance: 'TEST', booked: '2026-01-01' });
  const { baseUrl } = city.installation;
  const headers = { authorization: `Bearer ${String(token)}`, 'content-type': 'application/xml' };
  const tell = async (what: string, body: string) => {
    const told = await fetch(new URL(`/v1/bank/${what}`, baseUrl), { method: 'POST', headers, body });
    expect([what, told.status < 300]).toEqual([what, true]);
  };
  const pending = await fetch(new URL('/v1/settlement/instructions?status=pending', baseUrl), {
    headers: { authorization: headers.authorization },
  });
  for (const { messageId } of (await pending.json()) as { messageId: string }[]) {
    const order = await fetch(new URL(`/v1/settlement/instructions/${messageId}`, baseUrl), {
      headers: { authorization: headers.authorization },
    });
    const { status } = bank.pay(await order.text(), date);
    await tell('payment-status', status);
  }
  await tell('statements', bank.statement(CUSTODY, date));
  await reached('closed');
}
