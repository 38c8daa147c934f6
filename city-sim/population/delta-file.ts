import { createHash } from 'node:crypto';
import { MalformedBytes } from '../errors.ts';
import { signDetached, type Signer } from '../purchase/signature.ts';
import { verifyDetached } from '../partner-city/signed-file.ts';

/** A population exchange file as a department sends or receives it. */
export interface PopulationFile {
  readonly manifest: Buffer;
  readonly content: Buffer;
  readonly signature: Buffer;
}

/** What the department says of one person. */
export interface PersonChange {
  readonly change: 'add' | 'change' | 'cancel';
  readonly idNumber: string;
  readonly reason?: 'died' | 'moved-out' | 'registered-wrongly';
  readonly items: Readonly<Record<string, { readonly value: string; readonly at: string }>>;
}

export interface AcknowledgedRow {
  readonly row: number;
  readonly outcome: 'accepted' | 'unchanged' | 'conflict' | 'rejected';
  readonly reason?: string;
  readonly items?: readonly string[];
}

export interface FileHead {
  readonly department: string;
  readonly sequence: number;
  /** YYYY-MM-DD. */
  readonly periodFrom: string;
  readonly periodTo: string;
  readonly createdAt: string;
}

interface ReadManifest extends FileHead {
  readonly format: string;
  readonly direction: string;
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
  readonly acknowledges?: string;
}

const FORMAT = 'citycard-population/1';
const ACKNOWLEDGEMENT = 'citycard-population-acknowledgement/1';

const hash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const lines = (rows: readonly object[]): Buffer => Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));

/** A delta for the city, numbered from row 1 and signed. */
export function writeDelta(head: FileHead, changes: readonly PersonChange[], signer: Signer): PopulationFile {
  const content = lines(changes.map((change, at) => ({ row: at + 1, ...change })));
  return seal({ format: FORMAT, direction: 'to-city', ...head }, changes.length, content, signer);
}

/** The answer to a delta of the city: one outcome per row. */
export function writeAcknowledgement(
  head: FileHead,
  answered: PopulationFile,
  rows: readonly AcknowledgedRow[],
  signer: Signer,
): PopulationFile {
  const content = lines(rows);
  const about = { format: ACKNOWLEDGEMENT, direction: 'to-department', ...head, acknowledges: hash(answered.content) };
  return seal(about, rows.length, content, signer);
}

/** Signs a manifest over any content, also one that breaks the rules. */
export function seal(about: object, rows: number, content: Buffer, signer: Signer): PopulationFile {
  const manifest = Buffer.from(JSON.stringify({ ...about, rows, bytes: content.length, sha256: hash(content) }));
  return { manifest, content, signature: signDetached(manifest, signer) };
}

/** Reads what the city sent: signature first, then promise against content. Throws MalformedBytes. */
export function readDelta(
  file: PopulationFile,
  expected: { readonly department: string; readonly city: string; readonly caPem: string },
): { manifest: ReadManifest; changes: (PersonChange & { row: number })[] } {
  const { manifest, rows } = open<PersonChange & { row: number }>(file, expected, FORMAT, 'to-department');
  return { manifest, changes: rows };
}

/** Reads the city's answer to a file that was sent. Throws MalformedBytes. */
export function readAcknowledgement(
  file: PopulationFile,
  sent: PopulationFile,
  expected: { readonly department: string; readonly city: string; readonly caPem: string },
): AcknowledgedRow[] {
  const { manifest, rows } = open<AcknowledgedRow>(file, expected, ACKNOWLEDGEMENT, 'to-city');
  if (manifest.acknowledges !== hash(sent.content)) throw new MalformedBytes('the answer is to another file');
  return rows;
}

function open<T>(
  { manifest: bytes, content, signature }: PopulationFile,
  expected: { readonly department: string; readonly city: string; readonly caPem: string },
  format: string,
  direction: string,
): { manifest: ReadManifest; rows: T[] } {
  verifyDetached(bytes, signature, expected.city, expected.caPem);
  const manifest = JSON.parse(bytes.toString('utf8')) as ReadManifest;
  if (manifest.format !== format || manifest.direction !== direction || manifest.department !== expected.department)
    throw new MalformedBytes(`a ${manifest.format} of ${manifest.department} ${manifest.direction}`);
  if (manifest.bytes !== content.length || manifest.sha256 !== hash(content))
    throw new MalformedBytes('the content is not the one that was signed');
  const rows = content.toString('utf8').split('\n').slice(0, -1);
  if (rows.length !== manifest.rows) throw new MalformedBytes(`${rows.length} rows instead of ${manifest.rows}`);
  return { manifest, rows: rows.map((row) => JSON.parse(row) as T) };
}
