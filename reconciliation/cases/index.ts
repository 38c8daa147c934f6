import type { HttpServer } from '@citycard/common';
import { registerHotlineRoutes } from './hotline-routes.ts';
import { type CaseDeps, registerCaseRoutes } from './routes.ts';

export { startCases } from './escalate.ts';
export { caseFigures } from './figures.ts';

/** Cases of residents, over the counter and over the hotline. */
export function registerResidentCaseRoutes(server: HttpServer, deps: CaseDeps): void {
  registerCaseRoutes(server, deps);
  registerHotlineRoutes(server, deps);
}
