import { type HttpServer, rolesAllowed, Type } from '@citycard/common';
import type { ResidentDeps } from './deps.ts';
import { residentErrors } from './errors.ts';
import { disclosePhoto, PHOTO_LIMIT_BYTES, storePhoto } from './photo.ts';
import { Id, Purpose } from './schemas.ts';

const TYPES = ['image/jpeg', 'image/png'];

/**
 * Photos up (`PUT`, the picture as the body) and down (`POST`, with the purpose). A larger file is refused by its declared
 * length, or as soon as the limit is passed, without reading the rest.
 */
export function registerPhotoRoutes(server: HttpServer, deps: ResidentDeps): void {
  const guard = { onRequest: rolesAllowed('clerk', 'registrar') };
  const params = Type.Object({ residentId: Id });
  for (const type of TYPES.filter((each) => !server.hasContentTypeParser(each)))
    server.addContentTypeParser(type, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  server.put(
    '/v1/residents/:residentId/photo',
    {
      ...guard,
      schema: { params },
      bodyLimit: PHOTO_LIMIT_BYTES,
      errorHandler: (error, _request, _reply) => {
        if ('code' in error && error.code === 'FST_ERR_CTP_BODY_TOO_LARGE')
          throw residentErrors.photoTooLarge({ limitBytes: PHOTO_LIMIT_BYTES });
        throw error;
      },
    },
    async (request) => {
      if (!Buffer.isBuffer(request.body))
        throw residentErrors.photoUnreadable({ reason: 'it was sent as another type' });
      return storePhoto(deps, request.principal, BigInt(request.params.residentId), request.body);
    },
  );

  server.post(
    '/v1/residents/:residentId/photo-disclosure',
    { ...guard, schema: { params, body: Type.Object({ purpose: Purpose }, { additionalProperties: false }) } },
    async (request, reply) => {
      const photo = await disclosePhoto(deps, request.principal, BigInt(request.params.residentId), request.body);
      return reply.type(photo.mediaType).header('x-photo-version', photo.version).send(photo.bytes);
    },
  );
}
