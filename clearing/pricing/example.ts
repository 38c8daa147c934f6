import { type Fen, fen } from '@citycard/common';
import { termsErrors } from '../terms/errors.ts';
import { type FeeDocument, tariffOfRule } from './fee-document.ts';
import { feeBase, feeOf, sectionsOf } from './fee.ts';
import { type InstitutionShare, shareFee } from './shares.ts';
import { tariffProblem } from './tariff.ts';

/** What one rule would charge for sales that somebody made up, to be added up by hand. Amounts in fen. */
export interface FeeExample {
  readonly salesFen: Fen;
  /** The base in the sections of the ladder; absent where each transaction has its own fee, and of a fixed fee. */
  readonly sections?: readonly { readonly part: bigint; readonly rate: string }[];
  /** What each transaction is charged, where half a fen is rounded per transaction. */
  readonly feeOfOneFen?: Fen;
  /** Below zero where the company pays. */
  readonly feeFen: Fen;
  readonly shares: readonly InstitutionShare[];
}

/** Stands for the participant whose fee it is: a rule of an industry names none. */
const SOMEBODY = 'operator';

/**
 * The fee of one settlement line with `count` sales of `amountFen` each, all of them paid with our own cards and none given back: of the
 * first line of a month where the rule counts over it. Follows from the arguments alone.
 *
 * @throws CityCardError `clearing.terms.refused` when the rule cannot be
 */
export function feeExample(
  rule: FeeDocument['rules'][number],
  { count, amountFen }: { readonly count: bigint; readonly amountFen: Fen },
): FeeExample {
  const tariff = tariffOfRule(rule);
  const problem = tariffProblem(tariff);
  if (problem !== undefined) throw termsErrors.refused({ problem });
  const salesFen = fen(count * amountFen);
  const activity = { salesCount: count, salesFen, refundCount: 0n, refundFen: fen(0) };
  const amounts = [{ amountFen, salesCount: count, refundCount: 0n }];
  const feeFen = feeOf(activity, tariff, { amounts });
  const base = feeBase(activity, tariff);
  const each = tariff.rounding === 'transaction';
  const one = { salesCount: 1n, salesFen: amountFen, refundCount: 0n, refundFen: fen(0) };
  return {
    salesFen,
    ...(!each &&
      tariff.kind !== 'fixed' && {
        sections: sectionsOf(tariff.kind === 'per-count' ? base.count : base.amountFen, tariff),
      }),
    ...(each && { feeOfOneFen: feeOf(one, tariff, { amounts: [{ amountFen, salesCount: 1n, refundCount: 0n }] }) }),
    feeFen,
    shares: shareFee(feeFen, tariff.shares, SOMEBODY, [{ issuerCity: '', salesFen }]),
  };
}
