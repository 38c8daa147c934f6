import { type Principal, recordAct, transact, type Transaction } from '@citycard/common';
import { findDepartment, requireOwnDepartment } from '../departments.ts';
import type { PopulationDeps } from '../deps.ts';
import { populationErrors } from '../errors.ts';
import { openCase } from '../registrar-cases.ts';
import { ACKNOWLEDGEMENT_FORMAT, type ExchangeFile, readAcknowledgement, readManifest } from './format.ts';
import { verifySignature } from './receive.ts';

/** What became of an export, as its department says. */
export interface AcknowledgedExport {
  readonly department: string;
  readonly sequence: number;
  readonly conflicts: number;
  readonly rejected: number;
  readonly repeated: boolean;
}

/**
 * Takes a department's acknowledgement of an export: from now on the next file can be made. The same acknowledgement
 * again changes nothing.
 *
 * @throws card-issuer.population.* with a sentence for every way it can be wrong; then nothing was changed
 */
export async function takeAcknowledgement(
  deps: PopulationDeps,
  carrier: Principal,
  departmentName: string,
  file: ExchangeFile,
): Promise<AcknowledgedExport> {
  requireOwnDepartment(carrier, departmentName);
  const department = await findDepartment(deps.db, departmentName);
  const manifest = readManifest(file.manifest);
  if (manifest.department !== department.department)
    throw populationErrors.fileOfOtherDepartment({ found: manifest.department, department: department.department });
  if (manifest.direction !== 'to-department' || manifest.format !== ACKNOWLEDGEMENT_FORMAT)
    throw populationErrors.wrongDirection({
      found: `${manifest.direction} (${manifest.format})`,
      expected: 'to-department, as acknowledgements',
    });
  await verifySignature(deps, department, file);
  const rows = readAcknowledgement(manifest, file.content);
  const count = (outcome: string) => rows.filter((row) => row.outcome === outcome).length;
  const { sequence } = manifest;
  const answer = { department: departmentName, sequence, conflicts: count('conflict'), rejected: count('rejected') };

  return transact(deps.db, async (tx) => {
    const exported = await exportedFile(tx, departmentName, sequence);
    if (exported.content_sha256.toString('hex') !== manifest.acknowledges || exported.row_count !== rows.length)
      throw populationErrors.acknowledgementOfOther({ sequence });
    if (exported.acknowledgement !== null) {
      if (!exported.acknowledgement.equals(file.content)) throw populationErrors.acknowledgementDiffers({ sequence });
      return { ...answer, repeated: true };
    }
    await tx.query(
      `update issuer.population_file
          set state = 'acknowledged', acknowledged_at = now(), sealed_content = null, acknowledgement = $3,
              acknowledgement_manifest = $4, acknowledgement_signature = $5
        where department = $1 and direction = 'to-department' and sequence = $2`,
      [departmentName, sequence, file.content, file.manifest, file.signature],
    );
    await tx.query('update issuer.department set exported_to = greatest(exported_to, $2) where department = $1', [
      departmentName,
      exported.changes_to,
    ]);
    const { conflicts, rejected } = answer;
    const subject = `${departmentName} to-department ${sequence}`;
    if (conflicts + rejected > 0)
      await openCase(tx, { kind: 'rows-refused', subject: `${subject}: ${conflicts} conflicts, ${rejected} refused` });
    await recordAct(tx, carrier, {
      act: 'population.take-acknowledgement',
      subject,
      detail: { conflicts, rejected },
    });
    return { ...answer, repeated: false };
  });
}

async function exportedFile(
  tx: Transaction,
  department: string,
  sequence: number,
): Promise<{ content_sha256: Buffer; row_count: number; changes_to: bigint; acknowledgement: Buffer | null }> {
  const { rows } = await tx.query<{
    content_sha256: Buffer;
    row_count: number;
    changes_to: bigint;
    acknowledgement: Buffer | null;
  }>(
    `select content_sha256, row_count, changes_to, acknowledgement from issuer.population_file
      where department = $1 and direction = 'to-department' and sequence = $2 for update`,
    [department, sequence],
  );
  const file = rows[0];
  if (file === undefined) throw populationErrors.notExported({ sequence, department });
  return file;
}
