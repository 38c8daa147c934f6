import { readFile, rm, writeFile } from 'node:fs/promises';
import { citycardErrors } from '../errors.ts';
import type { Command } from './command.ts';
import type { Connection } from './connection.ts';
import { all, asLines, estateCommand, members, propose, REASON, segment, wholeNumber } from './terminal-command.ts';
import { importTerminals } from './terminal-import.ts';
import { holdTerminalCeremony } from './terminal-ceremony.ts';
import { terminalListCommands } from './terminal-list-commands.ts';

const officer = { person: 'platform' } as const;
const second = { person: 'platform-2' } as const;
const reader = { person: 'platform', reads: true } as const;

const path = (terminalNo: string | undefined) => `/v1/terminals/${segment(terminalNo)}`;
const reasonOf = (words: readonly string[]) => words.join(' ');
const functionsOf = (text: string | undefined) => (text ?? '').split(/[,|]/).filter((name) => name !== '');

/** Words of `terminal list`, and what the interface calls them. */
const FILTERS = {
  participant: 'participantNo',
  status: 'status',
  industry: 'industry',
  model: 'model',
  group: 'groupName',
  'silent-hours': 'silentHours',
  'hotlist-older-than-hours': 'hotlistOlderThanHours',
  'parameters-other-than': 'parametersOtherThan',
} as const;
const BARE_FILTERS = { 'software-not-accepted': 'softwareNotAccepted', 'without-key': 'withoutKey' } as const;

