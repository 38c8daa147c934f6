import { createHash } from 'node:crypto';

/** SHA-256 of a whole file, held in memory or streamed. */
export async function sha256Of(content: Buffer | AsyncIterable<Buffer>): Promise<Buffer> {
  const hash = createHash('sha256');
  if (Buffer.isBuffer(content)) return hash.update(content).digest();
  for await (const part of content) hash.update(part);
  return hash.digest();
}
