import { createHash, timingSafeEqual } from 'node:crypto';
import { Type } from '@citycard/common';
import type { FastifyInstance } from 'fastify';
import { answerMessage } from './dialogue.ts';
import { residentDeskErrors } from './errors.ts';
import type { Services } from './service.ts';

export const Message = Type.Object(
  {
    from: Type.String({ pattern: '^\\+?[0-9]{3,15}$' }),
    text: Type.String({ minLength: 1, maxLength: 300 }),
  },
  { additionalProperties: false },
);

/** A gateway of text messages, or the hotline, hands a message in and gets the parts to send back. It shows its token. */
export function registerTextMessages(server: FastifyInstance, services: Services, token: string): void {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  const right = hash(`Bearer ${token}`);
  server.post<{ Body: { from: string; text: string } }>(
    '/text/messages',
    {
      schema: { body: Message },
      onRequest: (request, _reply, done) => {
        const known = timingSafeEqual(hash(request.headers.authorization ?? ''), right);
        done(known ? undefined : residentDeskErrors.gatewayUnknown());
      },
      // A gateway speaks for everybody; who it speaks for is counted by the services.
      config: { rateLimit: false },
    },
    async ({ body: { from, text } }) => ({ parts: await answerMessage(services, from, text) }),
  );
}
