import { batchesThatDiffer, type ComparedBatch } from '@citycard/clearing';
import {
  addDays,
  type BusinessDate,
  cityDate,
  fenToNumber,
  instantOfCityDigits,
  type Transaction,
} from '@citycard/common';
import type { CounterpartKind, FoundDifference } from '../differences/index.ts';
import { keepInStep, type LookResult } from '../daily/in-step.ts';

/** Batches said longer ago are not compared anew: whatever was still to come has come, or has long been work for people. */
const LOOK_BACK_DAYS = 40;

/**
 * Totals that terminals said of their batches (message 14) against what we have of them now: what was different and has arrived
 * since ends, what is different and older than the patience opens, for loads and purchases apart.
 */
export async function lookAtBatches(tx: Transaction, until: BusinessDate): Promise<LookResult> {
  const since = startOf(addDays(until, -LOOK_BACK_DAYS));
  const before = startOf(addDays(until, 1)).getTime();
  const batches = (await batchesThatDiffer(tx, since)).filter(({ claimedAt }) => claimedAt.getTime() < before);
  const kinds = await kindsOf(tx, batches);
  const found = batches.flatMap((batch) => differencesOf(batch, kinds.get(batch.merchantNo) ?? 'operator'));
  const scope = { counterpartKinds: ['operator', 'agent', 'biller'], subject: 'batch ' } as const;
  return keepInStep(tx, scope, found, 'our figures of the batch are those of the terminal now');
}

function differencesOf(batch: ComparedBatch, counterpartKind: CounterpartKind): FoundDifference[] {
  const { terminalNo, batchNo, traceNo, claimedAt, ours: our } = batch;
  return (['loads', 'purchases'] as const).flatMap((what): FoundDifference[] => {
    const [ours, theirs] = [our[what], batch[what]];
    if (ours.count === theirs.count && ours.amount === theirs.amount) return [];
    const kind = ours.count === 0 ? 'only-theirs' : theirs.count === 0 ? 'only-ours' : 'amount';
    return [
      {
        counterpartKind,
        counterpart: batch.merchantNo,
        businessDay: cityDate(claimedAt),
        subjectKey: `batch ${terminalNo} ${batchNo} ${what}`,
        kind,
        ours: ours.amount,
        theirs: theirs.amount,
        evidence: {
          terminalNo,
          batchNo,
          traceNo,
          claimedAt: claimedAt.toISOString(),
          ourCount: ours.count,
          theirCount: theirs.count,
          ourFen: fenToNumber(ours.amount),
          theirFen: fenToNumber(theirs.amount),
        },
      },
    ];
  });
}

async function kindsOf(tx: Transaction, batches: readonly ComparedBatch[]): Promise<Map<string, CounterpartKind>> {
  const { rows } = await tx.query<{ participant_no: string; kind: CounterpartKind }>(
    `select participant_no, kind from clearing.participant where kind in ('agent', 'biller') and participant_no = any($1)`,
    [[...new Set(batches.map(({ merchantNo }) => merchantNo))]],
  );
  return new Map(rows.map(({ participant_no: no, kind }) => [no, kind]));
}

function startOf(date: BusinessDate): Date {
  const start = instantOfCityDigits(date.replaceAll('-', ''), '000000');
  if (start === undefined) throw new Error(`${date} has no beginning`);
  return start;
}
