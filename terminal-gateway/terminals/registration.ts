import { assignSams, listParticipants, type Participant, samAssignmentsFrom } from '@citycard/clearing';
import { type CityCardError, type Principal, recordAct, type Transaction } from '@citycard/common';
import { gatewayErrors } from '../errors.ts';
import { estateErrors } from './errors.ts';
import { isMacTooWeak, type MacAlgorithm, type TerminalFunction } from './estate.ts';
import { noteEvents } from './events.ts';
import { modelsInProduction } from './models.ts';

export interface TerminalRegistration {
  readonly terminalNo: string;
  readonly participantNo: string;
  readonly industry: number;
  /** 12 digits. A SAM nobody has is paired from now on; one of the participant's may be named. */
  readonly samNo?: string;
  readonly functions: readonly TerminalFunction[];
  readonly macAlgorithm: MacAlgorithm;
  readonly model?: string;
  /** For roll-outs: a line, a depot. */
  readonly groupName?: string;
  readonly tlsOnly?: boolean;
}

/** What became of one registration of several. */
export type RegistrationOutcome =
  { readonly outcome: 'registered' | 'unchanged' } | { readonly outcome: 'refused'; readonly error: CityCardError };

/**
 * Registers terminals (terminal interface, section 2), those that can be; the answers are in the order of the rows. A row
 * that repeats what is registered changes nothing, so the same list may be handed in again. Nothing is written when
 * `allOrNothing` and a row is refused, and with `dryRun`.
 */
export async function registerTerminals(
  tx: Transaction,
  officer: Principal,
  rows: readonly TerminalRegistration[],
  options: { readonly demo: boolean; readonly allOrNothing: boolean; readonly dryRun?: boolean },
): Promise<RegistrationOutcome[]> {
  const facts = await readFacts(tx, rows);
  const outcomes = rows.map((row, index) => judge(row, index, facts, options.demo));
  const good = rows.filter((_, index) => outcomes[index]?.outcome === 'registered');
  const refused = outcomes.some(({ outcome }) => outcome === 'refused');
  if (good.length === 0 || options.dryRun === true || (refused && options.allOrNothing)) return outcomes;
  await write(tx, officer, good, facts);
  return outcomes;
}

/**
 * Registers one terminal.
 *
 * @throws terminal-gateway.terminal-exists, .mac-too-weak and what terminal-gateway.estate has for the row
 */
export async function registerTerminal(
  tx: Transaction,
  officer: Principal,
  terminal: TerminalRegistration,
  options: { readonly demo: boolean },
): Promise<void> {
  const [outcome] = await registerTerminals(tx, officer, [terminal], { ...options, allOrNothing: true });
  if (outcome?.outcome === 'refused') throw outcome.error;
  if (outcome?.outcome === 'unchanged') throw gatewayErrors.terminalExists({ terminalNo: terminal.terminalNo });
}

interface Registered {
  readonly participantNo: string;
  readonly industry: number;
  readonly samNo: string | null;
  readonly functions: readonly string[];
  readonly macAlgorithm: string;
  readonly model: string | null;
  readonly groupName: string | null;
  readonly tlsOnly: boolean;
}

interface Facts {
  readonly at: Date;
  readonly registered: ReadonlyMap<string, Registered>;
  /** In which row a terminal or a SAM is named first. */
  readonly firstRow: { readonly terminals: ReadonlyMap<string, number>; readonly sams: ReadonlyMap<string, number> };
  /** Which live terminal has a SAM. */
  readonly samsInUse: ReadonlyMap<string, string>;
  readonly samHolders: Awaited<ReturnType<typeof samAssignmentsFrom>>;
  readonly participants: ReadonlyMap<string, Participant>;
  /** Model, and whether any software of it is accepted. */
  readonly models: ReadonlyMap<string, boolean>;
}

async function readFacts(tx: Transaction, rows: readonly TerminalRegistration[]): Promise<Facts> {
  const at = new Date();
  at.setUTCSeconds(0, 0);
  const sams = rows.flatMap(({ samNo }) => samNo ?? []);
  const registered = await tx.query<Registered & { terminalNo: string }>(
    `select terminal_no as "terminalNo", merchant_no as "participantNo", industry, sam_no as "samNo", functions,
            mac_algorithm as "macAlgorithm", model, group_name as "groupName", tls_only as "tlsOnly"
       from gateway.terminal where terminal_no = any($1)`,
    [rows.map(({ terminalNo }) => terminalNo)],
  );
  const inUse = await tx.query<{ sam_no: string; terminal_no: string }>(
    `select sam_no, terminal_no from gateway.terminal where sam_no = any($1) and status <> 'retired'`,
    [sams],
  );
  return {
    at,
    registered: new Map(registered.rows.map(({ terminalNo, ...row }) => [terminalNo, row])),
    firstRow: { terminals: firstRows(rows, (row) => row.terminalNo), sams: firstRows(rows, (row) => row.samNo) },
    samsInUse: new Map(inUse.rows.map((row) => [row.sam_no, row.terminal_no])),
    samHolders: await samAssignmentsFrom(tx, sams, at),
    participants: new Map((await listParticipants(tx)).map((one) => [one.participantNo, one])),
    models: await modelsInProduction(tx),
  };
}

function firstRows(
  rows: readonly TerminalRegistration[],
  value: (row: TerminalRegistration) => string | undefined,
): Map<string, number> {
  const first = new Map<string, number>();
  rows.forEach((row, index) => {
    const named = value(row);
    if (named !== undefined && !first.has(named)) first.set(named, index);
  });
  return first;
}

