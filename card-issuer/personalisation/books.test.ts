import {
  commonMigrations,
  createPrincipal,
  type Principal,
  startTestDatabase,
  type TestDatabase,
  transact,
} from '@citycard/common';
import { clearingMigrations } from '@citycard/clearing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batchProgress, quarantinedCards } from '../cards/batch-report.ts';
import { batchStateAfter, prepareBatch, releaseBatch, stepBatch } from '../cards/batches.ts';
import { rejectCard } from '../cards/reject.ts';
import { cardIssuerMigrations } from '../index.ts';
import { openStock, proveStock, stockLines } from '../stock/report.ts';
import { CardBooks } from './books.ts';
import type { CardClaim } from './claim.ts';

const officer = (id: string): Principal => ({ id, name: id, kind: 'person', roles: ['bureau'] });
let database: TestDatabase;
let serials = 0;
const newSerial = () => (++serials).toString(16).toUpperCase().padStart(16, '0');

beforeAll(async () => {
  database = await startTestDatabase([commonMigrations, clearingMigrations, cardIssuerMigrations]);
  await transact(database.db, async (tx) => {
    for (const id of ['one', 'two']) await createPrincipal(tx, officer(id));
    await openStock(tx, { chipKinds: ['fmcos-3des'], quantity: 400, location: 'bureau' });
  });
});
afterAll(async () => {
  expect(await proveStock(database.db)).toEqual({ ok: true, faults: [] });
  await database.stop();
});

async function batchOf(count: number): Promise<bigint> {
  const { batchId } = await prepareBatch(database.db, officer('one'), 'standard', count);
  await releaseBatch(database.db, officer('two'), batchId);
  return batchId;
}

/** Both steps of a session that goes well. */
async function finish(books: CardBooks, claim: CardClaim): Promise<void> {
  await books.end(claim, { kind: 'written' });
  await books.end(claim, { kind: 'read-back-passed' });
}

const onHand = async () => Number((await stockLines(database.db))[0]?.places['bureau'] ?? 0);

