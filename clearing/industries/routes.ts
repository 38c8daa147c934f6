import {
  answers,
  businessDate,
  cityDate,
  type Database,
  type HttpServer,
  rolesAllowed,
  transact,
  Type,
} from '@citycard/common';
import { INDUSTRY_CODE, codeOfIndustry, industryOfCode } from './code.ts';
import { IndustryDocument } from './document.ts';
import { registerEntitlementRoutes } from './entitlement-routes.ts';
import { findingsOf, openTrips } from './entries.ts';
import { industryErrors } from './errors.ts';
import { registerFundRoutes } from './fund-routes.ts';
import { industriesInForce, industryOn } from './in-force.ts';
import { approveIndustry, industryVersion, industryVersions, proposeIndustry, withdrawIndustry } from './versions.ts';

const closed = { additionalProperties: false } as const;
const CodeParams = Type.Object({ code: Type.String({ pattern: INDUSTRY_CODE }) });
const VersionParams = Type.Object({
  code: Type.String({ pattern: INDUSTRY_CODE }),
  version: Type.String({ pattern: '^[1-9][0-9]{0,5}$' }),
});
const OnDate = Type.Object({ date: Type.Optional(Type.String({ format: 'date' })) }, closed);
const NewVersion = Type.Object(
  { validFrom: Type.String({ format: 'date' }), document: IndustryDocument },
  { ...closed, description: 'docs/industries.md' },
);

const HOUR_MS = 3_600_000;

const InForce = Type.Object({
  industries: Type.Array(Type.Object({ code: Type.String(), version: Type.Integer(), document: IndustryDocument })),
});

/** Industries over HTTP (docs/industries.md): proposed by one platform officer, put in force by another. */
export function registerIndustryRoutes(server: HttpServer, { db }: { readonly db: Database }): void {
  versionRoutes(server, db);
  entryRoutes(server, db);
  registerEntitlementRoutes(server, { db });
  registerFundRoutes(server, { db });
}

function versionRoutes(server: HttpServer, db: Database): void {
  const platform = { onRequest: rolesAllowed('platform') };
  const readers = {
    onRequest: rolesAllowed(
      'platform',
      'auditor',
      'supervisor',
      'finance-maker',
      'finance-checker',
      'clerk',
      'operator-partner',
      'biller-partner',
      'agent-partner',
    ),
  };
  server.get(
    '/v1/industries',
    {
      ...readers,
      schema: { summary: 'Industries in force on a day (today)', querystring: OnDate, ...answers(InForce) },
    },
    async ({ query }) => ({
      industries: (await industriesInForce(db, businessDate(query.date ?? cityDate(new Date())))).map(
        ({ industry, ...rest }) => ({ code: codeOfIndustry(industry), ...rest }),
      ),
    }),
  );
  server.get(
    '/v1/industries/:code/versions',
    { ...readers, schema: { summary: 'All versions of an industry, the newest first', params: CodeParams } },
    async ({ params }) => ({ versions: await industryVersions(db, industryOfCode(params.code)) }),
  );
  server.get(
    '/v1/industries/:code/versions/:version',
    { ...readers, schema: { summary: 'One version of an industry', params: VersionParams } },
    ({ params }) => industryVersion(db, industryOfCode(params.code), Number(params.version)),
  );
  server.post(
    '/v1/industries/:code/versions',
    { ...platform, schema: { summary: 'Propose a version of an industry', params: CodeParams, body: NewVersion } },
    async ({ params, body, principal }, reply) => {
      const industry = industryOfCode(params.code);
      const validFrom = businessDate(body.validFrom);
      const proposed = await transact(db, (tx) => proposeIndustry(tx, principal, industry, validFrom, body.document));
      return reply.status(201).send({ code: params.code, ...proposed });
    },
  );
  server.post(
    '/v1/industries/:code/versions/:version/approval',
    { ...platform, schema: { summary: 'Put a version in force from its day on', params: VersionParams } },
    async ({ params, principal }) =>
      transact(db, (tx) => approveIndustry(tx, principal, industryOfCode(params.code), Number(params.version))),
  );
  server.delete(
    '/v1/industries/:code/versions/:version',
    { ...platform, schema: { summary: 'Withdraw a proposal', params: VersionParams } },
    async ({ params, principal }, reply) => {
      await transact(db, (tx) => withdrawIndustry(tx, principal, industryOfCode(params.code), Number(params.version)));
      return reply.status(204).send();
    },
  );
}

function entryRoutes(server: HttpServer, db: Database): void {
  const readers = {
    onRequest: rolesAllowed(
      'finance-maker',
      'finance-checker',
      'supervisor',
      'auditor',
      'platform',
      'operator-partner',
      'biller-partner',
    ),
  };
  server.get(
    '/v1/industries/:code/findings',
    {
      ...readers,
      schema: {
        summary: 'Purchases of a business day that are not as their industry says',
        params: CodeParams,
        querystring: Type.Object({ date: Type.String({ format: 'date' }) }, closed),
      },
    },
    async ({ params, query, principal }) => ({
      findings: await findingsOf(db, industryOfCode(params.code), businessDate(query.date), principal.participantNo),
    }),
  );
  server.get(
    '/v1/industries/:code/open-trips',
    {
      ...readers,
      schema: { summary: 'Entries without an exit, longer ago than a trip takes', params: CodeParams },
    },
    async ({ params, principal }) => {
      const now = new Date();
      const { document } = await industryOn(db, industryOfCode(params.code), cityDate(now));
      if (document.pattern !== 'distance')
        throw industryErrors.notOfPattern({ industry: params.code, pattern: document.pattern, what: 'trips' });
      const before = new Date(now.getTime() - document.longestTripHours * HOUR_MS);
      return { trips: await openTrips(db, industryOfCode(params.code), before, principal.participantNo) };
    },
  );
}
