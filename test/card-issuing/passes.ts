import { CounterReader, type InsertableChip } from '@citycard/city-sim';
import { cityDate, createPrincipal, transact } from '@citycard/common';
import { expect, it } from 'vitest';
import { type Answered, sandboxReader, type TestCity } from '../installation.ts';
import { makeCard, PulledChip } from './bureau.ts';
import { register } from './residents.ts';

const READER = 'window-passes';
let keys = 0;

/** Passes on the chip: written at sale and renewal, caught up when a write fails, read by a bus, taken off when given back. */
export function passOnCardTests(city: () => TestCity): void {
  it('passes are on the card: sold, renewed, torn, caught up, ridden on and given back', async () => {
    const { db } = city().installation;
    const person = { id: 'clerk-passes', name: 'Clerk of passes', kind: 'person', roles: ['clerk'] } as const;
    const { token } = await transact(db, (tx) => createPrincipal(tx, person));
    const post = (path: string, body?: unknown): Promise<Answered> =>
      city().http(token, 'POST', path, body, { 'idempotency-key': `passes-${(keys += 1)}` });
    const { body: ports } = await city().http('clerk-1', 'GET', '/v1/readers');
    const reader = await CounterReader.attach(
      { host: '127.0.0.1', port: Number(ports['attachPort']) },
      { reader: READER, token },
    );
    const put = (chip: InsertableChip) => reader.insert(chip);
    await db.query(
      `insert into clearing.concession_rule (kind, industry, category, pass_days, price_fen, valid_from, version)
       values ('pass', 1, 'thirty', 30, 3000, $1, 1)`,
      [cityDate(new Date())],
    );
    const { card, cardNo } = await makeCard(city());
    const shiftId = Number((await post('/v1/shifts')).body['shiftId']);
    const residentId = await register(city());
    expect(await post(`/v1/cards/${cardNo}/issue`, { residentId, depositFen: 20_000, shiftId })).toMatchObject({
      body: { state: 'active' },
    });
    const bus = sandboxReader(await city().sandbox());
    const tapped = () => {
      card.powerOn();
      const { kind, records } = bus.tap(card, { amountFen: 200 });
      return kind === 'paid' ? records[0]?.amountFen : kind;
    };
    const sale = { code: 'thirty', payFrom: `cash-shift:${shiftId}`, reader: READER };
    const passes = async () => (await city().http(token, 'GET', `/v1/cards/${cardNo}/passes`)).body;

    expect(tapped()).toBe('refused');
    put((await makeCard(city())).card);
    expect(await post(`/v1/cards/${cardNo}/passes`, sale)).toMatchObject({
      body: { code: 'card-issuer.readers.other-card' },
    });
    expect(await passes()).toMatchObject({ passes: [], onCard: true });
    put(card);
    expect(await post(`/v1/cards/${cardNo}/passes`, sale)).toMatchObject({ status: 201, body: { onCard: true } });
    expect(tapped()).toBe(0);

    // SELECT, two READs, GET CHALLENGE: gone before the UPDATE. The renewal is sold, and the card has the first pass still.
    put(new PulledChip(card, 5, 'before'));
    const renewed = await post(`/v1/cards/${cardNo}/passes`, sale);
    expect(renewed).toMatchObject({ status: 201, body: { onCard: false } });
    expect(tapped()).toBe(0);
    // Whatever it comes to a counter for next writes it.
    put(card);
    expect((await post(`/v1/cards/${cardNo}/chip-unblock`, { reader: READER })).status).toBe(200);
    expect(await passes()).toMatchObject({ onCard: true });
    expect(await post(`/v1/cards/${cardNo}/pass-script`, { reader: READER })).toMatchObject({
      body: { written: false, onCard: true },
    });

    const passNo = String(renewed.body['passNo']);
    const back = { reason: 'generated: moves away', reader: READER };
    put(new PulledChip(card, 5, 'before'));
    expect((await post(`/v1/cards/${cardNo}/passes/${passNo}/return`, back)).status).toBe(502);
    put(card);
    expect((await post(`/v1/cards/${cardNo}/passes/${passNo}/return`, back)).body).toMatchObject({
      givenBackFen: 3000,
    });
    expect(await passes()).toMatchObject({ onCard: true });
    const { body } = await city().http('clerk-1', 'GET', `/v1/cards/${cardNo}/history`);
    const steps = (body['events'] as { step: string }[]).map(({ step }) => step);
    expect(steps.filter((step) => step === 'write-passes')).toHaveLength(3);
    reader.remove();
  });
}
