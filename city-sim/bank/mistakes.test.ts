import { describe, expect, it } from 'vitest';
import { SimulatedBank } from './bank.ts';
import { bankAttemptsWith, type BankMistake, bankMistakeWith } from './mistakes.ts';

const ACCOUNT = '6217000000000000001';
const bank = new SimulatedBank('TESTBANK', [ACCOUNT], () => new Date('2026-03-02T10:00:00Z'));
const entry = bank.receive({
  accountNo: ACCOUNT,
  amountFen: 500,
  from: 'Payer',
  remittance: 'PREFUND 904',
  booked: '2026-03-02',
});
const message = bank.statement(ACCOUNT, '2026-03-02');

describe('a careless bank', () => {
  it('makes each mistake as it is named, and puts right what was refused', () => {
    const told = (mistake: BankMistake | undefined) =>
      bankAttemptsWith(mistake, message).map(({ bytes, daysLate, refused }) => [
        bytes.equals(Buffer.from(message)) ? 'right' : 'wrong',
        daysLate,
        refused,
      ]);
    const corrected = [
      ['wrong', 0, true],
      ['right', 1, false],
    ];
    expect(told(undefined)).toEqual([['right', 0, false]]);
    expect(told('lost file')).toEqual([]);
    expect(told('late')).toEqual([['right', 2, false]]);
    expect(told('twice').map(([what]) => what)).toEqual(['right', 'right', 'wrong']);
    for (const mistake of ['half file', 'wrong amount', 'wrong account', 'wrong encoding'] as const)
      expect(told(mistake)).toEqual(corrected);
    const wrong = bankAttemptsWith('wrong amount', message)[0]?.bytes.toString() ?? '';
    expect(wrong).toContain('<Amt Ccy="CNY">6.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt>');
    const notification = bank.notification(ACCOUNT, [entry]);
    const [believed, ...more] = bankAttemptsWith('wrong amount', notification);
    expect([believed?.refused, more]).toEqual([false, []]);
    expect(believed?.bytes.toString().match(/<Amt Ccy="CNY">6.00</g)).toHaveLength(2);
  });

  it('makes the same mistakes by the same seed', () => {
    const fates = (seed: number) => Array.from({ length: 200 }, (_, at) => bankMistakeWith(seed, 3, `message ${at}`));
    expect(fates(1)).toEqual(fates(1));
    expect(fates(1)).not.toEqual(fates(2));
    const made = fates(1).filter((mistake) => mistake !== undefined);
    expect(made.length).toBeGreaterThan(40);
    expect(new Set(made).size).toBe(7);
  });
});
