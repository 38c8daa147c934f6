import { createHash } from 'node:crypto';

/** What a signature is over: a file in memory, a stream, or the SHA-256 of what was streamed before. */
export type SignedContent = Buffer | AsyncIterable<Buffer> | { readonly sha256: Buffer };

/** SHA-256 of a whole file, held in memory, streamed, or known. */
export async function sha256Of(content: SignedContent): Promise<Buffer> {
  if ('sha256' in content) return content.sha256;
  const hash = createHash('sha256');
  if (Buffer.isBuffer(content)) return hash.update(content).digest();
  for await (const part of content) hash.update(part);
  return hash.digest();
}
