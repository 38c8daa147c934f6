import type { FastifyRequest } from 'fastify';
import type { Database, Transaction } from '../database/pool.ts';
import { transact } from '../database/transact.ts';
import { contentSha256 } from '../identity/canonical-json.ts';
import { httpErrors } from './errors.ts';
import { withPlainNumbers } from './json.ts';

export interface IdempotentAnswer {
  readonly status: number;
  readonly body: unknown;
  /** True when this is the stored answer to an earlier request. */
  readonly repeated: boolean;
}

const LONGEST_KEY = 255;

/**
 * Does the work of a POST at most once per principal and `Idempotency-Key`: work and answer commit together, and a repeat
 * gets the first answer. Work that throws leaves nothing, not even the key. Two at once with one key wait for each other.
 *
 * @example
 * const answer = await idempotent(db, request, async (tx) => ({ status: 201, body: await sell(tx, request.body) }));
 * return reply.status(answer.status).send(answer.body);
 *
 * @throws CityCardError `http.idempotency-key-missing` (400), `http.idempotency-key-reused` (422) for the same key with
 * another method, path or body.
 */
export async function idempotent(
  db: Database,
  request: FastifyRequest,
  work: (tx: Transaction) => Promise<{ status: number; body: unknown }>,
): Promise<IdempotentAnswer> {
  const key = request.headers['idempotency-key'];
  if (typeof key !== 'string' || key === '' || key.length > LONGEST_KEY) throw httpErrors.idempotencyKeyMissing();
  const principal = request.principal.id;
  const sha256 = contentSha256({ method: request.method, url: request.url, body: request.body ?? null });

  return transact(db, async (tx) => {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('idempotency ' || $1 || ' ' || $2, 0))`, [
      principal,
      key,
    ]);
    const { rows } = await tx.query<{ request_sha256: Buffer; status: number; body: string | null }>(
      'SELECT request_sha256, status, body FROM platform.idempotency WHERE principal = $1 AND key = $2',
      [principal, key],
    );
    const first = rows[0];
    if (first !== undefined) {
      if (!first.request_sha256.equals(sha256)) throw httpErrors.idempotencyKeyReused();
      return { status: first.status, body: parse(first.body), repeated: true };
    }
    const { status, body } = await work(tx);
    // Both answers are read back from the stored text, so the first and its repeats cannot differ.
    const text = body === undefined ? null : JSON.stringify(withPlainNumbers(body));
    await tx.query(
      'INSERT INTO platform.idempotency (principal, key, request_sha256, status, body) VALUES ($1, $2, $3, $4, $5)',
      [principal, key, sha256, status, text],
    );
    return { status, body: parse(text), repeated: false };
  });
}

function parse(text: string | null): unknown {
  return text === null ? undefined : (JSON.parse(text) as unknown);
}
