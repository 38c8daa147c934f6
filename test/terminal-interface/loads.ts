import { type Answer, bytesOf, cardNumber, type Terminal, textOf, type VirtualCard } from '@citycard/city-sim';
import { describe, expect, it } from 'vitest';
import { sandboxCard, sandboxTerminal, type TestCity } from '../installation.ts';

const codeOf = (answer: Answer) => (answer.kind === 'unanswered' ? answer.reason : answer.code);

async function signedOn(city: TestCity): Promise<{ terminal: Terminal; cards: readonly string[] }> {
  const sandbox = await city.sandbox();
  const terminal = sandboxTerminal(sandbox);
  await terminal.signOn();
  await terminal.echo();
  return { terminal, cards: sandbox.cards };
}

async function balances(
  terminal: Terminal,
  cardNo: string,
): Promise<readonly [number | undefined, number | undefined]> {
  const enquiry = await terminal.enquireBalance(cardNo);
  return [enquiry.ledgerFen, enquiry.availableFen];
}

/** Loads end to end (terminal interface, section 3, Load): real cards, real HSM, real ledger. */
export function loads(city: () => TestCity): void {
  describe('loads', () => {
    it('credits a card and the books: MAC1, MAC2, TAC, result', async () => {
      const { terminal, cards } = await signedOn(city());
      const card = sandboxCard(cards[0]!);
      const outcome = await terminal.load(card, { amountFen: 5000 });
      expect(outcome).toMatchObject({ kind: 'credited', balanceAfterFen: 5000 });
      expect(await balances(terminal, cards[0]!)).toEqual([5000, 5000]);
      const again = await terminal.load(card, { amountFen: 2500 });
      expect(again).toMatchObject({ kind: 'credited', balanceAfterFen: 7500 });
      expect(await balances(terminal, cards[0]!)).toEqual([7500, 7500]);
      expect((await terminal.settleBatch()).result).toBe(1);
      await terminal.disconnect();
    });

    it('neither counts a pending load as spendable nor loses it', async () => {
      const { terminal, cards } = await signedOn(city());
      const card = sandboxCard(cards[0]!);
      const held = await terminal.load(card, { amountFen: 5000, holdResult: true });
      expect(held.kind).toBe('credited');
      expect(await balances(terminal, cards[0]!)).toEqual([0, 0]);
      await terminal.flush();
      expect(await balances(terminal, cards[0]!)).toEqual([5000, 5000]);
      await terminal.disconnect();
    });

    it('gives a repeat the stored answer, other content 94', async () => {
      const { terminal, cards } = await signedOn(city());
      const card = sandboxCard(cards[0]!);
      const { line } = terminal;
      const request = await composeLoad(terminal, card, cards[0]!, 3000);
      const first = await terminal.exchange(request);
      const second = await terminal.exchange(request);
      expect([codeOf(first), codeOf(second)]).toEqual(['00', '00']);
      if (first.kind !== 'answered' || second.kind !== 'answered') throw new Error('unanswered');
      expect(bytesOf(second.message, 58)).toEqual(bytesOf(first.message, 58));
      for (const field of [12, 13, 37]) expect(textOf(second.message, field)).toBe(textOf(first.message, field));
      const other = { ...request, fields: new Map([...request.fields, [4, '000000003001']]) };
      expect(codeOf(await terminal.exchange(other))).toBe('94');
      expect(line.memory.batch).toBe(1);
      await terminal.disconnect();
    });

    it('voids a load by reversal, then answers the repeat of its request 25 without MAC2', async () => {
      const { terminal, cards } = await signedOn(city());
      const card = sandboxCard(cards[0]!);
      const request = await composeLoad(terminal, card, cards[0]!, 3000);
      expect(codeOf(await terminal.exchange(request))).toBe('00');
      expect(codeOf(await reverse(terminal, request))).toBe('00');
      const repeat = await terminal.exchange(request);
      expect(codeOf(repeat)).toBe('25');
      expect(repeat.kind === 'answered' && repeat.message.fields.has(58)).toBe(false);
      expect(await balances(terminal, cards[0]!)).toEqual([0, 0]);
      await terminal.disconnect();
    });

    it('remembers a reversal that came first: the load of that identity opens nothing', async () => {
      const { terminal, cards } = await signedOn(city());
      const card = sandboxCard(cards[0]!);
      const request = await composeLoad(terminal, card, cards[0]!, 3000);
      expect(codeOf(await reverse(terminal, request))).toBe('25');
      expect(codeOf(await terminal.exchange(request))).toBe('25');
      await terminal.disconnect();
    });

    it('proves a load whose result was lost by the next one, even after a reversal', async () => {
      const { terminal, cards } = await signedOn(city());
      const card = sandboxCard(cards[0]!);
      expect((await terminal.load(card, { amountFen: 4000, holdResult: true })).kind).toBe('credited');
      const [result] = terminal.memory.forward.splice(0);
      expect(result?.purpose).toBe('load-result');
      expect(await balances(terminal, cards[0]!)).toEqual([0, 0]);
      expect((await terminal.load(card, { amountFen: 1000 })).kind).toBe('credited');
      expect(await balances(terminal, cards[0]!)).toEqual([5000, 5000]);
      await terminal.disconnect();
    });

    it('refuses what the card did not say: wrong MAC1, strange serial, strange SAM, amount above the cap', async () => {
      const { terminal, cards } = await signedOn(city());
      const card = sandboxCard(cards[0]!);
      const request = await composeLoad(terminal, card, cards[0]!, 3000);
      const change = (at: number, field = 58) => {
        const bytes = Buffer.from(bytesOf(request, field));
        bytes[at] = (bytes[at] ?? 0) ^ 0x01;
        return {
          ...terminal.line.compose('0200', '41', '000'),
          fields: new Map([...request.fields, [11, next(terminal)], [field, bytes]]),
        };
      };
      expect(codeOf(await terminal.exchange(change(42)))).toBe('A1');
      expect(codeOf(await terminal.exchange(change(10)))).toBe('30');
      expect(codeOf(await terminal.exchange(change(38)))).toBe('58');
      const tooMuch = await terminal.load(card, { amountFen: 100_001 });
      expect(tooMuch).toMatchObject({ kind: 'refused', code: '61' });
      const unknown = sandboxCard('3104580990999999991');
      expect(await terminal.load(unknown, { amountFen: 1000 })).toMatchObject({ kind: 'refused', code: '14' });
      await terminal.disconnect();
    });

    it('refuses a card of another city with a sentence the cashier can read out', async () => {
      const { terminal } = await signedOn(city());
      const outcome = await terminal.load(sandboxCard(cardNumber('4520', '01', 7)), { amountFen: 1000 });
      expect(outcome).toMatchObject({ kind: 'refused', code: '14' });
      if (outcome.kind !== 'refused' || outcome.answer.kind !== 'answered') throw new Error('unanswered');
      const said = Buffer.from(textOf(outcome.answer.message, 63), 'latin1');
      const sentence = new TextDecoder('gb18030', { fatal: true }).decode(said);
      expect(sentence).toBe('此卡由代码为4520的城市发行，不能在本市充值，请到发卡城市办理；卡内余额可在本市消费。');
      await terminal.disconnect();
    });

    it('keeps a load pending when the TAC of its result is wrong', async () => {
      const { terminal, cards } = await signedOn(city());
      const card = sandboxCard(cards[0]!);
      await terminal.load(card, { amountFen: 4000, holdResult: true });
      const [right] = terminal.memory.forward.splice(0);
      if (right === undefined) throw new Error('no result was kept');
      const field58 = right.fields['58'];
      if (typeof field58 !== 'object') throw new Error('field 58 is bytes');
      const wrong = Buffer.from(field58.hex, 'hex');
      wrong[2] = (wrong[2] ?? 0) ^ 0x01;
      const forged = { ...right, fields: { ...right.fields, 11: next(terminal), 58: { hex: wrong.toString('hex') } } };
      expect(codeOf(await terminal.repeat(forged))).toBe('A1');
      expect(await balances(terminal, cards[0]!)).toEqual([0, 0]);
      expect(codeOf(await terminal.repeat(right))).toBe('00');
      expect(codeOf(await terminal.repeat(right))).toBe('00');
      expect(await balances(terminal, cards[0]!)).toEqual([4000, 4000]);
      await terminal.disconnect();
    });

    it('tells a terminal that its batch is behind', async () => {
      const { terminal, cards } = await signedOn(city());
      const card = sandboxCard(cards[0]!);
      terminal.memory.batch = 5;
      expect((await terminal.settleBatch()).result).toBe(1);
      terminal.memory.batch = 4;
      expect(await terminal.load(card, { amountFen: 1000 })).toMatchObject({ kind: 'refused', code: '77' });
      await terminal.disconnect();
    });
  });
}

