import { CityCardError, type Principal, recordAct, transact, type Transaction } from '@citycard/common';
import { ResidentBatch } from '../../residents/batch.ts';
import { decideChanges, type DecidedChanges, type ItemChange } from '../../residents/change.ts';
import { residentIdsByNumbers } from '../../residents/find.ts';
import { items, type ItemName } from '../../residents/items.ts';
import type { PersonalDocument } from '../../residents/personal-document.ts';
import { documentFrom } from '../../residents/register.ts';
import { type ItemTexts, readRegistration } from '../../residents/registration.ts';
import { type Department, entitledItems, EXCHANGE, maySpeakOf } from '../departments.ts';
import type { PopulationDeps } from '../deps.ts';
import { type NewCase, openCase, openCases } from '../registrar-cases.ts';
import { makeAcknowledgement } from './acknowledge.ts';
import { noteConflicts, type PlacedConflict } from './conflict.ts';
import type { DeltaRow, Manifest, RowOutcome } from './format.ts';
import { type IncomingItem, type Judgement, judge, outcomeOf, readItems, type RowReason } from './judge.ts';
import { type ConflictRules, rulesInForce } from './rules.ts';

/**
 * Rows committed together: enough to make each statement worth its while, and no more than a second in which other writers
 * of residents wait. An interruption repeats no more than these.
 */
