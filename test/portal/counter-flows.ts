import type { VirtualCard } from '@citycard/city-sim';
import { cityDate } from '@citycard/common';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { numberOn } from '../card-issuing/bureau.ts';
import { look, quiet } from './browser.ts';
import {
  blank,
  closeTill,
  type Desk,
  idNumber,
  inBooks,
  offerPinCards,
  openDesk,
  takeOldCards,
  type Truth,
  truthOf,
} from './counter-desk.ts';
import type { PortalWorld } from './world.ts';

const OLD_ISSUER = '904458049900077';
const PHONE = '13900007231';

/** What a clerk does beside issuing and loading, carried through in a browser; after each the books are asked. */
export function counterFlowTests(world: () => PortalWorld): void {
  let desk: Desk;
  let truth: Truth;
  let card: VirtualCard = blank();
  let cardNo = '';
  let shiftId = '';
  const seen = async (number = cardNo) => truth.get(`/v1/cards/${number}`);
  const balance = async (number = cardNo) => truth.get(`/v1/cards/${number}/balance`);
  const till = () => truth.posted(`cash-shift:${shiftId}`);
  const openCard = async (number = cardNo) => {
    await desk.go(`/counter/cards/${number}`);
    await desk.page.locator('.card-state').waitFor();
  };
  const shot = async (name: string) => {
    await quiet(desk.page);
    await look(desk.page, `flow-${name}`);
  };
  const done = () => desk.page.locator('.done');

  beforeAll(async () => {
    truth = await truthOf(world());
    await offerPinCards(world(), 5);
    await inBooks(
      world(),
      `insert into issuer.card_rule (name, product, valid_from, value) values ('renewal-days', 'standard-pin', '2020-01-01', 9000);
       insert into clearing.concession_rule (kind, industry, category, pass_days, price_fen, valid_from, version)
       values ('pass', 1, 'thirty', 30, 3000, '${cityDate(new Date())}', 1)`,
    );
    await takeOldCards(world(), OLD_ISSUER, ['OLD-7701,,,1250', 'OLD-7702,,,50']);
    desk = await openDesk(world(), 'clerk-2', { reader: 'window-2' });
  }, 120_000);
  afterAll(async () => {
    await desk?.close();
    await closeTill(world(), 'clerk-2');
  });

  it('registers, issues and loads without a mouse', async () => {
    const { page, words: zh, press, tabTo } = desk;
    await desk.go('/counter/shift');
    await desk.reads(zh.shift.noneExplained);
    await tabTo(page.getByRole('button', { name: zh.shift.doOpen, exact: true }));
    await press('Enter');
    await desk.reads(zh.shift.count);
    shiftId = String(((await truth.get('/v1/shifts', 'clerk-2'))['shifts'] as { shiftId: number }[])[0]?.shiftId);
    await press('/');
    await page.locator('#resident-search').waitFor();
    await page.keyboard.type(PHONE);
    await press('Enter');
    await desk.reads(zh.find.nobody);
    await press('Alt+n');
    await page.waitForURL(/residents\/new$/);
    await page.locator('#r-id:focus').waitFor();
    await page.keyboard.type(idNumber('723'));
    await tabTo('#r-name');
    await page.keyboard.type('测试柜台甲');
    await tabTo('#r-phone');
    await page.keyboard.type(PHONE);
    await press('Enter');
    await desk.reads(zh.resident.noCards);
    await press('/');
    await page.locator('#resident-search').waitFor();
    await page.keyboard.type(PHONE);
    await press('Enter');
    await page.locator('a.resident:focus').waitFor();
    await shot('found');
    await press('Enter');
    await desk.reads(zh.resident.noCards);
    await desk.put(card);
    await tabTo(page.getByRole('button', { name: zh.issue.title, exact: true }));
    await press('Enter');
    await tabTo('#i-product');
    await page.keyboard.type('s');
    await page.selectOption('#i-product', 'standard-pin');
    await tabTo(page.getByRole('button', { name: zh.issue.go, exact: true }));
    await press('Enter');
    await page.getByRole('button', { name: zh.issue.open, exact: true }).and(page.locator(':focus')).waitFor();
    await press('Enter');
    cardNo = numberOn(card);
    await page.waitForURL(new RegExp(cardNo));
    await tabTo(page.getByRole('button', { name: zh.acts.load, exact: true }));
    await press('Enter');
    await page.locator('#l-cash:focus').waitFor();
    await page.keyboard.type('50');
    await press('Enter');
    await desk.reads(zh.load.done);
    await page.getByRole('button', { name: zh.receipt.print, exact: true }).and(page.locator(':focus')).waitFor();
    await press('Enter');
    await page.locator('.receipt').waitFor();
    expect(await balance()).toMatchObject({ balanceFen: 5000 });
    expect(await till()).toBe(7000);
  });

  it('sets a PIN, refuses a wrong old one, and unblocks it; the digits stay nowhere', async () => {
    const { page, words: zh } = desk;
    /** The holder at a machine that asks for it. */
    const enter = (digits: string) => {
      card.powerOn();
      card.transmit(Buffer.from('00A4040008A000000632010105', 'hex'));
      return card.transmit(Buffer.from(`002000000${digits.length / 2}${digits}`, 'hex')).toString('hex');
    };
    const type = async (pin: string, again = pin) => {
      await page.fill('#pin-new', pin);
      await page.fill('#pin-again', again);
      await desk.submit(zh.acts.pin);
    };
    await openCard();
    await desk.open('pin');
    for (const [pin, again, sentence] of [
      ['12a4', '12a4', zh.pin.shape],
      ['1111', '1111', zh.pin.shape],
      ['4321', '4322', zh.pin.differs],
    ] as const) {
      await type(pin, again);
      await desk.reads(sentence);
    }
    await type('4321');
    await desk.reads(zh.pin.done);
    await desk.open('pin');
    await page.getByLabel(zh.pin.change).check();
    await page.fill('#pin-old', '1234');
    await type('9876');
    await page.getByRole('alert').waitFor();
    await shot('pin-wrong');
    expect(await page.inputValue('#pin-old')).toBe('');
    await page.fill('#pin-old', '4321');
    await type('9876');
    await desk.reads(zh.pin.done);
    expect(['1234', '1234', '1234', '9876'].map(enter).at(-1)).toBe('6983');
    await desk.open('pin');
    await page.getByLabel(zh.pin.unblock).check();
    await type('246802');
    await desk.reads(zh.pin.done);
    expect(enter('246802')).toBe('9000');
    const { events } = (await truth.get(`/v1/cards/${cardNo}/history`)) as { events: { step: string }[] };
    expect(events.map(({ step }) => step).filter((step) => step.startsWith('pin-'))).toEqual([
      'pin-set',
      'pin-change',
      'pin-unblock',
    ]);
    expect(await page.evaluate('JSON.stringify({ ...sessionStorage, ...localStorage })')).not.toMatch(/9876|246802/);
  });

  it('blocks a card with a reason and opens it again; takes a loss by phone back when it is found', async () => {
    const { page, words: zh } = desk;
    await openCard();
    await desk.open('block');
    await desk.submit(zh.acts.block);
    await desk.reads(zh.needsReason);
    await page.fill('#b-reason', '芯片读写异常，待查');
    await desk.submit(zh.acts.block);
    await page.locator('.card-state.blocked').waitFor();
    expect(await seen()).toMatchObject({ state: 'blocked', blockedFor: ['company'] });
    await shot('blocked');
    await desk.open('unblock');
    await page.fill('#b-reason', '已核查');
    await desk.submit(zh.acts.unblock);
    await page.locator('.card-state.active').waitFor();
    await desk.open('lossByPhone');
    await desk.submit(zh.acts.lossByPhone);
    await page.locator('.card-state.lost-reported').waitFor();
    await shot('lost-by-phone');
    await desk.open('found');
    await desk.submit(zh.acts.found);
    await page.locator('.card-state.active').waitFor();
    const { events } = (await truth.get(`/v1/cards/${cardNo}/history`)) as { events: { step: string; why: string }[] };
    expect(events.map(({ step }) => step).slice(-4)).toEqual(['block', 'unblock', 'report-loss', 'find']);
    expect(events.some(({ why }) => why.includes('芯片读写异常'))).toBe(true);
  });

  it('sells a pass for cash, renews it and takes it back', async () => {
    const { page, words: zh } = desk;
    await openCard();
    const before = await till();
    for (const round of [1, 2]) {
      await desk.open('passes');
      await page.locator('select').first().waitFor();
      await shot(`passes-${round}`);
      await desk.submit(zh.passes.sell);
      await done().waitFor();
      expect(await till()).toBe(before + round * 3000);
    }
    await desk.open('passes');
    await page.locator('tbody tr').nth(1).waitFor();
    await page.getByRole('button', { name: zh.passes.return, exact: true }).last().click();
    await desk.reads(zh.needsReason);
    await page.getByLabel(zh.passes.reason).fill('持卡人搬离本市');
    await page.getByRole('button', { name: zh.passes.return, exact: true }).last().click();
    await desk.sure(zh.passes.return);
    await desk.reads(zh.passes.returned);
    const { passes, onCard } = (await truth.get(`/v1/cards/${cardNo}/passes`)) as {
      passes: { endedOn?: string }[];
      onCard: boolean;
    };
    expect([passes.length, passes.filter(({ endedOn }) => endedOn !== undefined).length, onCard]).toEqual([2, 1, true]);
    // A day of thirty is used.
    expect(await balance()).toMatchObject({ pendingCreditFen: 2900 });
  });

  it('converts an old card that bears no name once it is handed in', async () => {
    const { page, words: zh } = desk;
    await openCard();
    await desk.open('oldCards');
    await desk.submit(zh.oldCards.convert);
    await desk.reads(zh.oldCards.needsNumbers);
    await page.fill('#o-issuer', OLD_ISSUER);
    await page.fill('#o-no', 'OLD-7701');
    await desk.submit(zh.oldCards.convert);
    await page.getByRole('alert').waitFor();
    await shot('old-card-refused');
    await page.getByLabel(zh.oldCards.surrendered).check();
    await desk.submit(zh.oldCards.convert);
    await desk.reads(zh.oldCards.done);
    expect(await done().textContent()).toContain('12.50');
    expect(await balance()).toMatchObject({ pendingCreditFen: 4150 });
  });

  it('extends a card, and renews it with one that is made here', async () => {
    const { page, words: zh } = desk;
    await openCard();
    await desk.open('extend');
    await desk.submit(zh.acts.extend);
    await desk.reads(zh.chip.extended);
    await shot('extended');
    await desk.open('renew');
    await desk.panel().locator('button[type=submit]').click();
    await desk.reads(zh.replace.needsMaking);
    const next = blank();
    await desk.put(next);
    await desk.submit(zh.replace.make);
    await desk.reads(zh.replace.made);
    await page.getByLabel(zh.replace.readOld).check();
    await desk.put(card);
    await shot('renew');
    await desk.panel().locator('button[type=submit]').click();
    await desk.sure(zh.acts.renew);
    await done().waitFor();
    expect(await done().textContent()).toContain('91.50');
    expect(await seen()).toMatchObject({ state: 'replaced' });
    card = next;
    cardNo = numberOn(next);
    expect(await seen()).toMatchObject({ state: 'active', product: 'standard-pin' });
    // What the old card told, and what waited for it, waits for the new one.
    expect(await balance()).toMatchObject({ balanceFen: 0, pendingCreditFen: 9150 });
  });

  it('replaces a lost card by one that is made here, and takes it back with a refund', async () => {
    const { page, words: zh } = desk;
    await openCard();
    await desk.put(card);
    await desk.open('load');
    await desk.submit(zh.acts.load);
    await desk.reads(zh.load.done);
    const held = Number((await balance())['balanceFen']);
    expect(held).toBe(9150);
    await desk.open('loss');
    await desk.submit(zh.acts.loss);
    await page.locator('.card-state.lost-confirmed').waitFor();
    const before = await till();
    await desk.open('replace');
    const next = blank();
    await desk.put(next);
    await desk.submit(zh.replace.make);
    await desk.reads(zh.replace.made);
    await shot('replace-made');
    await desk.panel().locator('button[type=submit]').click();
    await desk.sure(zh.acts.replace);
    await done().waitFor();
    await shot('replaced');
    // Fee and a new deposit; the deposit of the lost card is kept.
    expect(await till()).toBe(before + 2000 + 2000);
    const { moves } = (await balance()) as { moves: { state: string }[] };
    expect(moves.at(-1)).toMatchObject({ state: 'waiting' });
    card = next;
    cardNo = numberOn(next);
    await openCard();
    await desk.open('load');
    await page.fill('#l-cash', '20');
    await desk.submit(zh.acts.load);
    await desk.reads(zh.load.done);
    await desk.open('return');
    await desk.panel().locator('button[type=submit]').click();
    await desk.sure(zh.acts.return);
    await desk.reads(zh.return.done);
    expect(await done().textContent()).toContain('40.00');
    expect(await seen()).toMatchObject({ state: 'returned' });
    expect(await till()).toBe(before + 2000 + 2000 + 2000 - 4000);
    await desk.page.getByRole('button', { name: zh.receipt.print, exact: true }).click();
    await page.locator('.receipt').waitFor();
    await shot('return-receipt');
  });

  it('takes cash and blanks that are brought, counts the till wrong and is told', async () => {
    const { page, words: zh } = desk;
    const supplies = `/v1/shifts/${shiftId}/cash-supplies`;
    const { rows } = (await truth.get('/v1/ledger/trial-balance', 'auditor')) as { rows: { code: string }[] };
    const order = { amountFen: 50_000, from: rows.find(({ code }) => code.startsWith('bank-custody:'))?.code };
    const { supplyId } = await truth.post('finance-maker', supplies, order);
    await truth.post('finance-checker', `${supplies}/${String(supplyId)}/approval`);
    await truth.post('stock-1', '/v1/stock/places', { location: 'counter-flow' });
    const note = { documentNo: 'flow-1', chipKind: 'fmcos-3des', from: 'bureau', to: 'counter-flow', quantity: 5 };
    const { transferId } = await truth.post('bureau-1', '/v1/stock/transfers', note);
    const before = await till();
    await desk.go('/counter/shift');
    const counted = page.getByLabel(zh.shift.counted, { exact: true });
    await counted.fill('400');
    await page.getByRole('button', { name: zh.supplies.receipt, exact: true }).click();
    await page.locator('.el-dialog').getByRole('button', { name: zh.supplies.receipt, exact: true }).click();
    await page.locator('.el-dialog [role=alert]').waitFor();
    await shot('supply-wrong');
    await page.keyboard.press('Escape');
    expect(await till()).toBe(before);
    await counted.fill('500');
    await page.getByRole('button', { name: zh.supplies.receipt, exact: true }).click();
    await desk.sure(zh.supplies.receipt);
    await desk.reads(zh.supplyStates.received);
    expect(await till()).toBe(before + 50_000);

    await desk.go('/counter/blanks');
    const blanks = page.getByLabel(zh.blanks.counted, { exact: true });
    const receive = page.getByRole('button', { name: zh.blanks.receive, exact: true });
    await blanks.fill('x');
    await receive.click();
    await desk.reads(zh.blanks.countForm);
    await blanks.fill('4');
    await receive.click();
    await page.locator('.el-dialog').getByRole('button', { name: zh.blanks.receive, exact: true }).click();
    await page.locator('.el-dialog [role=alert]').waitFor();
    await shot('blanks-wrong');
    await page.keyboard.press('Escape');
    await blanks.fill('5');
    await receive.click();
    await desk.sure(zh.blanks.receive);
    await page.getByRole('row', { name: /counter-flow fmcos-3des 5/ }).waitFor();
    const transfers = (await truth.get('/v1/stock/transfers', 'auditor')) as unknown as { transferId: number }[];
    expect(transfers.find((one) => one.transferId === transferId)).toMatchObject({ state: 'received' });
    await shot('blanks');

    await desk.go('/counter/shift');
    await page.getByLabel(zh.shift.piecesOf.replace('{yuan}', '100.00'), { exact: true }).fill('5');
    await page.getByRole('button', { name: zh.shift.close, exact: true }).click();
    await desk.sure(zh.shift.close);
    await page.getByText(/短款/).first().waitFor();
    await shot('short');
    const { shifts } = (await truth.get('/v1/shifts', 'clerk-2')) as { shifts: { overShortFen?: number }[] };
    expect(shifts[0]).toMatchObject({ countedFen: 50_000, overShortFen: 50_000 - before - 50_000 });
    expect(await till()).toBe(0);
    expect(desk.complaints).toEqual([]);
  });
}
