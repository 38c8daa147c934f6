import {
  accountBalance,
  cardBalance,
  cardNo,
  findPurse,
  isHotlisted,
  noticeLateTaps,
  fundLateTap,
  openLateTaps,
  purseStanding,
  trialBalance,
  verifyLedger,
} from '@citycard/clearing';
import { addDays, fen, transact, type Transaction } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blockCard, onDeath, onDeathCorrected, unblockCard } from '../cards/blocks.ts';
import { cardHistory } from '../cards/history.ts';
import { runCardLife } from '../cards/jobs.ts';
import { cardDays } from '../cards/reports.ts';
import { startCardWorld, TODAY } from '../cards/test-cards.ts';
import { newestMove, releaseByDecision } from './balance-moves.ts';
import { issueCard } from './issue.ts';
import { reportFound, reportLossByPhone, reportLossFormally } from './loss.ts';
import { extendCard, planExtension, renewCard } from './renew.ts';
import { replaceCard, type Replacement } from './replace.ts';
import { payReturned, returnCard } from './return.ts';

let world: Awaited<ReturnType<typeof startCardWorld>>;
beforeAll(async () => {
  world = await startCardWorld();
});
afterAll(async () => {
  // Whatever was done to cards, no fen came or went by itself.
  expect((await trialBalance(world.db)).sumFen).toBe(0n);
  expect(await verifyLedger(world.db)).toMatchObject({ ok: true });
  await world.stop();
});

const run = <T>(work: (tx: Transaction) => Promise<T>): Promise<T> => transact(world.db, work);
/** Noon of a day so many days ahead. */
const inDays = (days: number) => new Date(`${addDays(TODAY, days)}T12:00:00+08:00`);
const money = async (card: string, kind: 'purse' | 'pending-credit' | 'online' | 'card-deposit' = 'purse') =>
  (await cardBalance(world.db, cardNo(card), kind)).posted;
const cash = async () => (await accountBalance(world.db, `cash-shift:${world.shiftId}`)).posted;
const listed = (card: string) => isHotlisted(world.db, `0${card}`);
const state = async (card: string) =>
  (await world.db.query<{ state: string }>('select state from issuer.card where card_no = $1', [card])).rows[0]?.state;
const steps = async (card: string) => (await cardHistory(world.db, card)).events.map((event) => event.step);
const refused = (work: Promise<unknown>, code: string) =>
  expect(work).rejects.toMatchObject({ code: `card-issuer.${code}` });
const replace = (old: string, next: string, more: Partial<Replacement> = {}) =>
  run((tx) =>
    replaceCard(tx, world.clerk, {
      cardNo: old,
      newCardNo: next,
      shiftId: world.shiftId,
      cardHandedIn: false,
      depositKept: false,
      ...more,
    }),
  );

describe('a lost card', () => {
  it('reported by phone is closed at once and open again when nobody makes it formal in time', async () => {
    const { number } = await world.cardInHand({ balance: 500 });
    const { lapsesOn } = await run((tx) => reportLossByPhone(tx, world.clerk, number, ['name', 'phone']));
    expect(lapsesOn).toBe(addDays(TODAY, 7));
    expect(await listed(number)).toBe(true);
    await runCardLife(world.db, inDays(7));
    expect(await state(number)).toBe('lost-reported');
    expect(await runCardLife(world.db, inDays(8))).toMatchObject({ lapsed: 1 });
    expect(await runCardLife(world.db, inDays(8))).toMatchObject({ lapsed: 0 });
    expect(await state(number)).toBe('active');
    expect(await listed(number)).toBe(false);
    expect(await steps(number)).toEqual(['issue', 'report-loss', 'lapse-loss']);
  });

  it('made formal does not lapse; found, it is open again', async () => {
    const { number } = await world.cardInHand();
    await run((tx) => reportLossByPhone(tx, world.clerk, number, ['name', 'phone']));
    await run((tx) => reportLossFormally(tx, world.clerk, number));
    await runCardLife(world.db, inDays(30));
    expect(await state(number)).toBe('lost-confirmed');
    await run((tx) => reportFound(tx, world.clerk, number));
    expect(await state(number)).toBe('active');
    expect((await findPurse(world.db, cardNo(number)))?.status).toBe('active');
  });
});

