export type { ComplaintFigures } from './complaints.ts';
export type { OpenBankLine } from './differences.ts';
export { registerReportJobs } from './jobs.ts';
export type { Period as ReportPeriod } from './period.ts';
export { type Cell, REPORT_COLUMNS, type Report, type Table } from './report.ts';
