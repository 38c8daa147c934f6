import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { deriveCardKeys } from '../card/default-product.ts';
import {
  SELECT_PURSE,
  send,
  TEST_ROOTS,
  TEST_TRANSPORT_KEY,
  testCard,
  testIdentity,
} from '../card/simulated-issuer.test-data.ts';
import type { VirtualCard } from '../card/virtual-card.ts';
import { commandMac } from '../cryptography/purse.ts';
import { personaliseSam } from '../sam/issue.ts';
import { VirtualSam } from '../sam/virtual-sam.ts';
import { INDUSTRY } from './record.ts';
import { TapReader, type TapReaderSettings } from './tap.ts';

const MERCHANT = '904458040000001';
const MARK = createHash('sha256').update(MERCHANT).digest('hex').slice(0, 8);

function reader(day: string, settings: Partial<TapReaderSettings> = {}): TapReader {
  const sam = new VirtualSam({ transportKey: TEST_TRANSPORT_KEY });
  personaliseSam(sam, TEST_TRANSPORT_KEY, { samNo: '458000000078', rootPurchaseKey: TEST_ROOTS.purchase });
  sam.powerOn();
  return new TapReader({ sam, industry: INDUSTRY.bus, clock: () => new Date(`${day}T10:00:00+08:00`), ...settings });
}

/** Pass number 4 ‖ industry 1 ‖ operator 4 ‖ first day 4 ‖ last day 4 ‖ rides 3. */
const place = (passNo: string, operator: string, from: string, to: string, rides = '000000') =>
  `${passNo}01${operator}${from}${to}${rides}`;

/** An empty card with these places, written by the issuer's script. */
function cardWith(sequence: number, ...places: string[]): VirtualCard {
  const card = testCard(sequence);
  write(card, sequence, ...places);
  return card;
}

function write(card: VirtualCard, sequence: number, ...places: string[]): void {
  send(card, SELECT_PURSE);
  const challenge = Buffer.from(send(card, '0084000004').slice(0, 8), 'hex');
  const update = `04D697102C${places.join('').padEnd(80, '0')}`;
  const { maintenance } = deriveCardKeys(TEST_ROOTS, testIdentity(sequence));
  const mac = commandMac('3des', maintenance, challenge, Buffer.from(update, 'hex')).toString('hex');
  expect(send(card, update + mac)).toBe('9000');
}

const tapped = (card: VirtualCard, tapReader: TapReader) => {
  const { kind, records } = tapReader.tap(card, { amountFen: 200 });
  return kind === 'paid' ? [records[0]?.amountFen, records[0]?.type] : kind;
};

it('a pass pays for rides on its days, first and last included, and for no others', () => {
  const card = cardWith(81, place('00000007', '00000000', '20260301', '20260331'));
  expect(tapped(card, reader('2026-02-28'))).toBe('refused');
  expect(tapped(card, reader('2026-03-01'))).toEqual([0, 6]);
  expect(tapped(card, reader('2026-03-31'))).toEqual([0, 6]);
  expect(tapped(card, reader('2026-04-01'))).toBe('refused');
  expect(tapped(card, reader('2026-03-10', { industry: INDUSTRY.taxi }))).toBe('refused');
  const { records } = reader('2026-03-10').tap(card, { amountFen: 200 });
  expect(records[0]?.industryData.readUInt16BE(6)).toBe(200);
});

it('a pass of one operator is good for nothing with another', () => {
  const card = cardWith(82, place('00000008', MARK, '20260301', '20260331'));
  expect(tapped(card, reader('2026-03-10'))).toBe('refused');
  expect(tapped(card, reader('2026-03-10', { merchantNo: '904458040000002' }))).toBe('refused');
  expect(tapped(card, reader('2026-03-10', { merchantNo: MERCHANT }))).toEqual([0, 6]);
});

it('rides are counted on the card in the debit that makes them, and a pass without a number goes first', () => {
  const two = place('00000009', '00000000', '20260301', '20260430', '000002');
  const card = cardWith(83, two, place('0000000A', '00000000', '20260301', '20260301'));
  expect(tapped(card, reader('2026-03-01'))).toEqual([0, 6]);
  // Torn before the debit was written: neither paid nor counted.
  const bus = reader('2026-03-02');
  card.powerCutAfterWrites(0);
  expect(bus.tap(card, { amountFen: 200 }).kind).toBe('torn');
  card.powerOn();
  expect(bus.tap(card, { amountFen: 200 }).records.at(-1)).toMatchObject({ amountFen: 0, type: 9 });
  // The issuer writes the places again, in another order: the count stays with its pass.
  write(card, 83, place('0000000B', '00000000', '20260601', '20260630', '000005'), two);
  expect(tapped(card, bus)).toEqual([0, 9]);
  expect(tapped(card, bus)).toBe('refused');
  // The next pass begins to count anew, in the place of one that is gone.
  write(card, 83, place('0000000C', '00000000', '20260301', '20260430', '000001'));
  expect(tapped(card, bus)).toEqual([0, 9]);
  expect(tapped(card, bus)).toBe('refused');
});
