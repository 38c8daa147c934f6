export { dataDictionary } from './dictionary/data-dictionary.ts';
export { startIdentityChecks } from './identity-check/check.ts';
export { httpResponder, type IdentityResponder, noResponder } from './identity-check/responder.ts';
export { checkOnRegistration } from './identity-check/verification.ts';
export { registerPopulationRoutes } from './routes.ts';
