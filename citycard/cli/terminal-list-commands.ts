import { readFile } from 'node:fs/promises';
import { citycardErrors } from '../errors.ts';
import type { Answered, Command } from './command.ts';
import type { Connection } from './connection.ts';
import { all, asLines, estateCommand, propose, REASON, segment, wholeNumber } from './terminal-command.ts';

const officer = { person: 'platform' } as const;
const second = { person: 'platform-2' } as const;
const reader = { person: 'platform', reads: true } as const;

type Rows = readonly Readonly<Record<string, unknown>>[];

/** Reads a list; a line per row for people, the answer as it came with `--json`. */
const listing =
  (path: string, member: string, key: (row: Readonly<Record<string, unknown>>) => string, columns: readonly string[]) =>
  async (
    connection: Connection,
    _words: unknown,
    { line }: { readonly line: { readonly json: boolean } },
  ): Promise<Answered> => {
    const answer = (await connection.get(path)) as Readonly<Record<string, Rows>>;
    const rows = (answer[member] ?? []).map((row) => ({ ...row, key: key(row) }));
    return all(line.json ? answer : asLines(rows, 'key', columns));
  };

/** Models, parameters and the hotlist (docs/terminal-estate.md). */
export const terminalListCommands: readonly Command[] = [
  estateCommand(
    'terminal models',
    '',
    'models, versions of their software, terminals that say they run each',
    { ...reader, from: 0 },
    listing('/v1/terminal-models', 'models', (row) => `${String(row['model'])}/${String(row['softwareVersion'])}`, [
      'maker',
      'state',
      'reportNo',
      'terminals',
    ]),
  ),
  estateCommand(
    'terminal model-add',
    'MODEL VERSION MAKER…',
    "register a version of a model's software, in test",
    { ...officer, from: 3, to: REASON },
    async (connection, { plain: [model, softwareVersion, ...maker] }) =>
      all(await connection.post('/v1/terminal-models', { model, softwareVersion, maker: maker.join(' ') })),
  ),
  estateCommand(
    'terminal model-activate',
    'MODEL VERSION REASON…',
    'propose it for production; asks for a passed acceptance report',
    { ...officer, from: 3, to: REASON },
    (connection, { plain: [model, softwareVersion, ...reason] }) =>
      propose(connection, 'activate-model', { model, softwareVersion }, reason.join(' ')),
  ),
  estateCommand(
    'terminal model-withdraw',
    'MODEL VERSION',
    'take a version out of use',
    { ...officer, from: 2 },
    async (connection, { plain: [model, version] }) => {
      await connection.post(`/v1/terminal-models/${segment(model)}/versions/${segment(version)}/withdrawal`);
      return all({ model, softwareVersion: version, state: 'withdrawn' });
    },
  ),
  estateCommand(
    'terminal parameters',
    '',
    'parameter sets and how many terminals hold each',
    { ...reader, from: 0 },
    listing('/v1/parameter-sets', 'parameterSets', (row) => `version ${String(row['version'])}`, [
      'loadMaximumFen',
      'purseCapFen',
      'uploadIntervalSeconds',
      'recordAgeLimitDays',
      'hotlistIntervalSeconds',
      'moreTags',
      'heldBy',
      'note',
    ]),
  ),
  estateCommand(
    'terminal parameters-publish',
    'FILE.json REASON…',
    'propose a new set; two persons publish it, a roll-out gives it to terminals',
    { ...officer, from: 2, to: REASON },
    async (connection, { plain: [file = '', ...reason] }) =>
      propose(connection, 'publish-parameters', await jsonOf(file), reason.join(' ')),
  ),
  estateCommand(
    'terminal rollout',
    'VERSION everybody|participants=A,B|groups=A,B|terminals=A,B REASON…',
    'give a published set to some terminals first, or to everybody',
    { ...officer, from: 2, to: REASON, names: ['everybody', 'participants', 'groups', 'terminals'] },
    async (connection, { plain: [version, ...reason], named }) => {
      const scope = Object.fromEntries(
        ['participants', 'groups', 'terminals'].flatMap((name) => {
          const value = named.get(name);
          return value === undefined ? [] : [[name, value.split(',')]];
        }),
      );
      return all(
        await connection.post('/v1/parameter-rollouts', {
          version: wholeNumber(version, 'version'),
          reason: reason.join(' '),
          ...scope,
          ...(named.has('everybody') && { everybody: true }),
        }),
      );
    },
  ),
  estateCommand(
    'terminal rollouts',
    '',
    'roll-outs, and how many of their terminals have adopted the set',
    { ...reader, from: 0 },
    listing('/v1/parameter-rollouts', 'rollouts', (row) => `roll-out ${String(row['rolloutNo'])}`, [
      'version',
      'everybody',
      'participants',
      'groups',
      'terminals',
      'terminalsDone',
      'terminalsDue',
      'reason',
    ]),
  ),
  estateCommand(
    'hotlist ages',
    '',
    'how old the lists of active terminals are; terminal list hotlist-older-than-hours=24 names them',
    { ...reader, from: 0 },
    async (connection) => all(await connection.get('/v1/hotlist/ages')),
  ),
  estateCommand(
    'hotlist show',
    'CARD|SERIAL',
    'entries of a card, who put them there and why, locks by terminals',
    { ...reader, from: 1 },
    async (connection, { plain: [card] }) => all(await connection.get(`/v1/hotlist/cards/${segment(card)}`)),
  ),
  estateCommand(
    'hotlist add',
    'SERIAL REASON…',
    'put a card that is not ours on the list, by its application serial of 20 digits',
    { ...officer, from: 2, to: REASON },
    async (connection, { plain: [applicationSerial, ...reason] }) =>
      all(await connection.post('/v1/hotlist-entries', { applicationSerial, reason: reason.join(' ') })),
  ),
  estateCommand(
    'hotlist remove',
    'SERIAL REASON…',
    'propose to take such a card off',
    { ...officer, from: 2, to: REASON },
    async (connection, { plain: [applicationSerial, ...reason] }) => {
      const body = { applicationSerial, reason: reason.join(' ') };
      const proposed = (await connection.post('/v1/hotlist-removals', body)) as { removalNo: number };
      return all({ ...proposed, next: `a second person: citycard hotlist approve ${proposed.removalNo}` });
    },
  ),
  estateCommand(
    'hotlist approve',
    'REMOVAL',
    'take it off, as the second person',
    { ...second, from: 1 },
    async (connection, { plain: [removal] }) =>
      all(await connection.post(`/v1/hotlist-removals/${wholeNumber(removal, 'removal')}/approval`)),
  ),
  estateCommand(
    'hotlist retell',
    'REASON…',
    'after the database was restored: every terminal is told the whole log at its next download',
    { ...officer, from: 1, to: REASON },
    async (connection, { plain }) => all(await connection.post('/v1/hotlist/retelling', { reason: plain.join(' ') })),
  ),
];

async function jsonOf(file: string): Promise<object> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as object;
  } catch (error) {
    throw citycardErrors.badOption(
      `${file} cannot be read as JSON (${error instanceof Error ? error.message : 'unknown'})`,
    );
  }
}
