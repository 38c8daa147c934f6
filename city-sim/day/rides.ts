import type { VirtualCard } from '../card/virtual-card.ts';
import type { PartnerCity } from '../partner-city/partner-city.ts';
import { busData, encodeRecord, RECORD_FLAG, type PurchaseRecord } from '../purchase/record.ts';
import type { Fare } from '../purchase/fare.ts';
import type { TapReader } from '../purchase/tap.ts';
import { HOME_CITY, NEIGHBOUR_CITY, PARTIES } from './city.ts';
import type { Equipment } from './equip.ts';
import { DayFailed } from './errors.ts';
import type { TapStep } from './plan.ts';
import type { DayRecord, RecordOrigin, UploadedRecord } from './record.ts';
import type { Station } from './station.ts';

/** A place where cards are tapped, and what happens to its records. */
interface Spot {
  readonly reader: TapReader;
  readonly participantNo: string;
  readonly way: '0320' | 'ccpf';
  keep(record: Buffer): void;
}

/** Layout of file 1Eh is the operators' own; the simulator writes the fare and zeros. */
const TRIP_LENGTH = 48;

/** Taps in buses and taxis, here and in the neighbouring city, with all that may go wrong. */
export class Rides {
  readonly #equipment: Equipment;
  readonly #neighbour: PartnerCity;
  readonly #record: DayRecord;
  readonly #duplicates = new Map<Station | 'depot', { bytes: Buffer; record: UploadedRecord }[]>();

  constructor(equipment: Equipment, neighbour: PartnerCity, record: DayRecord) {
    this.#equipment = equipment;
    this.#neighbour = neighbour;
    this.#record = record;
  }

