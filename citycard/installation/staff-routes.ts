import {
  approvePersonNumber,
  approveStaffRegister,
  type Database,
  type HttpServer,
  listStaff,
  proposePersonNumber,
  proposeStaffRegister,
  rolesAllowed,
  transact,
  Type,
} from '@citycard/common';
import { readStaffRegister } from './staff-register.ts';

const Member = Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) });
const Approval = Type.Object({ ...Member.properties, approvalId: Type.String({ pattern: '^[1-9][0-9]{0,17}$' }) });
/** Shorter than an identity number, which has no place here. */
const Numbered = Type.Object(
  { personNo: Type.String({ pattern: '^[0-9A-Za-z-]{1,14}$' }) },
  { additionalProperties: false },
);

/** Who works here and who supervises, and which names belong to one person (docs/supervision.md, "Two sides"). */
export function registerStaffRoutes(server: HttpServer, { db }: { readonly db: Database }): void {
  server.get(
    '/v1/staff',
    {
      onRequest: rolesAllowed('supervisor', 'auditor', 'platform'),
      schema: { summary: 'Persons with roles and numbers of the staff register' },
    },
    async () => ({ staff: await listStaff(db) }),
  );
  server.post(
    '/v1/staff/:id/person-number',
    {
      onRequest: rolesAllowed('supervisor', 'platform'),
      schema: {
        summary: 'Propose by which number of the staff register a person is known',
        params: Member,
        body: Numbered,
      },
    },
    async ({ params, body, principal }, reply) =>
      reply.status(201).send(await transact(db, (tx) => proposePersonNumber(tx, principal, params.id, body.personNo))),
  );
  server.post(
    '/v1/staff/:id/person-number/approval/:approvalId',
    {
      onRequest: rolesAllowed('supervisor'),
      schema: { summary: 'Put it in force, as another person', params: Approval, body: Numbered },
    },
    async ({ params, body, principal }) => {
      const approvalId = BigInt(params.approvalId);
      await transact(db, (tx) => approvePersonNumber(tx, principal, approvalId, params.id, body.personNo));
      return { id: params.id, personNo: body.personNo };
    },
  );
  void server.register((scope, _options, done) => {
    scope.addContentTypeParser('text/csv', { parseAs: 'buffer', bodyLimit: REGISTER_BYTES }, (_request, body, parsed) =>
      parsed(null, body),
    );
    registerRoutes(scope, db);
    done();
  });
}

/** A hundred thousand lines and more. */
const REGISTER_BYTES = 4_000_000;

/** The staff register as a table: all its numbers at once. */
function registerRoutes(server: HttpServer, db: Database): void {
  server.post(
    '/v1/staff/register',
    {
      onRequest: rolesAllowed('supervisor', 'platform'),
      schema: { summary: 'Propose the numbers of a whole staff register, a CSV with the columns id and personNo' },
    },
    async ({ body, principal }, reply) => {
      const rows = readStaffRegister(body);
      return reply.status(201).send(await transact(db, (tx) => proposeStaffRegister(tx, principal, rows)));
    },
  );
  server.post(
    '/v1/staff/register/approval/:approvalId',
    {
      onRequest: rolesAllowed('supervisor'),
      schema: {
        summary: 'Put the same register in force, as another person',
        params: Type.Object({ approvalId: Approval.properties.approvalId }),
      },
    },
    async ({ params, body, principal }) => {
      const rows = readStaffRegister(body);
      return transact(db, (tx) => approveStaffRegister(tx, principal, BigInt(params.approvalId), rows));
    },
  );
}
