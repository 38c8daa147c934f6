import { cardIssuerMigrations } from '@citycard/card-issuer';
import { clearingMigrations } from '@citycard/clearing';
import { commonMigrations, type MigrationSet } from '@citycard/common';
import { reconciliationMigrations } from '@citycard/reconciliation';
import { gatewayMigrations } from '@citycard/terminal-gateway';
import { installationMigrations } from './mark.ts';

/** Every schema of an installation, in the order they rest on each other. */
export const cityMigrations: readonly MigrationSet[] = [
  commonMigrations,
  clearingMigrations,
  cardIssuerMigrations,
  gatewayMigrations,
  reconciliationMigrations,
  installationMigrations,
];
