import { casesOf, runBillerKit } from '@citycard/citycard';
import { openBiller } from '@citycard/city-sim';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';

const CUSTOMER = 'TEST-CUSTOMER';
const bills = [1, 2, 3, 4].map((number) => ({
  customer: CUSTOMER,
  reference: `TEST-BILL-${number}`,
  amountFen: 100 * number,
}));

async function play(baseUrl: string) {
  const report = await runBillerKit({
    participantNo: 'BILLER01',
    baseUrl,
    customer: CUSTOMER,
    limitMs: 2000,
    quietMs: 50,
    clockLimitMs: 20_000,
    stopping: new AbortController().signal,
    tell: () => undefined,
  });
  return { report, failed: report.cases.filter(({ outcome }) => outcome === 'failed').map(({ id }) => id) };
}

it('a good biller passes every case', async () => {
  const biller = await openBiller({ name: 'TEST', secret: 'kit', bills, dueDate: '20991231' });
  const { report, failed } = await play(biller.baseUrl);
  await biller.close();
  expect(report.cases.filter(({ outcome }) => outcome !== 'passed')).toEqual([]);
  expect(failed).toEqual([]);
  expect(report).toMatchObject({ kit: 'biller', candidate: 'BILLER01', passed: true });
  expect(report.cases.map(({ id }) => id)).toEqual(casesOf('biller').map(({ id }) => id));
});

it('a biller that books every request anew fails where it is asked twice', async () => {
  const biller = await openBiller({ name: 'TEST', secret: 'kit', bills, dueDate: '20991231' });
  let asked = 0;
  // Between us and it, somebody gives every payment another number.
  const between = await forwarding(biller.baseUrl, (body) => ({ ...body, paymentId: `X${(asked += 1)}` }));
  const { report, failed } = await play(between.url);
  await Promise.all([biller.close(), between.close()]);
  expect(report.passed).toBe(false);
  expect(failed).toEqual(expect.arrayContaining(['pay', 'daily-check']));
  expect(failed).not.toContain('enquiry');
});

it('a biller that is not there fails, in time', async () => {
  const { failed, report } = await play('http://127.0.0.1:9/nobody');
  expect(failed).toEqual(casesOf('biller').map(({ id }) => id));
  // Why, as its maker has to know it.
  expect(report.cases[0]?.reason).toMatch(
    /GET \/bills\?customer=TEST-CUSTOMER came to nothing: (ECONNREFUSED|bad port)/,
  );
});

async function forwarding(target: string, change: (body: Record<string, unknown>) => object) {
  const server: Server = createServer((request, response) => void pass(request, response));
  const pass = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body =
      chunks.length === 0 ? undefined : JSON.stringify(change(JSON.parse(String(Buffer.concat(chunks))) as never));
    const answer = await fetch(`${target}${request.url ?? ''}`, {
      method: request.method ?? 'GET',
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body }),
    });
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
