import { answers, type Database, type HttpServer, rolesAllowed, Type } from '@citycard/common';
import { gatewayErrors } from '../errors.ts';
import { Traces } from '../terminals/answers.ts';
import { findTraces } from './traces.ts';

const TerminalNo = Type.String({ pattern: '^[ -~]{8}$' });

/** What became of a message, by terminal and trace number (docs/gateway-links.md, Traces). */
export function registerTraceRoutes(server: HttpServer, deps: { readonly db: Database }): void {
  const support = { onRequest: rolesAllowed('platform', 'auditor') };

  server.get(
    '/v1/terminals/:terminalNo/traces',
    {
      ...support,
      schema: {
        summary: 'The last messages of a terminal',
        params: Type.Object({ terminalNo: TerminalNo }),
        ...answers(Traces),
      },
    },
    async ({ params: { terminalNo } }) => ({ messages: await findTraces(deps.db, terminalNo) }),
  );

  const Params = Type.Object({ terminalNo: TerminalNo, traceNo: Type.String({ pattern: '^[0-9]{6}$' }) });
  server.get(
    '/v1/terminals/:terminalNo/traces/:traceNo',
    { ...support, schema: { summary: 'What became of a message', params: Params, ...answers(Traces) } },
    async ({ params: { terminalNo, traceNo } }) => {
      const messages = await findTraces(deps.db, terminalNo, traceNo);
      if (messages.length === 0) throw gatewayErrors.noTrace({ terminalNo, traceNo });
      return { messages };
    },
  );
}
