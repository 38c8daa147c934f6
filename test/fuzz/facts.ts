import type { Database } from '@citycard/common';

/** Every table a terminal's message might put a fact into, with a fingerprint of all its rows. */
export type Facts = ReadonlyMap<string, string>;

/** What a message without a right MAC may touch: alarms it raises, and who was seen when. None of these is a fact about money or cards. */
const NO_FACTS = /^(clearing\.alarm|gateway\..*(observ|trace|seen|metric|contact).*)/;
/** A sign-on carries no MAC; what it leaves behind takes nothing away (terminal interface, section 2). */
const OF_A_SIGN_ON = ['next_mak', 'next_pik', 'next_software', 'last_seen_at'];

/** Takes the fingerprints of all tables of the gateway and of clearing; in parallel with nothing else. */
export async function takeFacts(db: Database): Promise<Facts> {
  const { rows } = await db.query<{ name: string }>(
    `select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname in ('gateway', 'clearing') and c.relkind in ('r', 'p') and not c.relispartition order by 1`,
  );
  const facts = new Map<string, string>();
  for (const { name } of rows) {
    if (NO_FACTS.test(name)) continue;
    // Names come from the catalogue of this database, no quoting is needed for any of them.
    const print = await db.query<{ print: string }>(
      `select count(*) || ' rows, ' || coalesce(sum(hashtextextended((to_jsonb(t) - $1::text[])::text, 0)::numeric), 0) as print
         from ${name} t`,
      [OF_A_SIGN_ON],
    );
    facts.set(name, print.rows[0]?.print ?? '');
  }
  return facts;
}

/** The tables that are not as they were. */
export function changedTables(before: Facts, after: Facts): string[] {
  return [...after.keys()].filter((name) => before.get(name) !== after.get(name));
}
