import { createHash } from 'node:crypto';
import { canonicalJson, Type, type Static } from '@citycard/common';
import { Compile } from 'typebox/compile';
import { populationErrors } from '../errors.ts';

/**
 * Population exchange files as docs/reference/population-exchange.md defines them: a manifest (one JSON document, the only
 * thing that is signed) and a content (JSON Lines) bound to it by count, size and SHA-256.
 */
export const DELTA_FORMAT = 'citycard-population/1';
export const ACKNOWLEDGEMENT_FORMAT = 'citycard-population-acknowledgement/1';

/** One file is worked off row by row under one signature; more is delivered under several numbers. */
export const MAX_ROWS = 20_000;
export const MAX_CONTENT_BYTES = 16 * 1024 * 1024;
const MAX_MANIFEST_BYTES = 4096;
const MAX_LINE_BYTES = 65_536;

const Direction = Type.Union([Type.Literal('to-city'), Type.Literal('to-department')]);
const CityDate = Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' });
/** ISO 8601 with an offset or Z, to the second or finer. */
const Moment = Type.String({
  pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$',
});
const ItemName = Type.String({ pattern: '^[a-z][a-z0-9-]{0,39}$' });

const Manifest = Type.Object(
  {
    format: Type.Union([Type.Literal(DELTA_FORMAT), Type.Literal(ACKNOWLEDGEMENT_FORMAT)]),
    department: Type.String({ pattern: '^[a-z]+(-[a-z]+)*$', maxLength: 40 }),
    direction: Direction,
    sequence: Type.Integer({ minimum: 1, maximum: 99_999_999 }),
    periodFrom: CityDate,
    periodTo: CityDate,
    createdAt: Moment,
    rows: Type.Integer({ minimum: 0, maximum: MAX_ROWS }),
    bytes: Type.Integer({ minimum: 0, maximum: MAX_CONTENT_BYTES }),
    sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    /** Of an acknowledgement: the SHA-256 of the content that it answers. */
    acknowledges: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$' })),
  },
  { additionalProperties: false },
);
export type Manifest = Static<typeof Manifest>;

const DeltaRow = Type.Object(
  {
    row: Type.Integer({ minimum: 1, maximum: MAX_ROWS }),
    change: Type.Union([Type.Literal('add'), Type.Literal('change'), Type.Literal('cancel')]),
    idNumber: Type.String({ pattern: '^[0-9]{17}[0-9X]$' }),
    /** Of a cancel without items: why the department closes its record of the person. */
    reason: Type.Optional(
      Type.Union([Type.Literal('died'), Type.Literal('moved-out'), Type.Literal('registered-wrongly')]),
    ),
    items: Type.Record(
      ItemName,
      Type.Object({ value: Type.String({ maxLength: 4000 }), at: Moment }, { additionalProperties: false }),
    ),
  },
  { additionalProperties: false },
);
export type DeltaRow = Static<typeof DeltaRow>;

/** What became of one row: taken over, already so, waiting for a decision, or refused. */
export type RowOutcome = 'accepted' | 'unchanged' | 'conflict' | 'rejected';

const AcknowledgementRow = Type.Object(
  {
    row: Type.Integer({ minimum: 1, maximum: MAX_ROWS }),
    outcome: Type.Union([
      Type.Literal('accepted'),
      Type.Literal('unchanged'),
      Type.Literal('conflict'),
      Type.Literal('rejected'),
    ]),
    /** A code of the table of row reasons; on `rejected` always. */
    reason: Type.Optional(Type.String({ pattern: '^[a-z-]{1,40}$' })),
    /** Names of the items that wait for a decision. */
    items: Type.Optional(Type.Array(ItemName, { maxItems: 100 })),
  },
  { additionalProperties: false },
);
export type AcknowledgementRow = Static<typeof AcknowledgementRow>;

/** A file on its way: three things that belong together. */
export interface ExchangeFile {
  readonly manifest: Buffer;
  readonly content: Buffer;
  /** Detached CMS signature over `manifest`, DER. */
  readonly signature: Buffer;
}

/** @throws card-issuer.population.file-unreadable */
export function readManifest(bytes: Buffer): Manifest {
  if (bytes.length > MAX_MANIFEST_BYTES) throw unreadable('manifest', `it is longer than ${MAX_MANIFEST_BYTES} bytes`);
  const manifest = parse('manifest', bytes, 'manifest');
  for (const date of [manifest.periodFrom, manifest.periodTo]) {
    if (!isDate(date)) throw unreadable('manifest', `${date} is no date`);
  }
  if (manifest.periodFrom > manifest.periodTo) throw unreadable('manifest', 'its period ends before it begins');
  return manifest;
}

