import type { HttpServer } from '@citycard/common';
import { registerAgentRoutes } from './agents/routes.ts';
import { registerBankRoutes } from './bank-routes.ts';
import { registerReferenceRuleRoutes } from './bank/rule-routes.ts';
import { registerCardBalanceRoutes } from './cards/routes.ts';
import { registerAgreementRoutes } from './cities/agreements/routes.ts';
import type { CityDeps } from './cities/deps.ts';
import { registerDisputeRoutes } from './cities/disputes/routes.ts';
import { registerExchangeRoutes } from './cities/runs/routes.ts';
import { registerCityRoutes } from './city-routes.ts';
import { registerDailyRoutes } from './daily/routes.ts';
import { registerDayFileRoutes } from './day-files/routes.ts';
import { registerDifferenceRoutes } from './differences/routes.ts';
import { registerMatchRoutes } from './matching/routes.ts';
import { registerOperatorRoutes } from './operators/routes.ts';

/** All routes of this folder. Files and XML arrive as bytes; that is agreed for these routes only. */
export function registerReconciliationRoutes(server: HttpServer, deps: CityDeps): void {
  server.register((routes, _options, done) => {
    const types = ['application/octet-stream', 'application/xml', 'text/xml'];
    routes.addContentTypeParser(types, { parseAs: 'buffer' }, (_request, body, parsed) => parsed(null, body));
    registerCityRoutes(routes, deps);
    registerExchangeRoutes(routes, deps);
    registerAgreementRoutes(routes, deps);
    registerDisputeRoutes(routes, deps);
    registerBankRoutes(routes, deps);
    registerReferenceRuleRoutes(routes, deps);
    registerOperatorRoutes(routes, deps);
    registerAgentRoutes(routes, deps);
    registerCardBalanceRoutes(routes, deps);
    registerDailyRoutes(routes, deps);
    registerDayFileRoutes(routes, deps);
    registerDifferenceRoutes(routes, deps);
    registerMatchRoutes(routes, deps);
    done();
  });
}
