import { type Database, type Principal, recordAct, transact, type Transaction } from '@citycard/common';
import type { HsmClient } from '@citycard/hsm-sim';
import { requireOnlyCard } from '../cards/one-card.ts';
import { issuerErrors } from '../errors.ts';
import { CardBooks } from '../personalisation/books.ts';
import { personaliseCard } from '../personalisation/personalise.ts';
import { chipInReader } from '../personalisation/reader-chip.ts';
import { chipSerial } from '../personalisation/session.ts';
import type { CardState } from '../cards/life-cycle.ts';
import type { CardInReader, CounterReaders } from '../readers/reader.ts';
import { requireLiving } from './issue.ts';
import { issueNowErrors } from './issue-now-errors.ts';
import { requireOpenShift } from './shifts.ts';

/** What the clerk asks for; `key` is the Idempotency-Key of the request. */
export interface IssueNowOrder {
  readonly key: string;
  readonly reader: string;
  readonly product: string;
  readonly residentId: bigint;
  readonly shiftId: bigint;
  /** Place of the stock that the blank comes from. */
  readonly stock: string;
  /** The card whose place the new one is to take; left out for somebody's first. */
  readonly inPlaceOf?: string;
}

/** What a page shows while a card is made: blank, being written, written, read back. */
export interface MakingProgress {
  readonly step: 'unknown' | 'blank' | 'writing' | 'written' | 'read-back' | 'set-aside' | 'issued';
  readonly chipSerial?: string;
  readonly cardNo?: string;
  /** Answered by the chip so far, as far as this process has made it. */
  readonly commands?: number;
}

function stepOf(state: CardState | null): MakingProgress['step'] {
  switch (state) {
    case null:
    case 'prepared':
      return 'blank';
    case 'personalising':
      return 'writing';
    case 'written':
      return 'written';
    case 'personalised':
      return 'read-back';
    case 'quarantined':
    case 'rejected':
      return 'set-aside';
    default:
      return 'issued';
  }
}

/** Requests are not repeated for longer than this. */
const FORGOTTEN_AFTER = '40 days';

/** Makes single cards in the readers of counters: the machine of the bureau, one chip at a time, with the holder waiting. */
export class CounterDesk {
  readonly #deps: { readonly db: Database; readonly hsm: HsmClient; readonly readers: CounterReaders };
  readonly #books = new Map<string, CardBooks>();
  /** Readers whose cards of an earlier run of this process have been set aside. */
  readonly #cleared = new Set<string>();
  /** Commands the chip of a reader has answered since its request began; for whoever watches. */
  readonly #commands = new Map<string, number>();

  constructor(deps: { readonly db: Database; readonly hsm: HsmClient; readonly readers: CounterReaders }) {
    this.#deps = deps;
  }

  /**
   * Makes the blank in the reader the next prepared card of a released batch of the product, and reads it back. What would
   * refuse the issue afterwards is refused first, before anything is written. A card pulled on the way is quarantined; the same
   * request with the same chip goes on with the same number, and with another chip is refused, so that one request never
   * makes two cards.
   *
   * @returns the card's number, ready to be issued
   * @throws card-issuer.issue-now.*, card-issuer.readers.*, card-issuer.shift-unknown, product-unknown, what `issueCard` throws
   *   of a resident, and what `personaliseCard` throws
   */
  async makeCard(clerk: Principal, order: IssueNowOrder): Promise<string> {
    await this.#refuseEarly(clerk, order);
    return this.#deps.readers.withCard(clerk, order.reader, async (card) => {
      const chip = chipInReader(this.#counted(order.reader, card));
      await this.#tie(clerk, order, await chipSerial(chip));
      const number = await personaliseCard({ ...this.#deps, books: await this.#booksOf(order) }, chip);
      if (number === undefined) throw issueNowErrors.nothingPrepared({ product: order.product });
      await this.#requireProduct(number, order.product);
      return number;
    });
  }

  /** The request is done: its chip is nobody's work any more. */
  async done(tx: Transaction, clerk: Principal, key: string): Promise<void> {
    await tx.query('delete from issuer.counter_work where clerk = $1 and idempotency_key = $2', [clerk.id, key]);
  }

  /**
   * How far the making of the card for a request has come. Nothing is known under the key before its chip was recognised and
   * after its card was handed out.
   */
  async progress(clerk: Principal, key: string, reader: string): Promise<MakingProgress> {
    const { rows } = await this.#deps.db.query<{
      chip_serial: string;
      card_no: string | null;
      state: CardState | null;
    }>(
      `select w.chip_serial, c.card_no, c.state from issuer.counter_work w
         left join issuer.chip h on h.chip_serial = w.chip_serial and h.kind = 'card'
         left join issuer.card c on c.card_no = h.number
        where w.clerk = $1 and w.idempotency_key = $2`,
      [clerk.id, key],
    );
    const [row] = rows;
    if (row === undefined) return { step: 'unknown' };
    const found = { chipSerial: row.chip_serial, ...(row.card_no !== null && { cardNo: row.card_no }) };
    return { ...found, step: stepOf(row.state), commands: this.#commands.get(reader) ?? 0 };
  }

  /** The card, with a count of what it has answered. */
  #counted(reader: string, card: CardInReader): CardInReader {
    this.#commands.set(reader, 0);
    const count = () => this.#commands.set(reader, (this.#commands.get(reader) ?? 0) + 1);
    return {
      answerToReset: card.answerToReset,
      transmit: (apdu) => card.transmit(apdu).finally(count),
      expect: (apdu, step) => card.expect(apdu, step).finally(count),
    };
  }

