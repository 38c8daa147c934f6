import { describe, expect, it } from 'vitest';
import type { TestCity } from '../installation.ts';

/** Blanks from the delivery to the card, from hand to hand (docs/card-production.md). */
export function stockTests(city: () => TestCity): void {
  const http = (person: string, method: string, path: string, body?: unknown) =>
    city().http(person, method, path, body);
  const proof = async () => (await http('auditor', 'GET', '/v1/stock/proof')).body;

  describe('the stock of blanks', () => {
    const onHand = async () =>
      (
        (await http('stock-1', 'GET', '/v1/stock')).body as unknown as {
          chipKind: string;
          places: Record<string, number>;
        }[]
      ).find(({ chipKind }) => chipKind === 'fmcos-3des')?.places ?? {};

    it('moves from hand to hand: what one hands over another counts', async () => {
      const before = await onHand();
      const handOver = (person: string, slip: object) => http(person, 'POST', '/v1/stock/transfers', slip);
      const note = { documentNo: 'note-1', chipKind: 'fmcos-3des', from: 'supplier', to: 'vault', quantity: 1000 };
      const delivery = await handOver('stock-1', note);
      expect(delivery).toMatchObject({ status: 201, body: { state: 'handed-over' } });
      expect((await handOver('stock-1', note)).body['transferId']).toBe(delivery.body['transferId']);
      expect(await handOver('stock-1', { ...note, quantity: 999 })).toMatchObject({
        status: 409,
        body: { code: 'card-issuer.stock.document-taken' },
      });
      const receive = (person: string, transfer: unknown, counted: number) =>
        http(person, 'POST', `/v1/stock/transfers/${String(transfer)}/receipt`, { counted });
      expect(await receive('stock-1', delivery.body['transferId'], 1000)).toMatchObject({
        status: 409,
        body: { code: 'card-issuer.stock.second-person-needed' },
      });
      // The note says 1 000, the box holds 998: what was counted is booked, the difference stays on record.
      expect(await receive('stock-2', delivery.body['transferId'], 998)).toMatchObject({
        status: 200,
        body: { state: 'received', quantity: 1000, counted: 998 },
      });
      expect((await onHand())['vault']).toBe((before['vault'] ?? 0) + 998);

      const box = await handOver('stock-1', {
        ...note,
        documentNo: 'slip-1',
        from: 'vault',
        to: 'bureau',
        quantity: 500,
      });
      expect(await onHand()).toMatchObject({ vault: (before['vault'] ?? 0) + 498, transit: 500 });
      expect(await receive('bureau-1', box.body['transferId'], 499)).toMatchObject({
        status: 409,
        body: { code: 'card-issuer.stock.count-differs' },
      });
      expect((await receive('bureau-1', box.body['transferId'], 500)).status).toBe(200);
      const back = await handOver('stock-2', {
        ...note,
        documentNo: 'slip-2',
        from: 'vault',
        to: 'bureau',
        quantity: 8,
      });
      const takeBack = (person: string) =>
        http(person, 'POST', `/v1/stock/transfers/${String(back.body['transferId'])}/taking-back`);
      expect(await takeBack('stock-1')).toMatchObject({ status: 409 });
      expect((await takeBack('stock-2')).body).toMatchObject({ state: 'taken-back' });
      const spoiled = await handOver('stock-1', {
        ...note,
        documentNo: 'spoiled-1',
        from: 'vault',
        to: 'spoiled',
        quantity: 3,
        reason: 'bent',
      });
      expect((await receive('stock-2', spoiled.body['transferId'], 3)).status).toBe(200);
      const returned = await handOver('stock-1', {
        ...note,
        documentNo: 'return-1',
        from: 'vault',
        to: 'returned',
        quantity: 5,
        reason: 'wrong print',
      });
      expect((await receive('stock-2', returned.body['transferId'], 5)).status).toBe(200);

      for (const [wrong, code] of [
        [{ quantity: 5000, from: 'vault', to: 'bureau' }, 'not-enough'],
        [{ to: 'good', from: 'bureau' }, 'location-unknown'],
        [{ to: 'nowhere' }, 'location-unknown'],
        [{ chipKind: 'paper' }, 'chip-kind-unknown'],
        [{ from: 'vault', to: 'spoiled' }, 'reason-missing'],
      ] as const)
        expect(await handOver('stock-1', { ...note, documentNo: `wrong-${code}`, ...wrong })).toMatchObject({
          body: { code: `card-issuer.stock.${code}` },
        });
      expect(await onHand()).toMatchObject({ vault: (before['vault'] ?? 0) + 490, transit: 0 });
      expect(await proof()).toEqual({ ok: true, faults: [] });
      await expect(city().installation.db.query('delete from issuer.stock_movement')).rejects.toThrow(/never changed/);
    });
  });
}
