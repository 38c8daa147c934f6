import { type Database, type Principal, recordAct, type Static, type Transaction, Type } from '@citycard/common';
import { listErrors } from './errors.ts';

const UINT32 = 4_294_967_295;
const Seconds = Type.Integer({ minimum: 1, maximum: UINT32 });
const Amount = Type.Integer({ minimum: 0, maximum: UINT32 });

/** Tags 01 to 05 are those the interface names; a maker's own begin here. */
const FIRST_FREE_TAG = 6;

/** What a set says (terminal interface, section 3, Parameters); amounts in fen. */
export const NewParameterSet = Type.Object(
  {
    loadMaximumFen: Amount,
    purseCapFen: Amount,
    uploadIntervalSeconds: Seconds,
    recordAgeLimitDays: Type.Integer({ minimum: 1, maximum: 65_535 }),
    hotlistIntervalSeconds: Seconds,
    moreTags: Type.Optional(
      Type.Array(
        Type.Object(
          {
            tag: Type.Integer({ minimum: FIRST_FREE_TAG, maximum: 255 }),
            value: Type.String({ pattern: '^([0-9A-Fa-f]{2}){1,255}$' }),
          },
          { additionalProperties: false },
        ),
        { maxItems: 250 },
      ),
    ),
    note: Type.Optional(Type.String({ maxLength: 200 })),
  },
  { additionalProperties: false },
);
export type NewParameterSet = Static<typeof NewParameterSet>;

export interface ParameterSet extends Required<NewParameterSet> {
  readonly version: bigint;
  readonly publishedBy: string;
  readonly publishedAt: Date;
}

const SELECT = `select version, load_maximum_fen as "loadMaximumFen", purse_cap_fen as "purseCapFen",
  upload_interval_seconds as "uploadIntervalSeconds", record_age_limit_days as "recordAgeLimitDays",
  hotlist_interval_seconds as "hotlistIntervalSeconds", more_tags as "moreTags", note, published_by as "publishedBy",
  published_at as "publishedAt" from gateway.parameter_set`;

type ParameterRow = Omit<ParameterSet, 'loadMaximumFen' | 'purseCapFen'> & {
  readonly loadMaximumFen: bigint;
  readonly purseCapFen: bigint;
};

// Four bytes each on the wire: they fit a number.
const fromRow = (row: ParameterRow): ParameterSet => ({
  ...row,
  loadMaximumFen: Number(row.loadMaximumFen),
  purseCapFen: Number(row.purseCapFen),
});

/** Keeps a set under the next version. Terminals are given it by a roll-out. */
export async function publishParameterSet(
  tx: Transaction,
  officer: Principal,
  set: NewParameterSet,
): Promise<{ version: bigint }> {
  const { rows } = await tx.query<{ version: bigint }>(
    `insert into gateway.parameter_set (load_maximum_fen, purse_cap_fen, upload_interval_seconds, record_age_limit_days, hotlist_interval_seconds,
       more_tags, note, published_by) values ($1, $2, $3, $4, $5, $6, $7, $8) returning version`,
    [
      set.loadMaximumFen,
      set.purseCapFen,
      set.uploadIntervalSeconds,
      set.recordAgeLimitDays,
      set.hotlistIntervalSeconds,
      JSON.stringify(set.moreTags ?? []),
      set.note ?? '',
      officer.id,
    ],
  );
  const version = rows[0]?.version;
  if (version === undefined) throw new Error('a parameter set just written cannot be found');
  const { moreTags, ...limits } = set;
  await recordAct(tx, officer, {
    act: 'publish-parameters',
    subject: `parameter set ${version}`,
    detail: { ...limits, moreTags: moreTags?.length ?? 0 },
  });
  return { version };
}

export async function findParameterSet(db: Database | Transaction, version: bigint): Promise<ParameterSet | undefined> {
  const { rows } = await db.query<ParameterRow>(`${SELECT} where version = $1`, [version]);
  return rows[0] && fromRow(rows[0]);
}

