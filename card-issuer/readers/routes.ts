import { type HttpServer, rolesAllowed, Type } from '@citycard/common';
import { answers, FenAnswer, Moment } from '../answers.ts';
import { ReaderName } from '../request-fields.ts';
import type { ReaderPort } from './attach.ts';
import { lookAtCard } from './look.ts';

const Readers = Type.Object({
  attachPort: Type.Integer(),
  readers: Type.Array(
    Type.Object({
      name: Type.String(),
      clerk: Type.String(),
      state: Type.Union([Type.Literal('empty'), Type.Literal('card'), Type.Literal('working')]),
      attachedAt: Moment,
    }),
  ),
});
const Seen = Type.Object({
  kind: Type.Union([Type.Literal('card'), Type.Literal('blank'), Type.Literal('other')]),
  cardNo: Type.Optional(Type.String()),
  application: Type.Optional(Type.String()),
  balanceFen: Type.Optional(FenAnswer),
  validTo: Type.Optional(Type.String()),
  chipSerial: Type.Optional(Type.String()),
  answerToReset: Type.Optional(Type.String()),
});

/** `GET /v1/readers`: the readers attached just now, and the port where more attach (on the host that answers this). */
export function registerReaderRoutes(
  server: HttpServer,
  deps: { readonly readers: Pick<ReaderPort, 'port' | 'list' | 'withCard' | 'ticket'> },
): void {
  const counter = { onRequest: rolesAllowed('clerk', 'bureau') };
  server.get(
    '/v1/readers',
    { ...counter, schema: { summary: 'Card readers of counters and bureau', ...answers(Readers) } },
    () => ({ attachPort: deps.readers.port, readers: deps.readers.list() }),
  );
  server.get(
    '/v1/readers/:reader/card',
    {
      ...counter,
      schema: {
        summary: 'What lies in an attached reader: a card of ours, a blank, or something else',
        params: Type.Object({ reader: ReaderName }),
        ...answers(Seen),
      },
    },
    ({ principal, params }) => deps.readers.withCard(principal, params.reader, lookAtCard),
  );
  // Not a key: each is good once, and for a minute.
  server.post(
    '/v1/readers/:reader/tickets',
    {
      ...counter,
      schema: {
        summary: 'A token for one minute, to attach this reader from the computer it is plugged into',
        params: Type.Object({ reader: ReaderName }),
        ...answers(Type.Object({ ticket: Type.String(), attachPort: Type.Integer() }), 201),
      },
    },
    ({ principal, params }, reply) =>
      reply.status(201).send({ ticket: deps.readers.ticket(principal, params.reader), attachPort: deps.readers.port }),
  );
}
