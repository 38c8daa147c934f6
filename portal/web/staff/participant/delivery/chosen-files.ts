/** What somebody chose to deliver: a file and the signature beside it. */
export interface Chosen {
  readonly file: File;
  readonly signature: File;
  readonly kind: 'purchases' | 'day';
}

/** Why a choice is none, before anything has travelled; the words are `participant.deliver.wrong.…`. */
export type WrongChoice =
  | {
      readonly why:
        'none' | 'several' | 'no-signature' | 'two-signatures' | 'name' | 'empty' | 'signature-large' | 'not-ours';
    }
  | { readonly why: 'cut'; readonly records: number; readonly expected: number; readonly bytes: number };

const SIGNATURE = /\.p7s$/i;
const DAY_FILE = /^[0-9A-Za-z.-]{4,15}-\d{8}\.day\.csv$/;
const PURCHASES = /^[0-9A-Za-z]{1,15}-\d{8}-\d{8}\.ccpf$/;
const TEXT_PURCHASES = /^XF\d{8}/;
const LARGEST_SIGNATURE_BYTES = 12_000;
/** Header of a CCPF file (terminal-interface.md, section 3): `CCPF`, count of records at byte 32; records of 64 bytes follow. */
const HEADER_BYTES = 64;
const RECORD_BYTES = 64;
const COUNT_AT = 32;

/** Looks at what was chosen as far as a browser can; the service looks again, and at everything. */
export async function lookAt(files: readonly File[]): Promise<Chosen | WrongChoice> {
  const signatures = files.filter(({ name }) => SIGNATURE.test(name));
  const [file, other] = files.filter(({ name }) => !SIGNATURE.test(name));
  const [signature, second] = signatures;
  if (file === undefined) return { why: 'none' };
  if (other !== undefined) return { why: 'several' };
  if (second !== undefined) return { why: 'two-signatures' };
  if (signature === undefined) return { why: 'no-signature' };
  if (signature.size > LARGEST_SIGNATURE_BYTES) return { why: 'signature-large' };
  if (file.size === 0 || signature.size === 0) return { why: 'empty' };
  if (DAY_FILE.test(file.name)) return { file, signature, kind: 'day' };
  if (TEXT_PURCHASES.test(file.name)) return { file, signature, kind: 'purchases' };
  if (!PURCHASES.test(file.name)) return { why: 'name' };
  return (await wrongHeader(file)) ?? { file, signature, kind: 'purchases' };
}

async function wrongHeader(file: File): Promise<WrongChoice | undefined> {
  const head = new DataView(await file.slice(0, HEADER_BYTES).arrayBuffer());
  const magic = Array.from({ length: Math.min(4, head.byteLength) }, (_, at) => String.fromCharCode(head.getUint8(at)));
  if (head.byteLength < HEADER_BYTES || magic.join('') !== 'CCPF') return { why: 'not-ours' };
  const records = head.getUint32(COUNT_AT);
  const expected = HEADER_BYTES + records * RECORD_BYTES;
  return file.size === expected ? undefined : { why: 'cut', records, expected, bytes: file.size };
}
