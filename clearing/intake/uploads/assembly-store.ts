import type { Database } from '@citycard/common';
import { storedPieces } from '../content.ts';
import { Assembly } from './assembly.ts';
import { namedFile } from './named-file.ts';
import type { OpenedUpload } from './upload.ts';

/** Files being put together in this process; what is lost of it is read back from the database. */
const assemblies = new Map<bigint, Assembly>();
/** Each holds less than a piece; an upload that goes on after so many others costs reading it once more. */
const MOST_ASSEMBLIES = 64;

/** The file so far, as the database has it. */
export async function assemblyOf(db: Database, upload: OpenedUpload): Promise<Assembly> {
  const kept = assemblies.get(upload.uploadId);
  assemblies.delete(upload.uploadId);
  if (kept?.received === upload.receivedBytes) return kept;
  const assembly = new Assembly(namedFile(upload.fileName).headLength);
  assembly.take(upload.head);
  for await (const { bytes } of storedPieces(db, upload.contentId)) assembly.take(bytes);
  if (assembly.received !== upload.receivedBytes) throw new Error(`upload ${upload.uploadId} is not stored as it says`);
  return assembly;
}

/** Keeps what would have to be read back when the upload goes on here. */
export function keepAssembly(uploadId: bigint, assembly: Assembly): void {
  assemblies.set(uploadId, assembly);
  const [oldest] = assemblies.keys();
  if (assemblies.size > MOST_ASSEMBLIES && oldest !== undefined) assemblies.delete(oldest);
}
