import { cityDate, type Transaction } from '@citycard/common';
import type { ParticipantKind } from '../participants/participant.ts';
import { codeOfIndustry } from './code.ts';
import { industryErrors } from './errors.ts';
import { findIndustry } from './in-force.ts';

/**
 * Holds a new participant against the rules of its industry. An industry that nobody has configured yet has no rules.
 *
 * @throws CityCardError `clearing.industries.kind-not-allowed`
 */
export async function refuseForeignKind(tx: Transaction, kind: ParticipantKind, industry: number): Promise<void> {
  const found = await findIndustry(tx, industry, cityDate(new Date()));
  const allowed: readonly ParticipantKind[] | undefined = found?.document.participants.kinds;
  if (allowed === undefined || allowed.includes(kind)) return;
  throw industryErrors.kindNotAllowed({ industry: codeOfIndustry(industry), kind, allowed: allowed.join(', ') });
}
