import { type HttpServer, rolesAllowed, Type } from '@citycard/common';
import type { PopulationDeps } from '../deps.ts';
import { takeAcknowledgement } from './acknowledged.ts';
import { listConflicts, maskedConflict } from './conflict.ts';
import { exportFile } from './export.ts';
import { listFiles } from './file-list.ts';
import { type ExchangeFile, MAX_CONTENT_BYTES } from './format.ts';
import { importFile } from './receive.ts';
import { approveResolution, proposeResolution, resolveConflict, viewConflict } from './resolve.ts';
import { approveReader, approveRule, proposeReader, proposeRule, revokeReader } from './rule-setting.ts';

const Id = Type.String({ pattern: '^[0-9]{1,18}$' });
const Department = Type.Object({ department: Type.String({ pattern: '^[a-z-]{1,40}$' }) });
/** Base64 is four thirds, and the signature and manifest come on top. */
const BODY_LIMIT = Math.ceil(MAX_CONTENT_BYTES / 3) * 4 + 65_536;
const Base64 = Type.String({ pattern: '^[A-Za-z0-9+/]*={0,2}$', maxLength: BODY_LIMIT });
const File = Type.Object({ manifest: Base64, content: Base64, signature: Base64 }, { additionalProperties: false });
const Decision = Type.Union([Type.Literal('theirs'), Type.Literal('ours')]);
const Reason = Type.String({ minLength: 4, maxLength: 200 });

/** Files of departments, their conflicts, and the rules that decide them. */
export function registerExchangeRoutes(server: HttpServer, deps: PopulationDeps): void {
  const carriers = { onRequest: rolesAllowed('registrar', 'department-partner') };
  const files = { ...carriers, bodyLimit: BODY_LIMIT, schema: { params: Department, body: File } };
  server.post('/v1/departments/:department/population-files', files, (request) =>
    importFile(deps, request.principal, request.params.department, fileOf(request.body)),
  );
  server.post(
    '/v1/departments/:department/population-exports',
    { ...carriers, schema: { params: Department } },
    (request) => exportFile(deps, request.principal, request.params.department),
  );
  server.post('/v1/departments/:department/population-acknowledgements', files, (request) =>
    takeAcknowledgement(deps, request.principal, request.params.department, fileOf(request.body)),
  );
  server.get(
    '/v1/departments/:department/population-files',
    { onRequest: rolesAllowed('registrar', 'auditor', 'department-partner'), schema: { params: Department } },
    (request) => listFiles(deps, request.principal, request.params.department),
  );
  registerConflictRoutes(server, deps);
  registerRuleRoutes(server, deps);
}

function registerConflictRoutes(server: HttpServer, deps: PopulationDeps): void {
  const registrar = { onRequest: rolesAllowed('registrar') };
  const Conflict = Type.Object({ conflictId: Id });
  const Listing = Type.Object({
    state: Type.Optional(Type.Union([Type.Literal('open'), Type.Literal('theirs'), Type.Literal('ours')])),
    after: Type.Optional(Id),
  });
  server.get(
    '/v1/population/conflicts',
    { onRequest: rolesAllowed('registrar', 'auditor'), schema: { querystring: Listing } },
    (request) =>
      listConflicts(deps, { state: request.query.state ?? 'open', after: BigInt(request.query.after ?? '0') }),
  );
  server.get(
    '/v1/population/conflicts/:conflictId',
    { onRequest: rolesAllowed('registrar', 'auditor'), schema: { params: Conflict } },
    (request) => maskedConflict(deps, BigInt(request.params.conflictId)),
  );
  const View = Type.Object({ purpose: Reason }, { additionalProperties: false });
  server.post(
    '/v1/population/conflicts/:conflictId/view',
    { ...registrar, schema: { params: Conflict, body: View } },
    (request) => viewConflict(deps, request.principal, BigInt(request.params.conflictId), request.body.purpose),
  );
  const Resolution = Type.Object({ decision: Decision, reason: Reason }, { additionalProperties: false });
  const resolution = { ...registrar, schema: { params: Conflict, body: Resolution } };
  server.post('/v1/population/conflicts/:conflictId/resolution', resolution, async (request, reply) => {
    await resolveConflict(deps, request.principal, BigInt(request.params.conflictId), request.body);
    return reply.status(204).send();
  });
  server.post('/v1/population/conflicts/:conflictId/proposal', resolution, async (request, reply) => {
    const conflictId = BigInt(request.params.conflictId);
    return reply.status(201).send(await proposeResolution(deps, request.principal, conflictId, request.body));
  });
  const Approval = Type.Object({ decision: Decision }, { additionalProperties: false });
  server.post(
    '/v1/population/conflicts/:conflictId/approval',
    { ...registrar, schema: { params: Conflict, body: Approval } },
    async (request, reply) => {
      const { conflictId } = request.params;
      await approveResolution(deps, request.principal, BigInt(conflictId), request.body.decision);
      return reply.status(204).send();
    },
  );
}

