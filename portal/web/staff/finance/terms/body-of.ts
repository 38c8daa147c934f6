import type { paths } from '../../../api/schema.d.ts';

/** The body that a route takes. */
export type BodyOf<Path extends keyof paths> = paths[Path] extends {
  post: { requestBody: { content: { 'application/json': infer Body } } };
}
  ? Body
  : never;