const HAVE_TERMINALS: readonly Participant['kind'][] = ['operator', 'agent', 'biller'];

function judge(row: TerminalRegistration, index: number, facts: Facts, demo: boolean): RegistrationOutcome {
  const refuse = (error: CityCardError): RegistrationOutcome => ({ outcome: 'refused', error });
  const { terminalNo, participantNo, samNo, model } = row;
  const known = facts.registered.get(terminalNo);
  if (known !== undefined) {
    return isSame(known, row) ? { outcome: 'unchanged' } : refuse(gatewayErrors.terminalExists({ terminalNo }));
  }
  const before = facts.firstRow.terminals.get(terminalNo) ?? index;
  if (before < index) return refuse(estateErrors.namedTwice({ what: 'terminal', value: terminalNo, row: before + 1 }));
  const participant = facts.participants.get(participantNo);
  if (participant === undefined || !HAVE_TERMINALS.includes(participant.kind))
    return refuse(estateErrors.participantUnknown({ participantNo }));
  if (participant.status === 'suspended' || participant.status === 'exited')
    return refuse(estateErrors.participantGone({ participantNo, status: participant.status }));
  if (!demo && isMacTooWeak(row)) return refuse(gatewayErrors.macTooWeak({ terminalNo }));
  const accepted = model === undefined ? undefined : facts.models.get(model);
  if (model !== undefined && accepted === undefined) return refuse(estateErrors.modelUnknown({ model }));
  if (!demo && participant.status === 'production') {
    if (model === undefined) return refuse(estateErrors.modelMissing({ terminalNo }));
    if (accepted !== true) return refuse(estateErrors.modelNotAccepted({ model, participantNo }));
  }
  if (samNo === undefined) return { outcome: 'registered' };
  const samBefore = facts.firstRow.sams.get(samNo) ?? index;
  if (samBefore < index) return refuse(estateErrors.namedTwice({ what: 'SAM', value: samNo, row: samBefore + 1 }));
  const fault = samFault(samNo, { terminalNo, participantNo }, facts);
  return fault === undefined ? { outcome: 'registered' } : refuse(fault);
}

/** A SAM may be nobody's, or the participant's and in no other terminal. */
function samFault(
  samNo: string,
  { terminalNo, participantNo }: { terminalNo: string; participantNo: string },
  { samsInUse, samHolders }: Pick<Facts, 'samsInUse' | 'samHolders'>,
): CityCardError | undefined {
  const inUse = samsInUse.get(samNo);
  if (inUse !== undefined && inUse !== terminalNo) return estateErrors.samInUse({ samNo, terminalNo: inUse });
  for (const holder of samHolders.get(samNo) ?? []) {
    if (holder.participantNo === participantNo && (holder.terminalNo ?? terminalNo) === terminalNo) continue;
    return estateErrors.samElsewhere({
      samNo,
      participantNo: holder.participantNo,
      terminalNo: holder.terminalNo ?? 'none',
    });
  }
  return undefined;
}

function isSame(known: Registered, row: TerminalRegistration): boolean {
  return (
    known.participantNo === row.participantNo &&
    known.industry === row.industry &&
    known.samNo === (row.samNo ?? null) &&
    known.macAlgorithm === row.macAlgorithm &&
    known.model === (row.model ?? null) &&
    known.groupName === (row.groupName ?? null) &&
    known.tlsOnly === (row.tlsOnly ?? false) &&
    [...known.functions].sort().join() === [...row.functions].sort().join()
  );
}

async function write(
  tx: Transaction,
  officer: Principal,
  rows: readonly TerminalRegistration[],
  facts: Facts,
): Promise<void> {
  const inserted = await tx.query(
    `with given as (
       select * from jsonb_to_recordset($1) as r("terminalNo" text, "participantNo" text, industry smallint, "samNo" text, functions jsonb,
                                                 "macAlgorithm" text, model text, "groupName" text, "tlsOnly" boolean)),
     terminal as (
       insert into gateway.terminal (terminal_no, merchant_no, industry, sam_no, functions, mac_algorithm, model, group_name, tls_only)
       select "terminalNo", "participantNo", industry, "samNo", array(select jsonb_array_elements_text(functions)), "macAlgorithm", model,
              "groupName", coalesce("tlsOnly", false) from given
       on conflict (terminal_no) do nothing returning terminal_no, merchant_no, industry)
     insert into gateway.terminal_assignment (terminal_no, valid_from, merchant_no, industry)
     select terminal_no, clock_timestamp(), merchant_no, industry from terminal`,
    [JSON.stringify(rows)],
  );
  // Somebody else was faster with one of the numbers: nothing of this transaction stays.
  if (inserted.rowCount !== rows.length) throw gatewayErrors.terminalExists({ terminalNo: rows[0]?.terminalNo });
  await assignSams(
    tx,
    rows.flatMap(({ samNo, participantNo, terminalNo }) =>
      samNo === undefined || facts.samHolders.has(samNo)
        ? []
        : [{ samNo, participantNo, terminalNo, validFrom: facts.at }],
    ),
  );
  const numbers = rows.map(({ terminalNo }) => terminalNo);
  await noteEvents(tx, officer, 'registered', numbers);
  const [first] = rows;
  if (rows.length === 1 && first !== undefined) {
    await recordAct(tx, officer, { act: 'register-terminal', subject: `terminal ${first.terminalNo}`, detail: first });
  } else {
    const detail = { count: rows.length, terminals: numbers };
    await recordAct(tx, officer, { act: 'register-terminals', subject: `${rows.length} terminals`, detail });
  }
}
