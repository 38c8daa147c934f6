import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { createHttpServer, createLogger, type HttpServer } from '@citycard/common';
import { connectHsm, HsmUnavailable } from '@citycard/hsm-sim';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buy, BUS, BUS_TWO, DAY, fillDay, NEXT_DAY } from '../day/test-city.ts';
import { registerLedgerRoutes } from '../ledger/routes.ts';
import { verifyLedger } from '../ledger/verify.ts';
import { deliverReceipts } from './deliver.ts';
import { readReceipt } from './receipt.ts';
import { registerReceiptRoutes } from './routes.ts';
import { closeDay, startSigningCity } from './test-city.ts';

let city: Awaited<ReturnType<typeof startSigningCity>>;
let server: HttpServer;
let folder: string;
let whileAway: unknown;
let signedWhileAway: number | null;

beforeAll(async () => {
  city = await startSigningCity();
  const { db, deps } = city;
  await fillDay(db);
  await closeDay(deps, DAY);
  await fillDay(db, NEXT_DAY);
  await closeDay(deps, NEXT_DAY);
  const logger = createLogger('test', { level: 'silent' });
  folder = join(city.directory, 'authorities');
  const gone = createServer().listen(0, '127.0.0.1');
  await once(gone, 'listening');
  const { port } = gone.address() as AddressInfo;
  await new Promise((resolve) => gone.close(resolve));
  const away = connectHsm({ host: '127.0.0.1', port, timeoutMs: 300 });
  whileAway = await deliverReceipts({ db, hsm: away, logger, directory: folder }).catch((error: unknown) => error);
  await away.close();
  signedWhileAway = (await db.query('select from clearing.day_receipt_signature')).rowCount;
  await deliverReceipts({ db, hsm: city.hsm, logger, directory: folder });
  server = createHttpServer({ logger, db, title: 'Receipts' });
  registerLedgerRoutes(server, { db });
  registerReceiptRoutes(server, { db });
});
afterAll(async () => {
  await server.close();
  await city.stop();
});

const call = async (person: string, method: 'GET' | 'POST', url: string, payload?: object) => {
  const headers = { authorization: `Bearer ${city.tokens[person]}` };
  const response = await server.inject({ method, url, headers, ...(payload && { payload }) });
  return { status: response.statusCode, body: response.json<Record<string, unknown>>() };
};
const received = () => {
  const own = join(folder, 'central-bank', 'receipts');
  return readdirSync(own)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => ({
      content: readFileSync(join(own, name), 'utf8'),
      signature: readFileSync(join(own, `${name}.p7s`)).toString('base64'),
    }));
};
const verify = (receipts: object[]) => call('supervisor', 'POST', '/v1/ledger/verification', { receipts });

/** What somebody with every right over the database could do: change a transfer, its balances, and every hash after it. */
async function rewriteChain(date: string): Promise<void> {
  const tx = await city.db.connect();
  try {
    await tx.query('begin');
    const { rows } = await tx.query<{ amount: bigint }>(
      `update clearing.ledger_transfer set credit_account = $2 where business_date = $1 and credit_account = $3 and posting_key like 'purchase:%'
         and amount_fen = 20000 returning amount_fen as amount`,
      [date, `operator-pending:${BUS_TWO}`, `operator-pending:${BUS}`],
    );
    expect(rows).toHaveLength(1);
    for (const [bus, sign] of [
      [BUS, '-'],
      [BUS_TWO, '+'],
    ] as const)
      await tx.query(
        `update clearing.account set credits_posted = credits_posted ${sign} $2, available_fen = available_fen ${sign} $2,
           forced_fen = greatest(0, coalesce(floor_fen - (available_fen ${sign} $2), 0)) where account_code = 'operator-pending:' || $1`,
        [bus, rows[0]!.amount],
      );
    await tx.query(`do $$
      declare c record; v_previous bytea := sha256('city card ledger'::bytea); v_hash bytea;
      begin
        update clearing.ledger_transfer t set row_sha256 = clearing.ledger_row_hash(t.card_no, t.business_date, t.posting_key, t.leg, t.debit_account,
          t.credit_account, t.amount_fen, t.phase, t.resolves_key, t.reason, t.expires_at, t.position);
        for c in select * from clearing.ledger_chunk order by chunk_no loop
          v_hash := clearing.ledger_chunk_hash(v_previous, c.chunk_no, c.transfer_count, c.sealed_at,
            (select string_agg(t.row_sha256, ''::bytea order by t.position) from clearing.ledger_transfer t where t.chunk_no = c.chunk_no));
          update clearing.ledger_chunk set previous_sha256 = v_previous, chunk_sha256 = v_hash where chunk_no = c.chunk_no;
          v_previous := v_hash;
        end loop;
        update clearing.ledger_head set chunk_sha256 = v_previous;
      end $$`);
    await tx.query('commit');
  } finally {
    tx.release();
  }
}

