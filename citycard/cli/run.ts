import { CityCardError } from '@citycard/common';
import { readArguments } from './arguments.ts';
import { commands, runCommand } from './commands.ts';
import type { Command } from './command.ts';
import { describe } from './describe.ts';
import type { Output } from './output.ts';

/** The text of --help: every command, or those that begin with the words before it. */
function usageOf(words: readonly string[]): string {
  const meant = commands.filter((command) => `${command.words} `.startsWith([...words, ''].join(' ')));
  const shown = words.length === 0 || meant.length === 0 ? commands : meant;
  const lines = shown.map((command) => {
    const { typed, what } = usageParts(command);
    return `  citycard ${typed}\n      ${what}`;
  });
  return `citycard: everything an operator does without a browser\n\n${lines.join('\n')}\n${options}`;
}

/** A help that begins with the command says first how it is typed. */
function usageParts({ words, help }: Command): { readonly typed: string; readonly what: string } {
  const end = help.startsWith(words) ? help.indexOf(': ') : -1;
  return end < 0 ? { typed: words, what: help } : { typed: help.slice(0, end), what: help.slice(end + 2) };
}

const options = `
  --json            print the answer as one JSON document
  --as PERSON       act as this person of the demo (default: the one the command is made for)
  --token TOKEN     act with this credential (or set CITYCARD_TOKEN)
  --reader NAME     use this card reader of this machine (default: the only one)
  --hsm HOST:PORT   the HSM of the hsm commands (default: HSM_HOST and HSM_PORT, else 127.0.0.1:1500)
  --stdin           take the answers to an hsm command's questions from standard input, a line each
  --answers FILE    the same from a file
  --minutes FILE    write the minutes of hsm ceremony there, as JSON
  --url URL         talk to this installation instead of the one running from this folder
  --at, --from, --to, --card, --since, --against
                    of what the books are asked, where a command names them
  --help            this text

Exit codes: 0 all is well, 1 the answer is not good (a chain that does not hold), 2 the command could not be carried out.
`;

/**
 * Carries out one command of `citycard`: the answer goes to `out`, what went wrong as one line to `err`. Reads nothing of
 * the process it runs in but what it is given. Never rejects.
 *
 * @returns the exit code, as `citycard --help` explains it
 */
export async function runCommandLine(
  words: readonly string[],
  environment: NodeJS.ProcessEnv,
  out: Output,
  err: Output,
  stopping?: () => AbortSignal,
): Promise<number> {
  try {
    const line = readArguments(words);
    if (line.help || line.words.length === 0) {
      out.write(usageOf(line.words));
      return 0;
    }
    const { answer, ok } = await runCommand(line, environment, {
      say: (sentence) => void err.write(`${sentence}\n`),
      stopping: stopping ?? (() => new AbortController().signal),
    });
    // An act that answers nothing was done.
    const people = answer === undefined ? 'done\n' : describe(answer);
    out.write(line.json ? `${JSON.stringify(answer ?? null, null, 2)}\n` : people);
    return ok ? 0 : 1;
  } catch (error) {
    const known = error instanceof CityCardError;
    err.write(
      `citycard: ${error instanceof Error ? error.message : String(error)}${known ? ` [${error.code}]` : ''}\n`,
    );
    return 2;
  }
}
