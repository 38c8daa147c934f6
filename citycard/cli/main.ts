import { CityCardError } from '@citycard/common';
import { readArguments } from './arguments.ts';
import { commands, runCommand } from './commands.ts';
import { describe } from './describe.ts';

const usage = `citycard: everything an operator does without a browser

${commands.map((command) => `  citycard ${command.words.padEnd(16)} ${command.help}`).join('\n')}

  --json            print the answer as one JSON document
  --as PERSON       act as this person of the demo (default: the one the command is made for)
  --token TOKEN     act with this credential (or set CITYCARD_TOKEN)
  --url URL         talk to this installation instead of the one running from this folder
  --help            this text

Exit codes: 0 all is well, 1 the answer is not good (a chain that does not hold), 2 the command could not be carried out.
`;

try {
  const line = readArguments(process.argv.slice(2));
  if (line.help || line.words.length === 0) {
    process.stdout.write(usage);
  } else {
    const { answer, ok } = await runCommand(line);
    process.stdout.write(line.json ? `${JSON.stringify(answer, null, 2)}\n` : describe(answer));
    process.exitCode = ok ? 0 : 1;
  }
} catch (error) {
  const known = error instanceof CityCardError;
  process.stderr.write(
    `citycard: ${error instanceof Error ? error.message : String(error)}${known ? ` [${error.code}]` : ''}\n`,
  );
  process.exitCode = 2;
}
