import { createHash } from 'node:crypto';
import { createCertificateRequest, signDetached, type Signer } from '@citycard/city-sim';
import { describe, expect, it } from 'vitest';
import type { Answered, TestCity } from '../installation.ts';
import { blankCard, insert, makeCard } from './bureau.ts';
import { inHand } from './counter.ts';
import { newIdNumber } from './residents.ts';

let keys = 0;
const newKey = () => ({ 'idempotency-key': `legacy-${++keys}` });
const GAS = '904458049900009';

/** Old cards of an industry and the application of a school, over HTTP. */
export function legacyAndGroupTests(city: () => TestCity): void {
  const post = (
    person: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = newKey(),
  ): Promise<Answered> => city().http(person, 'POST', path, body, headers);

  describe('old cards over HTTP', () => {
    it('come in signed, are accepted by a second person, converted at the counter and reported to the fen', async () => {
      const admitted = { participantNo: GAS, name: 'Old gas cards (test)', kind: 'biller', industry: 4 };
      expect((await post('platform', '/v1/participants', admitted)).status).toBe(201);
      expect((await city().http('platform', 'PUT', `/v1/legacy-issuers/${GAS}`, { firstUse: true })).status).toBe(204);
      const signer = await certified(city(), GAS);
      const { content, headers } = handIn(signer, 1, ['OLD-1,,,1250', 'OLD-2,,,50']);
      const path = `/v1/legacy-issuers/${GAS}/imports`;
      expect((await post('clerk-1', path, content, headers)).status).toBe(403);
      const staged = await post('finance-maker', path, content, headers);
      expect(staged).toMatchObject({ status: 201, body: { state: 'staged', goodRows: 2, goodFen: 1300 } });
      const approval = `/v1/legacy-imports/${staged.body['importId']}/approval`;
      expect(await post('finance-checker', approval)).toMatchObject({ status: 200, body: { state: 'accepted' } });
      const { cardNo } = await inHand(city());
      const conversion = { participantNo: GAS, legacyCardNo: 'OLD-1', surrendered: true };
      expect(await post('clerk-1', `/v1/cards/${cardNo}/legacy-conversions`, conversion)).toMatchObject({
        status: 201,
        body: { amountFen: 1250 },
      });
      expect((await city().http('auditor', 'GET', `/v1/legacy-issuers/${GAS}/report`)).body).toMatchObject({
        converted: { amountFen: 1250 },
        unclaimed: { amountFen: 50 },
        proof: { cardsAddUp: true, ledgerAgrees: true, finished: false },
      });
      const owing = (await city().http('supervisor', 'GET', '/v1/former-issuers')).body['formerIssuers'];
      expect(owing).toMatchObject([
        { participantNo: GAS, uncoveredFen: 1300, parts: [{ ageDays: 0, amountFen: 1300 }] },
      ]);

      // Holders who had their card before the file came: the balance meets them with their next card.
      const idNumber = newIdNumber();
      const person = { idNumber, name: '测试旧卡', population: 'permanent' };
      const residentId = Number((await post('clerk-2', '/v1/residents', person)).body['residentId']);
      const { shiftId } = (await post('clerk-2', '/v1/shifts')).body;
      const { cardNo: first } = await makeCard(city());
      const issue = { residentId, depositFen: 0, shiftId };
      expect(await post('clerk-2', `/v1/cards/${first}/issue`, issue)).toMatchObject({ status: 200 });
      const next = handIn(signer, 2, [`OLD-3,测试旧卡,${idNumber},700`]);
      const second = await post('finance-maker', path, next.content, next.headers);
      const accepted = await post('finance-checker', `/v1/legacy-imports/${second.body['importId']}/approval`);
      expect(accepted).toMatchObject({ status: 200, body: { goodFen: 700 } });
      const { cardNo: newCardNo } = await makeCard(city());
      const replacement = { newCardNo, shiftId, cardHandedIn: true, depositFen: 0 };
      expect(await post('clerk-2', `/v1/cards/${first}/replacement`, replacement)).toMatchObject({ status: 200 });
      const purse = (await city().http('auditor', 'GET', `/v1/purses/${newCardNo}`)).body;
      expect(purse['accounts']).toContainEqual(expect.objectContaining({ kind: 'pending-credit', posted: 700 }));
      const till = Number(
        (await city().http('auditor', 'GET', `/v1/ledger/accounts/cash-shift:${shiftId}`)).body['postedFen'],
      );
      expect(await post('clerk-2', `/v1/shifts/${shiftId}/closing`, { countedFen: till })).toMatchObject({
        status: 200,
      });
    });
  });

  describe('the application of a school over HTTP', () => {
    it('goes from a table to a card that works once it was signed for', async () => {
      const opened = await post('registrar-1', '/v1/group-applications', {
        kind: 'school',
        name: '测试小学',
        product: 'standard',
      });
      expect(opened.status).toBe(201);
      const path = `/v1/group-applications/${opened.body['groupId']}`;
      const table = Buffer.from(`name,idNumber\n测试学生,${newIdNumber()}\n测试错,370799199003010000\n`);
      const handedIn = await post('registrar-1', `${path}/members`, table);
      expect(handedIn).toMatchObject({
        status: 201,
        body: { rows: 2, good: 1, bad: [{ line: 3, column: 'idNumber' }] },
      });
      const ordered = await post('bureau-1', `${path}/orders`);
      expect(ordered).toMatchObject({ status: 201, body: { cards: 1 } });
      const batch = String(ordered.body['batchId']);
      expect((await post('bureau-2', `/v1/card-batches/${batch}/release`)).status).toBe(204);
      // Cards of other tests may stand before it in the machine.
      const ready = async () =>
        (await city().http('bureau-1', 'GET', `/v1/card-batches/${batch}`)).body['personalised'] === 1;
      for (let cards = 0; cards < 20 && !(await ready()); cards += 1) await insert(city(), blankCard());
      expect((await post('bureau-1', `${path}/hand-out`)).body).toEqual({ handedOut: 1, withdrawn: 0, waiting: 0 });
      const status = (await city().http('clerk-1', 'GET', path)).body['uncollected'] as { cardNo: string }[];
      const cardNo = status[0]?.cardNo;
      expect((await post('clerk-1', `${path}/receipts`, { cardNos: [cardNo] })).body).toEqual({ received: 1 });
      expect((await city().http('clerk-1', 'GET', `/v1/cards/${cardNo}`)).body).toMatchObject({ state: 'active' });
    });
  });

  describe('a representative over HTTP', () => {
    it('reports the loss for a holder, with his own document', async () => {
      const { cardNo } = await inHand(city());
      const { rows } = await city().installation.db.query<{ id: bigint }>(
        'select resident_id as id from issuer.card where card_no = $1',
        [cardNo],
      );
      const document = { kind: 'resident-id-card', number: newIdNumber() };
      const entry = {
        kind: 'proxy',
        name: '测试代理',
        document,
        scope: ['loss-report'],
        paper: 'letter-of-authority',
        paperReference: '1',
        validTo: new Date(Date.now() + 86_400_000 * 5).toISOString().slice(0, 10),
      };
      expect((await post('clerk-1', `/v1/residents/${rows[0]?.id}/representatives`, entry)).status).toBe(201);
      const act = `/v1/cards/${cardNo}/by-representative/loss-report`;
      const stranger = { document: { ...document, number: newIdNumber() } };
      expect(await post('clerk-1', act, stranger)).toMatchObject({ status: 403 });
      expect(await post('clerk-1', act, { document })).toMatchObject({ status: 200, body: { act: 'loss-report' } });
      expect((await city().http('clerk-1', 'GET', `/v1/cards/${cardNo}`)).body).toMatchObject({
        state: 'lost-confirmed',
      });
    });
  });
}

/** A file of the former issuer, proved and signed. */
function handIn(signer: Signer, sequence: number, rows: readonly string[]) {
  const content = Buffer.from(['cardNo,name,documentNo,balanceFen', ...rows, ''].join('\r\n'));
  const manifest = Buffer.from(
    JSON.stringify({
      formerIssuer: GAS,
      sequence,
      madeOn: '2026-11-20',
      rows: rows.length,
      totalFen: String(rows.reduce((sum, row) => sum + Number(row.split(',').at(-1)), 0)),
      sha256: createHash('sha256').update(content).digest('hex'),
    }),
  );
  const headers = {
    'x-manifest': manifest.toString('base64'),
    'x-signature': signDetached(manifest, signer).toString('base64'),
  };
  return { content, headers };
}

async function certified(city: TestCity, cn: string): Promise<Signer> {
  const { privateKeyPem, requestPem } = createCertificateRequest(cn);
  const issued = await city.http('platform', 'POST', '/v1/certificates', {
    csrPem: requestPem,
    cn,
    kind: 'operator',
  });
  expect(issued.status).toBe(201);
  return { certificatePem: String(issued.body['certificatePem']), privateKeyPem };
}
