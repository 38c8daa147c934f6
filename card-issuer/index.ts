import { fileURLToPath } from 'node:url';
import type { MigrationSet } from '@citycard/common';

export const cardIssuerMigrations: MigrationSet = {
  schema: 'issuer',
  directory: fileURLToPath(new URL('./migrations', import.meta.url)),
};
export { batchProgress, type BatchProgress } from './cards/batch-report.ts';
export { composeCardNo, prepareBatch, releaseBatch, SANDBOX_ISSUER } from './cards/batches.ts';
export { startMachine } from './personalisation/machine.ts';
export { openStock, proveStock, stockLines, type StockLine, type StockProof } from './stock/report.ts';
export { noReaders, type ReaderPort, startReaderPort } from './readers/attach.ts';
export { transmitWhole } from './readers/exchange.ts';
export type { CardInReader, CounterReaders, ReaderView } from './readers/reader.ts';
export { cardNumberOf } from './readers/recognise.ts';
export { createProtection, type Protection } from './protection/protection.ts';
export { readCsv } from './residents/import/csv.ts';
export { readCsv as readCsvTable, writeCsv } from './spreadsheet/csv.ts';
export { importResidents } from './residents/import/import.ts';
export { BATCH_ROWS as RESIDENT_BATCH_ROWS } from './residents/import/stage.ts';
export { items as RESIDENT_ITEMS } from './residents/items.ts';
export { findResidents, type ResidentDeps } from './residents/index.ts';
export {
  dataDictionary,
  httpResponder,
  type IdentityResponder,
  noResponder,
  startIdentityChecks,
} from './population/index.ts';
export { startResidentNotices } from './resident-desk/notice-work.ts';
export { setServicePoint } from './resident-desk/service-points.ts';
export { type MachineAddresses, registerCardIssuerRoutes } from './routes.ts';
export { issuerFileSources, issuerWorkSources } from './population/exchange/file-sources.ts';
export { blockCard, type BlockKind, onDeath, openBlocks, unblockCard } from './cards/blocks.ts';
export { registerCardLifeJobs, runCardLife } from './cards/jobs.ts';
export type { CardState, CardStep } from './cards/life-cycle.ts';
export { stepCard, type StepOptions, type SteppedCard } from './cards/step.ts';
