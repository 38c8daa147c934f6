import { intakeFile, verifyDetachedCms } from '@citycard/clearing';
import { type Database, type HttpServer, rolesAllowed, Type } from '@citycard/common';
import { gatewayErrors } from '../errors.ts';

/** A file over HTTP is held in memory while it is taken in: about a million records. */
const LARGEST_FILE_BYTES = 64 * 1024 * 1024;

/** Purchase files of operators' depots (terminal interface, section 3, Purchase file). */
export function registerUploadRoutes(
  server: HttpServer,
  deps: { readonly db: Database; readonly onPurchases?: () => void },
): void {
  const Query = Type.Object({ name: Type.String({ minLength: 1, maxLength: 80 }) });
  void server.register((scope, _options, done) => {
    scope.addContentTypeParser(
      'application/octet-stream',
      { parseAs: 'buffer', bodyLimit: LARGEST_FILE_BYTES },
      (_request, body, parsed) => parsed(null, body),
    );
    scope.post(
      '/v1/purchase-files',
      {
        onRequest: rolesAllowed('operator-partner', 'biller-partner'),
        bodyLimit: LARGEST_FILE_BYTES,
        schema: { querystring: Query },
      },
      async (request, reply) => {
        const { name } = request.query as { name: string };
        const { participantNo } = request.principal;
        const signature = request.headers['x-signature'];
        if (typeof signature !== 'string') throw gatewayErrors.signatureMissing();
        if (participantNo === undefined) throw gatewayErrors.noParticipant();
        const result = await intakeFile(
          { db: deps.db, verifySignature: verifyDetachedCms },
          {
            name,
            content: request.body as Buffer,
            signature: Buffer.from(signature, 'base64'),
            deliveredBy: participantNo,
            receivedAt: new Date(),
          },
        );
        if (result.status === 'refused') {
          const refuse = result.reason === 'other-content' ? gatewayErrors.fileKnown : gatewayErrors.fileRefused;
          throw refuse({ reason: result.reason, detail: result.detail });
        }
        deps.onPurchases?.();
        const { fileName, sequence, records, amountFen, businessDate, receivedAt } = result.file;
        return reply
          .status(result.status === 'accepted' ? 201 : 200)
          .send({ fileName, sequence, records, amountFen, businessDate, receivedAt });
      },
    );
    done();
  });
}
