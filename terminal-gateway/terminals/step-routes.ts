import { type Database, type HttpServer, rolesAllowed, transact, Type } from '@citycard/common';
import { estateErrors } from './errors.ts';
import { confirmMasterKey } from './master-keys.ts';
import { labelTerminal, pairSam } from './provisioning.ts';
import { CheckValue, GroupName, Model, Reason, SamNo, TerminalNo } from './request-fields.ts';
import { retireTerminal, suspendTerminal } from './status.ts';

const Params = Type.Object({ terminalNo: TerminalNo });
const closed = { additionalProperties: false } as const;

/** Steps one officer takes alone: they take power away, or keep books on what stands in the field. */
export function registerTerminalStepRoutes(server: HttpServer, db: Database): void {
  const platform = { onRequest: rolesAllowed('platform') };
  server.post(
    '/v1/terminals/:terminalNo/suspension',
    {
      ...platform,
      schema: {
        summary: 'Take a terminal out of service until two persons resume it',
        params: Params,
        body: Type.Object({ reason: Reason }, closed),
      },
    },
    async ({ params, body, principal, headers }, reply) => {
      const step = { ...params, ...body, ...ifMatch(params.terminalNo, headers['if-match']) };
      await transact(db, (tx) => suspendTerminal(tx, principal, step));
      return reply.status(204).send();
    },
  );
  server.post(
    '/v1/terminals/:terminalNo/retirement',
    {
      ...platform,
      schema: {
        summary: 'Take a terminal out of service for good, its keys with it',
        params: Params,
        body: Type.Object({ reason: Reason, replacedBy: Type.Optional(TerminalNo) }, closed),
      },
    },
    async ({ params, body, principal, headers }, reply) => {
      const step = { ...params, ...body, ...ifMatch(params.terminalNo, headers['if-match']) };
      await transact(db, (tx) => retireTerminal(tx, principal, step));
      return reply.status(204).send();
    },
  );
  server.post(
    '/v1/terminals/:terminalNo/sam',
    {
      ...platform,
      schema: {
        summary: 'Note which SAM was put into a terminal, and when',
        params: Params,
        body: Type.Object({ samNo: SamNo, from: Type.Optional(Type.String({ format: 'date-time' })) }, closed),
      },
    },
    async ({ params, body, principal, headers }, reply) => {
      const from = body.from === undefined ? new Date() : new Date(body.from);
      const pairing = { ...params, samNo: body.samNo, from, ...ifMatch(params.terminalNo, headers['if-match']) };
      await transact(db, (tx) => pairSam(tx, principal, pairing));
      return reply.status(204).send();
    },
  );
  server.put(
    '/v1/terminals/:terminalNo/labels',
    {
      ...platform,
      schema: {
        summary: 'Model and group of a terminal',
        params: Params,
        body: Type.Object({ model: Type.Optional(Model), groupName: Type.Optional(GroupName) }, closed),
      },
    },
    async ({ params, body, principal, headers }, reply) => {
      const label = { ...params, ...body, ...ifMatch(params.terminalNo, headers['if-match']) };
      await transact(db, (tx) => labelTerminal(tx, principal, label));
      return reply.status(204).send();
    },
  );
  server.post(
    '/v1/terminals/:terminalNo/key-confirmation',
    {
      ...platform,
      schema: {
        summary: 'Say that the new master key is in the terminal; it comes into force',
        params: Params,
        body: Type.Object({ kcv: CheckValue }, closed),
      },
    },
    async ({ params, body, principal }, reply) => {
      await transact(db, (tx) => confirmMasterKey(tx, principal, { ...params, ...body }));
      return reply.status(204).send();
    },
  );
}

/** The revision an `If-Match` header names; absent or `*`: whatever it is. */
function ifMatch(terminalNo: string, header: string | undefined): { revision?: bigint } {
  if (header === undefined || header === '*') return {};
  const revision = /^"(\d{1,18})(\.[0-9a-z]*)?"$/.exec(header)?.[1];
  if (revision === undefined) throw estateErrors.changedMeanwhile({ terminalNo });
  return { revision: BigInt(revision) };
}
