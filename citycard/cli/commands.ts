import { acceptanceCommands } from './acceptance-commands.ts';
import { activationCommands } from './activation-commands.ts';
import { alarmCommands } from './alarm-commands.ts';
import type { CommandLine } from './arguments.ts';
import { auditCommands } from './audit-commands.ts';
import { cardCommands } from './card-commands.ts';
import { cityCommands } from './city-commands.ts';
import { cityDisputeCommands } from './city-dispute-commands.ts';
import { certificateCommands } from './certificate-commands.ts';
import { type Answered, BOOK_OPTIONS, type Command, type Surroundings } from './command.ts';
import { concessionCommands } from './concession-commands.ts';
import { connect, type Connection } from './connection.ts';
import { citycardErrors } from '../errors.ts';
import { differenceCommands } from './difference-commands.ts';
import { groupCommands } from './group-commands.ts';
import { heldCommands } from './held-commands.ts';
import { hsmCommands } from './hsm-commands.ts';
import { industryCommands } from './industry-commands.ts';
import { ledgerCommands } from './ledger-commands.ts';
import { legacyCommands } from './legacy-commands.ts';
import { dailyLookCommands } from './daily-look-commands.ts';
import { departmentCommands } from './department-commands.ts';
import { loadCommands } from './load-commands.ts';
import { participantCommands } from './participant-commands.ts';
import { populationCommands } from './population-commands.ts';
import { productionCommands } from './production-commands.ts';
import { readerCommands } from './reader-commands.ts';
import { reconcileCommands } from './reconcile-commands.ts';
import { registrarCommands } from './registrar-commands.ts';
import { reportCommands } from './report-commands.ts';
import { residentCommands } from './resident-commands.ts';
import { settlementCommands } from './settlement-commands.ts';
import { caseCommands } from './case-commands.ts';
import { staffCommands } from './staff-commands.ts';
import { supervisionCommands } from './supervision-commands.ts';
import { uploadCommands } from './upload-commands.ts';
import { userCommands } from './user-commands.ts';
import { terminalCommands } from './terminal-commands.ts';
import { termsCommands } from './terms-commands.ts';
import { traceCommands } from './trace-command.ts';

const read =
  (path: string) =>
  async (connection: Connection): Promise<{ answer: unknown; ok: boolean }> => ({
    answer: await connection.get(path),
    ok: true,
  });

export const commands: readonly Command[] = [
  ...ledgerCommands,
  {
    words: 'day list',
    help: 'business days and their states',
    person: 'auditor',
    running: false,
    run: read('/v1/clearing-days'),
  },
  {
    words: 'day show',
    takesDate: true,
    help: 'day show YYYY-MM-DD: outcomes, loads, net positions of one day',
    person: 'auditor',
    running: false,
    run: async (connection, [date]) => {
      if (date === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(date))
        throw citycardErrors.badOption('day show takes a date, YYYY-MM-DD');
      return { answer: await connection.get(`/v1/days/${date}/summary`), ok: true };
    },
  },
  {
    words: 'day cut-off',
    takesDate: true,
    help: 'day cut-off YYYY-MM-DD: end the intake of a day and open the next',
    person: 'finance-maker',
    running: true,
    run: async (connection, [date]) => {
      if (date === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(date))
        throw citycardErrors.badOption('day cut-off takes a date, YYYY-MM-DD');
      return { answer: await connection.post(`/v1/clearing-days/${date}/cut-off`), ok: true };
    },
  },
  {
    words: 'float show',
    takesDate: true,
    help: 'float show YYYY-MM-DD: what is owed to card holders and participants against the custody account',
    person: 'supervisor',
    running: false,
    run: async (connection, [date]) => {
      if (date === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(date))
        throw citycardErrors.badOption('float show takes a date, YYYY-MM-DD');
      return { answer: await connection.get(`/v1/float/${date}`), ok: true };
    },
  },
  {
    words: 'sandbox',
    help: "a test terminal, the demo's root keys and fresh card numbers for somebody else's terminal (demo only)",
    person: 'platform',
    running: true,
    run: async (connection) => ({ answer: await connection.post('/v1/sandbox'), ok: true }),
  },
  ...productionCommands,
  ...readerCommands,
  ...hsmCommands,
  ...departmentCommands,
  ...industryCommands,
  ...termsCommands,
  ...concessionCommands,
  ...populationCommands,
  ...registrarCommands,
  ...residentCommands,
  ...cardCommands,
  ...loadCommands,
  ...heldCommands,
  ...legacyCommands,
  ...groupCommands,
  ...terminalCommands,
  ...traceCommands,
  ...certificateCommands,
  ...uploadCommands,
  ...acceptanceCommands,
  ...participantCommands,
  ...settlementCommands,
  ...cityCommands,
  ...cityDisputeCommands,
  ...dailyLookCommands,
  ...reportCommands,
  ...reconcileCommands,
  ...differenceCommands,
  ...auditCommands,
  ...activationCommands,
  ...supervisionCommands,
  ...caseCommands,
  ...staffCommands,
  ...userCommands,
  ...alarmCommands,
];

/** The command and the words behind it. @throws citycard.bad-option for a command that does not exist or takes fewer words */
export function findCommand(words: readonly string[]): { command: Command; rest: readonly string[] } {
  const command = commands.find((known) => known.words.split(' ').every((word, at) => words[at] === word));
  if (command === undefined) {
    const alike = commands.filter((known) => known.words.startsWith(`${words[0] ?? ''} `)).map((known) => known.words);
    const there = alike.length === 0 ? 'see citycard --help' : `there is ${alike.join(', ')}`;
    throw citycardErrors.badOption(`there is no command "${words.slice(0, 2).join(' ')}"; ${there}`);
  }
  const rest = words.slice(command.words.split(' ').length);
  const tooMany = rest[command.takesDate === true || command.takesWord === true ? 1 : 0];
  if (tooMany !== undefined && command.takesWords !== true)
    throw citycardErrors.badOption(`${command.words} takes no "${tooMany}"`);
  return { command, rest };
}

/** Carries out what the line says, in this environment. @throws CityCardError with a sentence for everything that cannot be */
export async function runCommand(
  line: CommandLine,
  environment: NodeJS.ProcessEnv,
  surroundings: Omit<Surroundings, 'line'> = { say: () => undefined, stopping: () => new AbortController().signal },
): Promise<Answered> {
  const { command, rest } = findCommand(line.words);
  const useless = BOOK_OPTIONS.find((option) => line[option] !== undefined && command.asks?.includes(option) !== true);
  if (useless !== undefined) throw citycardErrors.badOption(`${command.words} takes no --${useless}`);
  if (command.local === true) return command.run({ ...surroundings, line }, rest);
  const connection = await connect(line, command, environment);
  try {
    return await command.run(connection, rest, { ...surroundings, line });
  } finally {
    await connection.close();
  }
}
