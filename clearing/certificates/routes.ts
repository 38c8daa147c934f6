import { type HttpServer, recordAct, rolesAllowed, transact, Type } from '@citycard/common';
import { importCaCertificate, requestCaCertificate } from './provincial-ca.ts';
import { HsmRefused, HsmUnavailable } from '@citycard/hsm-sim';
import { cityCa, issueCertificate, partnerCertificateKinds, revokeCertificate } from './city-ca.ts';
import { registerCertificateRegisterRoutes } from './register-routes.ts';
import type { CertificateRouteDeps } from './route-deps.ts';
import { publishRevocationList } from './revocations.ts';

const Issued = Type.Object({
  certificatePem: Type.String(),
  caPem: Type.String(),
  serial: Type.String(),
  notAfter: Type.String(),
});

/**
 * The city CA over HTTP (docs/certificates.md). Issuing and revoking are acts of the platform and go into the act log; the
 * CA's own certificate is for every authenticated caller.
 */
export function registerCertificateRoutes(server: HttpServer, deps: CertificateRouteDeps): void {
  registerCertificateRegisterRoutes(server, deps);

  server.post(
    '/v1/certificates',
    {
      onRequest: rolesAllowed('platform'),
      config: { stepUp: true },
      schema: {
        body: Type.Object({
          csrPem: Type.String({ minLength: 1, maxLength: 16_384 }),
          cn: Type.String({ minLength: 1, maxLength: 64 }),
          kind: Type.Union(partnerCertificateKinds.map((kind) => Type.Literal(kind))),
        }),
        response: { 201: Issued },
      },
    },
    async (request, reply) => {
      const { cn, kind } = request.body;
      const issued = await transact(deps.db, async (tx) => {
        const certificate = await issueCertificate({ ...deps, db: tx }, request.body);
        const act = { act: 'certificate.issue', subject: certificate.serial, detail: { cn, kind } };
        await recordAct(tx, request.principal, act);
        return certificate;
      });
      return reply.status(201).send({ ...issued, notAfter: issued.notAfter.toISOString() });
    },
  );

  server.get(
    '/v1/certificates/ca',
    { schema: { response: { 200: Type.Object({ caPem: Type.String() }) } } },
    async () => ({ caPem: (await cityCa(deps.db)).pem }),
  );

  server.post(
    '/v1/certificates/ca/request',
    {
      onRequest: rolesAllowed('platform'),
      schema: {
        body: Type.Object({ city: Type.String({ pattern: '^[0-9]{4}$' }) }),
        response: { 200: Type.Object({ csrPem: Type.String() }) },
      },
    },
    async (request) => requestCaCertificate(deps.hsm, request.body.city),
  );

  server.put(
    '/v1/certificates/ca',
    {
      onRequest: rolesAllowed('platform'),
      config: { stepUp: true },
      schema: {
        body: Type.Object({ chainPem: Type.String({ minLength: 1, maxLength: 65_536 }) }),
        response: { 200: Type.Object({ serial: Type.String(), notAfter: Type.String() }) },
      },
    },
    async (request) =>
      transact(deps.db, async (tx) => {
        const { serial, notAfter } = await importCaCertificate({ ...deps, db: tx }, request.body.chainPem);
        await recordAct(tx, request.principal, { act: 'certificate.import-ca', subject: serial });
        return { serial, notAfter: notAfter.toISOString() };
      }),
  );

  server.post(
    '/v1/certificates/:serial/revocation',
    {
      onRequest: rolesAllowed('platform'),
      schema: {
        params: Type.Object({ serial: Type.String({ pattern: '^[0-9a-f]{32}$' }) }),
        body: Type.Object({ reason: Type.String({ minLength: 1, maxLength: 200 }) }),
        response: {
          200: Type.Object({
            serial: Type.String(),
            revokedAt: Type.String(),
            /** Number of the list that holds it; null when the HSM could not sign one yet, which happens by itself later. */
            revocationList: Type.Union([Type.Integer(), Type.Null()]),
          }),
        },
      },
    },
    async (request) => {
      const { serial } = request.params;
      const { reason } = request.body;
      const { revokedAt } = await transact(deps.db, async (tx) => {
        const revoked = await revokeCertificate(tx, { serial, reason });
        await recordAct(tx, request.principal, { act: 'certificate.revoke', subject: serial, detail: { reason } });
        return revoked;
      });
      return { serial, revokedAt: revokedAt.toISOString(), revocationList: await publishNow(deps) };
    },
  );
}

/** The revocation is committed whatever happens here; a list that cannot be signed now is signed when the HSM is back. */
async function publishNow(deps: CertificateRouteDeps): Promise<number | null> {
  try {
    const number = await publishRevocationList(deps);
    deps.onRevocationList?.();
    return number === undefined ? null : Number(number);
  } catch (error) {
    if (!(error instanceof HsmUnavailable || error instanceof HsmRefused)) throw error;
    deps.logger?.warn({ err: error }, 'the revocation list was not published, will be tried again');
    return null;
  }
}
