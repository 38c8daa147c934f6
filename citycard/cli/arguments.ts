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
  /** Address of the portal whose pages may ask for readers. */
  readonly origin?: string;
  /** Where pages find the readers of this computer, when its usual place is taken. */
  readonly port?: string;
  /** HOST:PORT of an HSM, in place of HSM_HOST and HSM_PORT. */
  readonly hsm?: string;
  /** Answers to questions come from this file, a line each; `-` for standard input. */
  readonly answers?: string;
  /** Where the minutes of a ceremony are written. */
  readonly minutes?: string;
  /** Of which time, from which and up to which; a card; where to begin. For questions to the ledger. */
  readonly at?: string;
  readonly from?: string;
  readonly to?: string;
  readonly card?: string;
  readonly since?: string;
  /** A receipt, or a folder of them, to hold the books against. */
  readonly against?: string;
}

/** Options followed by their value. A token is random text and may begin with a dash. */
const WITH_VALUE = [
  '--token',
  '--as',
  '--url',
  '--reader',
  '--origin',
  '--port',
  '--hsm',
  '--answers',
  '--minutes',
  '--at',
  '--from',
  '--to',
  '--card',
  '--since',
  '--against',
];

/** `--token -abc` becomes `--token=-abc`, so that the value is not taken for an option; what is one of ours stays one. */
function joinValues(words: readonly string[]): string[] {
  const joined: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const [word = '', value] = [words[at], words[at + 1]];
    if (word === '--') return [...joined, ...words.slice(at)];
    if (!WITH_VALUE.includes(word) || value === undefined || !/^-./.test(value) || isOption(value)) {
      joined.push(word);
      continue;
    }
    joined.push(`${word}=${value}`);
    at += 1;
  }
  return joined;
}

const isOption = (word: string): boolean =>
  [...WITH_VALUE, '--json', '--help', '-h', '--stdin'].includes(word.split('=', 1)[0] ?? '');

/**
 * Splits the command line into words and options.
 *
 * @throws citycard.bad-option naming an option that does not exist
 */
export function readArguments(words: readonly string[]): CommandLine {
  try {
    const { values, positionals } = parseArgs({
      args: joinValues(words),
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
        token: { type: 'string' },
        as: { type: 'string' },
        url: { type: 'string' },
        reader: { type: 'string' },
        origin: { type: 'string' },
        port: { type: 'string' },
        hsm: { type: 'string' },
        answers: { type: 'string' },
        stdin: { type: 'boolean', default: false },
        minutes: { type: 'string' },
        at: { type: 'string' },
        from: { type: 'string' },
        to: { type: 'string' },
        card: { type: 'string' },
        since: { type: 'string' },
        against: { type: 'string' },
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
      ...(values.origin === undefined ? {} : { origin: values.origin }),
      ...(values.port === undefined ? {} : { port: values.port }),
      ...(values.hsm === undefined ? {} : { hsm: values.hsm }),
      ...(answers === undefined ? {} : { answers }),
      ...(values.minutes === undefined ? {} : { minutes: values.minutes }),
      ...(values.at === undefined ? {} : { at: values.at }),
      ...(values.from === undefined ? {} : { from: values.from }),
      ...(values.to === undefined ? {} : { to: values.to }),
      ...(values.card === undefined ? {} : { card: values.card }),
      ...(values.since === undefined ? {} : { since: values.since }),
      ...(values.against === undefined ? {} : { against: values.against }),
    };
  } catch (error) {
    throw citycardErrors.badOption(error instanceof Error ? error.message.replaceAll(/\s+/g, ' ') : String(error));
  }
}
