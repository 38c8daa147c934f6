import { addDays, businessDate, transact } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STAGES } from './stages.ts';
import { startTestCity } from './test-city.ts';
import { DAY_STATES, DAY_TRANSITIONS, hasReached, mayBecome, transitionFrom } from './transitions.ts';

let city: Awaited<ReturnType<typeof startTestCity>>;
beforeAll(async () => {
  city = await startTestCity();
});
afterAll(async () => {
  await city.stop();
});

describe('the table of transitions', () => {
  it('leads from open to closed through every state once', () => {
    const way = DAY_TRANSITIONS.map(({ to }) => to);
    expect(['open', ...way]).toEqual([...DAY_STATES]);
    expect(DAY_TRANSITIONS.map(({ from }) => transitionFrom(from)?.to)).toEqual(way);
    expect(transitionFrom('closed')).toBeUndefined();
  });

  it('lets persons cut off and approve, and has a stage for everything else', () => {
    expect(DAY_TRANSITIONS.filter(({ by }) => by === 'person').map(({ to }) => to)).toEqual(['cut-off', 'approved']);
    expect(DAY_TRANSITIONS.filter(({ by }) => by === 'job').map(({ to }) => to)).toEqual(Object.keys(STAGES));
  });

  it('is what the database allows, for every pair of states', async () => {
    // Each pair on a day of its own, put into its first state before the guard looks at updates.
    let date = businessDate('2027-01-01');
    for (const from of DAY_STATES) {
      for (const to of DAY_STATES) {
        date = addDays(date, 1);
        const allowed = await transact(city.db, async (tx) => {
          await tx.query(`drop index clearing.business_day_one_open`);
          await tx.query('insert into clearing.business_day (business_date, state) values ($1, $2)', [date, from]);
          await tx.query('update clearing.business_day set state = $2 where business_date = $1', [date, to]);
          throw new Undo();
        }).catch((error: unknown) => error instanceof Undo);
        expect([from, to, allowed]).toEqual([from, to, mayBecome(from, to)]);
      }
    }
  });

  it('never deletes a day', async () => {
    await expect(city.db.query('delete from clearing.business_day')).rejects.toThrow('never deleted');
  });

  it('knows how far a state is', () => {
    for (const [a, state] of DAY_STATES.entries()) {
      for (const [b, stage] of DAY_STATES.entries()) expect(hasReached(state, stage)).toBe(a >= b);
    }
  });
});

class Undo extends Error {}
