export { reconciliationMigrations } from './migrations.ts';
export { registerReconciliationRoutes } from './routes.ts';
export { CITY_FILES_KEY, type CityDeps, type CityFileKind, type CityFileSummary } from './cities/deps.ts';
export type { DeliveredCityFile, TakenCityFile } from './cities/delivery.ts';
export { exchangeWithCity, listCityFiles, readCityFile, type StoredCityFile, takeCityFile } from './cities/exchange.ts';
export { takeNotification } from './bank/notifications.ts';
export { takeStatement, statementBalance, type StatementResult, type TakenStatements } from './bank/statements.ts';
export { takePaymentStatus } from './bank/payment-status.ts';
export { missingEntries, type MissingEntry, unmatchedEntries, type UnmatchedEntry } from './bank/open-items.ts';
