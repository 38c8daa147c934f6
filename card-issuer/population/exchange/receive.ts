import { raiseAlarm, verifyDetachedCms } from '@citycard/clearing';
import {
  addDays,
  businessDate,
  cityDate,
  type Principal,
  recordAct,
  transact,
  type Transaction,
} from '@citycard/common';
import { type Department, findDepartment, requireOwnDepartment } from '../departments.ts';
import type { PopulationDeps } from '../deps.ts';
import { populationErrors } from '../errors.ts';
import { type ImportAnswer, importAnswer } from './acknowledge.ts';
import { applyRows } from './apply.ts';
import { DELTA_FORMAT, type ExchangeFile, type Manifest, readDelta, readManifest, sha256 } from './format.ts';

/** What a sealed file content is bound to. */
export const contentContext = (department: string, direction: string, sequence: number | bigint): string =>
  `population file ${department} ${direction} ${sequence}`;

/**
 * Takes a department's delta: everything is checked before anything is written, then the file is stored sealed, worked
 * off row by row and answered with a signed acknowledgement. Delivering the same file again answers the first
 * result; after an interruption it goes on where it stopped.
 *
 * @throws card-issuer.population.* with a sentence for every way a file can be wrong; then nothing was changed
 */
export async function importFile(
  deps: PopulationDeps,
  carrier: Principal,
  departmentName: string,
  file: ExchangeFile,
): Promise<ImportAnswer> {
  requireOwnDepartment(carrier, departmentName);
  const department = await findDepartment(deps.db, departmentName);
  const manifest = readManifest(file.manifest);
  if (manifest.department !== department.department)
    throw populationErrors.fileOfOtherDepartment({ found: manifest.department, department: department.department });
  if (manifest.direction !== 'to-city' || manifest.format !== DELTA_FORMAT)
    throw populationErrors.wrongDirection({ found: `${manifest.direction} (${manifest.format})`, expected: 'to-city' });
  await verifySignature(deps, department, file);
  const rows = readDelta(manifest, file.content);

  const known = await findTaken(deps, department, manifest, file);
  if (known === undefined) await store(deps, carrier, department, manifest, file);
  if (known !== 'acknowledged') await applyRows(deps, carrier, department, manifest, rows);
  return importAnswer(deps.db, department.department, manifest.sequence, known !== undefined);
}

/** @throws card-issuer.population.signature-refused */
export async function verifySignature(
  deps: Pick<PopulationDeps, 'db'>,
  department: Department,
  file: ExchangeFile,
): Promise<void> {
  const verdict = await verifyDetachedCms(deps.db, {
    content: file.manifest,
    signatureDer: file.signature,
    expectedCn: department.certificateCn,
    at: new Date(),
  });
  if (!verdict.ok) throw populationErrors.signatureRefused({ reason: verdict.reason });
}

/** The state of this very file when it came before. Another content under a number that is taken raises an alarm. */
async function findTaken(
  deps: PopulationDeps,
  { department }: Department,
  { sequence }: Manifest,
  file: ExchangeFile,
): Promise<'received' | 'acknowledged' | undefined> {
  const { rows } = await deps.db.query<{ state: 'received' | 'acknowledged'; content_sha256: Buffer }>(
    `select state, content_sha256 from issuer.population_file
      where department = $1 and direction = 'to-city' and sequence = $2`,
    [department, sequence],
  );
  const taken = rows[0];
  if (taken === undefined) return undefined;
  const found = sha256(file.content);
  if (taken.content_sha256.equals(found)) return taken.state;
  // In a transaction of its own: the refusal below must not take the alarm back.
  await transact(deps.db, (tx) =>
    raiseAlarm(tx, {
      kind: 'population-file-differs',
      severity: 'critical',
      subject: `${department} to-city ${sequence}`,
      evidence: { taken: taken.content_sha256.toString('hex'), delivered: found.toString('hex') },
    }),
  );
  throw populationErrors.sequenceReused({ sequence, department });
}

async function store(
  deps: PopulationDeps,
  carrier: Principal,
  { department }: Department,
  manifest: Manifest,
  file: ExchangeFile,
): Promise<void> {
  const { sequence } = manifest;
  const sealed = await deps.protection.seal(contentContext(department, 'to-city', sequence), file.content);
  await transact(deps.db, async (tx) => {
    // The department's row is the door: two deliveries at once come in one after the other.
    await checkTurn(tx, await findDepartment(tx, department, { lock: true }), manifest);
    const { rowCount } = await tx.query(
      `insert into issuer.population_file (department, direction, sequence, state, period_from, period_to, row_count,
                                           content_sha256, manifest, signature, sealed_content, carried_by)
       values ($1, 'to-city', $2, 'received', $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing`,
      [
        department,
        sequence,
        manifest.periodFrom,
        manifest.periodTo,
        manifest.rows,
        sha256(file.content),
        file.manifest,
        file.signature,
        sealed,
        carrier.id,
      ],
    );
    if (rowCount === 0) throw populationErrors.stillApplying({ sequence, department });
    await recordAct(tx, carrier, {
      act: 'population.take-file',
      subject: `${department} to-city ${sequence}`,
      detail: { rows: manifest.rows, sha256: manifest.sha256 },
    });
  });
}

/** Whether it is this file's turn: the next number, and days that are not behind us. */
async function checkTurn(
  tx: Transaction,
  { department, oldestPeriodDays }: Department,
  { sequence, periodFrom, periodTo }: Manifest,
): Promise<void> {
  const { rows } = await tx.query<{ sequence: bigint; state: string; period_to: string }>(
    `select sequence, state, period_to from issuer.population_file
      where department = $1 and direction = 'to-city' order by sequence desc limit 1`,
    [department],
  );
  const newest = rows[0];
  const next = Number(newest?.sequence ?? 0n) + 1;
  if (sequence > next)
    throw populationErrors.sequenceGap({ missing: next, department, sequence, newest: next - 1 || 'none' });
  if (newest !== undefined && newest.state !== 'acknowledged')
    throw populationErrors.stillApplying({ sequence: newest.sequence, department });
  // Somebody was faster with the same number; the next delivery compares the contents.
  if (sequence < next) throw populationErrors.stillApplying({ sequence, department });

  const today = cityDate(new Date());
  if (periodTo > today) throw populationErrors.periodInFuture({ periodTo });
  if (newest !== undefined && periodFrom < newest.period_to)
    throw populationErrors.periodGoesBack({ periodFrom, newest: newest.sequence, reached: newest.period_to });
  const days = oldestPeriodDays;
  if (addDays(businessDate(periodTo.replaceAll('-', '')), days) < today)
    throw populationErrors.periodTooOld({ periodTo, days });
}
