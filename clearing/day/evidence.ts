import { createHash } from 'node:crypto';
import { type BusinessDate, canonicalJson, type Database, type Transaction } from '@citycard/common';
import { dayErrors } from './errors.ts';
import { DAY_STATES, type DayState } from './transitions.ts';

/** Counts, amounts (whole fen) and hashes; written as canonical JSON. */
export type Evidence = Readonly<Record<string, unknown>>;

export interface StageRecord {
  readonly stage: DayState;
  readonly evidence: Evidence;
  readonly evidenceSha256: string;
  readonly completedAt: Date;
}

interface StageRow {
  stage: DayState;
  evidence: string;
  evidence_sha256: string;
  previous_sha256: string | null;
  completed_at: Date;
}

/** Stores what a stage found and did, hashed together with the hash of the stage before it. */
export async function recordStage(
  tx: Transaction,
  date: BusinessDate,
  stage: DayState,
  evidence: Evidence,
): Promise<void> {
  const previous = await readStage(tx, date, DAY_STATES[DAY_STATES.indexOf(stage) - 1] ?? 'open');
  const text = canonicalJson(evidence);
  await tx.query(
    `insert into clearing.day_stage (business_date, stage, evidence, evidence_sha256, previous_sha256)
     values ($1, $2, $3, $4, $5)`,
    [date, stage, text, chained(previous?.evidence_sha256 ?? null, text), previous?.evidence_sha256 ?? null],
  );
}

async function readStage(tx: Transaction, date: BusinessDate, stage: DayState): Promise<StageRow | undefined> {
  const { rows } = await tx.query<StageRow>(
    `select stage, evidence, evidence_sha256, previous_sha256, completed_at
       from clearing.day_stage where business_date = $1 and stage = $2`,
    [date, stage],
  );
  return rows[0];
}

const chained = (previous: string | null, text: string): string =>
  createHash('sha256')
    .update(previous ?? '')
    .update(text)
    .digest('hex');

/** The stages a day has completed, in order, with their evidence. */
export async function listStages(db: Database | Transaction, date: BusinessDate): Promise<StageRecord[]> {
  const { rows } = await (db as Database).query<StageRow>(
    `select stage, evidence, evidence_sha256, previous_sha256, completed_at from clearing.day_stage where business_date = $1`,
    [date],
  );
  return rows
    .map((row) => ({
      stage: row.stage,
      evidence: JSON.parse(row.evidence) as Evidence,
      evidenceSha256: row.evidence_sha256,
      completedAt: row.completed_at,
    }))
    .sort((a, b) => DAY_STATES.indexOf(a.stage) - DAY_STATES.indexOf(b.stage));
}

/**
 * Makes sure, before the next stage starts, that the database still holds what this stage recorded: the stored text has
 * its hash, and every figure counted again now is the figure recorded then.
 *
 * @throws CityCardError `clearing-day.evidence-broken` naming the first difference.
 */
export async function checkStage(
  tx: Transaction,
  date: BusinessDate,
  stage: DayState,
  countedAgain: Evidence,
): Promise<void> {
  const row = await readStage(tx, date, stage);
  const broken = (difference: string) => dayErrors.evidenceBroken({ date, stage, difference });
  if (row === undefined) throw broken('there is no record of it');
  if (row.evidence_sha256 !== chained(row.previous_sha256, row.evidence)) throw broken('its hash does not fit');
  const recorded = JSON.parse(row.evidence) as Evidence;
  for (const [name, now] of Object.entries(countedAgain)) {
    const then = canonicalJson(recorded[name]);
    if (then !== canonicalJson(now)) throw broken(`${name} was ${then}, is ${canonicalJson(now)}`);
  }
}
