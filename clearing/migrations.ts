import path from 'node:path';
import type { MigrationSet } from '@citycard/common';

/** The schema `clearing`: ledger, purses, hotlist, loads, purchases, certificates and the clearing day. */
export const clearingMigrations: MigrationSet = {
  schema: 'clearing',
  directory: path.join(import.meta.dirname, 'migrations'),
};
