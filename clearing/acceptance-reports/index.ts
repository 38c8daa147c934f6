export { registerAcceptanceReportRoutes } from './routes.ts';
export { passedReport, requireAccepted } from './record.ts';
export {
  AcceptanceReport,
  type CaseResult,
  isPassed,
  type Kit,
  KITS,
  type Outcome,
  requireWholeReport,
} from './report.ts';
