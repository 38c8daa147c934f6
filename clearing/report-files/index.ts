export type { OpenBankLine } from './differences.ts';
export { registerReportJobs } from './jobs.ts';
