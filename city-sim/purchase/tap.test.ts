import { describe, expect, it } from 'vitest';
import { deriveCardKeys } from '../card/default-product.ts';
import { loadByIssuer } from '../card/issuer-load.ts';
import {
  SELECT_PURSE,
  send,
  TEST_ROOTS,
  TEST_TRANSPORT_KEY,
  testCard,
  testIdentity,
} from '../card/simulated-issuer.test-data.ts';
import type { VirtualCard } from '../card/virtual-card.ts';
import { momentBytes } from '../bytes/moment.ts';
import { unsigned } from '../bytes/integers.ts';
import { commandMac, transactionAuthenticationCode } from '../cryptography/purse.ts';
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

describe('a card with a concession', () => {
  const maintenance = (sequence: number) => deriveCardKeys(TEST_ROOTS, testIdentity(sequence)).maintenance;
  /** UPDATE BINARY with MAC, as the issuer's script sends it. */
  function update(card: VirtualCard, sequence: number, header: string, data: string): void {
    const challenge = Buffer.from(send(card, '0084000004').slice(0, 8), 'hex');
    const command = Buffer.from(header + data, 'hex');
    const mac = commandMac('3des', maintenance(sequence), challenge, command).toString('hex');
    if (send(card, header + data + mac) !== '9000') throw new Error('the card refused the script');
  }
  /** Carries sub type 2 until the last day. */
  function student(sequence: number, lastDay: string): VirtualCard {
    const card = loadedCard(sequence, 1000);
    send(card, SELECT_PURSE);
    update(card, sequence, '04D6970B09', `02${lastDay}`);
    update(card, sequence, '04D6951D05', '02');
    return card;
  }
  const FARES = { concessionFares: { 1: 0, 2: 50 } };
  const on = (day: string) => reader({ ...FARES, clock: () => new Date(`${day}T10:00:00+08:00`) });

  it('pays the reduced fare up to its last day, the full fare from the next day on, and stays usable', () => {
    const card = student(61, '20260301');
    const industryData = busData({ line: '12', vehicle: '345', zone: 1 });
    const paid = (day: string) => {
      const { kind, records } = on(day).tap(card, { amountFen: 201, industryData });
      const [record] = records;
      expect([kind, tacIsRight(record!)]).toEqual(['paid', true]);
      return [record!.amountFen, record!.industryData.readUInt16BE(6), balanceOf(card)];
    };
    expect(paid('2026-02-28')).toEqual([100, 201, 900]);
    expect(paid('2026-03-01')).toEqual([100, 201, 800]);
    expect(paid('2026-03-02')).toEqual([201, 0, 599]);
    expect(paid('2026-12-31')).toEqual([201, 0, 398]);
  });

  it('pays the full fare where the reader has no share for it, or the card no last day', () => {
    const amountOf = (card: VirtualCard, settings: Partial<TapReaderSettings>) =>
      reader(settings).tap(card, { amountFen: 200 }).records[0]?.amountFen;
    const card = student(62, '20991231');
    expect(amountOf(card, FARES)).toBe(100);
    expect(amountOf(card, {})).toBe(200);
    expect(amountOf(card, { concessionFares: { 1: 0 } })).toBe(200);
    const [half, other] = [loadedCard(63, 1000), loadedCard(64, 1000)];
    send(half, SELECT_PURSE);
    update(half, 63, '04D6951D05', '02');
    expect(amountOf(half, FARES)).toBe(200);
    // A script that broke off between the two files: the sub types disagree.
    send(other, SELECT_PURSE);
    update(other, 64, '04D6970B09', '0220991231');
    expect(amountOf(other, FARES)).toBe(200);
  });

  it('rides free when its share is nothing, even with an empty purse', () => {
    const card = loadedCard(65, 1);
    send(card, SELECT_PURSE);
    update(card, 65, '04D6970B09', '0120991231');
    update(card, 65, '04D6951D05', '01');
    expect(reader(FARES).tap(card, { amountFen: 200 })).toMatchObject({ kind: 'paid', records: [{ amountFen: 0 }] });
    expect(balanceOf(card)).toBe(1);
  });

  it('torn at the reduced fare, is recovered at the reduced fare', () => {
    const card = student(66, '20260301');
    const bus = reader(FARES);
    card.powerCutAfterWrites(3);
    expect(bus.tap(card, { amountFen: 200 }).kind).toBe('torn');
    card.powerOn();
    const again = bus.tap(card, { amountFen: 200 });
    expect(again).toMatchObject({ kind: 'recovered', records: [{ amountFen: 100 }] });
    expect([tacIsRight(again.records[0]!), balanceOf(card)]).toEqual([true, 900]);
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
