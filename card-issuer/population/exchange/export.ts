import { cityDate, type Principal, recordAct, transact, type Transaction } from '@citycard/common';
import { logDisclosure } from '../../residents/disclosure-log.ts';
import type { ChangeKind } from '../../residents/history.ts';
import { isItemName, type ItemName, items } from '../../residents/items.ts';
import { readRecords, type ResidentRecord } from '../../residents/record.ts';
import { type Department, entitledItems, EXCHANGE, findDepartment, requireOwnDepartment } from '../departments.ts';
import type { PopulationDeps } from '../deps.ts';
import { populationErrors } from '../errors.ts';
import { type FileTexts, fileTexts, signAsCity } from './acknowledge.ts';
import {
  DELTA_FORMAT,
  type DeltaRow,
  type ExchangeFile,
  fileStem,
  MAX_ROWS,
  sha256,
  writeLines,
  writeManifest,
} from './format.ts';
import { SENSITIVE } from './conflict.ts';
import { contentContext } from './receive.ts';
import { requireSensitiveReader } from './rule-setting.ts';

/** Changes looked at in one go. */
const CHANGES = 50_000;

/** What an export answers. */
export interface ExportAnswer {
  readonly department: string;
  readonly sequence: number;
  readonly rows: number;
  /** True when this file was exported before and nobody has acknowledged it yet. */
  readonly repeated: boolean;
  readonly file: { readonly name: string } & FileTexts;
}

/**
 * The next delta for a department: what it is entitled to of everything that changed since its last acknowledged file,
 * except what it said itself. Until that file is acknowledged, the very same file comes again. Every resident in it is
 * logged as disclosed.
 *
 * A registrar who carries it holds it in his hands: a department's sensitive items are given to itself, or to a registrar
 * named for them.
 *
 * @throws card-issuer.population.department-unknown, .other-department, .sensitive-access, .nothing-to-export
 */
export async function exportFile(
  deps: PopulationDeps,
  carrier: Principal,
  departmentName: string,
): Promise<ExportAnswer> {
  requireOwnDepartment(carrier, departmentName);
  await deps.protection.prepare();
  const answer = await transact(deps.db, async (tx) => {
    const department = await findDepartment(tx, departmentName, { lock: true });
    await requireReadable(tx, carrier, department);
    return (await openExport(tx, deps, department)) ?? (await newExport(tx, deps, carrier, department));
  });
  if (answer === undefined) throw populationErrors.nothingToExport({ department: departmentName });
  return answer;
}

async function requireReadable(tx: Transaction, carrier: Principal, { department }: Department): Promise<void> {
  if (carrier.roles.includes('department-partner')) return;
  const groups = new Set([...(await entitledItems(tx, department, EXCHANGE))].map((item) => items[item].group));
  for (const group of groups) if (SENSITIVE.has(group)) await requireSensitiveReader(tx, carrier, group);
}

async function openExport(
  tx: Transaction,
  deps: PopulationDeps,
  { department }: Department,
): Promise<ExportAnswer | undefined> {
  const { rows } = await tx.query<{
    sequence: bigint;
    row_count: number;
    manifest: Buffer;
    signature: Buffer;
    sealed_content: Buffer;
  }>(
    `select sequence, row_count, manifest, signature, sealed_content from issuer.population_file
      where department = $1 and direction = 'to-department' and state = 'exported'`,
    [department],
  );
  const file = rows[0];
  if (file === undefined) return undefined;
  const { manifest, signature, sequence } = file;
  const content = await deps.protection.open(
    contentContext(department, 'to-department', sequence),
    file.sealed_content,
  );
  return exportAnswer(department, Number(sequence), file.row_count, true, { manifest, content, signature });
}

