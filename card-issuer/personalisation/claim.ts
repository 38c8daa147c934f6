import type { BusinessDate, Transaction } from '@citycard/common';
import { type CardState, makingInSql, statesBefore } from '../cards/life-cycle.ts';
import { issuerErrors } from '../errors.ts';
import { stockErrors } from '../stock/errors.ts';
import { lockOnHand, type Movement } from '../stock/movements.ts';

/** A card that a chip in the machine becomes. */
export interface CardClaim {
  readonly cardNo: string;
  readonly chipSerial: string;
  readonly batchId: bigint;
  readonly product: string;
  readonly productVersion: number;
  readonly chipKind: string;
  readonly validFrom: BusinessDate;
  readonly validTo: BusinessDate;
  /** What is to be done with the chip: everything, the read-back alone, or nothing any more. */
  readonly step: 'write' | 'read-back' | 'nothing';
}

/** Who claims: the name of the machine, and the place of the stock its blanks come from. */
export interface Claimant {
  readonly machine: string;
  readonly location: string;
  /** Cards of this product only. */
  readonly product?: string;
}

// Statements over the partitions of cards are named: planning them costs more than running them.

/** A session takes seconds; a chip that another machine had this long ago is not in it any more. */
const LONGEST_SESSION = '2 minutes';
/** Batches that were taken away while we waited for them, one after the other; more often than this is no coincidence. */
const MOST_OVERTAKEN = 20;

const BEGIN = makingInSql('begin-chip');
const RESUME = makingInSql('resume-chip');
const END_WRITING = makingInSql('end-writing');
/** Cards between the first touch of a chip and the last. */
const IN_WORK = statesBefore('resume-chip');

interface KnownRow {
  readonly chip_serial: string;
  readonly kind: 'card' | 'sam';
  readonly elsewhere: boolean;
  readonly card_no: string;
  readonly state: CardState;
  /** Written through once: its chip is no blank any more. */
  readonly written: boolean;
  /** Read back and found good once; whatever became of it later, it is made only once. */
  readonly made: boolean;
  readonly batch_id: bigint;
  readonly product: string;
  readonly product_version: number;
  readonly chip_kind: string;
  readonly valid_from: BusinessDate;
  readonly valid_to: BusinessDate;
}

/** A chip in the machine and what it says of itself: that it takes the transport key, or that it has its END behind it. */
export interface PresentChip {
  readonly chipSerial: string;
  readonly life: 'blank' | 'finished';
}

/**
 * The cards of chips that were here before. Chips whose session broke off go on with the number they had, and are this
 * machine's from now on; of those that say they are finished it is written down that they are, and they are read back.
 *
 * @returns per serial the claim, or the error that refuses the chip; nothing for a chip that is new
 */
export async function knownCards(
  tx: Transaction,
  { machine }: Claimant,
  chips: readonly PresentChip[],
): Promise<Map<string, CardClaim | Error>> {
  const lives = new Map(chips.map(({ chipSerial, life }) => [chipSerial, life]));
  const { rows } = await tx.query<KnownRow>({
    name: 'issuer.known-cards',
    text: `select h.chip_serial, h.kind, h.machine <> $2 and h.claimed_at > now() - interval '${LONGEST_SESSION}' as elsewhere,
            c.card_no, c.state, c.written_at is not null as written, c.personalised_at is not null as made, c.batch_id, b.product, b.product_version, b.chip_kind, c.valid_from, c.valid_to
       from issuer.chip h left join issuer.card c on h.kind = 'card' and c.card_no = h.number left join issuer.card_batch b using (batch_id)
      where h.chip_serial = any($1)`,
    values: [[...lives.keys()], machine],
  });
  const answers = new Map(rows.map((row) => [row.chip_serial, answerKnown(row, lives.get(row.chip_serial))]));
  const again = rows.filter((row) => isInWork(row) && !(answers.get(row.chip_serial) instanceof Error));
  if (again.length > 0) {
    await tx.query(`update issuer.chip set machine = $2, claimed_at = now() where chip_serial = any($1)`, [
      again.map((row) => row.chip_serial),
      machine,
    ]);
    for (const [life, { before, after }, set] of [
      ['blank', RESUME, ''],
      ['finished', END_WRITING, 'written_at = coalesce(written_at, now()), '],
    ] as const) {
      const numbers = again.filter((row) => lives.get(row.chip_serial) === life).map((row) => row.card_no);
      if (numbers.length === 0) continue;
      await tx.query(
        `update issuer.card set state = ${after}, ${set}set_aside_reason = null, set_aside_at = null
          where card_no = any($1) and ${before}`,
        [numbers],
      );
    }
  }
  return answers;
}

/** Begun, and nobody has written down yet that it was written through; or it failed its read-back and is read back again. */
const isInWork = (row: KnownRow) => !row.made && IN_WORK.includes(row.state);

function answerKnown(row: KnownRow, life: PresentChip['life'] | undefined): CardClaim | Error {
  if (row.kind === 'sam') return issuerErrors.chipSerialTaken();
  if (row.state === 'rejected') return issuerErrors.chipRejected();
  if (row.state === 'personalising' && row.elsewhere) return issuerErrors.chipInWork();
  // Whoever was written through is no blank again.
  if (life === 'blank' && row.written) return issuerErrors.chipSerialTaken();
  const isOpen = isInWork(row) || row.state === 'written';
  if (!isOpen) return claimOf(row, row.chip_serial, 'nothing');
  return claimOf(row, row.chip_serial, life === 'blank' ? 'write' : 'read-back');
}

