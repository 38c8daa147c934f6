import { answers, type HttpServer, type Principal, recordAct, rolesAllowed, transact, Type } from '@citycard/common';
import { partnerCertificateKinds } from './city-ca.ts';
import { certificateErrors } from './errors.ts';
import { findCertificate, listCertificates, type RegisteredCertificate, renewCertificate } from './register.ts';
import { revocationList } from './revocations.ts';
import type { CertificateRouteDeps } from './route-deps.ts';

const Serial = Type.Object({ serial: Type.String({ pattern: '^[0-9a-f]{32}$' }) });
const PAGE = 200;
const Maybe = Type.Union([Type.String(), Type.Null()]);
const Certificate = Type.Object({
  serial: Type.String(),
  kind: Type.String(),
  cn: Type.String(),
  notBefore: Type.String(),
  notAfter: Type.String(),
  revokedAt: Maybe,
  revocationReason: Maybe,
  renews: Maybe,
  renewedBy: Maybe,
});

/**
 * The register over HTTP: list, one certificate, renewal, and the revocation list, which is for everybody: whoever is shown
 * a certificate of the city must be able to ask.
 */
export function registerCertificateRegisterRoutes(server: HttpServer, deps: CertificateRouteDeps): void {
  const { db } = deps;

  server.get(
    '/v1/certificates',
    {
      onRequest: rolesAllowed('platform', 'auditor'),
      schema: {
        summary: 'Certificates in the order in which they end',
        querystring: Type.Object({
          kind: Type.Optional(Type.Union([...partnerCertificateKinds, 'own', 'ca'].map((kind) => Type.Literal(kind)))),
          cn: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
          expiringWithinDays: Type.Optional(Type.Integer({ minimum: 0, maximum: 3650 })),
          cursor: Type.Optional(Type.String({ pattern: '^[0-9a-f]{2,40}$' })),
        }),
        ...answers(Type.Object({ certificates: Type.Array(Certificate), nextCursor: Type.Optional(Type.String()) })),
      },
    },
    async ({ query: { cursor, ...query } }) => {
      const after = cursor === undefined ? {} : { after: cursor };
      const certificates = await listCertificates(db, { ...query, ...after, limit: PAGE });
      const last = certificates.length === PAGE ? certificates.at(-1) : undefined;
      return { certificates: certificates.map(withoutPem), ...(last === undefined ? {} : { nextCursor: last.serial }) };
    },
  );

  server.get(
    '/v1/certificates/:serial',
    { onRequest: rolesAllowed('platform', 'auditor'), schema: { summary: 'A certificate', params: Serial } },
    async ({ params: { serial } }) => {
      const certificate = await findCertificate(db, serial);
      return { ...withoutPem(certificate), certificatePem: certificate.pem };
    },
  );

  server.post(
    '/v1/certificates/:serial/renewal',
    {
      onRequest: rolesAllowed(
        'platform',
        'operator-partner',
        'agent-partner',
        'biller-partner',
        'city-partner',
        'bank-partner',
      ),
      schema: {
        summary: 'A new certificate for the holder of one that is in force',
        params: Serial,
        body: Type.Object(
          { csrPem: Type.String({ minLength: 1, maxLength: 16_384 }) },
          { additionalProperties: false },
        ),
        ...answers(
          Type.Object({
            serial: Type.String(),
            certificatePem: Type.String(),
            caPem: Type.String(),
            notAfter: Type.String(),
          }),
          201,
        ),
      },
    },
    async ({ params: { serial }, body: { csrPem }, principal }, reply) => {
      const issued = await transact(db, async (tx) => {
        const old = await findCertificate(tx, serial);
        if (!mayRenew(principal, old)) throw certificateErrors.notYours({ serial });
        const certificate = await renewCertificate({ hsm: deps.hsm, db: tx }, { serial, csrPem });
        const detail = { renews: serial, cn: old.cn, kind: old.kind };
        await recordAct(tx, principal, { act: 'certificate.renew', subject: certificate.serial, detail });
        return certificate;
      });
      return reply.status(201).send({ ...issued, notAfter: issued.notAfter.toISOString() });
    },
  );

  server.get(
    '/v1/certificates/revocation-list',
    { config: { public: true }, schema: { summary: 'The revocation list of the city CA, DER', security: [] } },
    async (_request, reply) => {
      const list = await revocationList(db);
      if (list === undefined) throw certificateErrors.noRevocationList();
      return reply
        .type('application/pkix-crl')
        .header('last-modified', list.issuedAt.toUTCString())
        .header('expires', list.nextUpdate.toUTCString())
        .header('etag', `"${list.number}"`)
        .send(list.der);
    },
  );
}

/** A partner renews what bears its own number; what it may not have it cannot keep by renewing. */
function mayRenew(principal: Principal, { cn }: RegisteredCertificate): boolean {
  return (
    principal.roles.includes('platform') || (principal.participantNo !== undefined && principal.participantNo === cn)
  );
}

function withoutPem({ pem: _, ...shown }: RegisteredCertificate): Omit<RegisteredCertificate, 'pem'> {
  return shown;
}
