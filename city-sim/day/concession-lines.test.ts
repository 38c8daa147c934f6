import { expect, it } from 'vitest';
import { busData } from '../purchase/record.ts';
import { concessionLinesOf } from './concession-lines.ts';
import type { RecordOrigin, UploadedRecord } from './record.ts';

/** A ride as it was uploaded: industry and its data stand where the terminal interface says. */
function ride(amountFen: number, fullFareFen: number, change: { origin?: RecordOrigin; industry?: number } = {}) {
  const raw = Buffer.alloc(64);
  raw[55] = change.industry ?? 1;
  busData({ line: '1', vehicle: '1', zone: 1, fullFareFen }).copy(raw, 56);
  const record: UploadedRecord = {
    origin: change.origin ?? 'tap',
    counter: amountFen,
    amountFen,
    way: '0320',
    cardNo: '3104580010000000012',
    issuerCity: '4580',
    hex: raw.toString('hex'),
    participantNo: '904458041110001',
    samNo: '458001000001',
    transaction: amountFen,
    cardPaid: true,
  };
  return record;
}

it('counts the rides of buses that were paid at less than the full fare, and asks the bureau for four fifths of the rest', () => {
  expect(concessionLinesOf([ride(100, 0), ride(200, 200), ride(50, 100, { industry: 3 })])).toEqual([]);
  const rides = [
    ride(50, 100),
    ride(75, 150),
    ride(60, 120, { origin: 'recovered' }),
    ride(61, 122, { origin: 'torn' }),
  ];
  expect(concessionLinesOf(rides)).toEqual([
    { category: 'senior', rideCount: 3, fullFen: 370, paidFen: 185, backFen: 0, subsidyFen: 40 + 60 + 48 },
  ]);
});
