export type { PopulationDeps } from './deps.ts';
export { startIdentityChecks } from './identity-check/check.ts';
export { httpResponder, type IdentityResponder, noResponder } from './identity-check/responder.ts';
export { checkOnRegistration, purseCapFor, type Verification, verificationOf } from './identity-check/verification.ts';
export { dataDictionary } from './dictionary/data-dictionary.ts';
export { registerPopulationRoutes } from './routes.ts';
