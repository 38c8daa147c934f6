import { type Database, type HttpServer, rolesAllowed, transact, Type } from '@citycard/common';
import type { HsmClient } from '@citycard/hsm-sim';
import { gatewayErrors } from '../errors.ts';
import { handOverMasterKey, registerTerminal } from './estate.ts';

const TerminalNo = Type.String({ pattern: '^[0-9A-Za-z]{8}$' });

/** The terminal estate over HTTP: register, hand over the key, look. */
export function registerTerminalRoutes(
  server: HttpServer,
  deps: { readonly db: Database; readonly hsm: HsmClient; readonly demo: boolean },
): void {
  const { db, hsm } = deps;
  const platform = { onRequest: rolesAllowed('platform') };

  const Registration = Type.Object(
    {
      terminalNo: TerminalNo,
      participantNo: Type.String({ minLength: 4, maxLength: 15 }),
      industry: Type.Integer({ minimum: 1, maximum: 255 }),
      samNo: Type.Optional(Type.String({ pattern: '^[0-9]{12}$' })),
      functions: Type.Array(
        Type.Union([
          Type.Literal('load'),
          Type.Literal('load-bound'),
          Type.Literal('purchase-upload'),
          Type.Literal('bill'),
          Type.Literal('enquiry'),
        ]),
        { uniqueItems: true },
      ),
      macAlgorithm: Type.Union([Type.Literal('ecb'), Type.Literal('x9.19')]),
    },
    { additionalProperties: false },
  );
  server.post('/v1/terminals', { ...platform, schema: { body: Registration } }, async (request, reply) => {
    await transact(db, (tx) => registerTerminal(tx, request.principal, request.body, { demo: deps.demo }));
    return reply.status(201).send({ terminalNo: request.body.terminalNo });
  });

  const Params = Type.Object({ terminalNo: TerminalNo });
  const Handover = Type.Object({ transport: Type.String({ pattern: '^[A-Z0-9-]{1,32}$' }) });
  const Query = Type.Object({ replace: Type.Optional(Type.Boolean()) });
  server.post(
    '/v1/terminals/:terminalNo/key',
    { ...platform, schema: { params: Params, body: Handover, querystring: Query } },
    async (request, reply) => {
      const key = await transact(db, (tx) =>
        handOverMasterKey(tx, hsm, request.principal, {
          terminalNo: request.params.terminalNo,
          transport: request.body.transport,
          replace: request.query.replace ?? false,
        }),
      );
      return reply.status(201).send(key);
    },
  );

  server.get(
    '/v1/terminals/:terminalNo',
    { onRequest: rolesAllowed('platform', 'auditor'), schema: { params: Params } },
    async (request) => {
      const { rows } = await db.query(
        `select terminal_no as "terminalNo", merchant_no as "participantNo", status, functions, mac_algorithm as "macAlgorithm",
                tmk_kcv as "tmkKcv", hotlist_version as "hotlistVersion", last_seen_at as "lastSeenAt", last_settled_batch as "lastSettledBatch"
           from gateway.terminal where terminal_no = $1`,
        [request.params.terminalNo],
      );
      const terminal: unknown = rows[0];
      if (terminal === undefined) throw gatewayErrors.terminalUnknown({ terminalNo: request.params.terminalNo });
      return terminal;
    },
  );
}
