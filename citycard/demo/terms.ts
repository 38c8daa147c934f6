import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  approveTerms,
  ConcessionDocument,
  CONCESSIONS,
  FEES,
  FeeDocument,
  proposeTerms,
  SETTLEMENT,
  SettlementDocument,
} from '@citycard/clearing';
import type { BusinessDate, Principal, Transaction } from '@citycard/common';
import { Value } from 'typebox/value';

/** Fees, settlement terms and concessions of the demo: what a city may start its own documents from. */
const documents = join(import.meta.dirname, 'terms');

/** Puts the demo's fees, settlement terms and concessions in force from its first day on, as two persons of the finance office would. */
export async function foundTerms(
  tx: Transaction,
  today: BusinessDate,
  [maker, checker]: readonly [Principal, Principal],
): Promise<void> {
  const fees = await readTerms('fees.json', today);
  if (!Value.Check(FeeDocument, fees)) throw new TypeError('the fees of the demo are no fee table');
  const table = await proposeTerms(tx, maker, FEES, today, fees);
  await approveTerms(tx, checker, FEES, table.version);
  const settlement = await readTerms('settlement.json', today);
  if (!Value.Check(SettlementDocument, settlement)) throw new TypeError('these are no settlement terms');
  const terms = await proposeTerms(tx, maker, SETTLEMENT, today, settlement);
  await approveTerms(tx, checker, SETTLEMENT, terms.version);
  const concessions = await readTerms('concessions.json', today);
  if (!Value.Check(ConcessionDocument, concessions)) throw new TypeError('these are no rules of concessions');
  const rules = await proposeTerms(tx, maker, CONCESSIONS, today, concessions);
  await approveTerms(tx, checker, CONCESSIONS, rules.version);
}

/** A document with the day the demo was founded on in the place of `{today}`. */
async function readTerms(name: string, today: BusinessDate): Promise<unknown> {
  const text = await readFile(join(documents, name), 'utf8');
  return JSON.parse(text.replaceAll('{today}', today));
}
