import { fileURLToPath } from 'node:url';
import type { MigrationSet } from '@citycard/common';

export {
  fieldName,
  fieldNumbers,
  type BytesField,
  type FieldNumber,
  type FieldValues,
  type TextField,
} from './codec/field-table.ts';
export { FrameParser, LARGEST_FRAME, SMALLEST_FRAME } from './codec/frame-parser.ts';
export { OutgoingFrame, packFrame, type Envelope } from './codec/frame-writer.ts';
export { Message } from './codec/message.ts';
export { contentHash } from './codec/content-hash.ts';
export { EncodingError, type Decoded, type Problem } from './codec/problem.ts';
export type { ManagementField, OriginalMessage } from './codec/management-field.ts';
export * from './codec/payloads/keys-and-lists.ts';
export * from './codec/payloads/loads.ts';
export * from './codec/payloads/purchases.ts';
export { messages, type MessageDefinition, type MessageKey, type MessageName } from './catalogue/messages.ts';
export { readRequest, type RequestReading, type TerminalRequest } from './catalogue/request.ts';
export {
  answerFields,
  packAnswer,
  readAnswer,
  repackAnswer,
  requestFields,
  type Answer,
  type AnswerValues,
} from './catalogue/answer.ts';
export { isStoredAnswer, responseCodes, type ResponseCode } from './catalogue/response-codes.ts';
export { defaultLinkLimits, type LinkLimits, type LinkStatistics } from './link/limits.ts';
export { listenForTerminals, type ListenerOptions, type TerminalListener } from './link/listener.ts';
export type { LinkHandler, LinkInfo } from './link/terminal-link.ts';
export { gatewayErrors } from './errors.ts';

export { startObservation, type Observation, type ObservationOptions } from './observation/observation.ts';
export type { ObservedMessage, ObserveMessage, Stage } from './observation/observed-message.ts';
export { watchLinks } from './observation/link-metrics.ts';
export { ConnectionBudget } from './link/connection-budget.ts';
export type { LinkCredentials, SecureOptions } from './link/secure.ts';
export { startTraffic, type Traffic } from './observation/traffic.ts';
export { registerTrafficRoutes } from './observation/traffic-routes.ts';
export { registerTraceRoutes } from './observation/routes.ts';
export { createHandler } from './requests/handle.ts';
export type { GatewayDeps } from './requests/context.ts';
export { defaultSetLimits, type SetLimits } from './requests/set-collector.ts';
export { type TerminalFunction, terminalFunctions } from './terminals/estate.ts';
export { flushSeen } from './terminals/last-seen.ts';
export { setTerminalMasterKey } from './terminals/master-keys.ts';
export { silentTerminalWatch } from './terminals/silent.ts';
export {
  type RegistrationOutcome,
  registerTerminal,
  registerTerminals,
  type TerminalRegistration,
} from './terminals/registration.ts';
export { registrationColumns } from './terminals/registration-row.ts';
export { registerTerminalRoutes, type TerminalRouteDeps } from './terminals/routes.ts';
export { registerUploadRoutes } from './uploads/routes.ts';

export const gatewayMigrations: MigrationSet = {
  schema: 'gateway',
  directory: fileURLToPath(new URL('./migrations', import.meta.url)),
};
