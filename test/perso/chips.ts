import { setTimeout as sleep } from 'node:timers/promises';
import { readCardFace, RemoteReader, VirtualCard } from '@citycard/city-sim';
import { publishedKey } from '@citycard/citycard';
import { proveStock, stockLines } from '@citycard/card-issuer';
import type { Database } from '@citycard/common';

/** The machine is away for a moment: the chip is put in again after this long. */
const AWAY_MS = 50;

export function blankChips(count: number): VirtualCard[] {
  const transportKey = publishedKey('CHIP');
  return Array.from({ length: count }, () => new VirtualCard({ transportKey }));
}

export const serialOf = (chip: VirtualCard) => chip.serial.toString('hex').toUpperCase();

/**
 * Puts chips into the machine, so many at a time, until the books say that every one of them is a card. A chip whose
 * session broke off, for whatever reason, is simply put in again, as the person at the machine would.
 *
 * @returns how often chips were put in
 */
export async function personaliseAll(
  db: Database,
  chips: readonly VirtualCard[],
  machine: () => { host: string; port: number },
  options: { atOnce: number; onEjected?: (ejected: number) => void },
): Promise<number> {
  let insertions = 0;
  let left = [...chips];
  while (left.length > 0) {
    const waiting = [...left];
    const slot = async () => {
      for (let chip = waiting.shift(); chip !== undefined; chip = waiting.shift()) {
        await insertWhenThere(chip, machine);
        insertions += 1;
        options.onEjected?.(insertions);
      }
    };
    await Promise.all(Array.from({ length: options.atOnce }, slot));
    const made = await serialsMade(db);
    left = left.filter((chip) => !made.has(serialOf(chip)));
    if (left.length > 0) await sleep(AWAY_MS);
  }
  return insertions;
}

async function insertWhenThere(chip: VirtualCard, machine: () => { host: string; port: number }): Promise<void> {
  for (;;) {
    try {
      const reader = await RemoteReader.insert(chip, machine());
      return await reader.removed;
    } catch {
      await sleep(AWAY_MS);
    }
  }
}

async function serialsMade(db: Database): Promise<Set<string>> {
  const { rows } = await db.query<{ chip_serial: string }>(
    'select chip_serial from issuer.card where personalised_at is not null',
  );
  return new Set(rows.map((row) => row.chip_serial));
}

/**
 * Proves that these chips and the cards of the books are the same, one to one, by what the chips themselves say, and that
 * the stock adds up. Answers what is wrong; nothing when all is well.
 */
export async function faultsOf(db: Database, batchId: bigint, chips: readonly VirtualCard[]): Promise<string[]> {
  const faults: string[] = [];
  const onChips = new Map<string, string>();
  for (const chip of chips) {
    chip.powerOn();
    const face = readCardFace(chip);
    const number = typeof face === 'number' ? `status ${face.toString(16)}` : face.cardNo;
    if (!chip.personalised) faults.push(`chip ${serialOf(chip)} is no card`);
    const other = onChips.get(number);
    if (other !== undefined) faults.push(`${number} is on chips ${other} and ${serialOf(chip)}`);
    onChips.set(number, serialOf(chip));
  }
  const { rows } = await db.query<{
    card_no: string;
    state: string;
    chip_serial: string | null;
    claimed: string | null;
  }>(
    `select c.card_no, c.state, c.chip_serial, h.chip_serial as claimed
       from issuer.card c left join issuer.chip h on h.kind = 'card' and h.number = c.card_no where c.batch_id = $1`,
    [batchId],
  );
  for (const row of rows) {
    if (row.state !== 'personalised') faults.push(`card ${row.card_no} is ${row.state}`);
    if (row.chip_serial !== row.claimed) faults.push(`card ${row.card_no} has two chips in the books`);
    if (onChips.get(row.card_no) !== row.chip_serial)
      faults.push(`card ${row.card_no} is not on the chip of the books`);
  }
  if (rows.length !== chips.length) faults.push(`${rows.length} cards were made of ${chips.length} chips`);
  const twice = await db.query(
    'select chip_serial from issuer.card where chip_serial is not null group by 1 having count(*) > 1',
  );
  if (twice.rows.length > 0) faults.push(`${twice.rows.length} chips bear two numbers`);
  faults.push(...(await proveStock(db)).faults);
  for (const line of await stockLines(db)) {
    const { received, good, reject, spoiled, returned, onHand } = line;
    if (received !== good + reject + spoiled + returned + onHand)
      faults.push(`the stock of ${line.chipKind} does not add up`);
    if ((line.places['work'] ?? 0n) !== 0n)
      faults.push(`${line.places['work']} blanks of ${line.chipKind} are still in work`);
  }
  return faults;
}
