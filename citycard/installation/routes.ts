import { join } from 'node:path';
import { type createProtection, httpResponder, registerCardIssuerRoutes } from '@citycard/card-issuer';
import {
  type billerDirectory,
  findPersonalCertificate,
  passedReport,
  registerAcceptanceReportRoutes,
  registerBillRoutes,
  registerCertificateRoutes,
  registerClearingCoreRoutes,
  registerClearingDayRoutes,
  registerRosterRoutes,
  registerSignedAuditRoutes,
} from '@citycard/clearing';
import { type Database, type HttpServer, type Logger, requireSignedApprovals, SignIn } from '@citycard/common';
import type { HsmClient } from '@citycard/hsm-sim';
import {
  registerBillCheckRoutes,
  registerReconciliationRoutes,
  registerResidentCaseRoutes,
} from '@citycard/reconciliation';
import { registerTerminalRoutes, registerTraceRoutes, registerUploadRoutes } from '@citycard/terminal-gateway';
import { casesOf } from '../acceptance/index.ts';
import { registerSandboxRoute } from '../demo/sandbox.ts';
import type { Company } from './company.ts';
import type { Configuration } from './configuration.ts';
import { registerPartnerRoutes } from './partner-routes.ts';
import { registerSignatureRoutes } from './signature-routes.ts';
import { registerSignInRoutes } from './sign-in-routes.ts';
import { registerSignInRuleRoutes } from './sign-in-rule-routes.ts';
import { registerStaffRoutes } from './staff-routes.ts';
import { registerUserRoutes } from './user-routes.ts';
import { registerWaitingRoutes } from './waiting-routes.ts';
import { clearingDayDeps, type Workers } from './workers.ts';

export interface CityRoutesDeps {
  readonly db: Database;
  readonly hsm: HsmClient;
  readonly logger: Logger;
  readonly configuration: Configuration;
  readonly company: Company;
  readonly workers: Workers;
  readonly billers: ReturnType<typeof billerDirectory>;
  readonly protection: ReturnType<typeof createProtection>;
  /** Where a demo's sandbox sends terminals; its port is filled in once it is open. */
  readonly sandboxGateway: { readonly host: string; port: number };
  /** A new list of revoked certificates is out. */
  readonly onRevocationList: () => void;
}

/** The HTTP interface of the whole product, but for what the platform's pages look at. */
export function registerCityRoutes(server: HttpServer, deps: CityRoutesDeps): void {
  const { db, hsm, logger, configuration, company, workers, billers, protection } = deps;
  const engines = { db, hsm, logger };
  const demo = configuration.mode === 'demo';
  const signing = { db, seal: protection, findCertificate: findPersonalCertificate };
  requireSignedApprovals(server, signing);
  registerClearingCoreRoutes(server, {
    db,
    demo,
    ledgerArchiveDirectory: join(configuration.varDirectory, 'ledger-archive'),
  });
  registerRosterRoutes(server, { db, seal: protection });
  registerSignedAuditRoutes(server, { db, hsm });
  registerBillRoutes(server, { db, billers });
  registerBillCheckRoutes(server, { db, billers });
  registerClearingDayRoutes(server, {
    ...clearingDayDeps(engines, configuration, company),
    wake: workers.onClearingDay,
  });
  registerAcceptanceReportRoutes(server, { db, hsm, casesOf: (kit) => casesOf(kit).map(({ id }) => id) });
  registerCertificateRoutes(server, { ...engines, onRevocationList: deps.onRevocationList });
  registerPartnerRoutes(server, { db });
  registerStaffRoutes(server, { db });
  const signIn = new SignIn({ db, seal: protection });
  // Fetched while the HSM is there: people sign in also when it is away.
  void signIn.prepare().catch((error: unknown) => logger.warn({ err: error }, 'nobody can sign in yet'));
  registerSignInRoutes(server, { db, signIn });
  registerSignInRuleRoutes(server, { db });
  registerWaitingRoutes(server, { db });
  registerUserRoutes(server, { db, signIn, seal: protection });
  registerSignatureRoutes(server, { ...signing, hsm });
  registerCardIssuerRoutes(server, {
    db,
    hsm,
    protection,
    ...(configuration.identityLine === undefined ? {} : { responder: httpResponder(configuration.identityLine) }),
    machines: workers.machines,
    readers: workers.readers,
  });
  registerTerminalRoutes(server, { db, hsm, demo, passedReport });
  registerTraceRoutes(server, { db });
  registerUploadRoutes(server, { db, onPurchases: workers.onPurchases });
  registerReconciliationRoutes(server, { db, hsm, cityTokens: configuration.cityTokens });
  registerResidentCaseRoutes(server, { db, seal: protection });
  registerSandboxRoute(server, { db, mode: configuration.mode, gateway: deps.sandboxGateway });
}
