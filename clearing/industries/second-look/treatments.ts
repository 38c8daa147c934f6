import { type BusinessDate, fen, type Transaction, ZERO_FEN } from '@citycard/common';
import { openAccount } from '../../ledger/accounts.ts';
import { post, type Posting } from '../../ledger/posting.ts';
import { type CardNo, parseCardNo } from '../../purses/card-number.ts';
import { fundAccountKind, fundClaim } from '../fund-accounts.ts';
import type { Candidate, Examined } from './examined.ts';

/**
 * Books what a fund pays: the record's amount is the part people paid themselves, out of the purse; the fund's part goes
 * from the card's account of the fund to what the fund owes the participant, within the fund's own accounts. What the card
 * does not have there is not booked, and shown.
 */
export async function bookTreatments(
  tx: Transaction,
  date: BusinessDate,
  candidates: readonly Candidate[],
): Promise<Examined[]> {
  const judged = candidates.map((candidate) => ({ candidate, finding: faultOf(candidate), part: partOf(candidate) }));
  const moving = judged.flatMap(({ candidate, finding, part }) => {
    const cardNo = parseCardNo(candidate.cardNo);
    return finding === undefined && part > 0n && cardNo !== undefined ? [{ candidate, cardNo, part }] : [];
  });
  for (const claim of new Set(moving.map(({ candidate }) => fundClaim(candidate.industry, candidate.participantNo))))
    await openAccount(tx, claim, { owner: claim.slice(claim.indexOf('.') + 1) });
  const outcomes = await post(
    tx,
    date,
    moving.map(({ candidate, cardNo, part }) => postingOf(candidate, cardNo, part)),
  );
  const booked = new Map(moving.map(({ candidate }, at) => [candidate, outcomes[at]?.outcome]));
  return judged.map(({ candidate, finding, part }): Examined => {
    if (finding !== undefined) return { candidate, finding };
    if (part === 0n) return { candidate, fundFen: ZERO_FEN };
    const outcome = booked.get(candidate);
    return outcome === 'posted' || outcome === 'repeat'
      ? { candidate, expectedFen: candidate.amountFen, fundFen: part }
      : { candidate, finding: 'fund-short' };
  });
}

const partOf = ({ facts }: Candidate) => fen(Number(facts['fundFen']));

function faultOf(candidate: Candidate): 'parts-differ' | undefined {
  const total = BigInt(Number(candidate.facts['totalFen']));
  return total === candidate.amountFen + partOf(candidate) ? undefined : 'parts-differ';
}

function postingOf(candidate: Candidate, cardNo: CardNo, amount: ReturnType<typeof fen>): Posting {
  const { industry, participantNo, intakeId, recordIndex } = candidate;
  return {
    cardNo,
    key: `fund-claim:${intakeId}:${recordIndex}`,
    reason: 'part paid by a fund',
    legs: [{ debit: fundAccountKind(industry), credit: fundClaim(industry, participantNo), amount }],
  };
}
