import { businessDate } from '@citycard/common';
import { documentOfItem, readDocumentNumber } from './documents.ts';
import { type ItemName, items } from './items.ts';

export type CheckedValue =
  { readonly ok: true; readonly value: string } | { readonly ok: false; readonly reason: string };

/** One expression per item, compiled once. */
const patterns = new Map(
  Object.entries(items).flatMap(([name, { pattern }]) =>
    pattern === undefined ? [] : [[name, new RegExp(`^(?:${pattern})$`)]],
  ),
);

/**
 * The value as it is kept, or why the item cannot have it. The reason never repeats the value. Full-width letters and
 * digits of Chinese keyboards become plain ones in everything but names and addresses.
 */
export function checkItem(item: ItemName, text: string): CheckedValue {
  const definition = items[item];
  const value = text.trim();
  if (value === '') return { ok: false, reason: 'it is empty' };
  // oxlint-disable-next-line no-control-regex -- control characters are exactly what is looked for
  if (/[\u0000-\u001f\u007f]/.test(value)) return { ok: false, reason: 'it has control characters' };
  const document = documentOfItem(item);
  if (document !== undefined) {
    const read = readDocumentNumber(document, value);
    return read.ok ? { ok: true, value: read.number } : read;
  }
  if ([...value].length > definition.length)
    return { ok: false, reason: `it is longer than ${definition.length} characters` };
  if (definition.codes !== undefined && !Object.hasOwn(definition.codes, value))
    return { ok: false, reason: `it is none of the codes ${Object.keys(definition.codes).join(', ')}` };
  if (definition.type === 'date' && !isDate(value)) return { ok: false, reason: 'it is no date, YYYY-MM-DD' };
  if (definition.type === 'number' && !/^[0-9]+$/.test(value)) return { ok: false, reason: 'it is no whole number' };
  const pattern = patterns.get(item);
  if (pattern !== undefined && !pattern.test(value))
    return { ok: false, reason: `it has not the form of a ${definition.title}` };
  return { ok: true, value };
}

function isDate(text: string): boolean {
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text)) return false;
  try {
    businessDate(text.replaceAll('-', ''));
    return true;
  } catch {
    return false;
  }
}
