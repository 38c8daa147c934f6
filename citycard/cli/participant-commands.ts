import type { Command } from './command.ts';
import type { Connection } from './connection.ts';
import { fitting, noMore } from './fitting.ts';
import { readJsonFile } from './json-file.ts';

const PARTICIPANT = /^[0-9A-Za-z.-]{4,15}$/;
const NUMBER = /^[1-9][0-9]{0,14}$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const AN_APPROVAL = 'the approvalId that the proposal answered';

type Run = (connection: Connection, path: string, rest: readonly string[]) => Promise<unknown>;

/** A command about one participant, whose number is the first word behind it. */
function about(person: string, words: string, help: string, run: Run): Command {
  return {
    words,
    help: `${words} PARTICIPANT${help}`,
    person,
    running: person !== 'auditor',
    takesWords: true,
    run: async (connection, [no, ...rest]) => {
      const path = `/v1/participants/${fitting(no, PARTICIPANT, 'a participant number')}`;
      return { answer: await run(connection, path, rest), ok: true };
    },
  };
}

/** A proposal and its second person: `WORDS propose` and `WORDS approve`. */
function byTwo(words: string, path: string, help: string): Command[] {
  return [
    about('platform', `${words} propose`, `: ${help}`, (connection, participant, more) => {
      noMore(more, `${words} propose PARTICIPANT`);
      return connection.post(`${participant}/${path}`);
    }),
    about(
      'platform-2',
      `${words} approve`,
      ' APPROVAL: the second officer approves',
      (connection, participant, [id, ...more]) => {
        noMore(more, `${words} approve PARTICIPANT APPROVAL`);
        const approvalId = Number(fitting(id, NUMBER, AN_APPROVAL));
        return connection.post(`${participant}/${path}/approval`, { approvalId });
      },
    ),
  ];
}

const changeOf = (no: string | undefined) => `account-changes/${fitting(no, NUMBER, 'the number of the change')}`;
const leavingOf = (lastDay: string | undefined, reason: readonly string[]) => ({
  lastDay: fitting(lastDay, DATE, 'its last day of business, YYYY-MM-DD'),
  reason: fitting(reason.join(' '), /^.{1,200}$/, 'a reason'),
});

/** Participants from admission to exit (docs/participants.md); production is `acceptance activate`. */
export const participantCommands: readonly Command[] = [
  {
    words: 'participant list',
    help: 'participant list: all participants',
    person: 'auditor',
    running: false,
    run: async (connection) => ({ answer: await connection.get('/v1/participants'), ok: true }),
  },
  {
    words: 'participant admit',
    help: 'participant admit FILE.json: admit a participant and open its accounts',
    person: 'platform',
    running: true,
    takesWord: true,
    run: async (connection, [file]) => ({
      answer: await connection.post('/v1/participants', await readJsonFile(file)),
      ok: true,
    }),
  },
  {
    words: 'participant account-changes',
    help: 'participant account-changes: changes of settlement accounts that are under way',
    person: 'auditor',
    running: false,
    run: async (connection) => ({ answer: await connection.get('/v1/account-changes'), ok: true }),
  },
  about('auditor', 'participant show', ': its whole file, and what is missing on it', (connection, path) =>
    connection.get(path),
  ),
  about('auditor', 'participant obligations', ': what is open between it and the city card', (connection, path) =>
    connection.get(`${path}/obligations`),
  ),
  about('platform', 'participant document', ' FILE.json: file a paper by its hash', async (connection, path, [file]) =>
    connection.post(`${path}/documents`, await readJsonFile(file)),
  ),
  about(
    'platform',
    'participant contact',
    ' PURPOSE FILE.json: file where an office is reached',
    async (connection, path, [purpose, file]) =>
      connection.put(
        `${path}/contacts/${fitting(purpose, /^(settlement|operations|security)$/, 'settlement, operations or security')}`,
        await readJsonFile(file),
      ),
  ),
  about(
    'platform',
    'participant contract propose',
    ' FILE.json: propose a contract by date',
    async (connection, path, [file]) => connection.post(`${path}/contracts`, await readJsonFile(file)),
  ),
  about(
    'platform-2',
    'participant contract approve',
    ' APPROVAL FILE.json: the second officer approves',
    async (connection, path, [id, file]) =>
      connection.post(`${path}/contracts/approval`, {
        ...(await readJsonFile(file)),
        approvalId: Number(fitting(id, NUMBER, AN_APPROVAL)),
      }),
  ),
  about(
    'finance-maker',
    'participant account propose',
    ' FILE.json: propose another settlement account',
    async (connection, path, [file]) => connection.post(`${path}/account-changes`, await readJsonFile(file)),
  ),
  about(
    'finance-checker',
    'participant account approve',
    ' CHANGE: the second person approves; a notice is written',
    (connection, path, [no]) => connection.post(`${path}/${changeOf(no)}/approval`),
  ),
  about(
    'finance-maker',
    'participant account noticed',
    ' CHANGE CHANNEL: the notice went out, the waiting period begins',
    (connection, path, [no, channel]) =>
      connection.post(`${path}/${changeOf(no)}/notice`, {
        channel: fitting(channel, /^(letter|email|phone|api)$/, 'letter, email, phone or api'),
      }),
  ),
  about(
    'finance-maker',
    'participant account withdraw',
    ' CHANGE REASON: stop a change that is not in force',
    (connection, path, [no, ...reason]) =>
      connection.post(`${path}/${changeOf(no)}/withdrawal`, {
        reason: fitting(reason.join(' '), /^.{1,200}$/, 'a reason'),
      }),
  ),
  about('platform', 'participant suspend', ' REASON: at once, by one officer', (connection, path, reason) =>
    connection.post(`${path}/suspension`, { reason: fitting(reason.join(' '), /^.{1,200}$/, 'a reason') }),
  ),
  ...byTwo('participant resume', 'resumption', 'end a suspension'),
  about(
    'platform',
    'participant leave propose',
    ' YYYY-MM-DD REASON: propose that it leaves after that day',
    (connection, path, [lastDay, ...reason]) => connection.post(`${path}/leaving`, leavingOf(lastDay, reason)),
  ),
  about(
    'platform-2',
    'participant leave approve',
    ' APPROVAL YYYY-MM-DD REASON: the second officer approves',
    (connection, path, [id, lastDay, ...reason]) => {
      const approvalId = Number(fitting(id, NUMBER, AN_APPROVAL));
      return connection.post(`${path}/leaving/approval`, { ...leavingOf(lastDay, reason), approvalId });
    },
  ),
  about(
    'platform',
    'participant return-prefund',
    ': an agent that leaves is owed what it has not spent',
    (connection, path) => connection.post(`${path}/prefund-return`),
  ),
  ...byTwo('participant exit', 'exit', 'it owes nothing, is owed nothing, and is gone'),
];
