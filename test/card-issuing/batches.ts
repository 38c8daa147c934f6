import { runCommandLine } from '@citycard/citycard';
import { describe, expect, it } from 'vitest';
import type { TestCity } from '../installation.ts';
import { faultsOf, personaliseAll } from '../perso/chips.ts';
import { blankCard, insert, numberOn, order, PulledChip } from './bureau.ts';

/** Batches and cards in quarantine (docs/card-production.md), over HTTP, from the command line, and while everything breaks. */
export function batchTests(city: () => TestCity): void {
  const http = (person: string, method: string, path: string, body?: unknown) =>
    city().http(person, method, path, body);
  const progress = async (batchId: string) => (await http('bureau-1', 'GET', `/v1/card-batches/${batchId}`)).body;
  const cancel = (batchId: string) => http('bureau-1', 'POST', `/v1/card-batches/${batchId}/cancel`);
  /** A chip that was pulled is out at once; the books follow. */
  const quarantined = (batchId: string, cards: number) =>
    expect.poll(async () => (await progress(batchId))['quarantined']).toBe(cards);
  const proof = async () => (await http('auditor', 'GET', '/v1/stock/proof')).body;

  describe('a card in quarantine', () => {
    it('goes on with its chip, or is rejected and another number prepared; the report says why', async () => {
      const batchId = await order(city(), 3);
      const [pulled, broken, whole] = [blankCard(), blankCard(), blankCard()];
      await insert(city(), new PulledChip(pulled, 12, 'after'));
      await insert(city(), new PulledChip(broken, 20, 'before'));
      await insert(city(), whole);
      await quarantined(batchId, 2);
      expect(await progress(batchId)).toMatchObject({ quarantined: 2, personalised: 1, unfinished: 2 });
      const { body } = await http('bureau-1', 'GET', `/v1/card-batches/${batchId}/quarantine`);
      const cards = body as unknown as { cardNo: string; chipSerial: string; reason: string }[];
      expect(cards.map(({ reason }) => reason)).toEqual(['chip-gone', 'chip-gone']);

      const rejected = cards.find(({ chipSerial }) => chipSerial === broken.serial.toString('hex').toUpperCase());
      const reject = (cardNo: string | undefined) =>
        http('bureau-1', 'POST', `/v1/card-batches/${batchId}/cards/${cardNo ?? ''}/rejection`, {
          reason: 'dead chip',
        });
      const first = await reject(rejected?.cardNo);
      expect(first).toMatchObject({
        status: 200,
        body: { replacement: expect.stringMatching(/^310\d{16}$/) as string },
      });
      expect((await reject(rejected?.cardNo)).body).toEqual({});
      expect(await reject(numberOn(whole))).toMatchObject({
        status: 409,
        body: { code: 'card-issuer.card-not-quarantined' },
      });
      await insert(city(), broken);
      expect(broken.personalised).toBe(false);

      const replacement = blankCard();
      await insert(city(), pulled);
      await insert(city(), replacement);
      expect(numberOn(replacement)).toBe(first.body['replacement']);
      expect(await progress(batchId)).toMatchObject({ count: 3, personalised: 3, quarantined: 0, rejected: 1 });
      expect((await http('bureau-1', 'GET', `/v1/card-batches/${batchId}/yield`)).body).toMatchObject({
        good: 3,
        goodAtOnce: 2,
        rejected: 1,
        yieldBasisPoints: 7500,
        reasons: [
          { reason: 'chip-gone', setAside: 2, rejected: 0 },
          { reason: 'dead chip', setAside: 0, rejected: 1 },
        ],
      });
      const csv = await fetch(new URL(`/v1/card-batches/${batchId}/yield.csv`, city().installation.baseUrl), {
        headers: { authorization: `Bearer ${city().people['bureau-1']?.token}` },
      });
      expect([csv.headers.get('content-type'), await csv.text()]).toEqual([
        expect.stringContaining('text/csv'),
        expect.stringContaining('\r\ndead chip,0,1\r\n'),
      ]);
      expect(await proof()).toEqual({ ok: true, faults: [] });
    });

    it('is not made of a copy: of two chips with one serial in the machine only one becomes a card', async () => {
      const batchId = await order(city(), 2);
      const original = blankCard();
      const copy = blankCard(original.serial);
      await Promise.all([insert(city(), original), insert(city(), copy)]);
      expect([original, copy].filter(({ personalised }) => personalised).length).toBe(1);
      expect(await progress(batchId)).toMatchObject({ personalised: 1, prepared: 1, unfinished: 0 });
      await cancel(batchId);
    });

    it('waits while its batch is paused; a cancelled batch voids what was not begun', async () => {
      const batchId = await order(city(), 3);
      const step = (name: string) => http('bureau-1', 'POST', `/v1/card-batches/${batchId}/${name}`);
      const [begun, next] = [blankCard(), blankCard()];
      await insert(city(), new PulledChip(begun, 15, 'after'));
      await quarantined(batchId, 1);
      expect((await step('pause')).body).toEqual({ state: 'paused' });
      await insert(city(), next);
      expect(next.personalised).toBe(false);
      expect((await step('resume')).body).toEqual({ state: 'released' });
      await insert(city(), next);
      expect(next.personalised).toBe(true);
      expect((await step('cancel')).body).toEqual({ state: 'cancelled' });
      expect(await step('resume')).toMatchObject({ status: 409, body: { code: 'card-issuer.batch-not-in-state' } });
      await insert(city(), begun);
      expect(await progress(batchId)).toMatchObject({ state: 'cancelled', personalised: 2, prepared: 0, rejected: 1 });
      expect(await proof()).toEqual({ ok: true, faults: [] });
    });
  });

  it('can be had from the command line', async () => {
    const citycard = async (person: string, ...words: string[]) => {
      let said = '';
      const listen = { write: (text: string) => (said += text) };
      const token = city().people[person]?.token ?? '';
      const line = [...words, '--json', '--url', city().installation.baseUrl, '--token', token];
      const code = await runCommandLine(line, { CITYCARD_VAR: city().varDirectory }, listen, listen);
      return { code, said: code === 2 ? said : (JSON.parse(said) as Record<string, unknown>) };
    };
    const prepared = await citycard('bureau-1', 'batch', 'prepare', 'standard', '1');
    const batch = String((prepared.said as Record<string, unknown>)['batchId']);
    expect(await citycard('bureau-1', 'batch', 'release', batch)).toMatchObject({ code: 2 });
    expect(await citycard('bureau-2', 'batch', 'release', batch)).toMatchObject({
      code: 0,
      said: { state: 'released' },
    });
    await insert(city(), new PulledChip(blankCard(), 15, 'after'));
    await quarantined(batch, 1);
    expect(await citycard('bureau-1', 'batch', 'show', batch)).toMatchObject({ said: { quarantined: 1, finished: 0 } });
    const { code, said } = await citycard('bureau-1', 'batch', 'quarantine', batch);
    expect(code).toBe(1);
    const [aside] = said as unknown as { cardNo: string }[];
    const rejection = await citycard('bureau-1', 'batch', 'reject', batch, aside?.cardNo ?? '', 'gone', 'for', 'good');
    expect(rejection).toMatchObject({ code: 0, said: { replacement: expect.any(String) as string } });
    expect(await citycard('bureau-1', 'batch', 'yield', batch)).toMatchObject({ said: { rejected: 1 } });
    expect(await citycard('bureau-1', 'batch', 'cancel', batch)).toMatchObject({ said: { state: 'cancelled' } });

    const slip = ['slip-cli', 'fmcos-3des', 'supplier', 'vault', '10'];
    const handed = await citycard('stock-1', 'stock', 'hand-over', ...slip);
    const transfer = String((handed.said as Record<string, unknown>)['transferId']);
    expect((await citycard('stock-1', 'stock', 'transfers')).said).toMatchObject([{ documentNo: 'slip-cli' }]);
    expect(await citycard('stock-2', 'stock', 'receive', transfer, '10')).toMatchObject({ code: 0 });
    expect(await citycard('stock-1', 'stock', 'verify')).toEqual({ code: 0, said: { ok: true, faults: [] } });
    expect(await citycard('platform', 'product', 'show', 'standard', '1')).toMatchObject({
      said: { product: 'standard' },
    });
    expect(await citycard('platform', 'product', 'propose', 'x', 'no-such-file.json')).toMatchObject({ code: 2 });
    expect((await citycard('stock-1', 'stock', 'receive', transfer)).said).toContain('stock receive TRANSFER COUNTED');
  });

  it('makes every card once, whatever the machine is interrupted at', async () => {
    const batchId = await order(city(), 120);
    const chips = Array.from({ length: 120 }, () => blankCard());
    const { body } = await http('bureau-1', 'GET', '/v1/personalisation/machines');
    const machine = body['cards'] as { host: string; port: number };
    let inserted = 0;
    // Every third chip is pulled somewhere, another time at another command; now and then the database loses its connections.
    const atFault = chips.filter((_, index) => index % 3 === 0);
    await Promise.all(
      atFault.map((chip, index) =>
        insert(city(), new PulledChip(chip, 4 + (index % 28), index % 2 ? 'after' : 'before')),
      ),
    );
    const cut = () =>
      city().installation.db.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'citycard' and pid <> pg_backend_pid()`,
      );
    const { db } = city().installation;
    await personaliseAll(db, chips, () => machine, {
      atOnce: 24,
      onEjected: (ejected) => {
        inserted = ejected;
        if (ejected === 30 || ejected === 75) void cut().catch(() => undefined);
      },
    });
    expect(inserted).toBeGreaterThanOrEqual(120);
    const faults = await faultsOf(db, BigInt(batchId), chips);
    expect(faults).toEqual([]);
  });
}
