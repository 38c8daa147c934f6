import { describe, expect, it } from 'vitest';
import { sandboxCard, sandboxTerminal, type TestCity } from '../installation.ts';

const EMPLOYER = '904458041110061';
const OFFICE = '904458041110062';
const CUSTODY = 'bank-custody:6217000000000000001';

/** From a file of an employer or an office to the money on a card (domain page, 补登; terminal interface, message 8). */
export function credits(city: () => TestCity): void {
  describe('credits of an employer and of an office', () => {
    let keys = 0;
    const post = (person: string, path: string, body?: unknown, key = `credits-${(keys += 1)}`) =>
      city().http(person, 'POST', path, body, { 'idempotency-key': key });
    const amountAt = async (account: string) =>
      (await city().http('auditor', 'GET', `/v1/ledger/accounts/${account}`)).body['postedFen'];

    it('reach the card at a load terminal exactly once, whatever is repeated and whichever answer is lost', async () => {
      const sandbox = await city().sandbox();
      const [cardNo = '', otherNo = ''] = sandbox.cards;
      for (const [participantNo, name] of [
        [EMPLOYER, 'Employer (test)'],
        [OFFICE, 'Office for subsidies (test)'],
      ]) {
        const participant = { participantNo, name, kind: 'company' };
        expect((await post('platform', '/v1/participants', participant)).status).toBe(201);
      }
      const waiting = async (card: string) => {
        const { accounts } = (await city().http('auditor', 'GET', `/v1/purses/${card}`)).body as {
          accounts: { kind: string; posted: number }[];
        };
        return accounts.find(({ kind }) => kind === 'pending-credit')?.posted;
      };
      const custody = Number(await amountAt(CUSTODY));
      const file = (payer: string, lines: readonly (readonly [string, number])[]) => ({
        ...{ payer, account: CUSTODY, bankReference: `TEST-${payer}`, reason: 'credit (test)' },
        lines: lines.map(([card, amountFen], at) => ({ key: `2026-11-${at}`, cardNo: card, amountFen })),
      });

      // Handed in twice under one key and once more under another, approved twice: booked once.
      const book = async (body: object) => {
        const proposed = await post('finance-maker', '/v1/credit-files', body, `file-${JSON.stringify(body).length}`);
        expect(proposed.status).toBe(201);
        const { fileId } = proposed.body;
        const again = await post('finance-maker', '/v1/credit-files', body, `file-${JSON.stringify(body).length}`);
        expect(again.body).toEqual(proposed.body);
        expect((await post('finance-maker', '/v1/credit-files', body)).body['fileId']).toBe(fileId);
        const path = `/v1/credit-files/${String(fileId)}/approval`;
        expect((await post('finance-maker', path)).status).toBe(403);
        for (let times = 0; times < 2; times += 1)
          expect((await post('finance-checker', path)).body).toMatchObject({ fileId, state: 'booked' });
      };
      await book(file(EMPLOYER, [[cardNo, 2500], [otherNo, 700]])); // prettier-ignore
      await book(file(OFFICE, [[cardNo, 500]]));
      expect([await waiting(cardNo), await waiting(otherNo)]).toEqual([3000, 700]);
      expect(Number(await amountAt(CUSTODY))).toBe(custody + 3700);

      const terminal = sandboxTerminal(sandbox, { timeoutMs: 3000 });
      await terminal.signOn();
      const card = sandboxCard(cardNo);
      const prefund = await amountAt(`agent-prefund:${sandbox.merchant}`);
      const load = (amountFen: number, more = {}) => terminal.load(card, { amountFen, from: 'bound-account', ...more });
      expect(await load(3001)).toMatchObject({ kind: 'refused', code: '51' });
      terminal.loseNextAnswers(1);
      expect(await load(3000, { holdResult: true })).toMatchObject({ kind: 'credited', balanceAfterFen: 3000 });
      const kept = [...terminal.memory.forward];
      expect((await terminal.enquireBalance(cardNo)).ledgerFen).toBe(0);
      terminal.loseNextAnswers(1);
      await terminal.flush();
      for (const stored of kept) expect(await terminal.repeat(stored)).toMatchObject({ kind: 'answered', code: '00' });

      expect(await terminal.enquireBalance(cardNo)).toMatchObject({ ledgerFen: 3000, availableFen: 3000 });
      expect([await waiting(cardNo), await waiting(otherNo)]).toEqual([0, 700]);
      expect(await amountAt(`agent-prefund:${sandbox.merchant}`)).toBe(prefund);
      // Nothing is left for this card, at this terminal or another.
      expect(await load(1)).toMatchObject({ kind: 'refused', code: '51' });
      await terminal.disconnect();
      const elsewhere = sandboxTerminal(await city().sandbox());
      await elsewhere.signOn();
      expect(await elsewhere.load(card, { amountFen: 1, from: 'bound-account' })).toMatchObject({ code: '51' });
      await elsewhere.disconnect();
      expect((await city().http('auditor', 'GET', '/v1/ledger/verification')).body).toMatchObject({ ok: true });
    });
  });
}
