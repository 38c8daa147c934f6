import { importErrors } from './errors.ts';

/** A field longer than this is a quote that was never closed. Characters. */
const LONGEST_FIELD = 10_000;

/**
 * Rows of a CSV text (RFC 4180) that arrives in pieces: fields in quotes may hold commas, quotes doubled and line breaks;
 * lines end in LF or CRLF; a byte order mark at the beginning and empty lines are skipped.
 *
 * @throws card-issuer.resident-import.unreadable with the number of the line
 */
export async function* readCsv(text: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string[]> {
  let line = 1;
  let row: string[] = [];
  let field = '';
  let state: 'start' | 'plain' | 'quoted' | 'closed' = 'start';
  let first = true;
  for await (const piece of text) {
    for (const character of first ? piece.replace(/^\uFEFF/, '') : piece) {
      first = false;
      if (state === 'quoted') {
        if (character === '"') state = 'closed';
        else field += character;
        if (character === '\n') line += 1;
        if (field.length > LONGEST_FIELD) throw importErrors.unreadable({ line, reason: 'a quote is never closed' });
        continue;
      }
      if (character === '"') {
        if (state === 'plain') throw importErrors.unreadable({ line, reason: 'a quote stands inside a field' });
        // A quote behind a closing quote stands for itself.
        if (state === 'closed') field += '"';
        state = 'quoted';
      } else if (character === ',') {
        row.push(field);
        field = '';
        state = 'start';
      } else if (character === '\n') {
        row.push(field);
        if (row.length > 1 || row[0] !== '') yield row;
        row = [];
        field = '';
        state = 'start';
        line += 1;
      } else if (character !== '\r') {
        if (state === 'closed') throw importErrors.unreadable({ line, reason: 'text follows a closing quote' });
        field += character;
        state = 'plain';
        if (field.length > LONGEST_FIELD) throw importErrors.unreadable({ line, reason: 'a field is too long' });
      }
    }
    first = false;
  }
  if (state === 'quoted') throw importErrors.unreadable({ line, reason: 'the file ends inside a quote' });
  row.push(field);
  if (row.length > 1 || row[0] !== '') yield row;
}
