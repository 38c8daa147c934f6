import { citycardErrors } from '../errors.ts';
import type { Connection } from './connection.ts';

/** What a route takes beside JSON: bytes, headers of its own, a key that makes a repeat harmless. */
export interface Upload {
  readonly path: string;
  readonly type?: string;
  readonly content?: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends bytes (or nothing) as a POST. @throws citycard.refused with the sentence of the answer */
export async function upload(connection: Connection, { path, type, content, headers = {} }: Upload): Promise<unknown> {
  const response = await fetch(new URL(path, connection.baseUrl), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${connection.token}`,
      ...(content === undefined ? {} : { 'content-type': type ?? 'application/octet-stream' }),
      ...headers,
    },
    ...(content === undefined ? {} : { body: new Uint8Array(content) }),
  });
  const answer = (await response.json().catch(() => undefined)) as { detail?: string; title?: string } | undefined;
  if (!response.ok) throw citycardErrors.refused(answer?.detail ?? answer?.title ?? `HTTP ${response.status}`);
  return answer;
}

/** The text of an answer that is no JSON. @throws citycard.refused */
export async function download(connection: Connection, path: string): Promise<string> {
  const response = await fetch(new URL(path, connection.baseUrl), {
    headers: { authorization: `Bearer ${connection.token}` },
  });
  if (!response.ok) throw citycardErrors.refused(`HTTP ${response.status}`);
  return response.text();
}
