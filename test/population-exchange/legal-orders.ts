import { cardNo, findPurse, isHotlisted } from '@citycard/clearing';
import { beforeAll, expect, it } from 'vitest';
import type { ExchangeCity } from './test-city.ts';

/** Orders of courts and authorities: two registrars, an answer given out once, cards closed and opened again. */
export function legalTests(started: () => ExchangeCity): void {
  let city: ExchangeCity;
  let documents = 0;
  beforeAll(() => {
    city = started();
  });
  const document = () => ({ authority: '测试法院', documentNo: `(2026) test ${(documents += 1)}` });
  const post = (who: string, path: string, body?: object) => city.http(who, 'POST', `/v1/legal-orders${path}`, body);
  const order = async (body: object) => {
    const { body: proposed } = await post('registrar-1', '', body);
    expect((await post('registrar-1', `/${proposed.orderId}/approval`)).status).toBe(409);
    const approved = await post('registrar-2', `/${proposed.orderId}/approval`);
    expect(approved).toMatchObject({ status: 200, body: { state: 'approved' } });
    return proposed.orderId as number;
  };

  it('an inquiry names holder, cards and movements, sealed until it is collected, once', async () => {
    const { residentId, idNumber } = await city.register('测试风', { phone: '13900000009' });
    const number = await city.issueCard(residentId);
    const inquiry = { kind: 'inquiry', ...document(), target: { idNumber } };
    const { body: proposed } = await post('registrar-1', '', inquiry);
    expect((await post('registrar-1', '', inquiry)).body).toEqual(proposed);
    const other = await post('registrar-1', '', {
      ...inquiry,
      target: { cardNo: await city.issueCard((await city.register('测试云')).residentId) },
    });
    expect(other.body.code).toContain('order-exists');
    expect((await post('registrar-1', `/${proposed.orderId}/collection`)).body.code).toContain('order-state');
    expect((await post('registrar-2', `/${proposed.orderId}/approval`)).status).toBe(200);
    const stored = await city.db.query<{ text: string }>('select o::text as text from issuer.legal_order o');
    expect(stored.rows.map(({ text }) => text).join()).not.toContain(Buffer.from('测试风').toString('hex'));
    const { body: answer } = await post('registrar-1', `/${proposed.orderId}/collection`);
    expect(answer).toMatchObject({
      person: { 'id-number': idNumber, name: '测试风', phone: '13900000009' },
      cards: [{ cardNo: number, state: 'active', balanceFen: '0' }],
    });
    expect(answer.person).not.toHaveProperty('children');
    expect(await post('registrar-1', `/${proposed.orderId}/collection`)).toMatchObject({
      status: 410,
      body: { code: 'card-issuer.population.answer-collected' },
    });
  });

  it('an inquiry about somebody we do not know says so; a freeze of nobody is refused', async () => {
    const target = { idNumber: '11010519491231002X' };
    const orderId = await order({ kind: 'inquiry', ...document(), target });
    expect((await post('registrar-2', `/${orderId}/collection`)).body).toEqual({ person: 'unknown', cards: [] });
    expect((await post('registrar-1', '', { kind: 'freeze', ...document(), target })).status).toBe(404);
  });

  it('a freeze closes every card until the last order that holds it is lifted', async () => {
    const { residentId, idNumber } = await city.register('测试雷');
    const number = await city.issueCard(residentId);
    const status = async () => (await findPurse(city.db, cardNo(number)))?.status;
    const first = await order({ kind: 'freeze', ...document(), target: { idNumber } });
    const second = await order({ kind: 'freeze', ...document(), target: { cardNo: number } });
    expect(await status()).toBe('blocked');
    expect(await isHotlisted(city.db, `0${number}`)).toBe(true);
    await order({ kind: 'unfreeze', ...document(), lifts: first });
    expect(await status()).toBe('blocked');
    await order({ kind: 'unfreeze', ...document(), lifts: second });
    expect(await status()).toBe('active');
    expect(await isHotlisted(city.db, `0${number}`)).toBe(false);
    const again = await post('registrar-1', '', { kind: 'unfreeze', ...document(), lifts: second });
    expect((await post('registrar-2', `/${again.body.orderId}/approval`)).body.code).toContain('nothing-frozen');
  });

  it('a freeze holds for the person: no card is handed out while it is in force, also to somebody who had none', async () => {
    const { residentId, idNumber } = await city.register('测试霜');
    const frozen = await order({ kind: 'freeze', ...document(), target: { idNumber } });
    await expect(city.issueCard(residentId)).rejects.toThrow('card-issuer.population.under-freeze');
    const cards = await city.db.query('select from issuer.card where resident_id = $1', [residentId]);
    expect(cards.rowCount).toBe(0);
    await order({ kind: 'unfreeze', ...document(), lifts: frozen });
    const number = await city.issueCard(residentId);
    expect((await findPurse(city.db, cardNo(number)))?.status).toBe('active');
  });

  it('a freeze of one of two records that turn out to be one person closes the cards of both', async () => {
    const [frozen, kept] = [await city.register('测试雾'), await city.register('测试雾')];
    const [frozenCard, keptCard] = [await city.issueCard(frozen.residentId), await city.issueCard(kept.residentId)];
    const statuses = async () => [
      (await findPurse(city.db, cardNo(frozenCard)))?.status,
      (await findPurse(city.db, cardNo(keptCard)))?.status,
    ];
    const standing = await order({ kind: 'freeze', ...document(), target: { idNumber: frozen.idNumber } });
    // Entered about a record that is merged before it is approved.
    const { body: late } = await post('registrar-1', '', {
      kind: 'freeze',
      ...document(),
      target: { idNumber: frozen.idNumber },
    });
    expect(await statuses()).toEqual(['blocked', 'active']);
    const merge = { survivor: Number(kept.residentId), merged: Number(frozen.residentId), reason: 'one person' };
    const { body } = await city.http('registrar-1', 'POST', '/v1/resident-merges', merge);
    const approval = `/v1/resident-merges/${body.approvalId}/approval`;
    expect((await city.http('registrar-2', 'POST', approval)).status).toBe(200);
    expect(await statuses()).toEqual(['blocked', 'blocked']);
    expect((await post('registrar-2', `/${late.orderId}/approval`)).status).toBe(200);
    await order({ kind: 'unfreeze', ...document(), lifts: standing });
    expect(await statuses()).toEqual(['blocked', 'blocked']);
    await order({ kind: 'unfreeze', ...document(), lifts: late.orderId as number });
    // One card per person: the second one stays closed, for the company's reason, until it is returned.
    expect((await statuses()).toSorted()).toEqual(['active', 'blocked']);
    const second = (await statuses())[0] === 'blocked' ? frozenCard : keptCard;
    const { body: history } = await city.http('clerk-1', 'GET', `/v1/cards/${second}/history`);
    expect(history.blocks).toMatchObject([{ kind: 'company', reason: expect.stringContaining('return one of them') }]);
  });

  it('is refused by the second registrar and stays so', async () => {
    const { idNumber } = await city.register('测试电');
    const { body } = await post('registrar-1', '', { kind: 'freeze', ...document(), target: { idNumber } });
    expect((await post('registrar-1', `/${body.orderId}/refusal`)).status).toBe(409);
    expect((await post('registrar-3', `/${body.orderId}/refusal`)).status).toBe(204);
    expect((await post('registrar-2', `/${body.orderId}/approval`)).body.code).toContain('order-state');
    expect((await post('clerk-1', '', { kind: 'freeze', ...document(), target: { idNumber } })).status).toBe(403);
  });
}
