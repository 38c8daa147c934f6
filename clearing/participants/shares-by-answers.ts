import type { BusinessDate, Transaction } from '@citycard/common';
import { clearingErrors } from '../errors.ts';

/**
 * From that day on what a city gets of fees follows from the answers exchanged with it, which both sides have; what a fee table gives
 * issuers of its cards stays with the company, who pays it. Without a day the fee table alone says what the city gets.
 *
 * @throws clearing.participant-unknown
 */
export async function shareByAnswers(tx: Transaction, city: string, from: BusinessDate | undefined): Promise<void> {
  const { rowCount } = await tx.query(
    `update clearing.participant set shares_by_answers_from = case when $2::date is not null then least($2, shares_by_answers_from) end
      where kind = 'city' and city_code = $1`,
    [city, from ?? null],
  );
  if (rowCount === 0) throw clearingErrors.participantUnknown({ participantNo: `city ${city}` });
}
