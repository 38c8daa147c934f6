import {
  ChipWithoutPower,
  type InsertableChip,
  readCardFace,
  RemoteReader,
  VirtualCard,
  VirtualSam,
} from '@citycard/city-sim';
import { publishedKey } from '@citycard/citycard';
import { expect } from 'vitest';
import type { TestCity } from '../installation.ts';

/** The transport key of the chips that the demo's chip maker delivers. */
const TRANSPORT_KEY = publishedKey('CHIP');

export const blankCard = (serial?: Buffer): VirtualCard =>
  new VirtualCard({ transportKey: TRANSPORT_KEY, ...(serial && { serial }) });
export const blankSam = (): VirtualSam => new VirtualSam({ transportKey: TRANSPORT_KEY });

/** Has a batch prepared by one officer and released by the other. */
export async function order(city: TestCity, count: number, product = 'standard'): Promise<string> {
  const prepared = await city.http('bureau-1', 'POST', '/v1/card-batches', { product, count });
  expect(prepared.status).toBe(201);
  const batchId = String(prepared.body['batchId']);
  expect((await city.http('bureau-2', 'POST', `/v1/card-batches/${batchId}/release`)).status).toBe(204);
  return batchId;
}

/** Puts a chip into the machine over TCP and waits until it is out again: ejected, or pulled. */
export async function insert(
  city: TestCity,
  chip: InsertableChip,
  machine: 'cards' | 'sams' | 'readBack' = 'cards',
): Promise<void> {
  const machines = await city.http('bureau-1', 'GET', '/v1/personalisation/machines');
  await insertAt(machines.body[machine] as { host: string; port: number }, chip);
}

/** As `insert`, into a machine at this address. */
export async function insertAt(machine: { host: string; port: number }, chip: InsertableChip): Promise<void> {
  const reader = await RemoteReader.insert(chip, machine);
  await reader.removed;
}

/** A finished card, made in the real machine. */
export async function makeCard(city: TestCity): Promise<{ card: VirtualCard; cardNo: string }> {
  await order(city, 1);
  const card = blankCard();
  await insert(city, card);
  return { card, cardNo: numberOn(card) };
}

/** The number as any reader in the street sees it. */
export function numberOn(card: VirtualCard): string {
  card.powerOn();
  const face = readCardFace(card);
  if (typeof face === 'number') throw new Error(`the card answers ${face.toString(16)}`);
  return face.cardNo;
}

/** The number a chip was tied to, by the issuer's books. */
export async function claimOf(city: TestCity, chip: { readonly serial: Buffer }): Promise<string | undefined> {
  const found = await city.installation.db.query<{ number: string }>(
    'select number from issuer.chip where chip_serial = $1',
    [chip.serial.toString('hex').toUpperCase()],
  );
  return found.rows[0]?.number;
}

export type Pull = 'before' | 'after' | 'between-writes';

/** A chip that is pulled out at one of the commands sent to it (or at one of its memory writes), once. */
export class PulledChip implements InsertableChip {
  readonly #chip: VirtualCard | VirtualSam;
  readonly #at: number;
  readonly #pull: Pull;
  commands = 0;

  constructor(chip: VirtualCard | VirtualSam, at: number, pull: Pull) {
    this.#chip = chip;
    this.#at = at;
    this.#pull = pull;
  }

  get atr(): Buffer {
    return this.#chip.atr;
  }
  powerOn(): Buffer {
    return this.#chip.powerOn();
  }
  powerOff(): void {
    this.#chip.powerOff();
  }
  transmit(apdu: Buffer): Buffer {
    this.commands += 1;
    const isNow = this.commands === this.#at;
    // Power-up makes the memory whole, so a cut between writes is armed by the first command.
    if (this.#pull === 'between-writes' && this.commands === 1) this.#chip.powerCutAfterWrites(this.#at);
    if (this.#pull === 'before' && isNow) throw new ChipWithoutPower();
    const answer = this.#chip.transmit(apdu);
    if (this.#pull === 'after' && isNow) throw new ChipWithoutPower();
    return answer;
  }
}