  /** One tap of the plan. Throws DayFailed when card and reader do something else than planned. */
  tap(cardNo: string, card: VirtualCard, step: TapStep): void {
    if (step.place === 'neighbour') {
      this.#tapAbroad(cardNo, card, step);
      return;
    }
    const spot = this.#spotOf(step);
    const fare = fareOf(step);
    switch (step.fault) {
      case 'gray-debited':
      case 'gray-not-debited':
        this.#tear(cardNo, card, spot, fare, step.fault === 'gray-debited' ? 1 : 0);
        this.#upload(spot, 'torn', grayOf(spot.reader, cardNo), step.fault === 'gray-debited');
        card.powerOn();
        return;
      case 'recovered':
        this.#tear(cardNo, card, spot, fare, 1);
        card.powerOn();
        this.#upload(
          spot,
          'recovered',
          expectRecord(spot.reader, card, fare, 'recovered', RECORD_FLAG.recovered),
          true,
        );
        return;
      case 'duplicate':
      case undefined: {
        const record = this.#upload(
          spot,
          'tap',
          expectRecord(spot.reader, card, fare, 'paid', RECORD_FLAG.complete),
          true,
        );
        if (step.fault === 'duplicate') this.#remember(step, record);
        return;
      }
    }
  }

  /** A tap after the card was reported lost: at a careless reader the card pays, at an honest one it is locked. */
  tapLost(card: VirtualCard, station: Station, amountFen: number, passes: boolean): void {
    const spot = { ...spotOf(station), reader: passes ? station.carelessReader : station.reader };
    const fare = { amountFen, industryData: busData({ line: '0001', vehicle: '1', zone: 1 }) };
    if (passes) this.#upload(spot, 'passed', expectRecord(spot.reader, card, fare, 'paid', RECORD_FLAG.complete), true);
    else this.#upload(spot, 'locked', expectRecord(spot.reader, card, fare, 'locked', RECORD_FLAG.locked), false);
  }

  /** Notes a record that goes up by another way than the spots of the rides. */
  note(
    record: PurchaseRecord,
    known: Pick<UploadedRecord, 'origin' | 'way' | 'participantNo' | 'cardPaid' | 'billRefused' | 'owedTo' | 'fundFen'>,
  ) {
    const noted: UploadedRecord = {
      ...known,
      cardNo: record.applicationSerial.slice(1),
      issuerCity: record.issuerCity,
      amountFen: record.amountFen,
      counter: record.counter,
      samNo: record.samNo,
      transaction: record.transaction,
      hex: encodeRecord(record).toString('hex'),
    };
    this.#record.records.push(noted);
    return noted;
  }

  /** Everything that is to go up twice goes up again: by message under a new trace number, by file in a later row. */
  async uploadDuplicates(): Promise<void> {
    for (const [where, twice] of this.#duplicates) {
      for (const { record } of twice) this.#record.records.push({ ...record, origin: 'duplicate', cardPaid: false });
      const bytes = twice.map((each) => each.bytes);
      if (where === 'depot') {
        for (const each of bytes) this.#equipment.busTwo.keep(each);
        continue;
      }
      while (bytes.length > 0) {
        const answer = await where.run((terminal) => terminal.uploadAgain(bytes.splice(0, 15)));
        if (answer.kind !== 'answered' || answer.code !== '00') {
          throw new DayFailed(
            `Records that went up twice were answered ${answer.kind === 'unanswered' ? answer.reason : answer.code}, not 00.`,
          );
        }
      }
    }
  }

  #tapAbroad(cardNo: string, card: VirtualCard, { amountFen }: TapStep): void {
    const record = this.#neighbour.tap(card, amountFen);
    if (!record) throw new DayFailed(`Card ${cardNo} could not pay ${amountFen} fen in city ${NEIGHBOUR_CITY}.`);
    this.note(record, { origin: 'tap', way: 'ccip', participantNo: PARTIES.neighbour.participantNo, cardPaid: true });
  }

  /** The power of the card fails after so many writes of the debit. */
  #tear(cardNo: string, card: VirtualCard, spot: Spot, fare: Fare, writes: number): void {
    card.powerCutAfterWrites(writes);
    const result = spot.reader.tap(card, fare);
    if (result.kind !== 'torn')
      throw new DayFailed(`The tap of card ${cardNo} should be torn; it came to "${result.kind}".`);
  }

  #upload(spot: Spot, origin: RecordOrigin, record: PurchaseRecord, cardPaid: boolean): UploadedRecord {
    spot.keep(encodeRecord(record));
    return this.note(record, { origin, way: spot.way, participantNo: spot.participantNo, cardPaid });
  }

  #remember(step: TapStep, record: UploadedRecord): void {
    const where = step.place === 'bus-two' ? 'depot' : this.#stationOf(step);
    const twice = { bytes: Buffer.from(record.hex, 'hex'), record };
    this.#duplicates.set(where, [...(this.#duplicates.get(where) ?? []), twice]);
  }

  #spotOf(step: TapStep): Spot {
    if (step.place !== 'bus-two') return spotOf(this.#stationOf(step));
    const { busTwo } = this.#equipment;
    const reader = busTwo.readers[step.reader];
    if (!reader) throw new DayFailed(`There is no reader ${step.reader} at ${step.place}.`);
    return { reader, participantNo: busTwo.participantNo, way: 'ccpf', keep: (record) => busTwo.keep(record) };
  }

  #stationOf({ place, reader }: TapStep): Station {
    const station = (place === 'taxi' ? this.#equipment.taxi : this.#equipment.busOne)[reader];
    if (!station) throw new DayFailed(`There is no reader ${reader} at ${place}.`);
    return station;
  }
}

function spotOf(station: Station): Spot {
  const { reader, participantNo } = station;
  return { reader, participantNo, way: '0320', keep: (record) => station.keep(record) };
}

function fareOf({ place, reader, amountFen, fullFareFen = 0, trip }: TapStep): Fare {
  const line = place === 'bus-two' ? '0002' : '0001';
  const industryData =
    place === 'taxi' ? Buffer.alloc(8) : busData({ line, vehicle: String(reader + 1), zone: 1, fullFareFen });
  if (!trip) return { amountFen, industryData };
  const ride = Buffer.alloc(TRIP_LENGTH);
  ride.writeUInt32BE(amountFen, 0);
  ride.write(HOME_CITY, 4, 'hex');
  return { amountFen, industryData, trip: ride };
}

function grayOf(reader: TapReader, cardNo: string): PurchaseRecord {
  const gray = reader.giveUp();
  if (!gray) throw new DayFailed(`The torn tap of card ${cardNo} left no gray record.`);
  return gray;
}

/** Taps and answers the one record that must come of it. */
function expectRecord(
  reader: TapReader,
  card: VirtualCard,
  fare: Fare,
  kind: 'paid' | 'recovered' | 'locked',
  flag: number,
): PurchaseRecord {
  const result = reader.tap(card, fare);
  const [record] = result.records;
  if (result.kind === kind && record?.flag === flag && result.records.length === 1) return record;
  const status = result.sw === undefined ? '' : `, status ${result.sw.toString(16)}`;
  throw new DayFailed(`A tap of ${fare.amountFen} fen should be "${kind}"; it came to "${result.kind}"${status}.`);
}