describe('one card per resident', () => {
  it('another of the product is refused until the first is out of use', async () => {
    const { number, residentId } = await world.cardInHand();
    const next = await world.stockCard();
    const give = () =>
      run((tx) => issueCard(tx, world.clerk, { cardNo: next, residentId, depositFen: fen(0), shiftId: world.shiftId }));
    await refused(give(), 'card-life.one-card-per-resident');
    await run((tx) => reportLossByPhone(tx, world.clerk, number, ['name']));
    await refused(give(), 'card-life.one-card-per-resident');
    await run((tx) => reportLossFormally(tx, world.clerk, number));
    await give();
    await refused(
      run((tx) => reportFound(tx, world.clerk, number)),
      'card-life.one-card-per-resident',
    );
    expect(await state(number)).toBe('lost-confirmed');
  });

  it('of two clerks at once one is refused', async () => {
    const residentId = await world.resident();
    const cards = [await world.stockCard(), await world.stockCard()];
    const results = await Promise.allSettled(
      cards.map((number) =>
        run((tx) =>
          issueCard(tx, world.clerk, { cardNo: number, residentId, depositFen: fen(0), shiftId: world.shiftId }),
        ),
      ),
    );
    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

describe('a blocked card', () => {
  it('is open again, as it was before, when the last reason has gone', async () => {
    const { number } = await world.cardInHand();
    await run((tx) => reportLossFormally(tx, world.clerk, number));
    const order = (kind: 'company' | 'legal-freeze') => ({ cardNo: number, kind, reason: 'document 7' });
    await run((tx) => blockCard(tx, world.clerk, order('company')));
    await run((tx) => blockCard(tx, world.clerk, order('legal-freeze')));
    expect(await state(number)).toBe('blocked');
    expect(await run((tx) => unblockCard(tx, world.clerk, order('company')))).toEqual({ state: 'blocked' });
    await refused(
      run((tx) => unblockCard(tx, world.clerk, order('company'))),
      'card-life.not-blocked-for',
    );
    await refused(replace(number, await world.stockCard()), 'card-life.frozen');
    expect(await run((tx) => unblockCard(tx, world.clerk, order('legal-freeze')))).toEqual({ state: 'lost-confirmed' });
    expect(await listed(number)).toBe(true);
  });

  it('keeps the balance of a holder who died for the heirs', async () => {
    const { number, residentId } = await world.cardInHand({ balance: 700 });
    await run((tx) => onDeath(tx, world.clerk, residentId));
    await run((tx) => onDeath(tx, world.clerk, residentId));
    expect(await state(number)).toBe('blocked');
    const order = { cardNo: number, shiftId: world.shiftId, cardHandedIn: true, damaged: false };
    await refused(
      run((tx) => returnCard(tx, world.clerk, order)),
      'card-life.holder-deceased',
    );
    // Death recorded by mistake: the card is what it was, until the death is true.
    await run((tx) => onDeathCorrected(tx, world.clerk, residentId));
    await run((tx) => onDeathCorrected(tx, world.clerk, residentId));
    expect([await state(number), await listed(number)]).toEqual(['active', false]);
    await run((tx) => onDeath(tx, world.clerk, residentId));
    const says = { balanceFen: fen(700), offlineCounter: 0 };
    const answer = await run((tx) => returnCard(tx, world.clerk, { ...order, recipient: 'heirs', cardSays: says }));
    expect(answer).toMatchObject({ paidFen: 2700n, depositFen: 2000n });
  });
});

describe('replacing a card', () => {
  it('gives the holder another number; the deposit comes along, the balance when nothing can be missing any more', async () => {
    const { number } = await world.cardInHand({ balance: 5000 });
    await world.purchase(number, 0, 200);
    await refused(replace(number, await world.stockCard()), 'card-life.card-not-present');
    await run((tx) => reportLossByPhone(tx, world.clerk, number, ['name']));
    await refused(replace(number, await world.stockCard()), 'card-life.lost-not-formal');
    await run((tx) => reportLossFormally(tx, world.clerk, number));
    await refused(replace(number, number), 'card-life.same-card');
    const next = await world.stockCard();
    const before = await cash();
    const answer = await replace(number, next);
    expect(answer).toMatchObject({
      feeFen: 2000n,
      cashTakenFen: 2000n,
      balance: { state: 'waiting', dueOn: addDays(TODAY, 7) },
    });
    expect((await cash()) - before).toBe(2000n);
    expect([await state(number), await state(next)]).toEqual(['replaced', 'active']);
    expect([await money(number, 'card-deposit'), await money(next, 'card-deposit')]).toEqual([0n, 2000n]);
    expect([await money(number), await money(next, 'pending-credit')]).toEqual([4800n, 0n]);

    // A tap from before the loss comes in during the wait: it is paid from the old purse as any other.
    await world.purchase(number, 1, 300);
    await runCardLife(world.db, inDays(6));
    expect(await money(next, 'pending-credit')).toBe(0n);
    expect(await runCardLife(world.db, inDays(7))).toMatchObject({ balancesMoved: 1 });
    expect([await money(number), await money(next, 'pending-credit')]).toEqual([0n, 4500n]);
    await runCardLife(world.db, inDays(8));
    expect(await money(next, 'pending-credit')).toBe(4500n);
    expect(await steps(number)).toEqual(['issue', 'report-loss', 'confirm-loss', 'replace', 'move-balance']);
  });

  it('moves the balance at once when the card itself says what the books say, to the last tap', async () => {
    const { number } = await world.cardInHand({ balance: 900 });
    await world.purchase(number, 0, 100);
    const next = await world.stockCard();
    const answer = await replace(number, next, {
      cardHandedIn: true,
      depositKept: true,
      cardSays: { balanceFen: fen(800), offlineCounter: 1 },
    });
    // The damaged card's deposit is kept, so the new one is paid in full.
    expect(answer).toMatchObject({ cashTakenFen: 4000n, balance: { state: 'released', movedFen: 800n } });
    expect(await money(next, 'pending-credit')).toBe(800n);

    const { number: other } = await world.cardInHand({ balance: 900 });
    const unseen = { balanceFen: fen(900), offlineCounter: 1 };
    const waits = await replace(other, await world.stockCard(), { cardHandedIn: true, cardSays: unseen });
    expect(waits.balance.state).toBe('waiting');
  });

  it('waits longer for a purchase that is missing, and as long as one is held', async () => {
    const { number } = await world.cardInHand({ balance: 1000 });
    await world.purchase(number, 0, 100);
    await world.purchase(number, 2, 100);
    expect(await purseStanding(world.db, cardNo(number))).toMatchObject({ missingPurchases: 1, whole: false });
    await run((tx) => reportLossFormally(tx, world.clerk, number));
    const next = await world.stockCard();
    await replace(number, next);
    await runCardLife(world.db, inDays(29));
    expect(await money(next, 'pending-credit')).toBe(0n);
    await runCardLife(world.db, inDays(30));
    expect(await money(next, 'pending-credit')).toBe(800n);

    const { number: held } = await world.cardInHand({ balance: 1000 });
    await world.purchase(held, 0, 5000, 'suspicious');
    await run((tx) => reportLossFormally(tx, world.clerk, held));
    const other = await world.stockCard();
    await replace(held, other);
    expect(await runCardLife(world.db, inDays(60))).toMatchObject({ stuck: 1 });
    expect(await runCardLife(world.db, inDays(60))).toMatchObject({ stuck: 0, balancesMoved: 0 });
    const decide = () => run((tx) => releaseByDecision(tx, world.clerk, held, 'maker'));
    await refused(decide(), 'card-life.not-yet-due');
    await world.db.query('update issuer.balance_move set due_on = $2 where card_no = $1', [held, TODAY]);
    expect(await decide()).toEqual({ movedFen: 1000n });
    expect(await money(other, 'pending-credit')).toBe(1000n);
  });

  it('lets what is proved late follow, and keeps a frozen balance where it is', async () => {
    const { number, residentId } = await world.cardInHand({ balance: 100 });
    await run((tx) => reportLossFormally(tx, world.clerk, number));
    const next = await world.stockCard();
    await replace(number, next);
    await run((tx) => blockCard(tx, world.clerk, { cardNo: number, kind: 'legal-freeze', reason: 'document 8' }));
    expect(await runCardLife(world.db, inDays(7))).toMatchObject({ balancesMoved: 0 });
    await run((tx) => unblockCard(tx, world.clerk, { cardNo: number, kind: 'legal-freeze', reason: 'document 9' }));
    await runCardLife(world.db, inDays(7));
    await world.load(number, 250);
    expect(await runCardLife(world.db, inDays(7))).toMatchObject({ balancesMoved: 1 });
    expect(await money(next, 'pending-credit')).toBe(350n);
    expect(await newestMove(world.db as never, number)).toMatchObject({ movedFen: 350n, newCardNo: next });
    expect(residentId).toBeGreaterThan(0n);
  });

  it('a tap that comes when the balance has gone is held and told, and paid by what two people decide', async () => {
    const { number } = await world.cardInHand({ balance: 1000 });
    const next = await world.stockCard();
    await replace(number, next, { cardHandedIn: true, cardSays: { balanceFen: fen(1000), offlineCounter: 0 } });
    const intake = await world.purchase(number, 0, 400, 'suspicious');
    expect(await noticeLateTaps(world.db)).toBeGreaterThan(0);
    expect(await noticeLateTaps(world.db)).toBe(0);
    const tap = (await openLateTaps(world.db, cardNo(number))).find(({ ref }) => ref.intakeId === intake)!;
    expect(tap.amountFen).toBe(400n);
    const people = { maker: 'maker', checker: world.clerk };
    await run((tx) => fundLateTap(tx, tap.ref, { by: 'successor', card: cardNo(next) }, people));
    expect([await money(number), await money(next, 'pending-credit')]).toEqual([400n, 600n]);
    await expect(run((tx) => fundLateTap(tx, tap.ref, { by: 'company' }, people))).rejects.toMatchObject({
      code: 'clearing.late-tap-decided',
    });
    // While the record is held the money waits for it and follows nobody.
    await runCardLife(world.db, inDays(1));
    expect(await money(number)).toBe(400n);
  });
});

describe('returning a card', () => {
  const order = (number: string, more: object = {}) => ({
    cardNo: number,
    shiftId: world.shiftId,
    cardHandedIn: true,
    damaged: false,
    ...more,
  });
  it('pays balance and deposit at once when the card says what the books say', async () => {
    const { number } = await world.cardInHand({ balance: 1234 });
    const before = await cash();
    const cardSays = { balanceFen: fen(1234), offlineCounter: 0 };
    expect(await run((tx) => returnCard(tx, world.clerk, order(number, { cardSays })))).toMatchObject({
      paidFen: 3234n,
    });
    expect((await cash()) - before).toBe(-3234n);
    expect([await state(number), await money(number), await money(number, 'card-deposit')]).toEqual([
      'returned',
      0n,
      0n,
    ]);
    await refused(
      run((tx) => payReturned(tx, world.clerk, order(number))),
      'card-life.nothing-to-pay',
    );
  });

  it('pays later when the chip cannot speak, and keeps the deposit of a damaged card', async () => {
    const { number } = await world.cardInHand({ balance: 500 });
    const answer = await run((tx) => returnCard(tx, world.clerk, order(number, { damaged: true })));
    expect(answer).toMatchObject({ paidFen: 0n, depositFen: 0n, balance: { state: 'waiting' } });
    await refused(
      run((tx) => payReturned(tx, world.clerk, order(number))),
      'card-life.not-yet-due',
    );
    await runCardLife(world.db, inDays(7));
    expect(await money(number)).toBe(0n);
    expect(await run((tx) => payReturned(tx, world.clerk, order(number)))).toEqual({ paidFen: 500n });
    await refused(
      run((tx) => payReturned(tx, world.clerk, order(number))),
      'card-life.nothing-to-pay',
    );
  });

  it('is refused without the card, and when the shift has too little cash changes nothing', async () => {
    const { number } = await world.cardInHand({ balance: 99_000_000 });
    await refused(
      run((tx) => returnCard(tx, world.clerk, order(number, { cardHandedIn: false }))),
      'card-life.card-not-present',
    );
    const cardSays = { balanceFen: fen(99_000_000), offlineCounter: 0 };
    await refused(
      run((tx) => returnCard(tx, world.clerk, order(number, { cardSays }))),
      'card-life.shift-short',
    );
    expect([await state(number), await money(number)]).toEqual(['active', 99_000_000n]);
  });
});

describe('the end of validity', () => {
  it('closes the purse for loads and keeps what it holds for the next card', async () => {
    const { number } = await world.cardInHand({ balance: 600, validTo: addDays(TODAY, 2) });
    expect(await runCardLife(world.db, inDays(2))).toMatchObject({ expired: 0 });
    expect(await runCardLife(world.db, inDays(3))).toMatchObject({ expired: 1 });
    expect(await state(number)).toBe('expired');
    expect((await findPurse(world.db, cardNo(number)))?.status).toBe('expired');
    const next = await world.stockCard();
    const renewal = { cardNo: number, newCardNo: next, shiftId: world.shiftId };
    const answer = await run((tx) =>
      renewCard(tx, world.clerk, { ...renewal, cardSays: { balanceFen: fen(600), offlineCounter: 0 } }),
    );
    expect(answer).toMatchObject({ cashTakenFen: 0n, balance: { state: 'released', movedFen: 600n } });
    expect(await money(next, 'pending-credit')).toBe(600n);
    expect(await listed(number)).toBe(false);
  });

  it('is put off by a new date on the chip, but not years ahead', async () => {
    const { number } = await world.cardInHand({ validTo: addDays(TODAY, 30) });
    const plan = await run((tx) => planExtension(tx, number));
    await run((tx) => extendCard(tx, world.clerk, plan));
    await run((tx) => extendCard(tx, world.clerk, plan));
    expect((await findPurse(world.db, cardNo(number)))?.validTo).toBe(plan.validTo);
    expect(await steps(number)).toEqual(['issue', 'extend']);
    await refused(
      run((tx) => planExtension(tx, number)),
      'card-life.not-renewable',
    );
    const { number: fresh } = await world.cardInHand();
    const renewal = { cardNo: fresh, newCardNo: await world.stockCard(), shiftId: world.shiftId };
    await refused(
      run((tx) => renewCard(tx, world.clerk, renewal)),
      'card-life.not-renewable',
    );
    expect(await state(fresh)).toBe('active');
  });
});

it('the table of a day adds cards and deposits up', async () => {
  const [day] = await cardDays(world.db, TODAY, TODAY);
  const { rows } = await world.db.query<{ issued: number; held: bigint }>(
    `select (select count(*)::integer from issuer.card_event where step = 'issue') as issued,
            (select sum(credits_posted - debits_posted)::bigint from clearing.card_account where kind = 'card-deposit') as held`,
  );
  expect(day?.issued).toBe(rows[0]!.issued);
  expect(day!.depositTakenFen - day!.depositGivenBackFen - day!.depositKeptFen).toBe(rows[0]!.held);
  expect(day!.depositKeptFen).toBeGreaterThan(0n);
});
