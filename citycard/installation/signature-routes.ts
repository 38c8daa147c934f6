import {
  type CertificateDeps,
  issuePersonalCertificate,
  listPersonalCertificates,
  revokePersonalCertificates,
} from '@citycard/clearing';
import {
  answers,
  type HttpServer,
  listSignatures,
  recordAct,
  rolesAllowed,
  type SignatureDeps,
  signInErrors,
  transact,
  Type,
  verifySignature,
  verifySignatures,
} from '@citycard/common';

export interface SignatureRouteDeps extends SignatureDeps {
  readonly hsm: CertificateDeps['hsm'];
}

const closed = { additionalProperties: false };
const Serial = Type.String({ pattern: '^[0-9a-f]{32}$' });
const SignatureNo = Type.String({ pattern: '^[1-9][0-9]{0,17}$' });
const Own = Type.Object({
  serial: Type.String(),
  notBefore: Type.String(),
  notAfter: Type.String(),
  revokedAt: Type.Union([Type.String(), Type.Null()]),
});
const Kept = Type.Object({
  signatureNo: Type.Integer(),
  principal: Type.String(),
  method: Type.String(),
  route: Type.String(),
  certificate: Type.String(),
  signedAt: Type.String(),
  receivedAt: Type.String(),
  acts: Type.Array(Type.Object({ sequence: Type.Integer(), act: Type.String(), subject: Type.String() })),
});
const Verified = Type.Object({
  ...Kept.properties,
  statement: Type.Object({
    method: Type.String(),
    path: Type.String(),
    body: Type.Unknown(),
    lines: Type.Array(Type.Object({ label: Type.String(), value: Type.String() })),
    principal: Type.String(),
    nonce: Type.String(),
    time: Type.String(),
  }),
  complaints: Type.Array(Type.String()),
});

/** Certificates of persons, and what they have signed (docs/portal.md, "Approvals"). */
export function registerSignatureRoutes(server: HttpServer, deps: SignatureRouteDeps): void {
  registerOwnCertificates(server, deps);
  registerKeptSignatures(server, deps);
}

function registerOwnCertificates(server: HttpServer, { db, hsm }: SignatureRouteDeps): void {
  server.get(
    '/v1/me/certificates',
    {
      schema: {
        summary: 'Own certificates, the newest first',
        ...answers(Type.Object({ certificates: Type.Array(Own) })),
      },
    },
    async ({ principal }) => ({ certificates: await listPersonalCertificates(db, principal.id) }),
  );

  server.post(
    '/v1/me/certificate-requests',
    {
      // Whoever only finds a page left open makes no key that signs for its owner.
      config: { stepUp: true },
      schema: {
        summary: 'A certificate for a key made in this browser, to sign approvals with',
        body: Type.Object({ csrPem: Type.String({ minLength: 1, maxLength: 16_384 }) }, closed),
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
    async ({ principal, session, body: { csrPem } }, reply) => {
      if (session === undefined) throw signInErrors.onlyInSession();
      const holder = principal.id;
      const issued = await transact(db, async (tx) => {
        const certificate = await issuePersonalCertificate({ hsm, db: tx }, { holder, csrPem });
        const detail = { cn: holder, kind: 'person' };
        await recordAct(tx, principal, { act: 'certificate.issue', subject: certificate.serial, detail });
        return certificate;
      });
      return reply.status(201).send(issued);
    },
  );

  server.post(
    '/v1/me/certificates/:serial/revocation',
    {
      schema: {
        summary: 'Revoke one of the own certificates: nothing more is signed with it',
        params: Type.Object({ serial: Serial }),
        ...answers(Type.Object({ revoked: Type.Array(Type.String()) })),
      },
    },
    async ({ principal, params: { serial } }) => ({
      revoked: await transact(db, async (tx) => {
        const revoked = await revokePersonalCertificates(tx, principal.id, 'revoked by its holder', serial);
        if (revoked.length > 0) await recordAct(tx, principal, { act: 'certificate.revoke', subject: serial });
        return revoked;
      }),
    }),
  );
}

function registerKeptSignatures(server: HttpServer, deps: SignatureRouteDeps): void {
  const reading = { onRequest: rolesAllowed('supervisor', 'auditor', 'platform') };
  server.get(
    '/v1/signatures',
    {
      ...reading,
      schema: {
        summary: 'Signatures of approvals, the newest first, with the lines of the act log written under them',
        querystring: Type.Object({
          principal: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
          before: Type.Optional(SignatureNo),
        }),
        ...answers(Type.Object({ signatures: Type.Array(Kept) })),
      },
    },
    async ({ query: { principal, before } }) => ({
      signatures: await listSignatures(deps.db, {
        ...(principal !== undefined && { principal }),
        ...(before !== undefined && { before: BigInt(before) }),
      }),
    }),
  );

  server.get(
    '/v1/signatures/:signatureNo',
    {
      onRequest: rolesAllowed('supervisor', 'auditor'),
      schema: {
        summary: 'What was signed, and whether the signature holds',
        params: Type.Object({ signatureNo: SignatureNo }),
        ...answers(Verified),
      },
    },
    async ({ params: { signatureNo }, principal }) => {
      const verified = await verifySignature(deps, BigInt(signatureNo));
      // The statement may hold what is asked of people: whoever opens it is noted.
      await transact(deps.db, (tx) =>
        recordAct(tx, principal, { act: 'signature.open', subject: `signature ${signatureNo}` }),
      );
      return verified;
    },
  );

  server.get(
    '/v1/signatures/verification',
    {
      ...reading,
      schema: {
        summary: 'Check every signature kept',
        ...answers(
          Type.Object({
            checked: Type.Integer(),
            broken: Type.Array(Type.Object({ signatureNo: Type.Integer(), complaints: Type.Array(Type.String()) })),
          }),
        ),
      },
    },
    () => verifySignatures(deps),
  );
}
