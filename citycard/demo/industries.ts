import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { approveIndustry, IndustryDocument, industryOfCode, proposeIndustry } from '@citycard/clearing';
import type { BusinessDate, Principal, Transaction } from '@citycard/common';
import { Value } from 'typebox/value';

/** One document for each industry, `0A-medical.json`: what a city may start its own from. */
export const industryDocuments = join(import.meta.dirname, 'industries');

const FILE = /^([0-9A-F]{2})-[a-z-]+\.json$/;

/** Puts the twelve industries of the terminal interface in force, as two platform officers would. */
export async function foundIndustries(
  tx: Transaction,
  validFrom: BusinessDate,
  [maker, checker]: readonly [Principal, Principal],
): Promise<void> {
  for (const name of (await readdir(industryDocuments)).sort()) {
    const code = FILE.exec(name)?.[1];
    if (code === undefined) continue;
    const document: unknown = JSON.parse(await readFile(join(industryDocuments, name), 'utf8'));
    if (!Value.Check(IndustryDocument, document)) throw new TypeError(`${name} is no document of an industry`);
    const { version } = await proposeIndustry(tx, maker, industryOfCode(code), validFrom, document);
    await approveIndustry(tx, checker, industryOfCode(code), version);
  }
}
