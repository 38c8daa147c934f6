import { businessDate, fen, type HttpServer, rolesAllowed, type Static, transact, Type } from '@citycard/common';
import type { CityDeps } from '../deps.ts';
import { listRefusedFiles, listStandings, listStatementLines } from '../standing.ts';
import { approveAgreement, type CityAgreement, proposeAgreement, USUAL_AGREEMENT } from './agreement.ts';
import { keepCityCertificate, requestCityCertificate } from './our-certificate.ts';

const City = Type.Object({ city: Type.String({ pattern: '^[0-9]{4}$' }) });
const Days = (most: number) => Type.Optional(Type.Integer({ minimum: 1, maximum: most }));

/** What is left out is as with a city nobody has agreed anything with. */
const Agreement = Type.Object(
  {
    deliverTo: Type.Optional(Type.String({ pattern: '^https?://[!-~]{1,200}$' })),
    through: Type.Optional(Type.String({ pattern: '^[0-9]{4}$' })),
    settlement: Type.Optional(Type.Union([Type.Literal('bilateral'), Type.Literal('centre')])),
    format: Type.Optional(Type.Union([Type.Literal('binary'), Type.Literal('text')])),
    answerDays: Days(60),
    resendAtMost: Type.Optional(Type.Integer({ minimum: 0, maximum: 20 })),
    disputeDays: Days(180),
    disputeAnswerDays: Days(90),
    positionCapFen: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000_000_000 })),
    /** Of what an answer accepts, for the city that issued the cards. */
    issuerShareMillionths: Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000 })),
    issuerShareFrom: Type.Optional(Type.String({ format: 'date' })),
  },
  { additionalProperties: false },
);

function agreementOf(
  city: string,
  { positionCapFen, issuerShareFrom, ...rest }: Static<typeof Agreement>,
): CityAgreement {
  return {
    ...USUAL_AGREEMENT,
    ...rest,
    city,
    ...(positionCapFen !== undefined && { positionCapFen: fen(positionCapFen) }),
    ...(issuerShareFrom !== undefined && { issuerShareFrom: businessDate(issuerShareFrom) }),
  };
}

/** How things stand with other cities, what is agreed with each, and the certificates they believe us by. */
export function registerAgreementRoutes(server: HttpServer, deps: CityDeps): void {
  const { db } = deps;
  const readers = { onRequest: rolesAllowed('platform', 'finance-maker', 'finance-checker', 'supervisor', 'auditor') };
  const platform = { onRequest: rolesAllowed('platform') };
  server.get('/v1/cities', { ...readers, schema: { summary: 'How things stand with every city' } }, async () => ({
    cities: await listStandings(db),
  }));
  server.get(
    '/v1/cities/:city/refused-files',
    { ...readers, schema: { summary: 'Files of a city that were refused, and why', params: City } },
    async ({ params }) => ({ files: await listRefusedFiles(db, params.city) }),
  );
  server.get(
    '/v1/cities/:city/statement-lines',
    { ...readers, schema: { summary: 'Answers a centre has counted, against ours', params: City } },
    async ({ params }) => ({
      lines: (await listStatementLines(db, params.city)).map(
        ({ acceptedFen, oursFen, shareFen, ourShareFen, ...line }) => ({
          ...line,
          acceptedFen: Number(acceptedFen),
          oursFen: oursFen === null ? null : Number(oursFen),
          shareFen: Number(shareFen),
          ourShareFen: Number(ourShareFen),
        }),
      ),
    }),
  );
  server.post(
    '/v1/cities/:city/agreement',
    { ...platform, schema: { summary: 'Propose what is to hold with a city', params: City, body: Agreement } },
    async ({ params, body, principal }, reply) => {
      const agreement = agreementOf(params.city, body);
      return reply.status(201).send(await transact(db, (tx) => proposeAgreement(tx, principal, agreement)));
    },
  );
  const Approval = Type.Object({ ...City.properties, approvalId: Type.String({ pattern: '^[1-9][0-9]{0,17}$' }) });
  server.post(
    '/v1/cities/:city/agreement/:approvalId',
    { ...platform, schema: { summary: 'Put it in force, as the second person', params: Approval, body: Agreement } },
    async ({ params, body, principal }) => {
      const agreement = agreementOf(params.city, body);
      const { positionCapFen, ...rest } = await transact(db, (tx) =>
        approveAgreement(tx, principal, agreement, BigInt(params.approvalId)),
      );
      return { ...rest, ...(positionCapFen !== undefined && { positionCapFen: Number(positionCapFen) }) };
    },
  );
  server.post(
    '/v1/city-certificate-request',
    { ...platform, schema: { summary: 'A request of our signing key, for the CA of another city' } },
    async () => requestCityCertificate(deps),
  );
  server.put(
    '/v1/cities/:city/certificate',
    {
      ...platform,
      schema: {
        summary: 'Keep the certificate a city has made of our request',
        params: City,
        body: Type.Object(
          { certificatePem: Type.String({ minLength: 1, maxLength: 20_000 }) },
          { additionalProperties: false },
        ),
      },
    },
    async ({ params, body, principal }) =>
      transact(db, (tx) => keepCityCertificate(tx, deps, principal, { city: params.city, ...body })),
  );
}
