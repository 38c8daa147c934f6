import type { HttpServer } from '@citycard/common';
import { registerBankRoutes } from './bank-routes.ts';
import { registerAgreementRoutes } from './cities/agreements/routes.ts';
import type { CityDeps } from './cities/deps.ts';
import { registerDisputeRoutes } from './cities/disputes/routes.ts';
import { registerCityRoutes } from './city-routes.ts';
import { registerDifferenceRoutes } from './differences/routes.ts';

/** All routes of this folder. Files and XML arrive as bytes; that is agreed for these routes only. */
export function registerReconciliationRoutes(server: HttpServer, deps: CityDeps): void {
  server.register((routes, _options, done) => {
    const types = ['application/octet-stream', 'application/xml', 'text/xml'];
    routes.addContentTypeParser(types, { parseAs: 'buffer' }, (_request, body, parsed) => parsed(null, body));
    registerCityRoutes(routes, deps);
    registerAgreementRoutes(routes, deps);
    registerDisputeRoutes(routes, deps);
    registerBankRoutes(routes, deps);
    registerDifferenceRoutes(routes, deps);
    done();
  });
}
