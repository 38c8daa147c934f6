import { describe, expect, it } from 'vitest';
import { expectationOf } from './expectation.ts';
import type { LoadAttempt, RecordOrigin, UploadedRecord } from './record.ts';

function record(origin: RecordOrigin, counter: number, amountFen = 100): UploadedRecord {
  return {
    origin,
    counter,
    amountFen,
    way: '0320',
    cardNo: '3104580010000000012',
    issuerCity: '4580',
    hex: '',
    participantNo: '904458041110001',
    samNo: '458001000001',
    transaction: counter,
    cardPaid: origin === 'tap',
  };
}

describe('what the day must come to', () => {
  it('gives every record one outcome, with the reason code of the terminal interface', () => {
    const { purchases } = expectationOf(
      [record('tap', 0), record('duplicate', 0), record('passed', 1, 200), record('forged', 9), record('locked', 0, 0)],
      [],
    );
    expect(purchases).toEqual({
      accepted: { count: 2, amountFen: 100, reasons: {} },
      duplicate: { count: 1, amountFen: 100, reasons: { '03': { count: 1, amountFen: 100 } } },
      suspicious: { count: 0, amountFen: 0, reasons: {} },
      rejected: {
        count: 2,
        amountFen: 300,
        reasons: { '01': { count: 1, amountFen: 100 }, '06': { count: 1, amountFen: 200 } },
      },
    });
  });

  it('holds a torn record until another purchase with its counter refutes it; a forged one refutes nothing', () => {
    const outcomes = (records: UploadedRecord[]) => {
      const { suspicious, rejected } = expectationOf(records, []).purchases;
      return [suspicious.reasons['05']?.count ?? 0, rejected.reasons['05']?.count ?? 0];
    };
    expect(outcomes([record('torn', 4)])).toEqual([1, 0]);
    expect(outcomes([record('torn', 4), record('tap', 5)])).toEqual([1, 0]);
    expect(outcomes([record('torn', 4), record('forged', 4)])).toEqual([1, 0]);
    expect(outcomes([record('torn', 4), record('torn', 4), record('bill', 4)])).toEqual([0, 2]);
  });

  it('posts loads that reached the card and voids the others', () => {
    const load: LoadAttempt = {
      cardNo: '3104580010000000012',
      from: 'cash',
      participantNo: '904458060510001',
      amountFen: 2000,
      counterBefore: 0,
      credited: true,
    };
    expect(expectationOf([], [load, { ...load, credited: false }]).loads).toEqual({
      posted: { count: 1, amountFen: 2000 },
      void: { count: 1, amountFen: 2000 },
    });
  });
});
