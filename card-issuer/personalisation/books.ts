import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, transact } from '@citycard/common';
import { makingInSql } from '../cards/life-cycle.ts';
import { issuerErrors } from '../errors.ts';
import { bookMovements } from '../stock/movements.ts';
import { type CardClaim, type Claimant, claimCards, knownCards } from './claim.ts';
import { Gathering } from './gathering.ts';
import { type Ended, type Outcome, writeFaults, writeOutcomes } from './outcome.ts';

/** Machine and stock of whoever does not say: the machine of the bureau. */
export const BUREAU_MACHINE = 'cards';
export const BUREAU_LOCATION = 'bureau';
/** With this many chips in the machine the next round fills up while the first of it waits. */
const busyFrom = 6;
const lingerMs = 30;
/** Longer than any session that goes well. */
const longestWaitMs = 5_000;

const QUARANTINE = makingInSql('quarantine');

type Asked =
  | { readonly kind: 'claim'; readonly chipSerial: string; readonly life: 'blank' | 'finished' }
  | ({ readonly kind: 'end' } & Ended);

/**
 * What a machine writes down: which chip becomes which card, and how that ended. What several chips ask for at the same
 * time is written in one transaction; a claim is on disk before the first command that writes to the chip.
 */
export class CardBooks {
  readonly #db: Database;
  readonly #claimant: Claimant;
  /** Chips in the machine by their serials, and when each is out again. */
  readonly #inWork = new Map<string, Promise<void>>();
  readonly #rounds: Gathering<Asked, CardClaim | undefined>;

  constructor(db: Database, claimant: Partial<Claimant> = {}) {
    this.#db = db;
    this.#claimant = { machine: BUREAU_MACHINE, location: BUREAU_LOCATION, ...claimant };
    this.#rounds = new Gathering(
      (asked) => this.#write(asked),
      () => (this.#inWork.size < busyFrom ? 0 : lingerMs),
    );
  }

  /**
   * Works on a chip of this serial while no other one of it is in the machine: two at the same time are a copy and its
   * original. A chip that was pulled and put in again at once waits until what it left behind is written down.
   *
   * @throws card-issuer.chip-in-work, and what the work throws
   */
  async alone<T>(chipSerial: string, work: () => Promise<T>): Promise<T> {
    const deadline = Date.now() + longestWaitMs;
    for (let other = this.#inWork.get(chipSerial); other !== undefined; other = this.#inWork.get(chipSerial)) {
      const left = deadline - Date.now();
      if (left <= 0) throw issuerErrors.chipInWork();
      await Promise.race([other, sleep(left, undefined, { ref: false })]);
    }
    let out: () => void = () => undefined;
    this.#inWork.set(chipSerial, new Promise((resolve) => (out = resolve)));
    try {
      return await work();
    } finally {
      this.#inWork.delete(chipSerial);
      out();
    }
  }

  /**
   * Ties the chip to a card before anything is written to it. A chip that was here before (its session broke off) gets
   * the number it had; a new blank the next prepared one of a released batch, in order. A chip that has its END behind it is
   * noted as written, if it was not yet, and is to be read back.
   *
   * @returns undefined when nothing is waiting to be personalised, or when a finished chip is not ours
   * @throws card-issuer.chip-rejected, .chip-in-work, .chip-serial-taken, card-issuer.stock.no-blanks
   */
  claim(chipSerial: string, life: 'blank' | 'finished'): Promise<CardClaim | undefined> {
    return this.#rounds.add({ kind: 'claim', chipSerial, life });
  }

  /** Writes how a step of the session ended. @throws card-issuer.chip-rejected when the bureau rejected the card meanwhile */
  async end(claim: CardClaim, outcome: Outcome): Promise<void> {
    await this.#rounds.add({ kind: 'end', claim, outcome });
  }

  /** Cards that this machine had begun when it was stopped by force: nobody knows how far their chips came. */
  async setAsideInterrupted(): Promise<number> {
    return transact(this.#db, async (tx) => {
      const { rows } = await tx.query<{ cardNo: string; chipSerial: string; batchId: bigint }>(
        `update issuer.card c set state = ${QUARANTINE.after}, set_aside_reason = 'machine-stopped', set_aside_at = now()
           from issuer.chip h
          where c.${QUARANTINE.before} and h.kind = 'card' and h.number = c.card_no and h.machine = $1
         returning c.card_no as "cardNo", c.chip_serial as "chipSerial", c.batch_id as "batchId"`,
        [this.#claimant.machine],
      );
      await writeFaults(
        tx,
        rows.map((row) => ({ ...row, reason: 'machine-stopped' })),
      );
      return rows.length;
    });
  }

  #write(asked: readonly Asked[]): Promise<(CardClaim | Error | undefined)[]> {
    return transact(this.#db, async (tx) => {
      const ended = asked.filter((one) => one.kind === 'end');
      const claims = asked.filter((one) => one.kind === 'claim');
      const outcomes = await writeOutcomes(tx, this.#claimant, ended);
      const known = claims.length === 0 ? new Map() : await knownCards(tx, this.#claimant, claims);
      const fresh = claims.filter(({ chipSerial, life }) => life === 'blank' && !known.has(chipSerial));
      const claimed = await claimCards(
        tx,
        this.#claimant,
        fresh.map(({ chipSerial }) => chipSerial),
      );
      await bookMovements(tx, [...outcomes.movements, ...claimed.movements]);
      return asked.map((one) =>
        one.kind === 'end'
          ? outcomes.answers.get(one)
          : (known.get(one.chipSerial) ?? claimed.answers.get(one.chipSerial)),
      );
    });
  }
}
