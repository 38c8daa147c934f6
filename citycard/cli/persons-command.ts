import type { Command } from './command.ts';
import type { Connection } from './connection.ts';

/** What a command of a person does with the words behind it. */
export type Run = (connection: Connection, rest: readonly string[]) => Promise<unknown>;

/** A command a person of the city gives a running installation, with any number of words; an auditor looks at a stopped one as well. */
export function personsCommand(person: string, words: string, help: string, run: Run): Command {
  return {
    words,
    help: `${words}${help}`,
    person,
    running: person !== 'auditor',
    takesWords: true,
    run: async (connection, rest) => ({ answer: await run(connection, rest), ok: true }),
  };
}