/**
 * Holds the content against the promise of its manifest and reads its rows, which are numbered from 1 without a gap.
 *
 * @throws card-issuer.population.content-differs, file-unreadable (naming the line)
 */
export function readDelta(manifest: Manifest, content: Buffer): DeltaRow[] {
  const rows = readLines('delta', manifest, content);
  for (const row of rows) {
    const empty = Object.keys(row.items).length === 0;
    if (row.change !== 'cancel' && empty) throw unreadable('content', `line ${row.row} changes no item`);
    if (row.change === 'cancel' && empty && row.reason === undefined)
      throw unreadable('content', `line ${row.row} cancels a person without a reason`);
    for (const [item, { at }] of Object.entries(row.items)) {
      if (Number.isNaN(Date.parse(at))) throw unreadable('content', `line ${row.row}: the time of ${item} is none`);
    }
  }
  return rows;
}

/** @throws card-issuer.population.content-differs, file-unreadable (naming the line) */
export function readAcknowledgement(manifest: Manifest, content: Buffer): AcknowledgementRow[] {
  return readLines('acknowledgement', manifest, content);
}

/** The content of a file: one canonical JSON object per line, each line ended by LF. */
export function writeLines(rows: readonly object[]): Buffer {
  return Buffer.from(rows.map((row) => `${canonicalJson(row)}\n`).join(''), 'utf8');
}

/** The manifest over a content: one line of canonical JSON ended by LF. */
export function writeManifest(
  about: Omit<Manifest, 'rows' | 'bytes' | 'sha256'>,
  rows: number,
  content: Buffer,
): Buffer {
  const manifest: Manifest = { ...about, rows, bytes: content.length, sha256: sha256(content).toString('hex') };
  return Buffer.from(`${canonicalJson(manifest)}\n`, 'utf8');
}

export function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

/** `public-security-to-city-00000012`; the three files add `.manifest.json`, `.jsonl` and `.p7s`. */
export function fileStem(manifest: Pick<Manifest, 'department' | 'direction' | 'sequence' | 'format'>): string {
  const acknowledgement = manifest.format === ACKNOWLEDGEMENT_FORMAT ? '-acknowledgement' : '';
  return `${manifest.department}-${manifest.direction}-${String(manifest.sequence).padStart(8, '0')}${acknowledgement}`;
}

function readLines<K extends 'delta' | 'acknowledgement'>(kind: K, manifest: Manifest, content: Buffer): Checked[K][] {
  if (content.length !== manifest.bytes)
    throw populationErrors.contentDiffers({ difference: `${content.length} bytes instead of ${manifest.bytes}` });
  if (sha256(content).toString('hex') !== manifest.sha256)
    throw populationErrors.contentDiffers({ difference: 'the SHA-256 is another' });
  if (content.length > 0 && content.at(-1) !== 0x0a) throw unreadable('content', 'its last line has no end');
  const rows: Checked[K][] = [];
  for (let start = 0; start < content.length;) {
    const end = content.indexOf(0x0a, start);
    const number = rows.length + 1;
    if (end - start > MAX_LINE_BYTES)
      throw unreadable('content', `line ${number} is longer than ${MAX_LINE_BYTES} bytes`);
    const row = parse(kind, content.subarray(start, end), `content, line ${number},`);
    if (row.row !== number) throw unreadable('content', `line ${number} calls itself ${row.row}`);
    rows.push(row);
    start = end + 1;
  }
  if (rows.length !== manifest.rows)
    throw populationErrors.contentDiffers({ difference: `${rows.length} rows instead of ${manifest.rows}` });
  return rows;
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const checks = { manifest: Compile(Manifest), delta: Compile(DeltaRow), acknowledgement: Compile(AcknowledgementRow) };

/** The reason names a place, never a value: the content is personal data. */
function parse<K extends keyof typeof checks>(kind: K, bytes: Buffer, part: string): Checked[K] {
  let value: unknown;
  try {
    value = JSON.parse(strictUtf8.decode(bytes));
  } catch {
    throw unreadable(part, 'it is not JSON in UTF-8');
  }
  const check = checks[kind];
  if (check.Check(value)) return value as Checked[K];
  const [first] = check.Errors(value);
  throw unreadable(part, `at ${first?.instancePath || 'the top'} it ${first?.message ?? 'does not fit'}`);
}

interface Checked {
  readonly manifest: Manifest;
  readonly delta: DeltaRow;
  readonly acknowledgement: AcknowledgementRow;
}

function isDate(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

function unreadable(part: string, reason: string): Error {
  return populationErrors.fileUnreadable({ part, reason });
}
