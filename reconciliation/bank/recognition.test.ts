import { describe, expect, it } from 'vitest';
import { recognise } from './recognition.ts';

const entry = (remittance: string, accountKind = 'bank-custody') =>
  recognise({ accountKind, direction: 'credit', reversal: false, remittance });

describe('money that comes in', () => {
  it('is what the beginning of its remittance line says, on accounts where such money may arrive', () => {
    expect(entry('OWED 904458041110001 fees of November')).toEqual({
      rule: 'owed',
      credit: 'operator-payable:904458041110001',
    });
    expect(entry('CITY 4520')).toEqual({ rule: 'city', credit: 'city-receivable:4520' });
    expect(entry('OWED 904458041110001', 'bank-card-deposits')).toHaveProperty('reason');
    expect(entry('I OWED 904458041110001')).toHaveProperty('reason');
    expect(entry('OWED')).toHaveProperty('reason');
  });
});
