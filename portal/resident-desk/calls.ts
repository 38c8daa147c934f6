import { Type } from '@citycard/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { residentDeskErrors } from './errors.ts';
import type { ServiceAnswer, Services } from './service.ts';

const closed = { additionalProperties: false } as const;
/** A header that a form or a link of another site cannot send. */
const OWN_HEADER = 'x-citycard-desk';
const Place = Type.Union([Type.Literal('web'), Type.Literal('kiosk')]);
const Pass = Type.String({ minLength: 40, maxLength: 200 });
const Proof = Type.Object(
  { challenge: Type.String({ maxLength: 300 }), counter: Type.Integer({ minimum: 0 }) },
  closed,
);

const LookUp = Type.Object(
  {
    cardNo: Type.String({ pattern: '^[0-9]{19}$' }),
    fact: Type.String({ pattern: '^[0-9A-Za-z]{4}$' }),
    place: Place,
    proof: Proof,
  },
  closed,
);
const Case = Type.Object(
  {
    pass: Pass,
    place: Place,
    kind: Type.String({ pattern: '^[a-z-]{5,20}$' }),
    occurredOn: Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' }),
    amountFen: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000_000 })),
    words: Type.Optional(Type.String({ minLength: 1, maxLength: 2_000 })),
    contact: Type.Optional(Type.String({ minLength: 3, maxLength: 200 })),
  },
  closed,
);
const Notices = Type.Object(
  {
    pass: Pass,
    place: Place,
    channel: Type.String({ maxLength: 10 }),
    kinds: Type.Array(Type.String({ maxLength: 20 }), { maxItems: 4 }),
    language: Type.String({ maxLength: 2 }),
    lowBalanceFen: Type.Integer({ minimum: 0, maximum: 100_000 }),
    phone: Type.Optional(Type.String({ maxLength: 20 })),
  },
  closed,
);

/** What the pages ask this process for. Each is one or two requests to the services; answers are passed on as they are. */
export function registerDeskCalls(server: FastifyInstance, services: Services): void {
  const own = (request: FastifyRequest, _reply: FastifyReply, done: (error?: Error) => void): void =>
    done(request.headers[OWN_HEADER] === undefined ? residentDeskErrors.foreignPage() : undefined);
  const call = <Body>(
    path: string,
    body: object,
    work: (body: Body, request: FastifyRequest) => Promise<ServiceAnswer>,
  ): void => {
    server.post(path, { onRequest: own, schema: { body } }, async (request, reply) =>
      passOn(reply, await work(request.body as Body, request)),
    );
  };

  call('/desk/challenges', Type.Object({}, closed), (_body, { ip }) =>
    services.post('/v1/resident-desk/challenges', { address: ip }),
  );
  call<object>('/desk/look-ups', LookUp, (claim, { ip }) =>
    services.post('/v1/resident-desk/look-ups', { ...claim, address: ip }),
  );
  call<{ pass: string }>('/desk/loss-reports', Type.Object({ pass: Pass }, closed), (body) =>
    services.post('/v1/resident-desk/loss-reports', body),
  );
  call<{ pass: string; place: 'web' | 'kiosk' }>('/desk/cases', Case, (said) => openCase(services, said));
  call<object>('/desk/notices', Notices, (body) => services.post('/v1/resident-desk/notices', body));
  call<object>('/desk/notice-withdrawals', Type.Object({ pass: Pass, place: Place }, closed), (body) =>
    services.post('/v1/resident-desk/notice-withdrawals', body),
  );
  const Told = Type.Object(
    { pass: Pass, noticeNos: Type.Array(Type.Integer({ minimum: 1 }), { maxItems: 20 }) },
    closed,
  );
  call<object>('/desk/notices-told', Told, (body) => services.post('/v1/resident-desk/notices-told', body));
  server.get('/desk/points', async (_request, reply) => passOn(reply, await services.get('/v1/service-points')));
}

/** The pass says which card; cases belong to another service than cards. */
async function openCase(
  services: Services,
  { pass, place, ...said }: { pass: string; place: 'web' | 'kiosk' },
): Promise<ServiceAnswer> {
  const checked = await services.post('/v1/resident-desk/pass-checks', { pass });
  if (checked.status !== 200) return checked;
  const { cardNo } = checked.body as { cardNo: string };
  return services.post('/v1/cases', { ...said, cardNo, channel: place === 'web' ? 'online' : 'kiosk' });
}

function passOn(reply: FastifyReply, { status, body }: ServiceAnswer): FastifyReply {
  // What a page shows of a card is not kept by a browser that others use after.
  reply.status(status).header('cache-control', 'no-store');
  if (status >= 400) reply.type('application/problem+json');
  return reply.send(body);
}
