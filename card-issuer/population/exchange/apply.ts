import { CityCardError, type Principal, recordAct, transact, type Transaction } from '@citycard/common';
import { changeItems } from '../../residents/change.ts';
import { residentIdsByNumbers } from '../../residents/find.ts';
import { items, type ItemName } from '../../residents/items.ts';
import { readRecords } from '../../residents/record.ts';
import { registerResident } from '../../residents/register.ts';
import { type Department, entitledItems, EXCHANGE, maySpeakOf } from '../departments.ts';
import type { PopulationDeps } from '../deps.ts';
import { openCase } from '../registrar-cases.ts';
import { makeAcknowledgement } from './acknowledge.ts';
import { noteConflict } from './conflict.ts';
import type { DeltaRow, Manifest, RowOutcome } from './format.ts';
import { type IncomingItem, judge, outcomeOf, readItems, type RowReason } from './judge.ts';
import { type ConflictRules, rulesInForce } from './rules.ts';

/** Rows committed together: the history of residents is locked for as long, and an interruption repeats no more than these. */
const BATCH = 50;

interface RowResult {
  readonly outcome: RowOutcome;
  readonly reason?: RowReason;
  readonly items: readonly string[];
}

interface Applying {
  readonly deps: PopulationDeps;
  readonly carrier: Principal;
  readonly department: Department;
  readonly manifest: Manifest;
  readonly exchanged: ReadonlySet<ItemName>;
}

/**
 * Works a stored file off from the first row that has no outcome yet, then signs and stores the acknowledgement. May be
 * interrupted anywhere and called again.
 */
export async function applyRows(
  deps: PopulationDeps,
  carrier: Principal,
  department: Department,
  manifest: Manifest,
  rows: readonly DeltaRow[],
): Promise<void> {
  const exchanged = await entitledItems(deps.db, department.department, EXCHANGE);
  const applying = { deps, carrier, department, manifest, exchanged };
  await deps.protection.prepare();
  for (let done = await rowsDone(deps.db, manifest); done < rows.length; done = await rowsDone(deps.db, manifest)) {
    const batch = rows.slice(done, done + BATCH);
    const residents = await findOrAdd(applying, batch);
    await transact(deps.db, (tx) => applyBatch(tx, applying, batch, residents));
  }
  const acknowledgement = await makeAcknowledgement(deps, manifest);
  await transact(deps.db, (tx) => finish(tx, applying, acknowledgement));
}

async function rowsDone(db: PopulationDeps['db'] | Transaction, { department, sequence }: Manifest): Promise<number> {
  const { rows } = await db.query<{ done: number | null }>(
    'select max(row_no) as done from issuer.population_row where department = $1 and sequence = $2',
    [department, sequence],
  );
  return rows[0]?.done ?? 0;
}

type Found = bigint | RowReason;

/** The resident of each row; Public Security's newcomers are registered first, in transactions of their own. */
async function findOrAdd(applying: Applying, batch: readonly DeltaRow[]): Promise<Found[]> {
  const { deps, department } = applying;
  const ids = await residentIdsByNumbers(
    deps,
    batch.map(({ idNumber }) => idNumber),
  );
  const found: Found[] = [];
  for (const [at, row] of batch.entries()) {
    const known = ids[at];
    // Only who produces a name says that somebody is there.
    const adds = row.change === 'add' && items.name.producer === department.department;
    found.push(known ?? (adds ? await addResident(applying, row) : 'unknown-person'));
  }
  return found;
}

async function addResident({ deps, carrier, department, exchanged }: Applying, row: DeltaRow): Promise<Found> {
  const read = readItems(row, (item) => maySpeakOf(item, department, exchanged));
  if (!read.ok) return read.reason;
  const value = (item: ItemName) => read.items.find((each) => each.item === item)?.value;
  const [name, population] = [value('name'), value('population')];
  const residencePermitNo = value('residence-permit-no');
  if (name === undefined || (population !== 'permanent' && population !== 'floating')) return 'incomplete';
  try {
    // Whom Public Security names need not be asked about: the hooks of a counter stay out of it.
    const { db, protection } = deps;
    const { residentId } = await registerResident({ db, protection }, carrier, {
      idNumber: row.idNumber,
      name,
      population,
      ...(residencePermitNo === undefined ? {} : { residencePermitNo }),
    });
    return residentId;
  } catch (error) {
    const reason = reasonOf(error);
    // Registered a moment ago by another row or a counter: then the row is a change of that resident.
    if (reason !== 'number-taken') return reason;
    const [residentId] = await residentIdsByNumbers(deps, [row.idNumber]);
    return residentId ?? reason;
  }
}

/** What the registration of residents refuses, as an answer to a row. Everything else is no fault of the row. */
function reasonOf(error: unknown): RowReason {
  if (!(error instanceof CityCardError)) throw error;
  switch (error.code) {
    case 'card-issuer.impossible-id-number':
      return 'impossible-number';
    case 'card-issuer.resident-exists':
    case 'card-issuer.residents.document-taken':
      return 'number-taken';
    case 'card-issuer.permit-missing':
    case 'card-issuer.residents.document-missing':
      return 'incomplete';
    case 'card-issuer.residents.impossible-item':
      return 'impossible-value';
    case 'card-issuer.residents.not-living':
      return 'not-living';
    default:
      throw error;
  }
}

