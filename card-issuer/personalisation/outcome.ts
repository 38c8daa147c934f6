import type { Transaction } from '@citycard/common';
import { makingInSql, type MakingStep } from '../cards/life-cycle.ts';
import { issuerErrors } from '../errors.ts';
import type { Movement, MovementKind } from '../stock/movements.ts';
import type { CardClaim } from './claim.ts';

/** How a session ended that had a card. */
export type Outcome =
  /** The chip has taken everything; it waits for its read-back. */
  | { readonly kind: 'written' }
  | { readonly kind: 'read-back-passed' }
  /** The chip answers, and not what it should. */
  | { readonly kind: 'read-back-failed'; readonly reason: string }
  /** Nobody knows how far the chip came. */
  | { readonly kind: 'set-aside'; readonly reason: string }
  /** The chip is certainly no card, and a blank as before: the number goes to the next one. */
  | { readonly kind: 'put-back' };

export interface Ended {
  readonly claim: CardClaim;
  readonly outcome: Outcome;
}

type Answers = Map<Ended, Error | undefined>;

/** Writes how sessions ended, in sets; the error of an item is its own. Movements are the caller's to book. */
export async function writeOutcomes(
  tx: Transaction,
  where: { machine: string; location: string },
  ended: readonly Ended[],
): Promise<{ answers: Answers; movements: Movement[] }> {
  const of = (kind: Outcome['kind']) => ended.filter(({ outcome }) => outcome.kind === kind);
  const answers: Answers = new Map();
  await orRejected(of('written'), answers, (all) =>
    stepAll(tx, 'end-writing', all, 'written_at = now(), set_aside_reason = null, set_aside_at = null'),
  );
  const passed = await orRejected(of('read-back-passed'), answers, (all) =>
    stepAll(tx, 'pass-read-back', all, 'personalised_at = now(), read_back_by = $4', [where.machine]),
  );
  await setAside(tx, 'fail-read-back', of('read-back-failed'));
  await setAside(tx, 'quarantine', of('set-aside'));
  const back = await putBack(tx, of('put-back'));
  return {
    answers,
    movements: [
      ...movementsOf(passed, 'finish', 'good', where.machine),
      ...movementsOf(back, 'put-back', where.location, where.machine),
    ],
  };
}

/** As many movements as there are batches; the blanks of all of them are in work. */
function movementsOf(ended: readonly Ended[], kind: MovementKind, to: string, doneBy: string): Movement[] {
  const batches = new Map<string, Movement>();
  for (const { claim } of ended) {
    const reference = `batch ${claim.batchId}`;
    const quantity = (batches.get(reference)?.quantity ?? 0) + 1;
    batches.set(reference, { chipKind: claim.chipKind, from: 'work', to, quantity, kind, reference, doneBy });
  }
  return [...batches.values()];
}

/** Cards that took the step, with what else is set; the others answer for themselves. */
async function stepAll(
  tx: Transaction,
  step: MakingStep,
  ended: readonly Ended[],
  set: string,
  values: readonly string[] = [],
): Promise<Ended[]> {
  if (ended.length === 0) return [];
  const { before, after } = makingInSql(step);
  const { rows } = await tx.query<{ card_no: string }>({
    name: `issuer.${step}`,
    text: `update issuer.card c set state = ${after}, ${set}
       from unnest($1::text[], $2::text[], $3::text[]) as e(card_no, chip_serial, reason)
      where c.card_no = e.card_no and c.card_no = any($1) and c.chip_serial = e.chip_serial and c.${before} and c.personalised_at is null
     returning c.card_no`,
    values: [
      ended.map(({ claim }) => claim.cardNo),
      ended.map(({ claim }) => claim.chipSerial),
      ended.map(({ outcome }) => reasonOf(outcome) ?? null),
      ...values,
    ],
  });
  const stepped = new Set(rows.map((row) => row.card_no));
  return ended.filter(({ claim }) => stepped.has(claim.cardNo));
}

/** The bureau may have rejected a card while it was still in the machine: whatever the chip says, its number is void. */
async function orRejected(
  ended: readonly Ended[],
  answers: Answers,
  step: (ended: readonly Ended[]) => Promise<Ended[]>,
): Promise<Ended[]> {
  const stepped = await step(ended);
  for (const one of ended) if (!stepped.includes(one)) answers.set(one, issuerErrors.chipRejected());
  return stepped;
}

async function setAside(tx: Transaction, step: MakingStep, ended: readonly Ended[]): Promise<void> {
  const aside = await stepAll(tx, step, ended, 'set_aside_reason = e.reason, set_aside_at = now()');
  await writeFaults(
    tx,
    aside.map(({ claim, outcome }) => ({ ...claim, reason: reasonOf(outcome) ?? '' })),
  );
}

const reasonOf = (outcome: Outcome): string | undefined => ('reason' in outcome ? outcome.reason : undefined);

/** Remembers why chips were set aside. */
export async function writeFaults(
  tx: Transaction,
  faults: readonly { cardNo: string; chipSerial: string; batchId: bigint; reason: string }[],
): Promise<void> {
  if (faults.length === 0) return;
  await tx.query(
    `insert into issuer.personalisation_fault (card_no, chip_serial, batch_id, reason)
     select * from unnest($1::text[], $2::text[], $3::bigint[], $4::text[])`,
    [
      faults.map((fault) => fault.cardNo),
      faults.map((fault) => fault.chipSerial),
      faults.map((fault) => fault.batchId),
      faults.map((fault) => fault.reason),
    ],
  );
}

async function putBack(tx: Transaction, ended: readonly Ended[]): Promise<Ended[]> {
  const back = await stepAll(tx, 'put-back-chip', ended, 'chip_serial = null');
  if (back.length === 0) return back;
  await tx.query(`delete from issuer.chip where kind = 'card' and chip_serial = any($1)`, [
    back.map(({ claim }) => claim.chipSerial),
  ]);
  await tx.query(
    `update issuer.card_batch b set waiting = b.waiting + back.cards
       from (select batch_id, count(*)::int as cards from unnest($1::bigint[]) as batch_id group by batch_id) back
      where b.batch_id = back.batch_id`,
    [back.map(({ claim }) => claim.batchId)],
  );
  return back;
}
