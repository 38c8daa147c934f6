import { describe, expect, it } from 'vitest';
import { deriveCardKeys } from '../card/default-product.ts';
import { loadByIssuer } from '../card/issuer-load.ts';
import { send, TEST_ROOTS, TEST_TRANSPORT_KEY, testCard, testIdentity } from '../card/simulated-issuer.test-data.ts';
import type { VirtualCard } from '../card/virtual-card.ts';
import { momentBytes } from '../bytes/moment.ts';
import { unsigned } from '../bytes/integers.ts';
import { transactionAuthenticationCode } from '../cryptography/purse.ts';
import { personaliseSam } from '../sam/issue.ts';
import { VirtualSam } from '../sam/virtual-sam.ts';
import { busData, decodeRecord, encodeRecord, INDUSTRY, type PurchaseRecord } from './record.ts';
import { TapReader, type TapReaderSettings } from './tap.ts';

const CLOCK = () => new Date('2026-03-01T00:00:00Z');

function loadedCard(sequence: number, amountFen: number): VirtualCard {
  const card = testCard(sequence);
  const loadKey = deriveCardKeys(TEST_ROOTS, testIdentity(sequence)).load;
  loadByIssuer(card, { loadKey, amountFen, samNo: '458000000001', moment: { date: '20260228', time: '120000' } });
  return card;
}

function reader(settings: Partial<TapReaderSettings> = {}): TapReader {
  const sam = new VirtualSam({ transportKey: TEST_TRANSPORT_KEY });
  personaliseSam(sam, TEST_TRANSPORT_KEY, { samNo: '458000000077', rootPurchaseKey: TEST_ROOTS.purchase });
  sam.powerOn();
  return new TapReader({ sam, industry: INDUSTRY.bus, clock: CLOCK, ...settings });
}

function tacIsRight(record: PurchaseRecord): boolean {
  const cardNo = record.applicationSerial.slice(1);
  const { tac } = deriveCardKeys(TEST_ROOTS, { cityCode: record.issuerCity, cardNo });
  const type = Buffer.from([record.type]);
  const parts = [
    unsigned(record.amountFen, 4),
    type,
    Buffer.from(record.samNo, 'hex'),
    unsigned(record.transaction, 4),
  ];
  return transactionAuthenticationCode('3des', tac, ...parts, momentBytes(record.moment)).equals(record.tac);
}

const balanceOf = (card: VirtualCard) => Number.parseInt(send(card, '805C000204').slice(0, 8), 16);

describe('a tap', () => {
  it('pays, and the record says what happened', () => {
    const card = loadedCard(51, 1000);
    const bus = reader();
    const industryData = busData({ line: '12', vehicle: '345', zone: 1, fullFareFen: 200 });
    const { kind, records } = bus.tap(card, { amountFen: 180, industryData, trip: Buffer.from('0601', 'hex') });
    expect(kind).toBe('paid');
    const [record] = records;
    expect(record).toMatchObject({
      flag: 0,
      issuerCity: '4580',
      type: 9,
      counter: 0,
      balanceFen: 1000,
      amountFen: 180,
      transaction: 1,
    });
    expect(record!.applicationSerial).toBe(`0${testIdentity(51).cardNo}`);
    expect(record!.moment).toEqual({ date: '20260301', time: '080000' });
    expect(tacIsRight(record!)).toBe(true);
    expect(decodeRecord(encodeRecord(record!))).toEqual(record);
    expect(balanceOf(card)).toBe(820);
    expect(send(card, '00B201F430').slice(0, 4)).toBe('0601');
  });

  it('is refused without money, and a free ride is not', () => {
    const card = loadedCard(52, 100);
    const bus = reader();
    expect(bus.tap(card, { amountFen: 101 })).toEqual({ kind: 'refused', records: [], sw: 0x9401 });
    expect(bus.tap(card, { amountFen: 0 }).kind).toBe('paid');
  });

  it('locks out a hot card with a record of amount 0', () => {
    const card = loadedCard(53, 1000);
    const hot = `0${testIdentity(53).cardNo}`;
    const { kind, records } = reader({ hotlist: () => ({ version: 9, has: (serial) => serial === hot }) }).tap(card, {
      amountFen: 100,
    });
    expect(kind).toBe('locked');
    expect(records[0]).toMatchObject({ flag: 3, amountFen: 0, hotlistVersion: 9, tac: Buffer.alloc(4) });
    expect(balanceOf(card)).toBe(1000);
  });
});

describe('a torn tap', () => {
  it('debited, card put back: the proof completes the record, nothing is paid twice', () => {
    const card = loadedCard(54, 150);
    const bus = reader();
    card.powerCutAfterWrites(3);
    expect(bus.tap(card, { amountFen: 100 })).toEqual({ kind: 'torn', records: [] });
    card.powerOn();
    const again = bus.tap(card, { amountFen: 100 });
    expect(again.kind).toBe('recovered');
    expect(again.records).toHaveLength(1);
    expect(again.records[0]).toMatchObject({ flag: 2, counter: 0, balanceFen: 150, amountFen: 100, transaction: 1 });
    expect(tacIsRight(again.records[0]!)).toBe(true);
    expect(balanceOf(card)).toBe(50);
  });

  it('not debited, card put back: an ordinary purchase', () => {
    const card = loadedCard(55, 150);
    const bus = reader();
    card.powerCutAfterWrites(0);
    expect(bus.tap(card, { amountFen: 100 }).kind).toBe('torn');
    card.powerOn();
    expect(bus.tap(card, { amountFen: 100 })).toMatchObject({
      kind: 'paid',
      records: [{ flag: 0, counter: 0, transaction: 2 }],
    });
    expect(balanceOf(card)).toBe(50);
  });

  it('another card comes: a gray record goes out before the new one', () => {
    const [torn, next] = [loadedCard(56, 500), loadedCard(57, 500)];
    const bus = reader();
    torn.powerCutAfterWrites(1);
    bus.tap(torn, { amountFen: 100 });
    const { kind, records } = bus.tap(next, { amountFen: 100 });
    expect(kind).toBe('paid');
    expect(records.map(({ flag, transaction }) => [flag, transaction])).toEqual([
      [1, 1],
      [0, 2],
    ]);
    expect(records[0]!.tac).toEqual(Buffer.alloc(4));
    expect(bus.giveUp()).toBeUndefined();
  });

  it('survives a restart of the terminal, and giving up yields the gray record', () => {
    const card = loadedCard(58, 500);
    const bus = reader();
    card.powerCutAfterWrites(2);
    bus.tap(card, { amountFen: 100 });
    const pending = bus.pendingRecord!;
    expect(reader({ pending }).giveUp()).toMatchObject({ flag: 1, amountFen: 100 });
    card.powerOn();
    expect(reader({ pending }).tap(card, { amountFen: 100 }).kind).toBe('recovered');
  });
});
