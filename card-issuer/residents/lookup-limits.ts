import { raiseAlarm } from '@citycard/clearing';
import type { Principal, Transaction } from '@citycard/common';

interface Limit {
  readonly window: string;
  readonly seconds: number;
  readonly lookups: number;
}

/** A counter serves one resident in two minutes or so and looks twice; nobody needs ten times that. */
const PERSON_LIMITS: readonly Limit[] = [
  { window: 'one minute', seconds: 60, lookups: 60 },
  { window: 'one hour', seconds: 3_600, lookups: 400 },
];
/** A department's system asks for many of its clerks. */
const PARTNER_LIMITS: readonly Limit[] = [
  { window: 'one minute', seconds: 60, lookups: 600 },
  { window: 'one hour', seconds: 3_600, lookups: 10_000 },
];
/** At this share of a limit somebody is told, while work still goes on. */
const NOTICEABLE = 0.75;

export interface LookupRefusal {
  readonly window: string;
  readonly count: number;
}

/**
 * Counts one more lookup of this reader (requirement R16). A refusal is answered, not thrown, so that the line about it
 * and the alarm are committed. Jobs of the system itself are not counted: what they send is signed and logged as a whole.
 */
export async function countLookup(tx: Transaction, reader: Principal): Promise<LookupRefusal | undefined> {
  if (reader.kind === 'service') return undefined;
  // One at a time per reader; several windows of one person cannot slip through together.
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('lookups of ' || $1, 0))`, [reader.id]);
  const limits = reader.kind === 'partner' ? PARTNER_LIMITS : PERSON_LIMITS;
  const { rows } = await tx.query<{ answered: bigint; refused: bigint }>({
    name: 'lookups-of-reader',
    text: `select count(d.kind) filter (where d.kind <> 'refused') as answered,
                  count(d.kind) filter (where d.kind = 'refused') as refused
             from unnest($2::int[]) with ordinality as w (seconds, place)
             left join issuer.disclosure d
               on d.reader = $1 and d.at > clock_timestamp() - make_interval(secs => w.seconds)
            group by place order by place`,
    values: [reader.id, limits.map(({ seconds }) => seconds)],
  });
  for (const [at, limit] of limits.entries()) {
    const count = Number(rows[at]?.answered ?? 0n);
    if (count >= limit.lookups) {
      // The first refusal of a window is reported; whoever keeps trying adds lines to the log, not alarms.
      if (rows[at]?.refused === 0n) await report(tx, reader, limit, count, 'critical');
      return { window: limit.window, count };
    }
    if (count + 1 === Math.ceil(limit.lookups * NOTICEABLE)) await report(tx, reader, limit, count + 1, 'warning');
  }
  return undefined;
}

async function report(
  tx: Transaction,
  reader: Principal,
  limit: Limit,
  lookups: number,
  severity: 'warning' | 'critical',
): Promise<void> {
  await raiseAlarm(tx, {
    kind: 'unusual-lookups',
    severity,
    subject: `reader ${reader.id}`,
    evidence: { lookups, window: limit.window, limit: limit.lookups },
  });
}
