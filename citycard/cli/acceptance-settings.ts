import { citycardErrors } from '../errors.ts';

/** Settings of a kit as the command line gives them, `name=value` behind the command. */
export class KitSettings {
  readonly #values: ReadonlyMap<string, string>;

  /** @throws citycard.bad-option for a word without "=", or a name that is not one of `known` */
  constructor(words: readonly string[], known: readonly string[]) {
    const pairs = words.map((word): [string, string] => {
      const at = word.indexOf('=');
      const name = word.slice(0, Math.max(at, 0));
      if (!known.includes(name))
        throw citycardErrors.badOption(`"${word}" is no setting of this kit; it has ${known.join('=, ')}=`);
      return [name, word.slice(at + 1)];
    });
    this.#values = new Map(pairs);
  }

  text(name: string): string | undefined {
    return this.#values.get(name);
  }

  /** @throws citycard.bad-option when it is missing or not as it must be */
  required(name: string, form: RegExp, sentence: string): string {
    const value = this.#values.get(name);
    if (value === undefined || !form.test(value)) throw citycardErrors.badOption(`${name}= takes ${sentence}`);
    return value;
  }

  /** A whole number within bounds. @throws citycard.bad-option */
  number(name: string, otherwise: number, [least, most]: readonly [number, number]): number {
    const value = this.#values.get(name);
    if (value === undefined) return otherwise;
    const number = /^[0-9]{1,9}$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= least && number <= most))
      throw citycardErrors.badOption(`${name}= takes a whole number from ${least} to ${most}, not "${value}"`);
    return number;
  }

  /** Seconds with up to three places, as milliseconds within bounds. @throws citycard.bad-option */
  seconds(name: string, otherwiseMs: number, [leastMs, mostMs]: readonly [number, number]): number {
    const value = this.#values.get(name);
    if (value === undefined) return otherwiseMs;
    const [, whole, part = ''] = /^([0-9]{1,6})(?:\.([0-9]{1,3}))?$/.exec(value) ?? [];
    const ms = Number(whole ?? Number.NaN) * 1000 + Number(part.padEnd(3, '0'));
    if (!(ms >= leastMs && ms <= mostMs))
      throw citycardErrors.badOption(
        `${name}= takes seconds from ${leastMs / 1000} to ${mostMs / 1000}, not "${value}"`,
      );
    return ms;
  }

  /** One of a few words. @throws citycard.bad-option */
  oneOf<const V extends string>(name: string, values: readonly V[], otherwise: V): V {
    const value = this.#values.get(name);
    if (value === undefined) return otherwise;
    const known = values.find((one) => one === value);
    if (known === undefined) throw citycardErrors.badOption(`${name}= takes ${values.join(' or ')}, not "${value}"`);
    return known;
  }

  /** Words with commas between them, each one of a list; all of them when it is not said. @throws citycard.bad-option */
  someOf(name: string, values: readonly string[]): readonly string[] {
    const value = this.#values.get(name);
    if (value === undefined) return values;
    const words = value.split(',').filter((word) => word !== '');
    const strange = words.find((word) => !values.includes(word));
    if (strange !== undefined)
      throw citycardErrors.badOption(`${name}= takes some of ${values.join(',')}; "${strange}" is none of them`);
    return words;
  }
}
