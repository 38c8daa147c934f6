export type { ComplaintFigures } from './complaints.ts';
export type { OpenBankLine } from './differences.ts';
export { registerReportJobs } from './jobs.ts';