/** All sets, newest first, with how many active terminals hold each. */
export async function listParameterSets(db: Database): Promise<(ParameterSet & { heldBy: number })[]> {
  const { rows } = await db.query<ParameterRow & { heldBy: number }>(
    `select s.*, coalesce(t.held, 0)::int as "heldBy" from (${SELECT}) s
       left join (select parameters_version as held_version, count(*) as held from gateway.terminal where status = 'active' group by 1) t
         on t.held_version = s.version order by s.version desc`,
  );
  return rows.map((row) => ({ ...fromRow(row), heldBy: row.heldBy }));
}

/** Whom a roll-out names: everybody, or participants, groups and single terminals. */
export interface RolloutScope {
  readonly everybody?: boolean;
  readonly participants?: readonly string[];
  readonly groups?: readonly string[];
  readonly terminals?: readonly string[];
}

/**
 * Gives a set to the terminals named, from their next download on; also an older set, to take a newer one back. The newest
 * roll-out that names a terminal counts for it.
 *
 * @throws terminal-gateway.lists.parameters-unknown, .rollout-names-nobody
 */
export async function startRollout(
  tx: Transaction,
  officer: Principal,
  rollout: RolloutScope & { readonly version: bigint; readonly reason: string },
): Promise<{ rolloutNo: bigint }> {
  const { version, reason, everybody = false, participants = [], groups = [], terminals = [] } = rollout;
  const named = participants.length + groups.length + terminals.length;
  if (everybody === named > 0) throw listErrors.rolloutNamesNobody();
  if ((await findParameterSet(tx, version)) === undefined) throw listErrors.parametersUnknown({ version });
  const { rows } = await tx.query<{ rolloutNo: bigint }>(
    `insert into gateway.parameter_rollout (version, everybody, participants, groups, terminals, reason, started_by)
     values ($1, $2, $3, $4, $5, $6, $7) returning rollout_no as "rolloutNo"`,
    [version, everybody, participants, groups, terminals, reason, officer.id],
  );
  const rolloutNo = rows[0]?.rolloutNo ?? 0n;
  const detail = { version: version.toString(), everybody, participants, groups, terminals: terminals.length, reason };
  await recordAct(tx, officer, { act: 'start-parameter-rollout', subject: `roll-out ${rolloutNo}`, detail });
  return { rolloutNo };
}

/** Roll-outs, newest first, and how far each is: active terminals it counts for, and those of them that hold its set. */
export async function listRollouts(db: Database): Promise<unknown[]> {
  const { rows } = await db.query(
    `with target as (
       select t.terminal_no, t.parameters_version,
              (select r.rollout_no from gateway.parameter_rollout r
                where r.everybody or t.merchant_no = any(r.participants) or t.group_name = any(r.groups) or t.terminal_no = any(r.terminals)
                order by r.rollout_no desc limit 1) as rollout_no
         from gateway.terminal t where t.status = 'active')
     select r.rollout_no as "rolloutNo", r.version, r.everybody, r.participants, r.groups, r.terminals, r.reason, r.started_by as "startedBy",
            r.started_at as "startedAt", count(target.terminal_no)::int as "terminalsDue",
            (count(*) filter (where target.parameters_version = r.version))::int as "terminalsDone"
       from gateway.parameter_rollout r left join target using (rollout_no)
      group by r.rollout_no order by r.rollout_no desc limit 200`,
  );
  return rows;
}

/** The version a terminal is to hold. Undefined when no roll-out names it. */
export async function versionFor(
  db: Database,
  terminal: { readonly terminalNo: string; readonly merchantNo: string; readonly groupName: string | undefined },
): Promise<bigint | undefined> {
  const { rows } = await db.query<{ version: bigint }>({
    name: 'gateway-parameters-for',
    text: `select version from gateway.parameter_rollout
            where everybody or $1 = any(terminals) or $2 = any(participants) or $3 = any(groups) order by rollout_no desc limit 1`,
    values: [terminal.terminalNo, terminal.merchantNo, terminal.groupName ?? null],
  });
  return rows[0]?.version;
}
