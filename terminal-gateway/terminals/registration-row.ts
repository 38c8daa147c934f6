import type { CityCardError } from '@citycard/common';
import { estateErrors } from './errors.ts';
import { terminalFunctions, type TerminalFunction } from './estate.ts';
import type { TerminalRegistration } from './registration.ts';

/** A row of a list of terminals, or what is wrong with it. */
export type ReadRow = { readonly terminal: TerminalRegistration } | { readonly error: CityCardError };

interface Column {
  readonly pattern: RegExp;
  readonly rule: string;
  readonly required?: boolean;
}

const columns: Readonly<Record<string, Column>> = {
  terminalNo: { pattern: /^[0-9A-Za-z]{8}$/, rule: '8 letters and digits', required: true },
  participantNo: {
    pattern: /^[0-9A-Za-z.-]{4,15}$/,
    rule: '4 to 15 letters, digits, points or hyphens',
    required: true,
  },
  industry: { pattern: /^([1-9]\d?|1\d\d|2[0-4]\d|25[0-5])$/, rule: 'a number from 1 to 255', required: true },
  samNo: { pattern: /^\d{12}$/, rule: '12 digits' },
  functions: {
    pattern: new RegExp(`^(${terminalFunctions.join('|')})(\\|(${terminalFunctions.join('|')}))*$`),
    rule: `some of ${terminalFunctions.join(', ')}, with | between them`,
    required: true,
  },
  macAlgorithm: { pattern: /^(ecb|x9\.19)$/, rule: 'ecb or x9.19', required: true },
  model: { pattern: /^[0-9A-Za-z.-]{2,32}$/, rule: '2 to 32 letters, digits, points or hyphens' },
  groupName: { pattern: /^[0-9A-Za-z._-]{1,32}$/, rule: '1 to 32 letters, digits, points, underscores or hyphens' },
  tlsOnly: { pattern: /^(true|false)$/, rule: 'true or false' },
};

/** Names of the columns a list may have. */
export const registrationColumns: readonly string[] = Object.keys(columns);

/** Reads one row as it came, each cell a text (or what JSON makes of it). Empty cells are as if they were not there. */
export function readRegistration(row: Readonly<Record<string, unknown>>): ReadRow {
  const cells: Record<string, string> = {};
  for (const [name, value] of Object.entries(row)) {
    const column = columns[name];
    if (column === undefined)
      return { error: malformed('column', name, `the columns are ${registrationColumns.join(', ')}`) };
    const text = textOf(value);
    if (text === '') continue;
    if (!column.pattern.test(text)) return { error: malformed(name, text, column.rule) };
    cells[name] = text;
  }
  for (const [name, { required, rule }] of Object.entries(columns))
    if (required === true && cells[name] === undefined) return { error: malformed(name, '(nothing)', rule) };
  const { terminalNo = '', participantNo = '', industry, functions = '', macAlgorithm } = cells;
  return {
    terminal: {
      terminalNo,
      participantNo,
      industry: Number(industry),
      functions: [...new Set(functions.split('|'))] as TerminalFunction[],
      macAlgorithm: macAlgorithm === 'ecb' ? 'ecb' : 'x9.19',
      ...(cells['samNo'] !== undefined && { samNo: cells['samNo'] }),
      ...(cells['model'] !== undefined && { model: cells['model'] }),
      ...(cells['groupName'] !== undefined && { groupName: cells['groupName'] }),
      ...(cells['tlsOnly'] !== undefined && { tlsOnly: cells['tlsOnly'] === 'true' }),
    },
  };
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join('|');
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value).trim();
  return value === null || value === undefined ? '' : '(no text)';
}

function malformed(what: string, value: string, rule: string): CityCardError {
  return estateErrors.malformed({ what, value: value.slice(0, 40), rule });
}