const BATCH = 500;

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
  /** Each row is read once: when its keys are fetched, or when it is its turn. */
  readonly read: WeakMap<DeltaRow, ReturnType<typeof readItems>>;
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
  const applying = { deps, carrier, department, manifest, exchanged, read: new WeakMap() };
  await deps.protection.prepare();
  for (let done = await rowsDone(deps.db, manifest); done < rows.length; done = await rowsDone(deps.db, manifest)) {
    const batch = rows.slice(done, done + BATCH);
    await transact(deps.db, (tx) => applyBatch(tx, applying, batch));
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

/** A batch on its way: what its rows have come to so far. */
interface Working extends Applying {
  readonly residents: ResidentBatch;
  readonly rules: ConflictRules;
  /** Whom the identity numbers of the rows belong to; newcomers come in as they are registered. */
  readonly known: Map<string, bigint>;
  readonly conflicts: PlacedConflict[];
  readonly cases: NewCase[];
}

async function applyBatch(tx: Transaction, applying: Applying, rows: readonly DeltaRow[]): Promise<void> {
  const { deps, manifest } = applying;
  const { department, sequence } = manifest;
  const file = await tx.query<{ state: string }>(
    `select state from issuer.population_file
      where department = $1 and direction = 'to-city' and sequence = $2 for update`,
    [department, sequence],
  );
  // Somebody else delivered the same file at the same time and was faster.
  if (file.rows[0]?.state !== 'received' || (await rowsDone(tx, manifest)) >= (rows[0]?.row ?? 0)) return;
  const working = await open(tx, applying, rows);
  const results: RowResult[] = [];
  for (const row of rows) results.push(await applyRow(working, row));
  await noteConflicts(tx, deps, { department: applying.department.department, sequence }, working.conflicts);
  await openCases(tx, working.cases);
  await writeResults(tx, manifest, rows, results);
  const subject = `${department} to-city ${sequence}`;
  const { registered, changed, history } = await working.residents.write(applying.carrier, `${department} file`);
  if (history === undefined) return;
  // Who, when and why stand in the history, line by line; this binds them to the chain of acts.
  await recordAct(tx, applying.carrier, {
    act: 'population.take-rows',
    subject,
    detail: { from: rows[0]?.row, to: rows.at(-1)?.row, registered, changed, changes: history },
  });
}

async function open(tx: Transaction, applying: Applying, rows: readonly DeltaRow[]): Promise<Working> {
  const { protection } = applying.deps;
  const numbers = rows.map(({ idNumber }) => idNumber);
  const ids = await residentIdsByNumbers({ db: tx, protection }, numbers);
  const known = new Map(numbers.flatMap((number, at) => (ids[at] === undefined ? [] : [[number, ids[at]] as const])));
  const newcomers = new Set(numbers.filter((number) => !known.has(number)));
  const residents = await ResidentBatch.open(tx, protection, [...new Set(known.values())], newcomers.size);
  await residents.expect(
    rows.flatMap((row) => {
      const residentId = known.get(row.idNumber);
      if (residentId === undefined && !isNewcomer(applying, row)) return [];
      const read = readOf(applying, row);
      if (!read.ok || row.change === 'cancel') return [];
      const said: ItemTexts = Object.fromEntries(read.items.map(({ item, value }) => [item, value]));
      if (residentId !== undefined) return [{ residentId, values: said }];
      const values = registrationOf(row, read.items);
      return typeof values === 'string' ? [] : [{ values: { ...values, ...said } }];
    }),
  );
  const rules = await rulesInForce(tx, applying.manifest.department);
  return { ...applying, residents, rules, known, conflicts: [], cases: [] };
}

function readOf({ department, exchanged, read }: Applying, row: DeltaRow): ReturnType<typeof readItems> {
  let known = read.get(row);
  if (known === undefined) read.set(row, (known = readItems(row, (item) => maySpeakOf(item, department, exchanged))));
  return known;
}

/** Only who produces a name says that somebody is there. */
const isNewcomer = ({ department }: Applying, row: DeltaRow): boolean =>
  row.change === 'add' && items.name.producer === department.department;

/** The items of a registration, as a counter would enter it, or why there can be none. */
function registrationOf(row: DeltaRow, said: readonly IncomingItem[]): ItemTexts | RowReason {
  const value = (item: ItemName) => said.find((each) => each.item === item)?.value;
  const [name, population] = [value('name'), value('population')];
  const residencePermitNo = value('residence-permit-no');
  if (name === undefined || (population !== 'permanent' && population !== 'floating')) return 'incomplete';
  try {
    const permit = residencePermitNo === undefined ? {} : { residencePermitNo };
    return readRegistration({ idNumber: row.idNumber, name, population, ...permit });
  } catch (error) {
    return reasonOf(error);
  }
}

/** What the registration of residents refuses, as an answer to a row. Everything else is no fault of the row. */
function reasonOf(error: unknown): RowReason {
  if (!(error instanceof CityCardError)) throw error;
  switch (error.code) {
    case 'card-issuer.impossible-id-number':
      return 'impossible-number';
    case 'card-issuer.permit-missing':
    case 'card-issuer.residents.document-missing':
      return 'incomplete';
    case 'card-issuer.residents.impossible-item':
      return 'impossible-value';
    default:
      throw error;
  }
}

const refused = (reason: RowReason, items: readonly string[] = []): RowResult => ({
  outcome: 'rejected',
  reason,
  items,
});

/** One row: all of it or nothing. */
async function applyRow(working: Working, row: DeltaRow): Promise<RowResult> {
  const { department, known, cases } = working;
  const residentId = known.get(row.idNumber);
  if (residentId === undefined && !isNewcomer(working, row))
    // A person we do not have cannot be cancelled, and need not be.
    return row.change === 'cancel'
      ? { outcome: 'unchanged', reason: 'unknown-person', items: [] }
      : refused('unknown-person');
  const read = readOf(working, row);
  if (!read.ok) return refused(read.reason, read.items);
  if (residentId === undefined) return addResident(working, row, read.items);
  if (row.change === 'cancel' && row.reason !== undefined) {
    const subject = `resident ${residentId}: ${row.reason}, says ${department.department}`;
    cases.push({ kind: 'record-cancelled', residentId, subject });
    if (read.items.length === 0) return { outcome: 'accepted', items: [] };
  }
  const document = working.residents.documentOf(residentId);
  if (document === undefined) return refused('unknown-person');
  const { judgement, decided } = takeOver(working, row, document, read.items);
  const why = `${department.department} file ${working.manifest.sequence} row ${row.row}`;
  if ((await working.residents.change(residentId, decided, why)) !== undefined) return refused('number-taken');
  return settle(working, row, residentId, judgement, decided);
}

/** Whom Public Security names need not be asked about: no hook of a counter is called. */
async function addResident(working: Working, row: DeltaRow, said: readonly IncomingItem[]): Promise<RowResult> {
  const values = registrationOf(row, said);
  if (typeof values === 'string') return refused(values);
  const registered = documentFrom(values, 'card-issuer', new Date());
  const { judgement, decided } = takeOver(working, row, registered, said);
  const outcome = await working.residents.register(decided.document, working.department.department);
  if ('takenBy' in outcome) return refused('number-taken');
  working.known.set(row.idNumber, outcome.residentId);
  return settle(working, row, outcome.residentId, judgement, decided);
}

/** What a row says held against what is known, and what that comes to. */
function takeOver(
  { department: { department: source }, rules }: Working,
  row: DeltaRow,
  document: PersonalDocument,
  incoming: readonly IncomingItem[],
): { readonly judgement: Judgement; readonly decided: DecidedChanges } {
  const judgement = judge(source, row.change, incoming, document, rules);
  const byRule = judgement.conflicts.filter(({ decision }) => decision === 'theirs');
  const changes = [...judgement.apply, ...byRule].map(({ item, value, at }): ItemChange => ({
    item,
    value,
    at,
    source,
  }));
  // Whoever is theirs as well is theirs with number, birth date and sex from now on.
  const number = document['id-number'];
  if (
    row.change === 'add' &&
    items['id-number'].producer === source &&
    number !== undefined &&
    number.source !== source
  )
    changes.unshift({ item: 'id-number', value: number.value, at: new Date(), source });
  return { judgement, decided: decideChanges(document, changes) };
}

/** The outcome of a row that is taken over, its conflicts noted. */
function settle(
  { conflicts }: Working,
  { row }: DeltaRow,
  residentId: bigint,
  judgement: Judgement,
  decided: DecidedChanges,
): RowResult {
  for (const conflict of judgement.conflicts) conflicts.push({ ...conflict, row, residentId });
  const result = outcomeOf(judgement);
  const kept = decided.refused.map(({ item }) => item);
  if (kept.length === 0) return result;
  return { ...result, reason: 'kept-ours', items: [...new Set([...result.items, ...kept])] };
}

async function writeResults(
  tx: Transaction,
  { department, sequence }: Manifest,
  rows: readonly DeltaRow[],
  results: readonly RowResult[],
): Promise<void> {
  await tx.query(
    `insert into issuer.population_row (department, sequence, row_no, outcome, reason, items)
     select $1, $2, r.row_no, r.outcome, r.reason, string_to_array(r.items, ',')
       from unnest($3::int[], $4::text[], $5::text[], $6::text[]) as r (row_no, outcome, reason, items)`,
    [
      department,
      sequence,
      rows.map(({ row }) => row),
      results.map(({ outcome }) => outcome),
      results.map(({ reason }) => reason ?? null),
      results.map((result) => result.items.join(',')),
    ],
  );
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
