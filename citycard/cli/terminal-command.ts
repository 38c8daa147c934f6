import { citycardErrors } from '../errors.ts';
import type { Answered, Command, Surroundings } from './command.ts';
import type { Connection } from './connection.ts';

/** What stands behind a command: plain words in order, and `name=value` words or bare names that the command knows. */
export interface Words {
  readonly plain: readonly string[];
  readonly named: ReadonlyMap<string, string>;
}

type Work = (connection: Connection, words: Words, surroundings: Surroundings) => Promise<Answered>;

interface Takes {
  readonly person: string;
  /** How many plain words it takes at least, and at most. */
  readonly from: number;
  readonly to?: number;
  /** Names it knows; `name=value`, or a bare name for yes. */
  readonly names?: readonly string[];
  /** Only reads, so that it may start the installation of this folder for its own length. */
  readonly reads?: boolean;
}

/** No limit on the words of a reason. */
export const REASON = 40;

/** A command whose usage says what it takes; the usage is shown when the words are not that. */
export function estateCommand(words: string, usage: string, help: string, takes: Takes, run: Work): Command {
  const shown = usage === '' ? words : `${words} ${usage}`;
  return {
    words,
    help: `${shown}: ${help}`,
    person: takes.person,
    running: takes.reads !== true,
    takesWords: true,
    run: (connection, rest, surroundings) => {
      const read = readWords(rest, takes.names ?? []);
      if (read.plain.length < takes.from || read.plain.length > (takes.to ?? takes.from))
        throw citycardErrors.badOption(`it is citycard ${shown}`);
      return run(connection, read, surroundings);
    },
  };
}

function readWords(rest: readonly string[], names: readonly string[]): Words {
  const plain: string[] = [];
  const named = new Map<string, string>();
  for (const word of rest) {
    const [, name = word, value = 'yes'] = /^([a-z-]+)=(.*)$/.exec(word) ?? [];
    if (names.includes(name)) named.set(name, value);
    // A word with = that nobody knows is a slip of the pen, except inside a reason.
    else if (name !== word && names.length > 0 && plain.length < 2)
      throw citycardErrors.badOption(`"${name}" is not one of ${names.join(', ')}`);
    else plain.push(word);
  }
  return { plain, named };
}

/** Named words as members of a request, under the names of the interface; those not said are left out. */
export function members(
  named: ReadonlyMap<string, string>,
  as: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(as).flatMap(([name, member]) => {
      const value = named.get(name);
      return value === undefined ? [] : [[member, value]];
    }),
  );
}

export const all = (answer: unknown, ok = true): Answered => ({ answer, ok });

export const segment = (text: string | undefined): string => encodeURIComponent(text ?? '');

/** A whole number. @throws citycard.bad-option */
export function wholeNumber(text: string | undefined, what: string): number {
  if (text === undefined || !/^\d{1,15}$/.test(text)) throw citycardErrors.badOption(`"${text}" is no ${what}`);
  return Number(text);
}

/** Rows a person reads: one line each, under the value of the first column. With `--json` the answer stays as it came. */
export function asLines(
  rows: readonly Readonly<Record<string, unknown>>[],
  key: string,
  columns: readonly string[],
): Record<string, string> {
  return Object.fromEntries(
    rows.map((row) => [shown(row[key]), columns.map((column) => `${column} ${shown(row[column])}`).join(', ')]),
  );
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (Array.isArray(value)) return value.map(shown).join('|') || '–';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Proposes a change; the second person's command is named in the answer. */
export async function propose(
  connection: Connection,
  kind: string,
  content: object,
  reason: string,
): Promise<Answered> {
  const proposed = (await connection.post('/v1/terminal-changes', { kind, content, reason })) as { changeNo: number };
  return all({ ...proposed, next: `a second person: citycard terminal approve ${proposed.changeNo}` });
}