/** The estate: terminals, their keys, owners and software (docs/terminal-estate.md). */
export const terminalCommands: readonly Command[] = [
  estateCommand(
    'terminal register',
    'NUMBER PARTICIPANT INDUSTRY FUNCTIONS MAC [sam=…] [model=…] [group=…] [tls-only]',
    'register a terminal; FUNCTIONS with commas, MAC ecb or x9.19',
    { ...officer, from: 5, names: ['sam', 'model', 'group', 'tls-only'] },
    async (connection, { plain: [terminalNo, participantNo, industry, functions, macAlgorithm], named }) =>
      all(
        await connection.post('/v1/terminals', {
          terminalNo,
          participantNo,
          industry: wholeNumber(industry, 'industry'),
          functions: functionsOf(functions),
          macAlgorithm,
          ...members(named, { sam: 'samNo', model: 'model', group: 'groupName' }),
          ...(named.has('tls-only') && { tlsOnly: true }),
        }),
      ),
  ),
  estateCommand(
    'terminal import',
    'FILE.csv [all-or-nothing]',
    'register many from a table; rows that cannot be are written to FILE.csv.bad.csv',
    { ...officer, from: 1, names: ['all-or-nothing'] },
    (connection, { plain: [file = ''], named }, { say }) =>
      importTerminals(connection, file, { allOrNothing: named.has('all-or-nothing') }, say),
  ),
  estateCommand(
    'terminal list',
    '[participant=…] [status=…] [industry=…] [model=…] [group=…] [silent-hours=…] [hotlist-older-than-hours=…] [parameters-other-than=…] [software-not-accepted] [without-key]',
    'terminals, all pages',
    { ...reader, from: 0, names: [...Object.keys(FILTERS), ...Object.keys(BARE_FILTERS)] },
    async (connection, { named }, { line }) => {
      const query = new URLSearchParams(members(named, FILTERS));
      for (const [bare, filter] of Object.entries(BARE_FILTERS)) if (named.has(bare)) query.set(filter, 'true');
      const terminals = await everyTerminal(connection, query);
      return all(line.json ? { terminals } : asLines(terminals, 'terminalNo', SHORT));
    },
  ),
  estateCommand('terminal show', 'NUMBER', 'a terminal', { ...reader, from: 1 }, async (connection, { plain: [no] }) =>
    all(await connection.get(path(no))),
  ),
  estateCommand(
    'terminal history',
    'NUMBER',
    'what was done to it, whose it was, its SAMs and parameters',
    { ...reader, from: 1 },
    async (connection, { plain: [no] }) => all(await connection.get(`${path(no)}/history`)),
  ),
  estateCommand(
    'terminal suspend',
    'NUMBER REASON…',
    'out of service from the next message on',
    { ...officer, from: 2, to: REASON },
    async (connection, { plain: [no, ...reason] }) => {
      await connection.post(`${path(no)}/suspension`, { reason: reasonOf(reason) });
      return all({ terminalNo: no, status: 'suspended' });
    },
  ),
  estateCommand(
    'terminal resume',
    'NUMBER REASON…',
    'propose to take it back into service',
    { ...officer, from: 2, to: REASON },
    (connection, { plain: [no, ...reason] }) => propose(connection, 'resume', { terminalNo: no }, reasonOf(reason)),
  ),
  estateCommand(
    'terminal retire',
    'NUMBER REASON… [replaced-by=…]',
    'out of service for good',
    { ...officer, from: 2, to: REASON, names: ['replaced-by'] },
    async (connection, { plain: [no, ...reason], named }) => {
      const replaced = members(named, { 'replaced-by': 'replacedBy' });
      await connection.post(`${path(no)}/retirement`, { reason: reasonOf(reason), ...replaced });
      return all({ terminalNo: no, status: 'retired', ...replaced });
    },
  ),
  estateCommand(
    'terminal sam',
    'NUMBER SAM [from=2026-01-31T08:00:00+08:00]',
    'note which SAM was put in, and when (default: now)',
    { ...officer, from: 2, names: ['from'] },
    async (connection, { plain: [no, samNo], named }) => {
      await connection.post(`${path(no)}/sam`, { samNo, ...members(named, { from: 'from' }) });
      return all({ terminalNo: no, samNo });
    },
  ),
  estateCommand(
    'terminal label',
    'NUMBER [model=…] [group=…]',
    'model and group',
    { ...officer, from: 1, names: ['model', 'group'] },
    async (connection, { plain: [no], named }) => {
      const label = members(named, { model: 'model', group: 'groupName' });
      await connection.put(`${path(no)}/labels`, label);
      return all({ terminalNo: no, ...label });
    },
  ),
  estateCommand(
    'terminal move',
    'NUMBER PARTICIPANT INDUSTRY REASON…',
    'propose to give it to another participant or industry',
    { ...officer, from: 4, to: REASON },
    (connection, { plain: [terminalNo, participantNo, industry, ...reason] }) =>
      propose(
        connection,
        'move',
        { terminalNo, participantNo, industry: wholeNumber(industry, 'industry') },
        reasonOf(reason),
      ),
  ),
  estateCommand(
    'terminal provision',
    'NUMBER FUNCTIONS MAC REASON… [tls-only]',
    'propose what it may do and how its messages are protected',
    { ...officer, from: 4, to: REASON, names: ['tls-only'] },
    (connection, { plain: [terminalNo, functions, macAlgorithm, ...reason], named }) =>
      propose(
        connection,
        'provision',
        { terminalNo, functions: functionsOf(functions), macAlgorithm, tlsOnly: named.has('tls-only') },
        reasonOf(reason),
      ),
  ),
  estateCommand(
    'terminal keys',
    'TRANSPORT NUMBER… [replace] [file=NUMBERS.txt] [reason=…]',
    'propose to hand master keys over under a transport key, at most 1000 at once',
    { ...officer, from: 1, to: 1001, names: ['replace', 'file', 'reason'] },
    async (connection, { plain: [transport, ...numbers], named }) => {
      const terminals = [...numbers, ...(await numbersIn(named.get('file')))];
      const content = { terminals, transport, replace: named.has('replace') };
      return propose(connection, 'hand-over-keys', content, named.get('reason') ?? 'master keys for terminals');
    },
  ),
  estateCommand(
    'terminal key-ceremony',
    'NUMBER [name=…] [replace] [print=FOLDER]',
    'three custodians make a master key of components to be typed into the terminal, then propose it',
    { ...officer, from: 1, names: ['name', 'replace', 'print'] },
    async (connection, { plain: [terminalNo = ''], named }, surroundings) => {
      // Before anybody writes a component down.
      await connection.get(path(terminalNo));
      const key = named.get('name') ?? `TMK-${terminalNo}`;
      const { kcv } = await holdTerminalCeremony(key, named.get('print'), surroundings);
      const content = { terminalNo, key, replace: named.has('replace') };
      const { answer } = await propose(connection, 'adopt-key', content, `components of ${key}`);
      return all({ ...(answer as object), key, kcv });
    },
  ),
  estateCommand(
    'terminal key-loaded',
    'NUMBER KCV',
    'the new master key is in the terminal, which shows this check value; it comes into force',
    { ...officer, from: 2 },
    async (connection, { plain: [no, kcv] }) => {
      await connection.post(`${path(no)}/key-confirmation`, { kcv });
      return all({ terminalNo: no, kcv, state: 'in force' });
    },
  ),
  estateCommand(
    'terminal changes',
    '[proposed|approved|withdrawn]',
    'changes that need two persons, newest first',
    { ...reader, from: 0, to: 1 },
    async (connection, { plain: [state] }) =>
      all(await connection.get(`/v1/terminal-changes${state === undefined ? '' : `?state=${segment(state)}`}`)),
  ),
  estateCommand(
    'terminal approve',
    'CHANGE [KEYS.csv]',
    'carry a change out as the second person; handed-over keys go into the file, once',
    { ...second, from: 1, to: 2 },
    async (connection, { plain: [change, file] }) => {
      const approval = `/v1/terminal-changes/${wholeNumber(change, 'change')}/approval`;
      const done = { change: Number(change), state: 'approved' };
      if (file === undefined) return all({ ...done, ...((await connection.post(approval)) as object) });
      // The file first: keys that nothing can be written to would be lost.
      await writeFile(file, '', { flag: 'wx', mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
        throw citycardErrors.badOption(`${file} cannot be written, or is there already (${error.code})`);
      });
      const answer = (await connection.post(approval).catch(async (error: unknown) => {
        await rm(file);
        throw error;
      })) as { keys?: readonly Handed[] };
      if (answer.keys === undefined) return all({ ...done, ...answer });
      const rows = answer.keys.map((key) => `${key.terminalNo},${key.tmkUnderTransport},${key.kcv}\r\n`);
      await writeFile(file, `terminalNo,tmkUnderTransport,kcv\r\n${rows.join('')}`);
      return all({ ...done, keys: answer.keys.length, written: file });
    },
  ),
  estateCommand(
    'terminal withdraw',
    'CHANGE',
    'take a proposal back',
    { ...officer, from: 1 },
    async (connection, { plain: [change] }) => {
      await connection.post(`/v1/terminal-changes/${wholeNumber(change, 'change')}/withdrawal`);
      return all({ change: Number(change), state: 'withdrawn' });
    },
  ),
  ...terminalListCommands,
];

interface Handed {
  readonly terminalNo: string;
  readonly tmkUnderTransport: string;
  readonly kcv: string;
}

const SHORT = ['participantNo', 'industry', 'status', 'lastSeenAt', 'software', 'softwareState', 'parametersVersion', 'hotlistVersion', 'hotlistLackingSince']; // prettier-ignore

async function everyTerminal(connection: Connection, query: URLSearchParams): Promise<Record<string, unknown>[]> {
  const terminals: Record<string, unknown>[] = [];
  query.set('limit', '1000');
  for (;;) {
    const page = (await connection.get(`/v1/terminals?${query.toString()}`)) as {
      terminals: Record<string, unknown>[];
      cursor?: string;
    };
    terminals.push(...page.terminals);
    if (page.cursor === undefined) return terminals;
    query.set('cursor', page.cursor);
  }
}

async function numbersIn(file: string | undefined): Promise<string[]> {
  if (file === undefined) return [];
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw citycardErrors.badOption(`${file} cannot be read: ${error.code}`);
  });
  return text.split(/\s+/).filter((number) => number !== '');
}