describe('receipts', () => {
  it('are made when a day closes, each with the hash of the one before', async () => {
    const { rows } = await city.db.query<{ content: string; sha256: string }>(
      `select content, encode(content_sha256, 'hex') as sha256 from clearing.day_receipt order by business_date`,
    );
    const [first, second] = rows.map(({ content }) => readReceipt(content));
    expect([first!.businessDate, second!.businessDate]).toEqual([DAY, NEXT_DAY]);
    expect(first!.previousSha256).toBeNull();
    expect(second!.previousSha256).toBe(rows[0]!.sha256);
    expect(second!.ledger.headSha256).toBe((await verifyLedger(city.db)).head);
    const sum = (side: 'debitFen' | 'creditFen') =>
      second!.trialBalance.reduce((total, line) => total + line[side], 0n);
    expect(sum('debitFen')).toBe(sum('creditFen'));
  });

  it('wait for an HSM that is away, while the days close', () => {
    expect(whileAway).toBeInstanceOf(HsmUnavailable);
    expect(signedWhileAway).toBe(0);
    expect(received()).toHaveLength(2);
  });

  it('lie in the folders of both authorities, signed so that anybody can check', () => {
    for (const authority of ['finance-bureau', 'central-bank'])
      expect(readdirSync(join(folder, authority, 'receipts')).sort()).toEqual(
        [DAY, NEXT_DAY].flatMap((date) => [`${date}.json`, `${date}.json.p7s`]),
      );
    const ca = join(city.directory, 'ca.pem');
    writeFileSync(ca, city.caPem);
    const file = join(folder, 'finance-bureau', 'receipts', `${DAY}.json`);
    const signed = ['-in', `${file}.p7s`, '-inform', 'DER', '-content', file, '-CAfile', ca];
    execFileSync('openssl', ['cms', '-verify', '-binary', ...signed, '-purpose', 'any', '-out', '/dev/null'], {
      stdio: 'pipe',
    });
  });

  it('can be fetched by those who supervise, and it is noted who did', async () => {
    expect((await call('clerk', 'GET', `/v1/receipts/${DAY}`)).status).toBe(403);
    expect((await call('auditor', 'GET', `/v1/receipts/${DAY}`)).body.content).toBe(received()[0]!.content);
    const { body } = await call('supervisor', 'GET', '/v1/receipts');
    expect((body['receipts'] as { deliveries: unknown }[]).at(-1)?.deliveries).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ recipient: 'auditor', way: 'fetched' }),
        expect.objectContaining({ recipient: 'finance-bureau', way: 'folder' }),
      ]),
    );
    expect(await call('supervisor', 'GET', '/v1/receipts/2026-12-24')).toMatchObject({
      status: 404,
      body: { code: 'clearing.receipts.unknown' },
    });
  });

  it('never change', async () => {
    for (const table of ['day_receipt', 'day_receipt_signature', 'day_receipt_delivery'])
      await expect(city.db.query(`delete from clearing.${table}`)).rejects.toThrow(/only ever added to/);
  });

  it('are refused when they are not ours, or not what was signed', async () => {
    const [first] = received();
    const content = first!.content.replace('"debitFen":0', '"debitFen":1');
    expect(await verify([{ ...first, content }])).toMatchObject({
      status: 422,
      body: { code: 'clearing.receipts.bad-signature' },
    });
    expect(await verify([{ ...first, content: '{}' }])).toMatchObject({
      status: 422,
      body: { code: 'clearing.receipts.unreadable' },
    });
  });
});

describe('the books against receipts', () => {
  it('hold, also while the next day goes on', async () => {
    await buy(city.db, '2026-11-22' as typeof DAY, 'purse', BUS, 1_111);
    expect((await verify(received())).body).toMatchObject({
      ok: true,
      receipts: { ok: true, compared: 2, archived: 0, faults: [] },
    });
  });

  it('do not when the chain was written anew from end to end, and the first day is named', async () => {
    await rewriteChain(NEXT_DAY);
    expect(await verifyLedger(city.db)).toMatchObject({ ok: true });
    const { body } = await verify(received());
    expect(body).toMatchObject({ ok: false, chainOk: true, receipts: { ok: false, firstDay: NEXT_DAY } });
    expect((body['receipts'] as { faults: unknown[] }).faults).toHaveLength(1);
    await rewriteChain(DAY);
    expect(await verifyLedger(city.db)).toMatchObject({ ok: true });
    expect((await verify(received())).body.receipts).toMatchObject({
      ok: false,
      firstDay: DAY,
      faults: [{ date: DAY }, { date: NEXT_DAY }],
    });
  });
});
