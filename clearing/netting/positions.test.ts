import { fen } from '@citycard/common';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { obligationsOf, partyOf, positionsOf } from './positions.ts';

describe('multilateral netting', () => {
  it('sees one party behind all its accounts', () => {
    expect(partyOf('operator-pending:P1')).toBe('P1');
    expect(partyOf('operator-payable:P1')).toBe('P1');
    expect(partyOf('city-receivable:4520')).toBe(partyOf('city-payable:4520'));
    expect(['purse', 'online', 'pending-credit'].map(partyOf)).toEqual(['holders', 'holders', 'holders']);
    expect(partyOf('card-deposit')).not.toBe('holders');
    expect(['bank-custody:A', 'cash-shift:1'].map(partyOf)).toEqual(['bank', 'bank']);
  });

  it('gives each party one position', () => {
    const obligations = obligationsOf([
      { debit: 'purse', credit: 'operator-pending:P1', amountFen: fen(1000) },
      { debit: 'operator-pending:P1', credit: 'operator-payable:P1', amountFen: fen(990) },
      { debit: 'operator-pending:P1', credit: 'fee-income:main', amountFen: fen(10) },
      { debit: 'city-receivable:4520', credit: 'operator-pending:P1', amountFen: fen(70) },
    ]);
    expect(obligations).toEqual([
      { from: 'P1', to: 'company', amountFen: 10n },
      { from: 'city:4520', to: 'P1', amountFen: 70n },
      { from: 'holders', to: 'P1', amountFen: 1000n },
    ]);
    expect(positionsOf(obligations).map(({ party, netFen }) => [party, netFen])).toEqual([
      ['P1', 1060n],
      ['city:4520', -70n],
      ['company', 10n],
      ['holders', -1000n],
    ]);
  });

  it('always sums to zero and loses nothing, whatever moved', () => {
    const account = fc.constantFrom(
      'purse',
      'operator-pending:A',
      'operator-payable:A',
      'operator-pending:B',
      'fee-income:main',
      'city-payable:4520',
      'bank-custody:X',
    );
    const movement = fc
      .record({ debit: account, credit: account, amount: fc.bigInt(1n, 10n ** 12n) })
      .map(({ debit, credit, amount }) => ({ debit, credit, amountFen: fen(amount) }));
    fc.assert(
      fc.property(fc.array(movement, { maxLength: 40 }), (moved) => {
        const positions = positionsOf(obligationsOf(moved));
        expect(positions.reduce((sum, { netFen }) => sum + netFen, 0n)).toBe(0n);
        for (const { party, netFen } of positions) {
          const direct = moved.reduce(
            (sum, { debit, credit, amountFen }) =>
              sum + (partyOf(credit) === party ? amountFen : 0n) - (partyOf(debit) === party ? amountFen : 0n),
            0n,
          );
          expect(netFen).toBe(direct);
        }
      }),
    );
  });
});
