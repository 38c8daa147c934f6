import { timingSafeEqual } from 'node:crypto';
import { CommandRefused } from '../errors.ts';
import { fullCheckValue, checkValue } from '../keys/check-value.ts';
import { isCardAlgorithm, isSecretAlgorithm, secretLength, type SecretAlgorithm } from '../keys/key-algorithm.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import { isRefusedKey } from '../keys/key-strength.ts';
import { isKeyUsage, usualLevels, type SymmetricUsage } from '../keys/key-usage.ts';
import type { KeyStore } from '../store/key-store.ts';

/** Components of a key, each from another custodian (domain.md D.6). */
export const COMPONENTS = 3;

export interface CeremonyKey {
  readonly name: string;
  readonly usage: SymmetricUsage;
  readonly algorithm: SecretAlgorithm;
  readonly exportable: boolean;
  readonly levels: number;
}

/**
 * The key ceremony. Components wait in the store under the LMK, so that custodians may come one after the other and
 * a restart between them costs nothing.
 */
export class Ceremony {
  readonly #store: KeyStore;
  readonly #ring: KeyRing;

  constructor(store: KeyStore, ring: KeyRing) {
    this.#store = store;
    this.#ring = ring;
  }

  /**
   * Takes a component. The same component from the same custodian again is taken as said before.
   * Refuses with 03 wrong check value, 10 all-zero component, 30 name taken, 32 second component of a custodian,
   * 33 other attributes, 34 complete already.
   */
  submit(key: CeremonyKey, custodian: string, component: Buffer, kcv: string): void {
    const expected = Buffer.from(kcv, 'hex');
    if (component.length !== secretLength(key.algorithm) || !/^([0-9A-Fa-f]{2}){3,8}$/.test(kcv))
      throw new CommandRefused('15');
    if (!timingSafeEqual(fullCheckValue(key.algorithm, component).subarray(0, expected.length), expected))
      throw new CommandRefused('03');
    if (component.every((byte) => byte === 0)) throw new CommandRefused('10');
    const { keys, components } = this.#store.content;
    if (keys.some((stored) => stored.name === key.name)) throw new CommandRefused('30');
    const waiting = this.#waiting(key.name);
    const own = waiting.find((other) => other.custodian === custodian);
    if (own) {
      if (own.attributes === describe(key) && own.bytes.equals(component)) return;
      throw new CommandRefused('32');
    }
    if (waiting.some((other) => other.attributes !== describe(key))) throw new CommandRefused('33');
    if (waiting.length >= COMPONENTS) throw new CommandRefused('34');
    const block = this.#ring.close(
      { usage: 'component', algorithm: key.algorithm, exportable: false },
      component,
      label(key.name, custodian, describe(key)),
    );
    this.#store.replace({ components: [...components, { name: key.name, custodian, block }] });
  }

  /**
   * XORs the three components, stores the key and throws the components away, in one write; check value of the key.
   * Refuses with 31 when components are missing, 10 when the key must be refused (the components stay).
   */
  form(name: string): string {
    const waiting = this.#waiting(name);
    const [first] = waiting;
    if (!first || waiting.length < COMPONENTS) throw new CommandRefused('31');
    const bytes = Buffer.alloc(first.bytes.length);
    for (const component of waiting)
      component.bytes.forEach((byte, index) => {
        bytes[index] = (bytes[index] as number) ^ byte;
      });
    const key = parse(name, first.attributes);
    if (isCardAlgorithm(key.algorithm) && isRefusedKey(bytes)) throw new CommandRefused('10');
    this.#ring.add(name, key, bytes, { components: this.#others(name) });
    return checkValue(key.algorithm, bytes);
  }

  /** Throws the components of a name away, if there are any. */
  discard(name: string): void {
    if (this.#waiting(name).length > 0) this.#store.replace({ components: this.#others(name) });
  }

  #waiting(name: string): { custodian: string; attributes: string; bytes: Buffer }[] {
    return this.#store.content.components
      .filter((component) => component.name === name)
      .map(({ custodian, block }) => this.#open(name, custodian, block));
  }

  #open(name: string, custodian: string, block: string): { custodian: string; attributes: string; bytes: Buffer } {
    const opened = this.#ring.openLabelled(block);
    const prefix = label(name, custodian, '');
    if (opened.attributes.usage !== 'component' || !opened.label.startsWith(prefix)) throw new CommandRefused('13');
    return { custodian, attributes: opened.label.slice(prefix.length), bytes: opened.bytes };
  }

  #others(name: string) {
    return this.#store.content.components.filter((component) => component.name !== name);
  }
}

/** What all components of a key must state alike; part of the label its key block authenticates. */
function describe(key: CeremonyKey): string {
  const usual = key.levels === usualLevels(key.usage);
  return `${key.usage}/${key.algorithm}/${key.exportable ? 'E' : 'N'}${usual ? '' : `/${key.levels}`}`;
}

function label(name: string, custodian: string, attributes: string): string {
  return `component/${name}/${custodian}/${attributes}`;
}

function parse(name: string, attributes: string): CeremonyKey {
  const [usage = '', algorithm = '', exportability, levels] = attributes.split('/');
  if (!isKeyUsage(usage) || !isSecretAlgorithm(algorithm)) throw new CommandRefused('13');
  return {
    name,
    usage: usage as SymmetricUsage,
    algorithm,
    exportable: exportability === 'E',
    levels: levels === undefined ? usualLevels(usage) : Number(levels),
  };
}
