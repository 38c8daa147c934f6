import { applicationSerial, cardNo, findPurse, isHotlisted, openPurse, setPurseStatus } from '@citycard/clearing';
import { addDays, businessDate, fen, transact, type Transaction } from '@citycard/common';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CardState, cardStates, lifeSteps, PURSE_OF_STATE, stateAfter } from './life-cycle.ts';
import { stepCard } from './step.ts';
import { startCardWorld, TODAY } from './test-cards.ts';

let world: Awaited<ReturnType<typeof startCardWorld>>;
beforeAll(async () => {
  world = await startCardWorld();
});
afterAll(() => world.stop());

/** Whether terminals are to refuse a card in this state; undefined where its own date or our having it will do. */
const REFUSED: Readonly<Partial<Record<CardState, boolean>>> = {
  active: false,
  'lost-reported': true,
  'lost-confirmed': true,
  blocked: true,
};

class Undo extends Error {}
/** Tries something and leaves nothing of it. */
async function tried(work: (tx: Transaction) => Promise<void>): Promise<void> {
  const undone = transact(world.db, async (tx) => {
    await work(tx);
    throw new Undo();
  });
  await expect(undone).rejects.toBeInstanceOf(Undo);
}

async function cardIn(tx: Transaction, number: string, state: CardState, residentId: bigint): Promise<void> {
  await tx.query(
    `update issuer.card set state = $2, resident_id = $3, blocked_from = case when $2 = 'blocked' then 'active' end,
            written_at = case when $2 = 'written' then now() end where card_no = $1`,
    [number, state, PURSE_OF_STATE[state] === undefined ? null : residentId],
  );
  const status = PURSE_OF_STATE[state];
  if (status === undefined) return;
  const validity = { validFrom: businessDate('2020-01-01'), validTo: addDays(TODAY, 1000) };
  const terms = { algorithm: '3des', purseCap: fen(100_000), mainType: 1, subType: 0 } as const;
  const no = cardNo(number);
  await openPurse(tx, { cardNo: no, ...terms, ...validity }, status === 'inactive' ? 'inactive' : 'active');
  await setPurseStatus(tx, no, status, 'generated');
}

it.each(cardStates)(
  'a %s card takes the steps of the table and no other, and purse and hotlist follow',
  async (state) => {
    const number = await world.stockCard();
    const residentId = await world.resident();
    for (const step of lifeSteps) {
      const to = stateAfter(state, step);
      await tried(async (tx) => {
        await cardIn(tx, number, state, residentId);
        const taken = stepCard(tx, number, step, { residentId, actor: world.clerk, why: 'generated' });
        if (to === undefined) {
          const unfinished = state === 'quarantined' && step === 'destroy';
          const code = unfinished ? 'card-issuer.card-life.never-finished' : 'card-issuer.card-not-ready';
          await expect(taken).rejects.toMatchObject({ code });
          return;
        }
        expect(await taken).toMatchObject({ from: state, to });
        const status = PURSE_OF_STATE[to];
        if (status !== undefined) expect((await findPurse(tx, cardNo(number)))?.status).toBe(status);
        const refused = REFUSED[to];
        if (refused !== undefined) expect(await isHotlisted(tx, applicationSerial(cardNo(number)))).toBe(refused);
        const { rows } = await tx.query(
          `select step, from_state as "from", to_state as "to", done_by as by from issuer.card_event where card_no = $1`,
          [number],
        );
        expect(rows).toEqual([{ step, from: state, to, by: world.clerk.id }]);
      });
    }
  },
);