  async #refuseEarly(clerk: Principal, order: IssueNowOrder): Promise<void> {
    const { product, residentId, shiftId, inPlaceOf = '' } = order;
    await transact(this.#deps.db, async (tx) => {
      await requireOpenShift(tx, clerk, shiftId);
      await requireLiving(tx, residentId);
      await requireOnlyCard(tx, residentId, { cardNo: inPlaceOf, product });
      const known = await tx.query('select from issuer.card_product where product = $1', [product]);
      if (known.rowCount === 0) throw issuerErrors.productUnknown(product);
    });
  }

  /** One request, one chip: the first that was begun for it. */
  async #tie(clerk: Principal, order: IssueNowOrder, serial: string): Promise<void> {
    await transact(this.#deps.db, async (tx) => {
      await tx.query(`delete from issuer.counter_work where begun_at < now() - $1::interval`, [FORGOTTEN_AFTER]);
      const begun = await tx.query(
        `insert into issuer.counter_work (clerk, idempotency_key, chip_serial, product, resident_id) values ($1, $2, $3, $4, $5)
         on conflict do nothing`,
        [clerk.id, order.key, serial, order.product, order.residentId],
      );
      if (begun.rowCount === 1) {
        const detail = { reader: order.reader, product: order.product, residentId: Number(order.residentId) };
        return recordAct(tx, clerk, { act: 'begin-counter-issue', subject: `chip ${serial}`, detail });
      }
      const { rows } = await tx.query<{ chip_serial: string; product: string; resident_id: bigint }>(
        'select chip_serial, product, resident_id from issuer.counter_work where clerk = $1 and idempotency_key = $2',
        [clerk.id, order.key],
      );
      const [first] = rows;
      if (first === undefined) return;
      if (first.product !== order.product || first.resident_id !== order.residentId)
        throw issueNowErrors.otherContent();
      if (first.chip_serial === serial) return;
      if (await isBegun(tx, first.chip_serial)) {
        throw issueNowErrors.otherChip({ begun: first.chip_serial, found: serial });
      }
      await tx.query('update issuer.counter_work set chip_serial = $3 where clerk = $1 and idempotency_key = $2', [
        clerk.id,
        order.key,
        serial,
      ]);
    });
  }

  /** A finished card put in instead of a blank is issued only as what it is. */
  async #requireProduct(number: string, asked: string): Promise<void> {
    const { rows } = await this.#deps.db.query<{ product: string }>(
      'select product from issuer.card where card_no = $1',
      [number],
    );
    const made = rows[0]?.product;
    if (made !== asked) throw issueNowErrors.otherProduct({ made, asked });
  }

  /** A process that was killed may have left a card of this reader half made: it is set aside before the next is begun. */
  async #booksOf({ reader, product, stock }: IssueNowOrder): Promise<CardBooks> {
    const name = JSON.stringify([reader, product, stock]);
    const known = this.#books.get(name);
    if (known !== undefined) return known;
    const books = new CardBooks(this.#deps.db, { machine: `counter ${reader}`, location: stock, product });
    this.#books.set(name, books);
    if (!this.#cleared.has(reader)) await books.setAsideInterrupted();
    this.#cleared.add(reader);
    return books;
  }
}

/** Whether the chip has a number and no holder yet. A chip that was refused, or somebody's card put in by mistake, is not begun. */
async function isBegun(tx: Transaction, chipSerial: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `select from issuer.chip h join issuer.card c on c.card_no = h.number
      where h.chip_serial = $1 and h.kind = 'card' and c.state in ('personalising', 'written', 'quarantined', 'personalised')`,
    [chipSerial],
  );
  return (rowCount ?? 0) > 0;
}
