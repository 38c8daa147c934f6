import { ensureOwnCertificate, HOME_CITY, signDetachedCms } from '@citycard/clearing';
import type { Database } from '@citycard/common';
import type { PopulationDeps } from '../deps.ts';
import { populationErrors } from '../errors.ts';
import {
  ACKNOWLEDGEMENT_FORMAT,
  type AcknowledgementRow,
  type ExchangeFile,
  fileStem,
  type Manifest,
  type RowOutcome,
  writeLines,
  writeManifest,
} from './format.ts';

/** The key in the HSM that signs the city's files. */
const FILE_KEY = 'CITY-FILES';

/** What an import answers: counts, and the signed acknowledgement for the department. */
export interface ImportAnswer {
  readonly department: string;
  readonly sequence: number;
  readonly rows: number;
  readonly outcomes: Readonly<Record<RowOutcome, number>>;
  /** True when this very file had been delivered before. */
  readonly repeated: boolean;
  readonly acknowledgement: { readonly name: string } & FileTexts;
}

/** A file as it travels in JSON: base64. */
export interface FileTexts {
  readonly manifest: string;
  readonly content: string;
  readonly signature: string;
}

export function fileTexts({ manifest, content, signature }: ExchangeFile): FileTexts {
  return {
    manifest: manifest.toString('base64'),
    content: content.toString('base64'),
    signature: signature.toString('base64'),
  };
}

/** Signs a manifest as the city. @throws HsmUnavailable, HsmRefused */
export async function signAsCity(deps: Pick<PopulationDeps, 'db' | 'hsm'>, manifest: Buffer): Promise<Buffer> {
  const { certificatePem } = await ensureOwnCertificate(deps, { keyName: FILE_KEY, usage: 'file-sign', cn: HOME_CITY });
  return signDetachedCms(deps.hsm, { keyName: FILE_KEY, certificatePem, content: manifest });
}

/** The acknowledgement of a file whose rows all have an outcome. */
export async function makeAcknowledgement(
  deps: Pick<PopulationDeps, 'db' | 'hsm'>,
  answered: Manifest,
): Promise<ExchangeFile> {
  const { rows } = await deps.db.query<{ row_no: number; outcome: RowOutcome; reason: string | null; items: string[] }>(
    `select row_no, outcome, reason, items from issuer.population_row
      where department = $1 and sequence = $2 order by row_no`,
    [answered.department, answered.sequence],
  );
  const lines = rows.map(({ row_no: row, outcome, reason, items }): AcknowledgementRow => ({
    row,
    outcome,
    ...(reason === null ? {} : { reason }),
    ...(items.length === 0 ? {} : { items }),
  }));
  const content = writeLines(lines);
  const { department, direction, sequence, periodFrom, periodTo, sha256 } = answered;
  const about = { department, direction, sequence, periodFrom, periodTo, acknowledges: sha256 };
  const createdAt = new Date().toISOString();
  const manifest = writeManifest({ format: ACKNOWLEDGEMENT_FORMAT, ...about, createdAt }, lines.length, content);
  return { manifest, content, signature: await signAsCity(deps, manifest) };
}

/** The answer to a file that is worked off. */
export async function importAnswer(
  db: Database,
  department: string,
  sequence: number,
  repeated: boolean,
): Promise<ImportAnswer> {
  const { rows } = await db.query<{
    row_count: number;
    manifest: Buffer | null;
    content: Buffer | null;
    signature: Buffer | null;
  }>(
    `select row_count, acknowledgement_manifest as manifest, acknowledgement as content,
            acknowledgement_signature as signature
       from issuer.population_file where department = $1 and direction = 'to-city' and sequence = $2`,
    [department, sequence],
  );
  const file = rows[0];
  if (file === undefined) throw populationErrors.fileUnknown({ sequence, department });
  const { manifest, content, signature } = file;
  if (manifest === null || content === null || signature === null)
    throw populationErrors.stillApplying({ sequence, department });
  const name = fileStem({ department, direction: 'to-city', sequence, format: ACKNOWLEDGEMENT_FORMAT });
  const acknowledgement = { name, ...fileTexts({ manifest, content, signature }) };
  return { department, sequence, rows: file.row_count, outcomes: countOutcomes(content), repeated, acknowledgement };
}

function countOutcomes(content: Buffer): Record<RowOutcome, number> {
  const counts: Record<RowOutcome, number> = { accepted: 0, unchanged: 0, conflict: 0, rejected: 0 };
  for (const line of content.toString('utf8').split('\n').slice(0, -1))
    counts[(JSON.parse(line) as AcknowledgementRow).outcome] += 1;
  return counts;
}
