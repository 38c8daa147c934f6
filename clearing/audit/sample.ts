import { createHash } from 'node:crypto';
import {
  type BusinessDate,
  canonicalJson,
  type Database,
  type Principal,
  recordAct,
  type Transaction,
} from '@citycard/common';
import { requireClosed } from '../report-files/period.ts';
import { auditErrors } from './errors.ts';

/** A part of the population, by what never changes in a record once its day is closed. */
export interface Stratum {
  readonly name: string;
  /** Records drawn from it; all when it has fewer. */
  readonly size: number;
  readonly participantNo?: string;
  readonly industry?: number;
  readonly minFen?: number;
  readonly maxFen?: number;
}

export interface SampleDefinition {
  readonly from: BusinessDate;
  readonly to: BusinessDate;
  readonly seed: string;
  readonly strata: readonly Stratum[];
}

/** A record that was drawn, as others name it. */
export interface SampleItem {
  readonly stratum: string;
  readonly cardNo: string;
  readonly businessDate: BusinessDate;
  readonly intakeId: string;
  readonly recordIndex: number;
}

export interface Sample {
  readonly sampleNo: bigint;
  readonly definition: SampleDefinition;
  readonly items: readonly SampleItem[];
  readonly drawnBy: string;
  readonly drawnAt: Date;
}

/**
 * Draws purchase records of closed days: in each stratum those whose SHA-256 over seed, stratum and the record's identity is
 * smallest. The same definition draws the same records, here and wherever the records are; nobody can foresee them without
 * the seed.
 *
 * @throws CityCardError `clearing.reports.period-open`, `clearing.audit.strata-named-twice`, `.days-reversed`
 */
export async function drawSample(tx: Transaction, principal: Principal, definition: SampleDefinition): Promise<Sample> {
  const { from, to, seed, strata } = definition;
  if (from > to) throw auditErrors.daysReversed({ from, to });
  const twice = strata.find(({ name }, index) => strata.findIndex((other) => other.name === name) !== index);
  if (twice) throw auditErrors.strataNamedTwice({ name: twice.name });
  await requireClosed(tx, { name: `${from} to ${to}`, kind: 'day', first: from, last: to });
  const text = canonicalJson(definition);
  const known = await findSample(tx, { sha256: createHash('sha256').update(text).digest() });
  if (known !== undefined) return known;
  const items: SampleItem[] = [];
  for (const stratum of strata) {
    const { rows } = await tx.query<SampleItem>(DRAW, [
      from,
      to,
      `${seed}|${stratum.name}|`,
      stratum.size,
      stratum.participantNo ?? null,
      stratum.industry ?? null,
      stratum.minFen ?? null,
      stratum.maxFen ?? null,
    ]);
    items.push(...rows.map((row) => ({ ...row, stratum: stratum.name })));
  }
  await tx.query(
    `insert into clearing.audit_sample (definition, definition_sha256, items, drawn_by) values ($1, sha256(convert_to($1, 'UTF8')), $2, $3)
     on conflict (definition_sha256) do nothing`,
    [text, JSON.stringify(items), principal.id],
  );
  const drawn = await findSample(tx, { sha256: createHash('sha256').update(text).digest() });
  if (drawn === undefined) throw new Error('a sample just drawn cannot be found');
  const act = { act: 'audit.sample', subject: `sample ${drawn.sampleNo}`, detail: { records: items.length } };
  await recordAct(tx, principal, act);
  return drawn;
}

const DRAW = `
  select card_no as "cardNo", business_date::text as "businessDate", intake_id::text as "intakeId", record_index as "recordIndex"
    from clearing.purchase_record
   where business_date between $1 and $2 and ($5::text is null or participant_no = $5) and ($6::int is null or industry = $6)
     and ($7::bigint is null or amount_fen >= $7) and ($8::bigint is null or amount_fen <= $8)
   order by sha256(convert_to($3 || card_no || '|' || business_date || '|' || intake_id || '|' || record_index, 'UTF8')), card_no
   limit $4`;

/** Samples that were drawn, newest first, without their records. */
export async function listSamples(db: Database): Promise<(Omit<Sample, 'items'> & { readonly records: number })[]> {
  const { rows } = await db.query<Omit<Sample, 'definition' | 'items'> & { definition: string; records: number }>(
    `select sample_no as "sampleNo", definition, json_array_length(items::json) as records, drawn_by as "drawnBy", drawn_at as "drawnAt"
       from clearing.audit_sample order by sample_no desc limit 400`,
  );
  return rows.map((row) => ({ ...row, definition: JSON.parse(row.definition) as SampleDefinition }));
}

/** A sample by its number, or by its definition. */
export async function findSample(
  db: Database | Transaction,
  asked: { readonly sampleNo: bigint } | { readonly sha256: Buffer },
): Promise<Sample | undefined> {
  const [column, value] = 'sampleNo' in asked ? ['sample_no', asked.sampleNo] : ['definition_sha256', asked.sha256];
  const { rows } = await db.query<Omit<Sample, 'definition'> & { definition: string }>(
    `select sample_no as "sampleNo", definition, items, drawn_by as "drawnBy", drawn_at as "drawnAt" from clearing.audit_sample where ${column} = $1`,
    [value],
  );
  const row = rows[0];
  return row && { ...row, definition: JSON.parse(row.definition) as SampleDefinition };
}
