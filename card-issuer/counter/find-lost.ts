import { type BusinessDate, type Principal, transact } from '@citycard/common';
import { cardLifeErrors } from '../cards/errors.ts';
import { maskedCardNo } from '../cards/one-card.ts';
import { type FindCriterion, findResidents, type ResidentDeps } from '../residents/index.ts';
import { type CallerFact, reportLossByPhone } from './loss.ts';

/** What a caller who does not know the card number says; the second fact is one only the holder knows. */
export interface CallerClaim {
  readonly name: string;
  readonly birthDate: string;
  readonly second: Extract<FindCriterion, { phone: string } | { idNumber: string } | { documentNo: string }>;
  /** What else the clerk has asked and found right. */
  readonly checked: readonly CallerFact[];
}

/**
 * A loss reported by phone by somebody who does not know the card number: found by name and birth date, and by a second
 * fact. Both searches are logged. Every card the holder can use is closed; the clerk is shown no more than its last digits.
 *
 * @throws card-issuer.card-life.caller-unknown (nobody, or more than one person, fits), .nothing-to-close; card-issuer.residents.*
 */
export async function reportLossByIdentity(
  deps: ResidentDeps,
  clerk: Principal,
  claim: CallerClaim,
): Promise<{ reports: { card: string; lapsesOn: BusinessDate }[] }> {
  const purpose = { purpose: 'loss report by phone' };
  const named = await findResidents(deps, clerk, { name: claim.name, birthDate: claim.birthDate }, purpose);
  const known = await findResidents(deps, clerk, claim.second, purpose);
  const both = named.filter((one) => known.some((other) => other.residentId === one.residentId));
  const [caller] = both;
  if (caller === undefined || both.length > 1) throw cardLifeErrors.callerUnknown();
  const checked: CallerFact[] = [
    'name',
    'birth-date',
    'phone' in claim.second ? 'phone' : 'document',
    ...claim.checked,
  ];
  return transact(deps.db, async (tx) => {
    const { rows } = await tx.query<{ card_no: string }>(
      `select card_no from issuer.card where resident_id = $1 and state = 'active' order by card_no for update`,
      [caller.residentId],
    );
    if (rows.length === 0) throw cardLifeErrors.nothingToClose();
    const reports = [];
    for (const { card_no: number } of rows) {
      const { lapsesOn } = await reportLossByPhone(tx, clerk, number, [...new Set(checked)]);
      reports.push({ card: maskedCardNo(number), lapsesOn });
    }
    return { reports };
  });
}
