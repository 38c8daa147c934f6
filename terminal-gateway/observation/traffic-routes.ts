import { answers, type HttpServer, rolesAllowed, Type } from '@citycard/common';
import type { Traffic } from './traffic.ts';

const Count = Type.Integer();
const Ms = Type.Union([Type.Number(), Type.Null()]);
const Words = Type.Record(Type.String(), Type.String());

/** What goes through the gateway, second by second. Without a gateway in this process there are no seconds. */
export function registerTrafficRoutes(server: HttpServer, traffic: () => Traffic | undefined): void {
  server.get(
    '/v1/gateway/traffic',
    {
      onRequest: rolesAllowed('platform', 'auditor', 'supervisor'),
      schema: {
        summary: 'Messages by second of the last five minutes, by kind and outcome, with their times and the links',
        querystring: Type.Object(
          { since: Type.Optional(Type.String({ pattern: String.raw`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$` })) },
          { additionalProperties: false },
        ),
        ...answers(
          Type.Object({
            serving: Type.Boolean(),
            seconds: Type.Array(
              Type.Object({
                at: Type.String(),
                messages: Type.Array(Type.Object({ message: Type.String(), code: Type.String(), count: Count })),
                medianMs: Ms,
                p95Ms: Ms,
                slowestMs: Ms,
                links: Count,
                inFlight: Count,
              }),
            ),
            words: Type.Object({ messages: Words, codes: Words }),
            listeners: Type.Array(
              Type.Object({
                listener: Type.String(),
                connections: Count,
                inFlight: Count,
                accepted: Count,
                refused: Count,
                frames: Count,
                answers: Count,
                malformed: Count,
                badFrames: Count,
                failures: Count,
              }),
            ),
          }),
        ),
      },
    },
    ({ query: { since } }) => {
      const now = traffic();
      return {
        serving: now !== undefined,
        seconds: now?.since(since === undefined ? undefined : new Date(since)) ?? [],
        words: now?.words() ?? { messages: {}, codes: {} },
        listeners: Object.entries(now?.listeners() ?? {}).map(([listener, { closes: _, ...rest }]) => ({
          listener,
          ...rest,
        })),
      };
    },
  );
}
