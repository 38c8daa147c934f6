import { type Database, type Principal, recordAct, type Transaction } from '@citycard/common';
import { estateErrors } from './errors.ts';

export type ModelState = 'test' | 'production' | 'withdrawn';

/** A model of a maker with one version of its software. */
export interface TerminalModel {
  readonly model: string;
  readonly softwareVersion: string;
  readonly maker: string;
  readonly state: ModelState;
  /** The acceptance report that let it into production. */
  readonly reportNo: bigint | null;
  /** Terminals that say they run it. */
  readonly terminals: number;
}

/** What software may become. Withdrawn software comes back as a version of its own. */
export const MODEL_TRANSITIONS: Readonly<Record<ModelState, readonly ModelState[]>> = {
  test: ['production', 'withdrawn'],
  production: ['withdrawn'],
  withdrawn: [],
};

/** Registers a version of a model's software, in test. @throws terminal-gateway.estate.model-exists */
export async function registerModel(
  tx: Transaction,
  officer: Principal,
  { model, softwareVersion, maker }: Pick<TerminalModel, 'model' | 'softwareVersion' | 'maker'>,
): Promise<void> {
  const { rowCount } = await tx.query(
    `insert into gateway.terminal_model (model, software_version, maker, registered_by) values ($1, $2, $3, $4) on conflict do nothing`,
    [model, softwareVersion, maker, officer.id],
  );
  if (rowCount === 0) throw estateErrors.modelExists({ model, softwareVersion });
  await recordAct(tx, officer, {
    act: 'register-terminal-model',
    subject: `${model} ${softwareVersion}`,
    detail: { maker },
  });
}

/**
 * Moves software on: into production with the acceptance report that allows it, or out of use. Terminals that run withdrawn
 * software are served on and stand out in the list of terminals.
 *
 * @throws terminal-gateway.estate.software-unknown, .model-state
 */
export async function setModelState(
  tx: Transaction,
  officer: Principal,
  software: { readonly model: string; readonly softwareVersion: string },
  to: { readonly state: ModelState; readonly reportNo?: bigint },
): Promise<void> {
  const { model, softwareVersion } = software;
  await requireTransition(tx, software, to.state);
  await tx.query(
    `update gateway.terminal_model set state = $3, report_no = coalesce($4, report_no), state_by = $5, state_at = now()
      where model = $1 and software_version = $2`,
    [model, softwareVersion, to.state, to.reportNo ?? null, officer.id],
  );
  const detail = to.reportNo === undefined ? {} : { reportNo: to.reportNo.toString() };
  await recordAct(tx, officer, { act: `terminal-model-${to.state}`, subject: `${model} ${softwareVersion}`, detail });
}

/** Holds the software until the transaction ends. @throws terminal-gateway.estate.software-unknown, .model-state */
export async function requireTransition(
  tx: Transaction,
  { model, softwareVersion }: { readonly model: string; readonly softwareVersion: string },
  wanted: ModelState,
): Promise<void> {
  const { rows } = await tx.query<{ state: ModelState }>(
    'select state from gateway.terminal_model where model = $1 and software_version = $2 for update',
    [model, softwareVersion],
  );
  const state = rows[0]?.state;
  if (state === undefined) throw estateErrors.softwareUnknown({ model, softwareVersion });
  if (!MODEL_TRANSITIONS[state].includes(wanted))
    throw estateErrors.modelState({ model, softwareVersion, state, wanted });
}

/** Every model, and whether any software of it is in production. */
export async function modelsInProduction(db: Database | Transaction): Promise<Map<string, boolean>> {
  const { rows } = await db.query<{ model: string; accepted: boolean }>(
    `select model, bool_or(state = 'production') as accepted from gateway.terminal_model group by model`,
  );
  return new Map(rows.map(({ model, accepted }) => [model, accepted]));
}

export async function listModels(db: Database): Promise<TerminalModel[]> {
  const { rows } = await db.query<TerminalModel>(
    `select m.model, m.software_version as "softwareVersion", m.maker, m.state, m.report_no as "reportNo",
            (select count(*)::int from gateway.terminal t where t.status <> 'retired'
                and split_part(t.software, ' ', 1) = m.model || '/' || m.software_version) as terminals
       from gateway.terminal_model m order by m.model, m.software_version`,
  );
  return rows;
}