function next(terminal: Terminal): string {
  return String(terminal.line.nextTrace()).padStart(6, '0');
}

/** A 0200 as the terminal would send it, taken from what it sends when its answers are lost. */
async function composeLoad(terminal: Terminal, card: VirtualCard, cardNo: string, amountFen: number) {
  const init = card.transmit(Buffer.from(`00A4040008A000000632010105`, 'hex'));
  expect(init.subarray(-2).toString('hex')).toBe('9000');
  const amount = amountFen.toString(16).padStart(8, '0');
  const answer = card.transmit(Buffer.from(`805000020B01${amount}${terminal.settings.samNo}10`, 'hex'));
  expect(answer.subarray(-2).toString('hex')).toBe('9000');
  const field58 = Buffer.concat([
    Buffer.from(`010${cardNo}000045800000000002`, 'hex'),
    Buffer.of(0x01),
    answer.subarray(6, 8),
    answer.subarray(0, 4),
    answer.subarray(4, 6),
    answer.subarray(8, 12),
    Buffer.from(terminal.settings.samNo, 'hex'),
    answer.subarray(12, 16),
  ]);
  return terminal.line.compose('0200', '41', '000', {
    2: cardNo,
    3: '630000',
    4: String(amountFen).padStart(12, '0'),
    25: '91',
    58: field58,
  });
}

/** A 0400 for a 0200 that nobody answered. */
async function reverse(
  terminal: Terminal,
  request: { readonly fields: ReadonlyMap<number, string | Buffer> },
): Promise<Answer> {
  const trace = String(request.fields.get(11));
  const batch = String(request.fields.get(60)).slice(2, 8);
  return terminal.exchange(
    terminal.line.compose(
      '0400',
      '41',
      '000',
      { 2: request.fields.get(2), 3: '630000', 4: request.fields.get(4), 39: '98', 61: `${batch}${trace}0000` },
      { trace: Number(trace) },
    ),
  );
}
