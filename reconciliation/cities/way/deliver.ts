import { HOME_CITY, raiseAlarm } from '@citycard/clearing';
import { type Database, type Principal, recordAct, transact, type Transaction } from '@citycard/common';
import { type CityAgreement, readAgreement } from '../agreements/agreement.ts';
import type { CityDeps } from '../deps.ts';
import { cityErrors } from '../errors.ts';

/** A file of 50 000 records over a slow line. */
const TIMEOUT_MS = 30_000;
/** After n failures the next attempt waits 10 s × 2ⁿ, at most an hour. */
const FIRST_WAIT_SECONDS = 10;
const LONGEST_WAIT_SECONDS = 3_600;
/** Answers that say something about us or the line, not about the file: the same file may be taken later. */
const LATER: ReadonlySet<number> = new Set([401, 403, 404, 405, 408, 425, 429]);
const LONGEST_PROBLEM = 500;

/** What became of the files that were due to go. */
export interface Delivered {
  readonly delivered: number;
  readonly refused: number;
  /** Not answered; they are tried again. */
  readonly waiting: number;
}

interface DueFile {
  file_name: string;
  kind: string;
  content: Buffer;
  signature: Buffer;
}

const DUE = `
select f.file_name, f.kind, f.content, f.signature from reconciliation.city_file f
  left join reconciliation.city_delivery d on d.file_name = f.file_name
 where f.direction = 'out' and f.city = $1 and f.signature is not null
   and (d.file_name is null or d.delivered_at is null and d.refused_at is null and ($2 or d.next_try_at <= clock_timestamp()))
 order by f.created_at, f.file_name`;

/**
 * Delivers every signed file that the city, or the centre that carries its files, has not taken yet, the oldest first. Delivering a
 * file again does no harm: the receiver answers its first result. A receiver that cannot be reached ends the round, and files
 * keep their order.
 *
 * @param now all that is due, whenever it was to be tried next
 */
export async function deliverFiles(deps: CityDeps, city: string, now: boolean): Promise<Delivered> {
  const agreement = await readAgreement(deps.db, city);
  const result = { delivered: 0, refused: 0, waiting: 0 };
  if (agreement.deliverTo === undefined) return result;
  const { rows: due } = await deps.db.query<DueFile>(DUE, [city, now]);
  for (const [place, file] of due.entries()) {
    const outcome = await deliver(deps, agreement, file);
    await note(deps.db, city, file.file_name, outcome);
    result[outcome.end] += 1;
    if (outcome.end !== 'waiting') continue;
    result.waiting += due.length - place - 1;
    break;
  }
  return result;
}

interface Outcome {
  readonly end: keyof Delivered;
  readonly problem?: string;
}

async function deliver(deps: CityDeps, agreement: CityAgreement, file: DueFile): Promise<Outcome> {
  const { city, through, deliverTo = '', format } = agreement;
  const text = format === 'text' ? await textForm(deps.db, file.file_name) : undefined;
  const { name, content, signature } = text ?? { ...file, name: file.file_name };
  const token = deps.cityTokens?.get(through ?? city);
  const url = `${deliverTo.replace(/\/+$/, '')}/v1/city-files?${new URLSearchParams({ name }).toString()}`;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/octet-stream',
        'x-signature': signature.toString('base64'),
        'x-city': deps.homeCity ?? HOME_CITY,
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      body: new Uint8Array(content),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.ok) {
      await response.body?.cancel();
      return { end: 'delivered' };
    }
    const problem = `${response.status}: ${(await response.text()).slice(0, LONGEST_PROBLEM)}`;
    return { end: response.status >= 500 || LATER.has(response.status) ? 'waiting' : 'refused', problem };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { end: 'waiting', problem: cause instanceof Error ? cause.message : String(cause) };
  }
}

async function textForm(
  db: Database,
  fileName: string,
): Promise<{ name: string; content: Buffer; signature: Buffer } | undefined> {
  const { rows } = await db.query<{ name: string; content: Buffer; signature: Buffer }>(
    `select text_name as name, content, signature from reconciliation.city_text_file
      where file_name = $1 and direction = 'out' and signature is not null`,
    [fileName],
  );
  return rows[0];
}

async function note(db: Database, city: string, fileName: string, { end, problem }: Outcome): Promise<void> {
  await transact(db, async (tx) => {
    await write(tx, city, fileName, { end, ...(problem !== undefined && { problem }) });
    if (end !== 'refused') return;
    // Nobody tries again until people have looked.
    await raiseAlarm(tx, {
      kind: 'city-refuses-file',
      severity: 'warning',
      subject: fileName,
      evidence: { city, problem },
    });
  });
}

async function write(tx: Transaction, city: string, fileName: string, { end, problem }: Outcome): Promise<void> {
  await tx.query(
    `insert into reconciliation.city_delivery as d (file_name, city, attempts, delivered_at, refused_at, problem, next_try_at)
     values ($1, $2, 1, case when $3 = 'delivered' then clock_timestamp() end, case when $3 = 'refused' then clock_timestamp() end, $4,
             clock_timestamp() + make_interval(secs => $5))
     on conflict (file_name) do update
       set attempts = d.attempts + 1, delivered_at = excluded.delivered_at, refused_at = excluded.refused_at, problem = excluded.problem,
           next_try_at = clock_timestamp() + make_interval(secs => least($6, $5 * power(2, least(d.attempts, 20))))`,
    [fileName, city, end, problem ?? null, FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS],
  );
}

/**
 * Delivers a file again: one its receiver had refused, when people have put right what stood in the way, or one it has lost. Asked for
 * again while it waits to go, nothing changes. The receiver answers a file it has with its first result.
 *
 * @throws CityCardError `cities.file-unknown`
 */
export async function deliverAgain(tx: Transaction, officer: Principal, city: string, name: string): Promise<void> {
  const { rows } = await tx.query<{ ended: boolean }>(
    `select d.refused_at is not null or d.delivered_at is not null as ended
       from reconciliation.city_file f left join reconciliation.city_delivery d using (file_name)
      where f.file_name = $1 and f.city = $2 and f.direction = 'out' and f.signature is not null for update of f`,
    [name, city],
  );
  const [found] = rows;
  if (found === undefined) throw cityErrors.fileUnknown({ name, city });
  // A city that fetches its files finds every one offered, whatever became of it.
  if (!found.ended || (await readAgreement(tx, city)).deliverTo === undefined) return;
  await tx.query(
    `update reconciliation.city_delivery set refused_at = null, delivered_at = null, next_try_at = clock_timestamp() where file_name = $1`,
    [name],
  );
  await recordAct(tx, officer, { act: 'deliver-city-file-again', subject: name, detail: { city } });
}
