export { Decimal } from 'decimal.js';
export * from './money/fen.ts';
export * from './money/allocate.ts';
export * from './calendar/city-time.ts';
export * from './identifiers/luhn.ts';
export * from './identifiers/resident-id.ts';
export * from './bytes/bcd.ts';
export * from './errors.ts';
export { createLogger, type Logger } from './logging/logger.ts';
export { maskIdentifiers } from './logging/redaction.ts';
export {
  checkDatabase,
  type Database,
  openDatabase,
  sqlState,
  type Statement,
  type Transaction,
} from './database/pool.ts';
export { sendTogether } from './database/send-together.ts';
export { transact, transactBriefly } from './database/transact.ts';
export { commonMigrations, migrate, type MigrationSet } from './database/migrate.ts';
export { type NewestQuery, type NewestSource, readNewest, readTimeCursor } from './database/newest-first.ts';
export { numberArray, textArray } from './database/array-literal.ts';
export { copyToFile } from './database/copy-out.ts';
export { copyRows } from './database/copy.ts';
export { type EmbeddedPostgres, startEmbeddedPostgres } from './database/embedded/embedded.ts';
export { startTestDatabase, type TestDatabase } from './database/test-database.ts';
export {
  authenticate,
  createPrincipal,
  type Principal,
  requireOneSide,
  requireRole,
  type Role,
} from './identity/principal.ts';
export { approveAct, proposeAct } from './identity/approval.ts';
export { endWaiting, returnProposal } from './identity/returned.ts';
export { returnedProposals } from './identity/returned-proposals.ts';
export { approvePersonNumber, listStaff, proposePersonNumber } from './identity/person-number.ts';
export { approveStaffRegister, proposeStaffRegister, type StaffRegisterRow } from './identity/staff-register.ts';
export {
  approveSignInRule,
  listSignInRules,
  proposeSignInRule,
  type SignInRule,
} from './identity/sign-in/rule-changes.ts';
export { SignIn, type SignedIn } from './identity/sign-in/sign-in.ts';
export { approveFirstPassword, proposeFirstPassword } from './identity/sign-in/first-password.ts';
export {
  approveRoles,
  createUser,
  listUsers,
  PARTICIPANT_ROLES,
  proposeRoles,
  STAFF_ROLES,
  suspendUser,
} from './identity/sign-in/users.ts';
export { newPassword } from './identity/sign-in/passwords.ts';
export type { Seal } from './identity/sign-in/keyed-hash.ts';
export { base32, codeAt, fromBase32, newSecret, stepAt, usableCode } from './identity/sign-in/one-time-codes.ts';
export {
  endAllSessions,
  endSession,
  type ListedSession,
  openSessions,
  sessionTimes,
} from './identity/sign-in/sessions.ts';
export { signInErrors } from './identity/sign-in/errors.ts';
export { noteExport } from './identity/export-note.ts';
export { waitingProposals, type WaitingProposal } from './identity/waiting.ts';
export { waitingProposal } from './identity/proposed-content.ts';
export type { FindPersonalCertificate, PersonalCertificate, SignatureDeps } from './identity/signatures.ts';
export { listSignatures, verifySignature, verifySignatures } from './identity/signature-view.ts';
export { requireSignedApprovals } from './http/signed-approvals.ts';
export { recordAct, verifyActLog } from './identity/act-log.ts';
export { type ActFilter, type ActLine, actsOnRecord, searchActs } from './identity/act-search.ts';
export {
  type ActVerification,
  listActVerifications,
  orderActVerification,
  pursueActVerification,
} from './identity/act-verification.ts';
export { canonicalJson, contentSha256 } from './identity/canonical-json.ts';
export { createHttpServer, type HttpReply, type HttpRequest, type HttpServer, listen } from './http/server.ts';
export { answers } from './http/answers.ts';
export { sendProblem } from './http/problem.ts';
export { rolesAllowed } from './http/authentication.ts';
export { type IdempotentAnswer, idempotent } from './http/idempotency.ts';
export { Type, type Static, type TSchema } from 'typebox';
export { type PartState, partsOfThisProcess, type WatchedPart, watchPart } from './jobs/part-rounds.ts';
export { measureParts } from './jobs/part-metrics.ts';
export { lookAgainAndAgain, type RepeatedLook } from './jobs/repeated-look.ts';
export { type JobQueue, type JobSystem, openJobSystem, type RunningJob } from './jobs/queues.ts';
export {
  type JobState,
  jobStates,
  noQueues,
  type QueueCounts,
  type QueueWatch,
  type SeenJob,
} from './jobs/queue-watch.ts';
export type { HolidayYear } from './calendar/china-holidays.ts';
export { chinaCalendar, WorkingCalendar } from './calendar/working-days.ts';
export { testSeal } from './identity/sign-in/test-seal.ts';
