export { Decimal } from 'decimal.js';
export * from './money/fen.ts';
export * from './money/allocate.ts';
export * from './calendar/city-time.ts';
export * from './identifiers/luhn.ts';
export * from './identifiers/resident-id.ts';
export * from './bytes/bcd.ts';
export * from './errors.ts';
export { createLogger, type Logger } from './logging/logger.ts';
