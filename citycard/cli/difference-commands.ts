import type { Command } from './command.ts';
import { fitting, noMore } from './fitting.ts';
import { searchOf } from './search-words.ts';
import { command } from './supervision-commands.ts';

const NUMBER = /^[1-9][0-9]{0,14}$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const ACCOUNT = /^[a-z-]{3,40}(:[0-9A-Za-z.-]{1,40})?$/;
const A_DIFFERENCE = 'the number of a difference';
const AN_APPROVAL = 'the approvalId that the proposal answered';
const FILTER =
  /^(overdue|counterpartKind=[a-z]{4,8}|counterpart=.{1,40}|kind=[a-z-]{2,31}|state=(open|ended)|from=.{10}|to=.{10}|owner=.{1,100}|after=[0-9]{1,18})$/;
const RULE = /^(ownerRole=[a-z-]{5,20}|dueDays=[0-9]{1,3}|tolerateFen=[0-9]{1,4})$/;

const pathOf = (no: string | undefined): string => `/v1/differences/${fitting(no, NUMBER, A_DIFFERENCE)}`;
const reasonOf = (words: readonly string[]): string => fitting(words.join(' '), /^.{3,500}$/, 'a reason');

const FILTERS = 'counterpartKind=, counterpart=, kind=, state=, from=, to=, owner=, after= or overdue';

/** `agent amount ownerRole=platform dueDays=9 tolerateFen=3`. */
function ruleOf([counterpartKind, kind, ...settings]: readonly string[]) {
  const body: Record<string, unknown> = {
    counterpartKind: fitting(counterpartKind, /^[a-z]{4,8}$/, 'a kind of counterpart'),
    kind: fitting(kind, /^(\*|[a-z][a-z-]{1,30})$/, 'a kind of difference, or "*"'),
    ownerRole: 'finance-maker',
    tolerateFen: 0,
  };
  for (const setting of settings) {
    const [name = '', value = ''] = fitting(setting, RULE, 'ownerRole=, dueDays= or tolerateFen=').split('=');
    body[name] = name === 'ownerRole' ? value : Number(value);
  }
  return body;
}

/** What two sides disagree about (docs/reconciliation.md). */
export const differenceCommands: readonly Command[] = [
  command(
    'finance-maker',
    'difference list',
    ' [counterpartKind=KIND] [counterpart=NAME] [kind=KIND] [state=open|ended] [from=DAY] [to=DAY] [owner=WHO] [after=N] [overdue]: 200 at once',
    (connection, rest) => connection.get(`/v1/differences${searchOf(rest, FILTER, FILTERS)}`),
  ),
  command('finance-maker', 'difference summary', ': what is open, by counterpart, kind and age', (connection) =>
    connection.get('/v1/differences/summary'),
  ),
  command(
    'finance-maker',
    'difference show',
    ' NUMBER: its evidence and all that happened to it',
    (connection, [no, ...more]) => {
      noMore(more, 'difference show NUMBER');
      return connection.get(pathOf(no));
    },
  ),
  command(
    'finance-maker',
    'difference comment',
    ' NUMBER WORDS: say what is known of it',
    (connection, [no, ...words]) =>
      connection.post(`${pathOf(no)}/comments`, { words: fitting(words.join(' '), /^.{3,500}$/, 'words') }),
    true,
  ),
  command(
    'finance-maker',
    'difference give',
    ' NUMBER PERSON: make it somebody’s work',
    (connection, [no, owner, ...more]) => {
      noMore(more, 'difference give NUMBER PERSON');
      return connection.put(`${pathOf(no)}/owner`, { owner: fitting(owner, /^[0-9A-Za-z._:-]{1,100}$/, 'a person') });
    },
    true,
  ),
  command(
    'finance-maker',
    'difference propose',
    ' NUMBER [debit=ACCOUNT credit=ACCOUNT amount=FEN [card=NUMBER]] REASON: propose how it ends',
    (connection, [no, ...rest]) => connection.post(`${pathOf(no)}/decision`, decisionOf(rest)),
    true,
  ),
  command(
    'finance-checker',
    'difference approve',
    ' NUMBER APPROVAL: the second person ends it; the adjustment is posted',
    (connection, [no, approval, ...more]) => {
      noMore(more, 'difference approve NUMBER APPROVAL');
      return connection.post(`${pathOf(no)}/decision/${fitting(approval, NUMBER, AN_APPROVAL)}`);
    },
    true,
  ),
  command(
    'auditor',
    'difference closing',
    ' FROM TO: the closing report of these days',
    (connection, [from, to, ...more]) => {
      noMore(more, 'difference closing FROM TO');
      const day = (word: string | undefined) => fitting(word, DATE, 'two days, YYYY-MM-DD');
      return connection.get(`/v1/differences/closing?from=${day(from)}&to=${day(to)}`);
    },
  ),
  command('finance-maker', 'difference rules', ': owner, due days and tolerance', (connection) =>
    connection.get('/v1/difference-rules'),
  ),
  command(
    'finance-maker',
    'difference propose-rule',
    ' COUNTERPART-KIND KIND dueDays=N [ownerRole=ROLE] [tolerateFen=N]: propose a rule',
    (connection, rest) => connection.post('/v1/difference-rules', ruleOf(rest)),
    true,
  ),
  command(
    'finance-checker',
    'difference approve-rule',
    ' APPROVAL COUNTERPART-KIND KIND dueDays=N [ownerRole=ROLE] [tolerateFen=N]: the second person confirms the same rule',
    (connection, [approval, ...rest]) =>
      connection.post(`/v1/difference-rules/${fitting(approval, NUMBER, AN_APPROVAL)}`, ruleOf(rest)),
    true,
  ),
];

/** Settings of a booking stand before the reason. */
function decisionOf(words: readonly string[]) {
  const booking: Record<string, unknown> = {};
  let at = 0;
  for (; at < words.length; at += 1) {
    const [, name, value = ''] = /^(debit|credit|amount|card)=(.*)$/.exec(words[at] ?? '') ?? [];
    if (name === undefined) break;
    if (name === 'amount') booking['amountFen'] = Number(fitting(value, /^[1-9][0-9]{0,14}$/, 'an amount in fen'));
    else if (name === 'card') booking['cardNo'] = fitting(value, /^[0-9]{19}$/, 'the 19 digits of a card');
    else booking[name] = fitting(value, ACCOUNT, 'a ledger account');
  }
  return { reason: reasonOf(words.slice(at)), ...(at > 0 && { booking }) };
}