describe('the books of a machine', () => {
  it('give every chip a card of its own, whichever of two machines it is in', async () => {
    const [left, right] = [new CardBooks(database.db), new CardBooks(database.db, { machine: 'second' })];
    const batchId = await batchOf(120);
    const before = await onHand();
    const claims = await Promise.all(
      Array.from({ length: 150 }, (_, index) => (index % 2 ? left : right).claim(newSerial(), 'blank')),
    );
    const numbers = claims.flatMap((claim) => (claim === undefined ? [] : [claim.cardNo]));
    expect([numbers.length, new Set(numbers).size]).toEqual([120, 120]);
    expect(await onHand()).toBe(before - 120);
    await Promise.all(
      claims.flatMap((claim, index) => (claim === undefined ? [] : [finish(index % 2 ? left : right, claim)])),
    );
    expect(await batchProgress(database.db, batchId)).toMatchObject({ personalised: 120, prepared: 0, unfinished: 0 });
  });

  it('set aside what was begun when the machine was stopped by force, and go on with it', async () => {
    const batchId = await batchOf(3);
    const serial = newSerial();
    const killed = new CardBooks(database.db, { machine: 'killed' });
    const claim = await killed.claim(serial, 'blank');
    const elsewhere = new CardBooks(database.db, { machine: 'another' });
    await expect(elsewhere.claim(serial, 'blank')).rejects.toMatchObject({ code: 'card-issuer.chip-in-work' });
    expect(await elsewhere.setAsideInterrupted()).toBe(0);
    const started = new CardBooks(database.db, { machine: 'killed' });
    expect(await started.setAsideInterrupted()).toBe(1);
    expect(await quarantinedCards(database.db, batchId)).toMatchObject([
      { cardNo: claim?.cardNo, chipSerial: serial, reason: 'machine-stopped' },
    ]);
    // Set aside, its chip may be put into any machine.
    const again = await elsewhere.claim(serial, 'blank');
    expect(again).toEqual({ ...claim, step: 'write' });
    if (again !== undefined) await finish(elsewhere, again);
    expect(await elsewhere.claim(serial, 'finished')).toEqual({ ...claim, step: 'nothing' });
    await stepBatch(database.db, officer('one'), batchId, 'cancel');
  });

  it('take nothing from an empty stock, and say so', async () => {
    const batchId = await batchOf(1);
    const empty = new CardBooks(database.db, { location: 'vault' });
    await expect(empty.claim(newSerial(), 'blank')).rejects.toMatchObject({ code: 'card-issuer.stock.no-blanks' });
    expect(await batchProgress(database.db, batchId)).toMatchObject({ prepared: 1, unfinished: 0 });
    await stepBatch(database.db, officer('one'), batchId, 'cancel');
    expect(await empty.claim(newSerial(), 'blank')).toBeUndefined();
  });

  it('give a number and a blank back when the chip is certainly no card', async () => {
    const batchId = await batchOf(1);
    const books = new CardBooks(database.db);
    const before = await onHand();
    const [wrong, right] = [newSerial(), newSerial()];
    const claim = await books.claim(wrong, 'blank');
    if (claim !== undefined) await books.end(claim, { kind: 'put-back' });
    expect([await onHand(), await batchProgress(database.db, batchId)]).toMatchObject([before, { prepared: 1 }]);
    const next = await books.claim(right, 'blank');
    expect(next?.cardNo).toBe(claim?.cardNo);
    if (next !== undefined) await finish(books, next);
    expect(await books.claim(wrong, 'blank')).toBeUndefined();
  });

  it('make no card good that the bureau rejected while its chip was in the machine', async () => {
    const batchId = await batchOf(1);
    const books = new CardBooks(database.db);
    const claim = await books.claim(newSerial(), 'blank');
    if (claim === undefined) throw new Error('a card was prepared');
    await books.end(claim, { kind: 'set-aside', reason: 'chip-gone' });
    const rejection = { batchId, cardNo: claim.cardNo, reason: 'dead chip' };
    const { replacement } = await rejectCard(database.db, officer('one'), rejection);
    await expect(books.end(claim, { kind: 'written' })).rejects.toMatchObject({ code: 'card-issuer.chip-rejected' });
    await expect(books.claim(claim.chipSerial, 'finished')).rejects.toMatchObject({
      code: 'card-issuer.chip-rejected',
    });
    const next = await books.claim(newSerial(), 'blank');
    expect(next?.cardNo).toBe(replacement);
    if (next !== undefined) await finish(books, next);
    expect((await stockLines(database.db))[0]).toMatchObject({ reject: 1n });
  });

  it('keep two chips of one serial apart, and wait for a chip that was put in again at once', async () => {
    const books = new CardBooks(database.db);
    const serial = newSerial();
    const order: string[] = [];
    let leave: () => void = () => undefined;
    const inside = books.alone(serial, () =>
      new Promise<void>((resolve) => (leave = resolve)).then(() => void order.push('first')),
    );
    const second = books.alone(serial, () => Promise.resolve(order.push('second')));
    await books.alone(newSerial(), () => Promise.resolve(order.push('another')));
    leave();
    await Promise.all([inside, second]);
    expect(order).toEqual(['another', 'first', 'second']);
  });
});

it('a batch takes the steps of its table and no others', () => {
  const steps = ['release', 'pause', 'resume', 'cancel'] as const;
  const seen = (['prepared', 'released', 'paused', 'cancelled'] as const).flatMap((state) =>
    steps.flatMap((step) => {
      const after = batchStateAfter(state, step);
      return after === undefined ? [] : [`${state} ${step} ${after}`];
    }),
  );
  expect(seen).toEqual([
    'prepared release released',
    'prepared cancel cancelled',
    'released pause paused',
    'released cancel cancelled',
    'paused resume released',
    'paused cancel cancelled',
  ]);
});
