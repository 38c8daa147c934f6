export { registerAcceptanceReportRoutes } from './routes.ts';
export { passedReport } from './record.ts';
export { AcceptanceReport, type CaseResult, isPassed, type Kit } from './report.ts';
