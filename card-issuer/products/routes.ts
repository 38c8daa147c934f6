import { type Database, type HttpServer, rolesAllowed, transact, Type } from '@citycard/common';
import type { HsmClient } from '@citycard/hsm-sim';
import { ProductDocument } from './document.ts';
import { approveProduct, findProductVersion, listProducts, proposeProduct, withdrawProduct } from './versions.ts';

const Name = Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,39}$' });
const Params = Type.Object({ product: Name });
const VersionParams = Type.Object({ product: Name, version: Type.String({ pattern: '^[1-9][0-9]{0,5}$' }) });

/** Card products over HTTP: proposed by one platform officer, approved by another (docs/card-production.md). */
export function registerProductRoutes(
  server: HttpServer,
  { db, hsm }: { readonly db: Database; readonly hsm: Pick<HsmClient, 'listKeys'> },
): void {
  const platform = { onRequest: rolesAllowed('platform') };
  const readers = { onRequest: rolesAllowed('platform', 'bureau', 'stock-keeper', 'clerk', 'auditor') };
  server.get('/v1/card-products', readers, async () =>
    (await listProducts(db)).map(({ document, ...version }) => ({ ...version, title: document.title })),
  );
  server.get('/v1/card-products/:product/versions', { ...readers, schema: { params: Params } }, (request) =>
    listProducts(db, request.params.product),
  );
  server.get(
    '/v1/card-products/:product/versions/:version',
    { ...readers, schema: { params: VersionParams } },
    (request) => findProductVersion(db, request.params.product, Number(request.params.version)),
  );
  server.post(
    '/v1/card-products/:product/versions',
    { ...platform, schema: { params: Params, body: ProductDocument } },
    async (request, reply) => {
      const { product } = request.params;
      const proposed = await transact(db, (tx) => proposeProduct(tx, request.principal, product, request.body));
      return reply.status(201).send(proposed);
    },
  );
  server.post(
    '/v1/card-products/:product/versions/:version/approval',
    { ...platform, schema: { params: VersionParams } },
    async (request, reply) => {
      const { product, version } = request.params;
      await transact(db, (tx) => approveProduct(tx, hsm, request.principal, product, Number(version)));
      return reply.status(204).send();
    },
  );
  server.delete(
    '/v1/card-products/:product/versions/:version',
    { ...platform, schema: { params: VersionParams } },
    async (request, reply) => {
      const { product, version } = request.params;
      await transact(db, (tx) => withdrawProduct(tx, request.principal, product, Number(version)));
      return reply.status(204).send();
    },
  );
}
