import { fen } from '@citycard/common';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLEARING_HOUSE, givenFen, netByParty, type NettingMethod, settlementsOf } from './methods.ts';
import { type Obligation, positionsOf } from './positions.ts';

const owes = (from: string, to: string, amount: number): Obligation => ({ from, to, amountFen: fen(amount) });
const told = (legs: readonly Obligation[]): string[] =>
  legs.map(({ from, to, amountFen }) => `${from} → ${to} ${amountFen}`);

describe('netting', () => {
  /** A worked example: three parties, four obligations of 290 fen in all. */
  const matrix = [owes('A', 'B', 100), owes('B', 'A', 60), owes('B', 'C', 50), owes('C', 'A', 80)];

  it.each<[NettingMethod, string[], bigint]>([
    ['gross', ['A → B 100', 'B → A 60', 'B → C 50', 'C → A 80'], 290n],
    ['bilateral', ['A → B 40', 'B → C 50', 'C → A 80'], 170n],
    // A gets 140 and gives 100; B gets 100 and gives 110; C gets 50 and gives 80.
    ['multilateral', ['B → clearing-house 10', 'C → clearing-house 30', 'clearing-house → A 40'], 40n],
  ])('%s', (method, expected, given) => {
    const settlements = settlementsOf(matrix, () => method);
    expect(told(settlements)).toEqual(expected);
    expect(givenFen(settlements)).toBe(given);
  });

  it('takes the stricter method between two parties that differ', () => {
    const methods: Record<string, NettingMethod> = { A: 'gross', B: 'bilateral' };
    expect(told(settlementsOf(matrix, (party) => methods[party] ?? 'multilateral'))).toEqual([
      'A → B 100',
      'B → A 60',
      'B → C 50',
      'C → A 80',
    ]);
  });

  it('leaves every party what it had on balance, sums to zero, and never gives more than before', () => {
    const party = fc.constantFrom('A', 'B', 'C', 'D', 'E');
    const obligation = fc
      .record({ from: party, to: party, amount: fc.integer({ min: 1, max: 1_000_000 }) })
      .filter(({ from, to }) => from !== to)
      .map(({ from, to, amount }) => owes(from, to, amount));
    const method = fc.constantFrom<NettingMethod>('multilateral', 'bilateral', 'gross');
    fc.assert(
      fc.property(
        fc.array(obligation, { maxLength: 30 }),
        fc.array(method, { minLength: 5, maxLength: 5 }),
        (all, methods) => {
          const settlements = settlementsOf(all, (name) => methods['ABCDE'.indexOf(name)] ?? 'multilateral');
          const net = netByParty(settlements);
          for (const { party: name, netFen } of positionsOf(all)) expect(net.get(name) ?? 0n).toBe(netFen);
          expect(net.get(CLEARING_HOUSE) ?? 0n).toBe(0n);
          expect([...net.values()].reduce((sum, amount) => sum + amount, 0n)).toBe(0n);
          expect(givenFen(settlements) <= all.reduce((sum, { amountFen }) => sum + amountFen, 0n)).toBe(true);
        },
      ),
    );
  });
});
