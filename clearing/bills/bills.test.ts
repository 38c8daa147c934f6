import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { commonMigrations, fen, startTestDatabase, transact } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alarmsAfter } from '../alarms/alarm.ts';
import { accountBalance, cardBalance } from '../ledger/balances.ts';
import { post } from '../ledger/posting.ts';
import { TEST_DAY, testCard, transfer } from '../ledger/test-ledger.ts';
import { verifyLedger } from '../ledger/verify.ts';
import { clearingMigrations } from '../migrations.ts';
import { openCardAccounts } from '../ledger/accounts.ts';
import { createParticipant } from '../participants/participant.ts';
import { type BillPurchase, payBill, withholdBill } from './bill-payment.ts';
import { billerDirectory } from './biller-directory.ts';
import { type BillerDirectory, registerBiller } from './biller.ts';
import { enquireBills } from './enquiry.ts';
import { httpBiller } from './http-biller.ts';
import { settleBills } from './settle-bills.ts';

const WATER = 'WATER0000000001';
const KIOSK = 'KIOSK0000000001';
const HOME_CARD = testCard(70_001);
const SAM = '100000000070';

/** A generated utility: what it answers is the test's choice, what it booked it remembers by payment id. */
const utility = {
  answer: (() => [200, {}]) as (paymentId: string) => [status: number, body: unknown] | 'silence',
  booked: [] as { paymentId: string; amountFen: number; authorization: string | undefined; key: unknown }[],
};
let server: Server;
let database: Awaited<ReturnType<typeof startTestDatabase>>;
let billers: BillerDirectory;

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text) as Record<string, unknown>;
}

