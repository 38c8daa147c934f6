import { citycardErrors } from '../errors.ts';
import { type Connection, problemText, reach } from './connection.ts';

/** The body of an answer that is a file. @throws citycard.refused with the sentence of the refusal, citycard.not-answering */
export async function bytesOf({ baseUrl, token }: Connection, path: string): Promise<Buffer> {
  const response = await reach(new URL(path, baseUrl), {
    method: 'GET',
    headers: { authorization: `Bearer ${token}` },
  });
  if (!response.ok)
    throw citycardErrors.refused(problemText(await response.json().catch(() => undefined), response.status));
  return Buffer.from(await response.arrayBuffer());
}
