import { CityCardError } from '@citycard/common';
import { checkItem } from '../item-values.ts';
import { isItemName, type ItemName, itemNames, items, type Producer } from '../items.ts';
import { completeItems, type ItemTexts } from '../registration.ts';
import { importErrors } from './errors.ts';

export type ReadRow =
  | { readonly ok: true; readonly values: ItemTexts }
  /** Names the column, never the value. */
  | { readonly ok: false; readonly reason: string };

/**
 * What each column of the file is: by the item's name or its title in the standards.
 *
 * @throws card-issuer.resident-import.column-unknown, .column-repeated, .columns-missing
 */
export function readColumns(header: readonly string[]): ItemName[] {
  const byTitle = new Map(itemNames.map((name) => [items[name].title, name]));
  const columns = header.map((text) => {
    const column = text.trim();
    const item = isItemName(column) ? column : byTitle.get(column);
    // A header may be a row of data by mistake: nothing of it is repeated but what could be a name of a column.
    if (item === undefined)
      throw importErrors.columnUnknown({ column: /^[\p{L}-]{1,30}$/u.test(column) ? column : '…' });
    return item;
  });
  const repeated = columns.find((column, at) => columns.indexOf(column) !== at);
  if (repeated !== undefined) throw importErrors.columnRepeated({ column: repeated });
  if (!columns.includes('name')) throw importErrors.columnsMissing();
  return columns;
}

/** The items of one row, checked as at the counter; empty fields are items that are not there. */
export function readRow(columns: readonly ItemName[], fields: readonly string[], source: Producer): ReadRow {
  if (fields.length !== columns.length)
    return { ok: false, reason: `it has ${fields.length} fields, not ${columns.length}` };
  const values: Partial<Record<ItemName, string>> = { population: 'permanent' };
  for (const [at, column] of columns.entries()) {
    const text = fields[at]?.trim() ?? '';
    if (text === '') continue;
    if (items[column].group === 'family-planning' && source !== 'family-planning')
      return { ok: false, reason: `${column}: only family planning brings it` };
    const checked = checkItem(column, text);
    if (!checked.ok) return { ok: false, reason: `${column}: ${checked.reason}` };
    values[column] = checked.value;
  }
  if (values.name === undefined) return { ok: false, reason: 'name: it is empty' };
  try {
    return { ok: true, values: completeItems(values) };
  } catch (error) {
    if (error instanceof CityCardError) return { ok: false, reason: error.message };
    throw error;
  }
}
