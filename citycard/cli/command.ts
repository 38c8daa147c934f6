import type { CommandLine } from './arguments.ts';
import type { Connection } from './connection.ts';

/** Options that say of what the books are asked. */
export const BOOK_OPTIONS = ['at', 'from', 'to', 'card', 'since', 'against'] as const;
export type BookOption = (typeof BOOK_OPTIONS)[number];

/** What a command meets beside its connection: the whole line, a voice for what happens on the way, a wish to stop. */
export interface Surroundings {
  readonly line: CommandLine;
  say(sentence: string): void;
  /** Aborted by Ctrl-C; a command that does not ask for it is ended by Ctrl-C as any other. */
  stopping(): AbortSignal;
}

/** What to print and whether all is well (exit code 0) or not (1). */
export interface Answered {
  readonly answer: unknown;
  readonly ok: boolean;
}

/** A command about this machine, which needs no installation. */
export interface LocalCommand {
  readonly words: string;
  readonly help: string;
  readonly local: true;
  readonly takesWord?: boolean;
  /** Any number of words behind the command; it looks at them itself. */
  readonly takesWords?: boolean;
  readonly takesDate?: never;
  readonly asks?: never;
  run(surroundings: Surroundings, rest: readonly string[]): Promise<Answered>;
}

export type Command = ConnectedCommand | LocalCommand;

/** A command: whom it acts as unless told otherwise, and what it prints. */
export interface ConnectedCommand {
  readonly words: string;
  readonly help: string;
  readonly local?: never;
  /** Person of the demo whose credential is used when none is given. */
  readonly person: string;
  /** Needs a running installation: a visit of the command line would be of no use. */
  readonly running: boolean;
  /** One date, YYYY-MM-DD, behind the command. */
  readonly takesDate?: boolean;
  /** One word behind the command. */
  readonly takesWord?: boolean;
  /** Any number of words behind the command; it looks at them itself. */
  readonly takesWords?: boolean;
  /** Options about the books it knows; to every other command they are a mistake, never something left unsaid. */
  readonly asks?: readonly BookOption[];
  /** Answers what to print and whether all is well (exit code 0) or not (1). */
  run(connection: Connection, rest: readonly string[], surroundings: Surroundings): Promise<Answered>;
}
