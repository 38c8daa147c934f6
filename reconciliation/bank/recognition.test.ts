import { describe, expect, it } from 'vitest';
import { recognise } from './recognition.ts';
import type { ReferenceRule } from './reference-rules.ts';

const common = { arrivesOn: ['bank-custody', 'bank-receiving'], active: true, reads: 'reference' } as const;
const RULES: readonly ReferenceRule[] = [
  {
    ...common,
    ruleNo: 1n,
    name: 'city',
    purpose: 'city',
    begins: 'CITY ',
    nameForm: 'city',
    accountKind: 'city-receivable',
    place: 1,
  },
  {
    ...common,
    ruleNo: 2n,
    name: 'owed',
    purpose: 'owed',
    begins: 'OWED ',
    nameForm: 'participant',
    accountKind: 'operator-payable',
    place: 2,
  },
  {
    ...common,
    ruleNo: 3n,
    name: 'shop',
    purpose: 'prefund',
    reads: 'payer',
    begins: '测试充值点',
    accountName: 'AGENT1',
    accountKind: 'agent-prefund',
    place: 3,
  },
];
const entry = (remittance: string, accountKind = 'bank-custody', counterparty = '') =>
  recognise(RULES, { accountKind, direction: 'credit', reversal: false, remittance, counterparty });

describe('money that comes in', () => {
  it('is what the beginning of its remittance line says, on accounts where such money may arrive', () => {
    expect(entry('OWED 904458041110001 fees of November')).toEqual({
      ruleNo: 2n,
      rule: 'owed',
      credit: 'operator-payable:904458041110001',
    });
    expect(entry('CITY 4520')).toMatchObject({ rule: 'city', credit: 'city-receivable:4520' });
    expect(entry('OWED 904458041110001', 'bank-card-deposits')).toHaveProperty('reason');
    expect(entry('I OWED 904458041110001')).toHaveProperty('reason');
    expect(entry('OWED')).toHaveProperty('reason');
  });

  it('of a payer with a rule is that payer’s, whatever it writes', () => {
    expect(entry('thank you', 'bank-custody', '测试充值点')).toMatchObject({ credit: 'agent-prefund:AGENT1' });
    expect(entry('CITY 4520', 'bank-custody', '测试充值点')).toMatchObject({ credit: 'city-receivable:4520' });
    expect(entry('thank you', 'bank-custody', '测试充值点二')).toHaveProperty('reason');
  });
});
