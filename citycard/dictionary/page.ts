import { cardIssuerMigrations, dataDictionary } from '@citycard/card-issuer';
import { clearingMigrations } from '@citycard/clearing';
import { commonMigrations, startTestDatabase } from '@citycard/common';
import { reconciliationMigrations } from '@citycard/reconciliation';
import { gatewayMigrations } from '@citycard/terminal-gateway';
import { join } from 'node:path';
import { installationMigrations } from '../installation/mark.ts';

/** The page as it is kept with the documentation. */
export const dictionaryPage = join(import.meta.dirname, '..', '..', 'docs', 'reference', 'data-dictionary.md');

/** The data dictionary of the schema that the migrations make, on a database of its own. */
export async function dictionaryOfMigrations(): Promise<string> {
  const database = await startTestDatabase([
    commonMigrations,
    clearingMigrations,
    cardIssuerMigrations,
    gatewayMigrations,
    reconciliationMigrations,
    installationMigrations,
  ]);
  try {
    return await dataDictionary(database.db);
  } finally {
    await database.stop();
  }
}
