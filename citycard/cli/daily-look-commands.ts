import { personsCommand } from './persons-command.ts';
import type { Command } from './command.ts';
import { dayFileCommands } from './day-file-commands.ts';
import { fitting, noMore } from './fitting.ts';
import { readJsonFile } from './json-file.ts';

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const NUMBER = /^[1-9][0-9]{0,14}$/;
const PARTICIPANT = /^[0-9A-Za-z.-]{4,15}$/;
const CARD = /^[0-9]{19}$/;
const DAYS = /^[0-9]{1,2}$/;
const A_DAY = 'a day, YYYY-MM-DD';
const AN_APPROVAL = 'the approvalId that the proposal answered';

/** A command that only reads one address. */
const reading = (words: string, help: string, path: string): Command =>
  personsCommand('auditor', words, `: ${help}`, async (connection, rest) => {
    noMore(rest, words);
    return connection.get(path);
  });

const statementPath = (participant: string | undefined, date: string | undefined) =>
  `/v1/agents/${fitting(participant, PARTICIPANT, 'an agent')}/statements/${fitting(date, DATE, A_DAY)}`;

function patienceOf([subject, days, ...more]: readonly string[]) {
  noMore(more, 'reconcile patience-propose SUBJECT DAYS');
  return {
    subject: fitting(subject, /^[a-z-]+$/, 'a subject'),
    days: Number(fitting(days, DAYS, 'days, 0 to 90')),
  };
}

function afterEqualOf([participant, yesOrNo, from, ...more]: readonly string[]) {
  noMore(more, 'agent after-equal PARTICIPANT yes|no YYYY-MM-DD');
  return {
    participantNo: fitting(participant, PARTICIPANT, 'a participant'),
    afterEqual: fitting(yesOrNo, /^(yes|no)$/, 'yes or no') === 'yes',
    from: fitting(from, DATE, A_DAY),
  };
}

