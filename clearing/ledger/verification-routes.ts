import { answers, type Database, type HttpServer, rolesAllowed, Type } from '@citycard/common';
import { DAY } from './asked-moment.ts';
import { findVerification, listVerifications, orderVerification, withdrawVerification } from './verification-runs.ts';
import * as said from './answers.ts';

/** Proofs of the ledger as jobs over HTTP: ordered, followed, found again. */
export function registerVerificationRoutes(server: HttpServer, { db }: { readonly db: Database }): void {
  const auditing = { onRequest: rolesAllowed('auditor', 'supervisor') };
  server.get(
    '/v1/ledger/verifications',
    { ...auditing, schema: { summary: 'Proofs of the ledger that were ordered, newest first', ...answers(said.Runs) } },
    async () => ({ verifications: await listVerifications(db) }),
  );
  server.post(
    '/v1/ledger/verifications',
    {
      ...auditing,
      schema: {
        summary: 'Order a proof of the chain and the balances, or of the chain from a day or a chunk on',
        body: Type.Object(
          { since: Type.Optional(Type.String({ pattern: `^([0-9]{1,18}|${DAY})$` })) },
          { additionalProperties: false },
        ),
        ...answers(said.OneRun, 202),
      },
    },
    async ({ body, principal }, reply) => reply.status(202).send(await orderVerification(db, principal, body.since)),
  );
  server.get(
    '/v1/ledger/verifications/:verificationNo',
    {
      ...auditing,
      schema: {
        summary: 'A proof of the ledger: how far it is, what it found',
        params: Type.Object({ verificationNo: Type.String({ pattern: '^[1-9][0-9]{0,17}$' }) }),
        ...answers(said.OneRun),
      },
    },
    ({ params }) => findVerification(db, BigInt(params.verificationNo)),
  );
  server.post(
    '/v1/ledger/verifications/:verificationNo/withdrawal',
    {
      onRequest: rolesAllowed('auditor', 'supervisor', 'platform'),
      schema: {
        summary: 'Withdraw a proof that waits or runs; it changes nothing and may be ordered again',
        params: Type.Object({ verificationNo: Type.String({ pattern: '^[1-9][0-9]{0,17}$' }) }),
        ...answers(said.OneRun),
      },
    },
    ({ params, principal }) => withdrawVerification(db, principal, BigInt(params.verificationNo)),
  );
}