function registerRuleRoutes(server: HttpServer, deps: PopulationDeps): void {
  const registrar = { onRequest: rolesAllowed('registrar') };
  const Approval = Type.Object({ approvalId: Id });
  const Rule = Type.Object(
    {
      department: Type.String({ pattern: '^[a-z-]{1,40}$' }),
      item: Type.String({ pattern: '^([*]|[a-z][a-z0-9-]{0,39})$' }),
      side: Type.Union([Type.Literal('own-item'), Type.Literal('other-item')]),
      decision: Type.Union([Type.Literal('theirs'), Type.Literal('ours'), Type.Literal('person')]),
      validFrom: Type.String({ format: 'date' }),
    },
    { additionalProperties: false },
  );
  server.post('/v1/population/conflict-rules', { ...registrar, schema: { body: Rule } }, async (request, reply) =>
    reply.status(201).send(await proposeRule(deps.db, request.principal, request.body)),
  );
  server.post(
    '/v1/population/conflict-rules/:approvalId/approval',
    { ...registrar, schema: { params: Approval, body: Rule } },
    async (request, reply) => {
      await approveRule(deps.db, request.principal, BigInt(request.params.approvalId), request.body);
      return reply.status(204).send();
    },
  );
  server.get('/v1/population/conflict-rules', { onRequest: rolesAllowed('registrar', 'auditor') }, async () => {
    const { rows } = await deps.db.query(
      `select department, item, producer as side, decision, valid_from as "validFrom", set_by as "setBy",
              approved_by as "approvedBy" from issuer.conflict_rule order by department, item, producer, valid_from`,
    );
    return { rules: rows };
  });
  const Reader = Type.Object(
    { principal: Type.String({ minLength: 1, maxLength: 80 }), group: Type.String({ minLength: 1, maxLength: 40 }) },
    { additionalProperties: false },
  );
  server.post('/v1/population/sensitive-readers', { ...registrar, schema: { body: Reader } }, async (request, reply) =>
    reply.status(201).send(await proposeReader(deps.db, request.principal, request.body)),
  );
  server.post(
    '/v1/population/sensitive-readers/revocation',
    { ...registrar, schema: { body: Reader } },
    async (request, reply) => {
      await revokeReader(deps.db, request.principal, request.body);
      return reply.status(204).send();
    },
  );
  server.post(
    '/v1/population/sensitive-readers/:approvalId/approval',
    { ...registrar, schema: { params: Approval, body: Reader } },
    async (request, reply) => {
      await approveReader(deps.db, request.principal, BigInt(request.params.approvalId), request.body);
      return reply.status(204).send();
    },
  );
}

function fileOf(body: { manifest: string; content: string; signature: string }): ExchangeFile {
  const bytes = (text: string) => Buffer.from(text, 'base64');
  return { manifest: bytes(body.manifest), content: bytes(body.content), signature: bytes(body.signature) };
}