beforeAll(async () => {
  server = createServer((request, response) => {
    void (async () => {
      if (request.method === 'GET') {
        const customer = new URL(request.url ?? '', 'http://localhost').searchParams.get('customer');
        const bills = [{ reference: `B-${customer}`, dueFen: 1250, dueDate: '20261130', text: '水费' }];
        return response.end(JSON.stringify(customer === 'nobody' ? { bills: 'none' } : { bills }));
      }
      const { paymentId, amountFen } = await readJson(request);
      const key = request.headers['idempotency-key'];
      const { authorization } = request.headers;
      utility.booked.push({ paymentId: String(paymentId), amountFen: Number(amountFen), authorization, key });
      const answer = utility.answer(String(paymentId));
      if (answer === 'silence') return undefined;
      return response.writeHead(answer[0]).end(typeof answer[1] === 'string' ? answer[1] : JSON.stringify(answer[1]));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  database = await startTestDatabase([commonMigrations, clearingMigrations]);
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  await transact(database.db, async (tx) => {
    await tx.query(`insert into clearing.business_day (business_date, state) values ($1, 'open')`, [TEST_DAY]);
    await createParticipant(tx, { participantNo: WATER, name: 'Generated water', kind: 'biller' });
    await createParticipant(tx, { participantNo: KIOSK, name: 'Generated kiosk', kind: 'agent' });
    await registerBiller(tx, { billerCode: 'WTR1', participantNo: WATER, baseUrl });
    await openCardAccounts(tx, HOME_CARD);
  });
  billers = billerDirectory(database.db, new Map([['WTR1', 'generated-token']]));
});
afterAll(async () => {
  expect(await verifyLedger(database.db)).toMatchObject({ ok: true });
  server.closeAllConnections();
  server.close();
  await database.stop();
});

let transactions = 0;
const purchase = (over: Partial<BillPurchase> = {}): BillPurchase => ({
  cardNo: HOME_CARD,
  issuerCity: '4580',
  samNo: SAM,
  samTransactionNo: (transactions += 1),
  amount: fen(1250),
  billerCode: 'WTR1',
  customer: '20261234',
  billReference: 'B-20261234',
  ...over,
});
const pay = (item: BillPurchase) => payBill({ db: database.db, billers }, item);

/** What validation does when it accepts the purchase, taken at a terminal of `participant`. */
async function accept(
  item: BillPurchase,
  participant: string,
  state: 'accepted' | 'rejected' = 'accepted',
): Promise<void> {
  const intakeId = 900_000 + Number(item.samTransactionNo);
  await transact(database.db, async (tx) => {
    await tx.query(
      `insert into clearing.purchase_record (card_no, business_date, intake_id, record_index, raw, issuer_city, offline_counter,
         balance_before_fen, amount_fen, sam_no, sam_transaction_no, flag, industry, hotlist_version, participant_no, state, reason_code, decided_at)
       values ($1, $2, $3, 0, $4, $5, $3::bigint % 60000, 0, $6, $7, $8, 0, 3, 0, $9, $10, case $10 when 'rejected' then '06' end, now())`,
      [
        item.cardNo,
        TEST_DAY,
        intakeId,
        Buffer.alloc(64),
        item.issuerCity,
        item.amount,
        item.samNo,
        item.samTransactionNo,
        participant,
        state,
      ],
    );
    await tx.query(
      `insert into clearing.purchase_identity (card_no, issuer_city, offline_counter, sam_no, sam_transaction_no, content_sha256,
         business_date, intake_id, record_index) values ($1, $2, $3::bigint % 60000, $4, $5, $6, $7, $3, 0)`,
      [item.cardNo, item.issuerCity, intakeId, item.samNo, item.samTransactionNo, Buffer.alloc(32), TEST_DAY],
    );
    if (state === 'rejected') return;
    const outcomes = await post(tx, TEST_DAY, [
      transfer(`generated:${intakeId}`, 'city-receivable:4520', `operator-pending:${participant}`, item.amount),
    ]);
    expect(outcomes).toEqual([{ outcome: 'posted' }]);
  });
}
beforeAll(async () => {
  await transact(database.db, (tx) =>
    createParticipant(tx, { participantNo: '4520', name: 'Generated city', kind: 'city', cityCode: '4520' }),
  );
});

const pendingOf = async (participant: string) =>
  (await accountBalance(database.db, `operator-pending:${participant}`)).posted;
const creditOf = async () => (await cardBalance(database.db, HOME_CARD, 'pending-credit')).posted;

describe('a bill paid with a purse', () => {
  it('is asked for once it is written down, and answers receipt and meter token', async () => {
    utility.answer = () => [200, { outcome: 'paid', receipt: 'R-1', meterToken: '12345678901234567890' }];
    const item = purchase();
    const paid = { code: '00', receipt: 'R-1             ', meterToken: '12345678901234567890' };
    expect(await pay(item)).toEqual(paid);
    const [booked] = utility.booked.slice(-1);
    expect(booked).toMatchObject({ amountFen: 1250, authorization: 'Bearer generated-token', key: booked?.paymentId });
    expect(booked?.paymentId).not.toContain(HOME_CARD);
    const asked = utility.booked.length;
    expect(await pay(item)).toEqual(paid);
    expect(utility.booked.length).toBe(asked);
  });

  it('belongs to the biller once the purchase is accepted, once', async () => {
    utility.answer = () => [200, { outcome: 'paid', receipt: 'R-2' }];
    const item = purchase();
    expect(await pay(item)).toEqual({ code: '00', receipt: 'R-2             ', meterToken: ' '.repeat(20) });
    expect(await settleBills(database.db, { cardNo: item.cardNo })).toEqual({ settled: 0 });
    await accept(item, KIOSK);
    const [kiosk, water] = [await pendingOf(KIOSK), await pendingOf(WATER)];
    expect(await settleBills(database.db)).toEqual({ settled: 1 });
    expect([await pendingOf(KIOSK), await pendingOf(WATER)]).toEqual([kiosk - 1250n, water + 1250n]);
    expect(await settleBills(database.db)).toEqual({ settled: 0 });
    const own = purchase();
    await pay(own);
    await accept(own, WATER);
    expect(await settleBills(database.db)).toEqual({ settled: 1 });
    expect(await pendingOf(WATER)).toBe(water + 2500n);
  });

  it('refused becomes the pending credit of the card, whether the purchase was accepted before or after, once', async () => {
    utility.answer = () => [200, { outcome: 'refused', reason: 'the bill is paid already' }];
    const [before, after] = [purchase(), purchase()];
    await accept(before, KIOSK);
    const blanks = { code: '00', receipt: ' '.repeat(16), meterToken: ' '.repeat(20) };
    expect(await pay(before)).toEqual(blanks);
    expect(await creditOf()).toBe(1250n);
    expect(await pay(before)).toEqual(blanks);
    expect(await pay(after)).toEqual(blanks);
    expect(await creditOf()).toBe(1250n);
    await accept(after, KIOSK);
    await Promise.all([settleBills(database.db), settleBills(database.db)]);
    await settleBills(database.db);
    expect(await creditOf()).toBe(2500n);
  });

  it('refused to a card of another city is an unclaimed refund', async () => {
    utility.answer = () => [200, { outcome: 'refused' }];
    const item = purchase({ cardNo: testCard(70_002, '4520'), issuerCity: '4520' });
    await accept(item, WATER);
    expect(await pay(item)).toMatchObject({ code: '00', receipt: ' '.repeat(16) });
    expect((await accountBalance(database.db, 'unclaimed-refund:main')).posted).toBe(1250n);
  });

  it.each<[string, [number, unknown] | 'silence']>([
    ['has not decided', [200, { outcome: 'undecided' }]],
    ['answers 202', [202, '']],
    ['fails', [500, { outcome: 'refused' }]],
    ['does not know us', [401, '']],
    ['answers nonsense', [200, 'paid!']],
    ['answers a receipt too long', [200, { outcome: 'paid', receipt: 'R'.repeat(17) }]],
    ['answers a token that is none', [200, { outcome: 'paid', receipt: 'R', meterToken: '12' }]],
    ['answers too much', [200, { outcome: 'paid', receipt: 'R', more: 'x'.repeat(70_000) }]],
    ['is silent', 'silence'],
  ])('is answered 68 while the biller %s; the repeat asks again under the same id', async (_, answer) => {
    const item = purchase();
    utility.answer = () => answer;
    const impatient: BillerDirectory = async (code) => {
      const found = await billers(code);
      return found && { ...found, adapter: httpBiller({ baseUrl: found.biller.baseUrl ?? '', timeoutMs: 100 }) };
    };
    // Only silence is worth a short wait: on a busy machine a request that is given up may never have reached the biller.
    const asking = answer === 'silence' ? impatient : billers;
    expect(await payBill({ db: database.db, billers: asking }, item)).toEqual({ code: '68' });
    const { rows } = await database.db.query<{ id: string }>(
      'select payment_id as id from clearing.bill_payment where sam_no = $1 and sam_transaction_no = $2',
      [item.samNo, item.samTransactionNo],
    );
    if (answer !== 'silence') expect(utility.booked.at(-1)?.paymentId).toBe(rows[0]?.id);
    utility.answer = () => [200, { outcome: 'paid', receipt: 'R-9' }];
    expect(await pay(item)).toMatchObject({ code: '00', receipt: 'R-9             ' });
    expect(utility.booked.at(-1)?.paymentId).toBe(rows[0]?.id);
  });

  it('is withheld while nobody can tell, goes back to the card when the purchase is accepted, and gives way to a proved one', async () => {
    const torn = purchase();
    await withholdBill(database.db, torn);
    await accept(torn, WATER);
    const before = await cardBalance(database.db, HOME_CARD, 'pending-credit');
    await settleBills(database.db);
    const after = await cardBalance(database.db, HOME_CARD, 'pending-credit');
    expect(after.posted - before.posted).toBe(torn.amount);

    utility.answer = () => [200, { outcome: 'paid', receipt: 'R-10' }];
    const recovered = purchase();
    await withholdBill(database.db, recovered);
    expect(await pay(recovered)).toMatchObject({ code: '00', receipt: expect.stringMatching(/\S/) as string });
    await withholdBill(database.db, recovered);
    expect(await pay(recovered)).toMatchObject({ code: '00', receipt: expect.stringMatching(/\S/) as string });
  });

  it('paid for a purchase that is refused in the end is an alarm, once', async () => {
    utility.answer = () => [200, { outcome: 'paid', receipt: 'R-11' }];
    const item = purchase();
    expect(await pay(item)).toMatchObject({ code: '00' });
    await accept(item, WATER, 'rejected');
    await settleBills(database.db);
    await settleBills(database.db);
    const alarms = await alarmsAfter(database.db, 0n);
    expect(alarms.filter(({ kind }) => kind === 'bill-paid-purchase-refused')).toHaveLength(1);
  });

  it('pays one bill: the same purchase for another is answered 94', async () => {
    utility.answer = () => [200, { outcome: 'paid', receipt: 'R-3' }];
    const item = purchase();
    await pay(item);
    for (const other of [{ customer: 'x' }, { billReference: 'x' }, { amount: fen(1) }, { billerCode: 'WTR2' }])
      expect(await pay({ ...item, ...other })).toEqual({ code: '94' });
  });

  it('to a biller nobody knows is refused, and the money comes back', async () => {
    const credit = await creditOf();
    const item = purchase({ billerCode: 'NONE' });
    await accept(item, KIOSK);
    expect(await pay(item)).toMatchObject({ code: '00', receipt: ' '.repeat(16) });
    expect(await creditOf()).toBe(credit + 1250n);
  });

  it('the first decision stands when two ask at once', async () => {
    let answers = 0;
    utility.answer = () => [200, { outcome: 'paid', receipt: `R-${(answers += 1)}` }];
    const item = purchase();
    const [one, two] = await Promise.all([pay(item), pay(item)]);
    expect(one).toEqual(two);
  });
});

describe('a bill enquiry', () => {
  it('answers what is due', async () => {
    expect(await enquireBills({ db: database.db, billers }, 'WTR1', '20261234')).toEqual({
      code: '00',
      bills: [{ reference: 'B-20261234', due: 1250n, dueDate: '20261130', text: '水费' }],
      totalDue: 1250n,
    });
  });

  it('is answered 03 for an unknown biller, 68 when the answer is none', async () => {
    expect(await enquireBills({ db: database.db, billers }, 'NONE', '1')).toEqual({ code: '03' });
    expect(await enquireBills({ db: database.db, billers }, 'WTR1', 'nobody')).toEqual({ code: '68' });
  });
});

it('a biller is registered for a participant that exists', async () => {
  const register = transact(database.db, (tx) =>
    registerBiller(tx, { billerCode: 'WTR9', participantNo: 'NOBODY', baseUrl: 'http://127.0.0.1:1' }),
  );
  await expect(register).rejects.toMatchObject({ code: 'clearing.participant-unknown' });
});
