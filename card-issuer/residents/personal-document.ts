import { isItemName, type ItemName, items, type Producer } from './items.ts';

/** A value and where it comes from: who said it, and when it was so. */
export interface ItemValue {
  readonly value: string;
  /** The one department that produces this item. */
  readonly producer: Producer;
  /** Who said this value; the producer, or somebody else until the producer has spoken. */
  readonly source: Producer;
  readonly at: Date;
}

/** All that is known of a resident, item by item. */
export type PersonalDocument = Readonly<Partial<Record<ItemName, ItemValue>>>;

/** Items of one source and time stand together: `[[source, time, { item: value }], …]`. */
type Stored = [source: Producer, at: string, values: Record<string, string>][];

/** The bytes that are sealed. */
export function encodeDocument(document: PersonalDocument): Buffer {
  const groups = new Map<string, Stored[number]>();
  for (const [item, { value, source, at }] of Object.entries(document)) {
    const key = `${source} ${at.getTime()}`;
    let group = groups.get(key);
    if (group === undefined) groups.set(key, (group = [source, at.toISOString(), {}]));
    group[2][item] = value;
  }
  return Buffer.from(JSON.stringify([...groups.values()]));
}

/** The document that {@link encodeDocument} wrote. */
export function decodeDocument(bytes: Buffer): PersonalDocument {
  const document: Partial<Record<ItemName, ItemValue>> = {};
  for (const [source, time, values] of JSON.parse(bytes.toString()) as Stored) {
    const at = new Date(time);
    for (const [item, value] of Object.entries(values)) {
      if (isItemName(item)) document[item] = { value, producer: items[item].producer, source, at };
    }
  }
  return document;
}

/** The values alone. */
export function valuesOf(document: PersonalDocument): Partial<Record<ItemName, string>> {
  const values: Partial<Record<ItemName, string>> = {};
  for (const [item, { value }] of Object.entries(document)) values[item as ItemName] = value;
  return values;
}
