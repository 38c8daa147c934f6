import { type HttpServer, type Principal, rolesAllowed, transact, Type } from '@citycard/common';
import type { CityDeps } from './cities/deps.ts';
import { cityErrors } from './cities/errors.ts';
import { cityOfParticipant, exchangeWithCity, listCityFiles, readCityFile, takeCityFile } from './cities/exchange.ts';

import { deliverAgain } from './cities/way/deliver.ts';

/** 50 000 records and room for a city that packs more into one file. */
const FILE_LIMIT_BYTES = 64 * 1024 * 1024;
const SIGNATURE_SUFFIX = '.p7s';

const City = Type.Object({ city: Type.String({ pattern: '^[0-9]{4}$' }) });
const File = Type.Object({
  name: Type.String(),
  kind: Type.String(),
  records: Type.Integer(),
  amountFen: Type.Integer(),
});

/**
 * `POST /v1/city-files`, `POST /v1/cities/{city}/exchange`, `GET /v1/cities/{city}/files` and `…/files/{name}`. A city sees its
 * own files only.
 */
export function registerCityRoutes(server: HttpServer, deps: CityDeps): void {
  redeliveryRoute(server, deps);
  server.post(
    '/v1/city-files',
    {
      bodyLimit: FILE_LIMIT_BYTES,
      onRequest: rolesAllowed('city-partner'),
      schema: {
        querystring: Type.Object({ name: Type.String({ minLength: 1, maxLength: 80 }) }),
        headers: Type.Object({ 'x-signature': Type.String({ minLength: 1, maxLength: 100_000 }) }),
      },
    },
    async (request, reply) => {
      const taken = await takeCityFile(deps, {
        name: request.query.name,
        content: bodyOf(request.body),
        signature: Buffer.from(request.headers['x-signature'], 'base64'),
        // A city partner without participant number speaks for no city, and '' is none either.
        deliveredBy: request.principal.participantNo ?? '',
        receivedAt: new Date(),
      });
      return reply.status(taken.status === 'repeat' ? 200 : 201).send(withNumber(taken));
    },
  );

  server.post(
    '/v1/cities/:city/exchange',
    {
      onRequest: rolesAllowed('platform'),
      schema: { params: City, response: { 200: Type.Object({ files: Type.Array(File) }) } },
    },
    async (request) => ({ files: (await exchangeWithCity(deps, request.params.city)).map(withNumber) }),
  );

  server.get(
    '/v1/cities/:city/files',
    {
      onRequest: rolesAllowed('city-partner', 'platform', 'auditor'),
      schema: {
        params: City,
        querystring: Type.Object({
          direction: Type.Optional(Type.Union([Type.Literal('out'), Type.Literal('in')])),
        }),
      },
    },
    async (request) => {
      const { city } = request.params;
      await requireCity(deps, request.principal, city);
      return { files: await listCityFiles(deps.db, city, request.query.direction ?? 'out') };
    },
  );

  server.get(
    '/v1/cities/:city/files/:name',
    {
      onRequest: rolesAllowed('city-partner', 'platform', 'auditor'),
      schema: { params: Type.Object({ ...City.properties, name: Type.String({ maxLength: 80 }) }) },
    },
    async (request, reply) => {
      const { city, name } = request.params;
      await requireCity(deps, request.principal, city);
      const isSignature = name.endsWith(SIGNATURE_SUFFIX);
      const file = await readCityFile(deps.db, city, isSignature ? name.slice(0, -SIGNATURE_SUFFIX.length) : name);
      const type = isSignature ? 'application/pkcs7-signature' : 'application/octet-stream';
      return reply.type(type).send(isSignature ? file.signature : file.content);
    },
  );
}

/** A file its receiver has refused or lost is delivered again. */
function redeliveryRoute(server: HttpServer, { db }: CityDeps): void {
  server.post(
    '/v1/cities/:city/files/:name/redelivery',
    {
      onRequest: rolesAllowed('platform'),
      schema: {
        summary: 'Deliver a file again that the city has refused or lost',
        params: Type.Object({ ...City.properties, name: Type.String({ maxLength: 80 }) }),
      },
    },
    async ({ params: { city, name }, principal }, reply) => {
      await transact(db, (tx) => deliverAgain(tx, principal, city, name));
      return reply.status(204).send();
    },
  );
}

/** A partner city gets only what concerns itself; for others there is no such file. */
async function requireCity(deps: CityDeps, principal: Principal, city: string): Promise<void> {
  if (principal.roles.includes('platform') || principal.roles.includes('auditor')) return;
  if ((await cityOfParticipant(deps.db, principal.participantNo)) !== city) {
    throw cityErrors.notYourFiles({ city });
  }
}

function bodyOf(body: unknown): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}

function withNumber<T extends { amountFen: bigint }>(file: T): Omit<T, 'amountFen'> & { amountFen: number } {
  return { ...file, amountFen: Number(file.amountFen) };
}
