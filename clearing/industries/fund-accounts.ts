import type { AccountCode } from '../ledger/accounts.ts';
import { codeOfIndustry } from './code.ts';

/** A card's account of a fund, among the accounts of the card: `fund-0a`. */
export const fundAccountKind = (industry: number): string => `fund-${codeOfIndustry(industry).toLowerCase()}`;

/** What a fund holds for people. */
export const fundPool = (industry: number): AccountCode => `fund-pool:${codeOfIndustry(industry)}`;

/** What a fund owes to a participant for what it did for its people. */
export const fundClaim = (industry: number, participantNo: string): AccountCode =>
  `fund-claim:${codeOfIndustry(industry)}.${participantNo}`;