/** Daily looks at operators, cards, agents, billers and the bank (docs/reconciliation.md). */
export const dailyLookCommands: readonly Command[] = [
  ...dayFileCommands,
  personsCommand(
    'auditor',
    'reconcile days',
    ' [YYYY-MM-DD]: the daily looks: state, found, opened, ended',
    (connection, rest) => {
      const [date, ...more] = rest;
      noMore(more, 'reconcile days [YYYY-MM-DD]');
      return connection.get(
        date === undefined ? '/v1/reconciliation/days' : `/v1/reconciliation/days/${fitting(date, DATE, A_DAY)}`,
      );
    },
  ),
  personsCommand(
    'finance-maker',
    'reconcile again',
    ' YYYY-MM-DD: have a day looked at once more',
    (connection, [date, ...more]) => {
      noMore(more, 'reconcile again YYYY-MM-DD');
      return connection.post(`/v1/reconciliation/days/${fitting(date, DATE, A_DAY)}`);
    },
  ),
  reading('reconcile patience', 'days a side may be late before that is a difference', '/v1/reconciliation/patience'),
  personsCommand(
    'finance-maker',
    'reconcile patience-propose',
    ' SUBJECT DAYS: propose other days of patience',
    (connection, rest) => connection.post('/v1/reconciliation/patience', patienceOf(rest)),
  ),
  personsCommand(
    'finance-checker',
    'reconcile patience-approve',
    ' APPROVAL SUBJECT DAYS: set them as the second person',
    (connection, [approval, ...rest]) =>
      connection.post('/v1/reconciliation/patience/approval', {
        ...patienceOf(rest),
        approvalId: fitting(approval, NUMBER, AN_APPROVAL),
      }),
  ),
  reading('reconcile cards', 'per day: cards compared, equal, explained, unexplained', '/v1/reconciliation/cards'),
  personsCommand(
    'auditor',
    'reconcile card',
    ' CARD: what a card said last beside its purse, and why they differ',
    (connection, [card, ...more]) => {
      noMore(more, 'reconcile card CARD');
      return connection.get(`/v1/reconciliation/cards/${fitting(card, CARD, 'the 19 digits of a card')}`);
    },
  ),
  reading('sam holes', 'transaction numbers of SAMs that have not come', '/v1/sams/missing-numbers'),
  reading('sam silent', 'SAMs in use whose records have stopped coming', '/v1/sams/silent'),
  reading('agent statements', 'day files of load agents, the newest first', '/v1/agent-statements'),
  personsCommand(
    'auditor',
    'agent statement',
    ' AGENT YYYY-MM-DD: a day file: totals of both sides, after make-up, settlement',
    (connection, [agent, date, ...more]) => {
      noMore(more, 'agent statement AGENT YYYY-MM-DD');
      return connection.get(statementPath(agent, date));
    },
  ),
  personsCommand(
    'agent',
    'agent deliver',
    ' AGENT YYYY-MM-DD FILE: deliver a day file (JSON) as the agent',
    async (connection, [agent, date, file, ...more]) => {
      noMore(more, 'agent deliver AGENT YYYY-MM-DD FILE');
      return connection.post(statementPath(agent, date), await readJsonFile(file));
    },
  ),
  personsCommand(
    'finance-maker',
    'agent act',
    ' DIFFERENCE ACTION REASON: propose confirm-ours, void-ours, make-up-ours, make-up-theirs, cancel-ours or cancel-theirs',
    (connection, [difference, action, ...reason]) =>
      connection.post(`/v1/agent-lines/${fitting(difference, NUMBER, 'the number of a difference')}/action`, {
        action: fitting(action, /^[a-z-]+$/, 'an action'),
        reason: fitting(reason.join(' '), /^.{3,200}$/, 'a reason'),
      }),
  ),
  personsCommand(
    'finance-checker',
    'agent confirm',
    ' DIFFERENCE: agree as the second person, and it is done',
    (connection, [difference, ...more]) => {
      noMore(more, 'agent confirm DIFFERENCE');
      return connection.post(
        `/v1/agent-lines/${fitting(difference, NUMBER, 'the number of a difference')}/action/approval`,
      );
    },
  ),
  personsCommand(
    'finance-maker',
    'agent after-equal',
    ' PARTICIPANT yes|no YYYY-MM-DD: propose that it is settled only after both sides are equal',
    (connection, rest) => connection.post('/v1/settle-after-equal', afterEqualOf(rest)),
  ),
  personsCommand(
    'finance-checker',
    'agent confirm-after-equal',
    ' APPROVAL PARTICIPANT yes|no YYYY-MM-DD: agree as the second person',
    (connection, [approval, ...rest]) =>
      connection.post('/v1/settle-after-equal/approval', {
        ...afterEqualOf(rest),
        approvalId: fitting(approval, NUMBER, AN_APPROVAL),
      }),
  ),
  personsCommand(
    'auditor',
    'bank suggest',
    ' ACCOUNT REFERENCE PART: what an unmatched entry may be',
    (connection, [account, reference, part, ...more]) => {
      noMore(more, 'bank suggest ACCOUNT REFERENCE PART');
      const item = [
        fitting(account, /^[0-9A-Za-z]{1,34}$/, 'an account'),
        encodeURIComponent(fitting(reference, /^.{1,35}$/, 'the reference of the entry')),
        fitting(part, /^[1-9][0-9]{0,6}$/, 'the part of the entry'),
      ];
      return connection.get(`/v1/bank/open-items/${item.join('/')}/suggestions`);
    },
  ),
  reading('bank rules', 'rules by which money that comes in is recognised', '/v1/bank/reference-rules'),
  personsCommand(
    'finance-maker',
    'bank rule-propose',
    ' FILE: propose a rule (JSON), or another version of one',
    async (connection, [file, ...more]) => {
      noMore(more, 'bank rule-propose FILE');
      return connection.post('/v1/bank/reference-rules', await readJsonFile(file));
    },
  ),
  personsCommand(
    'finance-checker',
    'bank rule-approve',
    ' APPROVAL FILE: set it as the second person, with the same file',
    async (connection, [approval, file, ...more]) => {
      noMore(more, 'bank rule-approve APPROVAL FILE');
      const rule = await readJsonFile(file);
      return connection.post('/v1/bank/reference-rules/approval', {
        ...rule,
        approvalId: fitting(approval, NUMBER, AN_APPROVAL),
      });
    },
  ),
];
