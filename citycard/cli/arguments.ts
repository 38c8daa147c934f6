import { parseArgs } from 'node:util';
import { citycardErrors } from '../errors.ts';

/** What the command line said. */
export interface CommandLine {
  /** The command and what follows it. */
  readonly words: readonly string[];
  readonly json: boolean;
  readonly help: boolean;
  readonly token?: string;
  readonly as?: string;
  readonly url?: string;
  /** A card reader of this machine. */
  readonly reader?: string;
  /** HOST:PORT of an HSM, in place of HSM_HOST and HSM_PORT. */
  readonly hsm?: string;
  /** Answers to questions come from this file, a line each; `-` for standard input. */
  readonly answers?: string;
  /** Where the minutes of a ceremony are written. */
  readonly minutes?: string;
}

/**
 * Splits the command line into words and options.
 *
 * @throws citycard.bad-option naming an option that does not exist
 */
export function readArguments(words: readonly string[]): CommandLine {
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
        token: { type: 'string' },
        as: { type: 'string' },
        url: { type: 'string' },
        reader: { type: 'string' },
        hsm: { type: 'string' },
        answers: { type: 'string' },
        stdin: { type: 'boolean', default: false },
        minutes: { type: 'string' },
      },
    });
    const answers = values.stdin ? '-' : values.answers;
    return {
      words: positionals,
      json: values.json,
      help: values.help,
      ...(values.token === undefined ? {} : { token: values.token }),
      ...(values.as === undefined ? {} : { as: values.as }),
      ...(values.url === undefined ? {} : { url: values.url }),
      ...(values.reader === undefined ? {} : { reader: values.reader }),
      ...(values.hsm === undefined ? {} : { hsm: values.hsm }),
      ...(answers === undefined ? {} : { answers }),
      ...(values.minutes === undefined ? {} : { minutes: values.minutes }),
    };
  } catch (error) {
    throw citycardErrors.badOption(error instanceof Error ? error.message.replaceAll(/\s+/g, ' ') : String(error));
  }
}
