import path from 'node:path';
import type { MigrationSet } from '@citycard/common';

/** The schema `reconciliation`: files exchanged with other cities, and what the bank reports. */
export const reconciliationMigrations: MigrationSet = {
  schema: 'reconciliation',
  directory: path.join(import.meta.dirname, 'migrations'),
};