/**
 * Ties new chips to the next prepared cards of released batches, in order, and takes their blanks out of the stock.
 *
 * @returns per serial the claim, undefined when nothing is waiting to be personalised, or the error that there are no blanks
 */
export async function claimCards(
  tx: Transaction,
  claimant: Claimant,
  chipSerials: readonly string[],
): Promise<{ answers: Map<string, CardClaim | Error | undefined>; movements: Movement[] }> {
  const answers = new Map<string, CardClaim | Error | undefined>();
  const movements: Movement[] = [];
  const left = [...chipSerials];
  const without: bigint[] = [];
  let onHand: Map<string, number> | undefined;
  let lacking: string | undefined;
  while (left.length > 0) {
    const batch = await nextBatch(tx, claimant, without);
    if (batch === undefined) break;
    onHand ??= await lockOnHand(tx, claimant.location);
    const blanks = onHand.get(batch.chip_kind) ?? 0;
    const cards = blanks === 0 ? [] : await nextCards(tx, batch, Math.min(left.length, blanks));
    if (cards.length < left.length) without.push(batch.batch_id);
    if (blanks < left.length) lacking ??= batch.chip_kind;
    if (cards.length === 0) continue;
    onHand.set(batch.chip_kind, blanks - cards.length);
    for (const claim of await tie(tx, claimant, batch, cards, left.splice(0, cards.length))) {
      answers.set(claim.chipSerial, claim);
    }
    movements.push({
      chipKind: batch.chip_kind,
      from: claimant.location,
      to: 'work',
      quantity: cards.length,
      kind: 'claim',
      reference: `batch ${batch.batch_id}`,
      doneBy: claimant.machine,
    });
  }
  for (const serial of left) {
    answers.set(
      serial,
      lacking === undefined ? undefined : stockErrors.noBlanks({ chipKind: lacking, location: claimant.location }),
    );
  }
  return { answers, movements };
}

interface BatchRow {
  readonly batch_id: bigint;
  readonly product: string;
  readonly product_version: number;
  readonly chip_kind: string;
}

interface CardRow {
  readonly card_no: string;
  readonly valid_from: BusinessDate;
  readonly valid_to: BusinessDate;
}

/** The oldest released batch with cards to make, held until the transaction ends: claims, pauses and rejects come in turn. */
async function nextBatch(
  tx: Transaction,
  { product }: Claimant,
  without: readonly bigint[],
): Promise<BatchRow | undefined> {
  const wanted = `state = 'released' and waiting > 0 and batch_id <> all($1) and ($2::text is null or product = $2)`;
  for (let overtaken = 0; overtaken < MOST_OVERTAKEN; overtaken += 1) {
    const { rows } = await tx.query<BatchRow>(
      `select batch_id, product, product_version, chip_kind from issuer.card_batch where ${wanted} order by batch_id limit 1 for update`,
      [without, product ?? null],
    );
    if (rows[0] !== undefined) return rows[0];
    // Nothing may also mean that the batch we waited for was emptied or paused meanwhile.
    const { rowCount } = await tx.query(`select from issuer.card_batch where ${wanted} limit 1`, [
      without,
      product ?? null,
    ]);
    if (rowCount === 0) return undefined;
  }
  return undefined;
}

async function nextCards(tx: Transaction, { batch_id: batchId }: BatchRow, limit: number): Promise<CardRow[]> {
  const { rows } = await tx.query<CardRow>({
    name: 'issuer.next-cards',
    text: `select card_no, valid_from, valid_to from issuer.card where batch_id = $1 and ${BEGIN.before}
      order by card_no limit $2 for update`,
    values: [batchId, limit],
  });
  return rows;
}

async function tie(
  tx: Transaction,
  { machine }: Claimant,
  batch: BatchRow,
  cards: readonly CardRow[],
  chipSerials: readonly string[],
): Promise<CardClaim[]> {
  const numbers = cards.map((card) => card.card_no);
  await tx.query(
    `insert into issuer.chip (chip_serial, kind, number, machine) select chip_serial, 'card', number, $3 from unnest($1::text[], $2::text[]) as tied(chip_serial, number)`,
    [chipSerials, numbers, machine],
  );
  await tx.query({
    name: 'issuer.tie-cards',
    text: `update issuer.card c set state = ${BEGIN.after}, chip_serial = tied.chip_serial
       from unnest($1::text[], $2::text[]) as tied(card_no, chip_serial) where c.card_no = tied.card_no and c.card_no = any($1)`,
    values: [numbers, chipSerials],
  });
  await tx.query('update issuer.card_batch set waiting = waiting - $2 where batch_id = $1', [
    batch.batch_id,
    cards.length,
  ]);
  return cards.map((card, at) => claimOf({ ...batch, ...card }, chipSerials[at] ?? '', 'write'));
}

function claimOf(row: BatchRow & CardRow, chipSerial: string, step: CardClaim['step']): CardClaim {
  return {
    cardNo: row.card_no,
    chipSerial,
    batchId: row.batch_id,
    product: row.product,
    productVersion: row.product_version,
    chipKind: row.chip_kind,
    validFrom: row.valid_from,
    validTo: row.valid_to,
    step,
  };
}