async function newExport(
  tx: Transaction,
  deps: PopulationDeps,
  carrier: Principal,
  department: Department,
): Promise<ExportAnswer | undefined> {
  const entitled = await entitledItems(tx, department.department, EXCHANGE);
  const { touched, changesTo, firstDay } = await gatherChanges(tx, department, entitled);
  const rows = await writeRows(tx, deps, touched, entitled);
  if (rows.length === 0) {
    // Nothing of it is for this department: the next export need not look at it again.
    await tx.query('update issuer.department set exported_to = $2 where department = $1', [
      department.department,
      changesTo,
    ]);
    return undefined;
  }
  const sequence = await nextSequence(tx, department);
  const file = await signRows(
    deps,
    department,
    sequence,
    firstDay,
    rows.map(({ row }) => row),
  );
  const sealed = await deps.protection.seal(
    contentContext(department.department, 'to-department', sequence),
    file.content,
  );
  await tx.query(
    `insert into issuer.population_file (department, direction, sequence, state, period_from, period_to, row_count,
       content_sha256, manifest, signature, sealed_content, changes_to, carried_by)
     values ($1, 'to-department', $2, 'exported', $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      department.department,
      sequence,
      firstDay,
      cityDate(new Date()),
      rows.length,
      sha256(file.content),
      file.manifest,
      file.signature,
      sealed,
      changesTo,
      carrier.id,
    ],
  );
  await logDisclosure(tx, carrier, {
    kind: 'disclosure',
    purpose: `${department.department} delta file ${sequence}`,
    items: [...new Set(rows.flatMap(({ row }) => Object.keys(row.items).filter(isItemName)))].sort(),
    residentIds: rows.map(({ residentId }) => residentId),
  });
  await recordAct(tx, carrier, {
    act: 'population.export-file',
    subject: `${department.department} to-department ${sequence}`,
    detail: { rows: rows.length, sha256: sha256(file.content).toString('hex') },
  });
  return exportAnswer(department.department, sequence, rows.length, false, file);
}

/** What happened to one resident since the last file. */
interface Touched {
  readonly residentId: bigint;
  readonly items: ReadonlySet<ItemName>;
  readonly added: boolean;
  readonly cancelled?: 'died' | 'moved-out' | 'registered-wrongly';
}

const CANCELS: Readonly<Partial<Record<ChangeKind, NonNullable<Touched['cancelled']>>>> = {
  deceased: 'died',
  'moved-out': 'moved-out',
  merged: 'registered-wrongly',
};

/** The changes since the cursor, per resident, until a file is full. Numbers come in the order of commits, so none is missed. */
async function gatherChanges(
  tx: Transaction,
  { department, exportedTo }: Department,
  entitled: ReadonlySet<ItemName>,
): Promise<{ touched: Touched[]; changesTo: bigint; firstDay: string }> {
  const { rows } = await tx.query<{
    change_no: bigint;
    resident_id: bigint;
    kind: ChangeKind;
    item: string | null;
    source: string | null;
    recorded_at: Date;
  }>(
    `select change_no, resident_id, kind, item, source, recorded_at from issuer.resident_change
      where change_no > $1 order by change_no limit ${CHANGES}`,
    [exportedTo],
  );
  const touched = new Map<
    bigint,
    { residentId: bigint; items: Set<ItemName>; added: boolean; cancelled?: Touched['cancelled'] }
  >();
  let changesTo = exportedTo;
  for (const { change_no: changeNo, resident_id: residentId, kind, item, source } of rows) {
    const person = touched.get(residentId) ?? { residentId, items: new Set<ItemName>(), added: false };
    // A file is full with whole residents only up to here; the rest is the next file's.
    if (!touched.has(residentId) && touched.size === MAX_ROWS) break;
    changesTo = changeNo;
    if (source === department) continue;
    if (kind === 'registered') {
      person.added = true;
      for (const each of entitled) person.items.add(each);
    }
    if (item !== null && isItemName(item) && entitled.has(item)) person.items.add(item);
    if (kind === 'moved-in') delete person.cancelled;
    const cancelled = CANCELS[kind];
    if (cancelled !== undefined) person.cancelled = cancelled;
    if (person.items.size > 0 || person.cancelled !== undefined) touched.set(residentId, person);
  }
  const firstDay = cityDate(rows[0]?.recorded_at ?? new Date());
  return { touched: [...touched.values()] as Touched[], changesTo, firstDay };
}

/** Rows with the values as they are now; what a department said itself is not sent back to it. */
async function writeRows(
  tx: Transaction,
  deps: PopulationDeps,
  touched: readonly Touched[],
  entitled: ReadonlySet<ItemName>,
): Promise<{ residentId: bigint; row: DeltaRow }[]> {
  const rows: { residentId: bigint; row: DeltaRow }[] = [];
  const records = await readRecords(
    tx,
    deps.protection,
    touched.map(({ residentId }) => residentId),
  );
  const byId = new Map(records.map((record) => [record.residentId, record]));
  for (const person of touched) {
    const record = byId.get(person.residentId);
    const idNumber = record?.document['id-number']?.value;
    // People without an identity number are not exchanged: the number is what a row goes by.
    if (record === undefined || idNumber === undefined) continue;
    const told = itemsOf(record, person, entitled);
    if (Object.keys(told).length === 0 && person.cancelled === undefined) continue;
    const change = person.cancelled === undefined ? (person.added ? 'add' : 'change') : 'cancel';
    const reason = person.cancelled === undefined ? {} : { reason: person.cancelled };
    rows.push({
      residentId: person.residentId,
      row: { row: rows.length + 1, change, idNumber, ...reason, items: told },
    });
  }
  return rows;
}

function itemsOf(record: ResidentRecord, person: Touched, entitled: ReadonlySet<ItemName>): DeltaRow['items'] {
  const told: Record<string, { value: string; at: string }> = {};
  if (person.cancelled !== undefined) return told;
  for (const item of person.items) {
    if (!entitled.has(item)) continue;
    const held = record.document[item];
    if (held !== undefined) told[item] = { value: held.value, at: held.at.toISOString() };
  }
  return told;
}

async function nextSequence(tx: Transaction, { department }: Department): Promise<number> {
  const { rows } = await tx.query<{ newest: bigint | null }>(
    `select max(sequence) as newest from issuer.population_file where department = $1 and direction = 'to-department'`,
    [department],
  );
  return Number(rows[0]?.newest ?? 0n) + 1;
}

async function signRows(
  deps: PopulationDeps,
  { department }: Department,
  sequence: number,
  periodFrom: string,
  rows: readonly DeltaRow[],
): Promise<ExchangeFile> {
  const content = writeLines(rows);
  const now = new Date();
  const about = { department, direction: 'to-department', sequence, periodFrom, periodTo: cityDate(now) } as const;
  const manifest = writeManifest(
    { format: DELTA_FORMAT, ...about, createdAt: now.toISOString() },
    rows.length,
    content,
  );
  return { manifest, content, signature: await signAsCity(deps, manifest) };
}

function exportAnswer(
  department: string,
  sequence: number,
  rows: number,
  repeated: boolean,
  file: ExchangeFile,
): ExportAnswer {
  const name = fileStem({ department, direction: 'to-department', sequence, format: DELTA_FORMAT });
  return { department, sequence, rows, repeated, file: { name, ...fileTexts(file) } };
}
