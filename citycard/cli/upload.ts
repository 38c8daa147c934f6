import { citycardErrors } from '../errors.ts';
import { type Connection, problemText, reach } from './connection.ts';

/** What a route takes beside JSON: bytes, headers of its own, a key that makes a repeat harmless. */
export interface Upload {
  readonly path: string;
  readonly type?: string;
  readonly content?: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends bytes (or nothing) as a POST. @throws citycard.refused with the sentence of the answer, citycard.not-answering */
export async function upload(connection: Connection, { path, type, content, headers = {} }: Upload): Promise<unknown> {
  const response = await reach(new URL(path, connection.baseUrl), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${connection.token}`,
      ...(content === undefined ? {} : { 'content-type': type ?? 'application/octet-stream' }),
      ...headers,
    },
    ...(content === undefined ? {} : { body: new Uint8Array(content) }),
  });
  const answer: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw citycardErrors.refused(problemText(answer, response.status));
  return answer;
}

/** The text of an answer that is no JSON. @throws citycard.refused, citycard.not-answering */
export async function download(connection: Connection, path: string): Promise<string> {
  const response = await reach(new URL(path, connection.baseUrl), {
    headers: { authorization: `Bearer ${connection.token}` },
  });
  if (response.ok) return response.text();
  const answer: unknown = await response.json().catch(() => undefined);
  throw citycardErrors.refused(problemText(answer, response.status));
}