async function applyBatch(
  tx: Transaction,
  applying: Applying,
  batch: readonly DeltaRow[],
  residents: readonly Found[],
): Promise<void> {
  const { manifest } = applying;
  const { rows } = await tx.query<{ state: string }>(
    `select state from issuer.population_file
      where department = $1 and direction = 'to-city' and sequence = $2 for update`,
    [manifest.department, manifest.sequence],
  );
  // Somebody else delivered the same file at the same time and was faster.
  if (rows[0]?.state !== 'received' || (await rowsDone(tx, manifest)) >= (batch[0]?.row ?? 0)) return;
  const rules = await rulesInForce(tx, manifest.department);
  const results: RowResult[] = [];
  for (const [at, row] of batch.entries()) results.push(await applyRow(tx, applying, row, residents[at], rules));
  await tx.query(
    `insert into issuer.population_row (department, sequence, row_no, outcome, reason, items)
     select $1, $2, r.row_no, r.outcome, r.reason, string_to_array(r.items, ',')
       from unnest($3::int[], $4::text[], $5::text[], $6::text[]) as r (row_no, outcome, reason, items)`,
    [
      manifest.department,
      manifest.sequence,
      batch.map(({ row }) => row),
      results.map(({ outcome }) => outcome),
      results.map(({ reason }) => reason ?? null),
      results.map((result) => result.items.join(',')),
    ],
  );
}

const refused = (reason: RowReason, items: readonly string[] = []): RowResult => ({
  outcome: 'rejected',
  reason,
  items,
});

/** One row: all of it or nothing. */
async function applyRow(
  tx: Transaction,
  applying: Applying,
  row: DeltaRow,
  found: Found | undefined,
  rules: ConflictRules,
): Promise<RowResult> {
  if (typeof found !== 'bigint') {
    // A person we do not have cannot be cancelled, and need not be.
    if (found === 'unknown-person' && row.change === 'cancel')
      return { outcome: 'unchanged', reason: 'unknown-person', items: [] };
    return refused(found ?? 'unknown-person');
  }
  const { department, exchanged } = applying;
  const read = readItems(row, (item) => maySpeakOf(item, department, exchanged));
  if (!read.ok) return refused(read.reason, read.items);
  if (row.change === 'cancel' && row.reason !== undefined) {
    const subject = `resident ${found}: ${row.reason}, says ${department.department}`;
    await openCase(tx, { kind: 'record-cancelled', residentId: found, subject });
    if (read.items.length === 0) return { outcome: 'accepted', items: [] };
  }
  await tx.query('savepoint population_row');
  try {
    const result = await takeOver(tx, applying, row, found, read.items, rules);
    await tx.query('release savepoint population_row');
    return result;
  } catch (error) {
    const reason = reasonOf(error);
    await tx.query('rollback to savepoint population_row');
    return refused(reason);
  }
}

async function takeOver(
  tx: Transaction,
  { deps, carrier, department, manifest }: Applying,
  row: DeltaRow,
  residentId: bigint,
  incoming: readonly IncomingItem[],
  rules: ConflictRules,
): Promise<RowResult> {
  const [record] = await readRecords(tx, deps.protection, [residentId]);
  if (record === undefined) return refused('unknown-person');
  const source = department.department;
  const judgement = judge(source, row.change, incoming, record.document, rules);
  for (const conflict of judgement.conflicts)
    await noteConflict(
      tx,
      deps,
      { department: source, sequence: manifest.sequence, row: row.row, residentId },
      conflict,
    );
  const byRule = judgement.conflicts.filter(({ decision }) => decision === 'theirs');
  const changes = [...judgement.apply, ...byRule].map(({ item, value, at }) => ({ item, value, at, source }));
  // A newcomer was registered by us on their word: from now on number, birth date and sex are theirs too.
  const number = record.document['id-number'];
  if (
    row.change === 'add' &&
    items['id-number'].producer === source &&
    number !== undefined &&
    number.source !== source
  )
    changes.unshift({ item: 'id-number', value: number.value, at: new Date(), source });
  if (changes.length === 0) return outcomeOf(judgement);
  const why = `${source} file ${manifest.sequence} row ${row.row}`;
  const outcome = await changeItems(tx, deps, carrier, residentId, changes, why);
  const result = outcomeOf(judgement);
  const kept = outcome.refused.map(({ item }) => item);
  if (kept.length === 0) return result;
  return { ...result, reason: 'kept-ours', items: [...new Set([...result.items, ...kept])] };
}

async function finish(
  tx: Transaction,
  { carrier, manifest }: Applying,
  acknowledgement: { manifest: Buffer; content: Buffer; signature: Buffer },
): Promise<void> {
  const { department, sequence } = manifest;
  const { rowCount } = await tx.query(
    `update issuer.population_file
        set state = 'acknowledged', acknowledged_at = now(), sealed_content = null, acknowledgement = $3,
            acknowledgement_manifest = $4, acknowledgement_signature = $5
      where department = $1 and direction = 'to-city' and sequence = $2 and state = 'received'`,
    [department, sequence, acknowledgement.content, acknowledgement.manifest, acknowledgement.signature],
  );
  if (rowCount === 0) return;
  const gone = await tx.query<{ outcome: RowOutcome }>(
    'delete from issuer.population_row where department = $1 and sequence = $2 returning outcome',
    [department, sequence],
  );
  const rejected = gone.rows.filter(({ outcome }) => outcome === 'rejected').length;
  if (rejected > 0)
    await openCase(tx, {
      kind: 'rows-refused',
      subject: `${department} to-city ${sequence}: ${rejected} rows refused`,
    });
  await recordAct(tx, carrier, {
    act: 'population.acknowledge-file',
    subject: `${department} to-city ${sequence}`,
    detail: { rows: gone.rows.length, rejected },
  });
}
