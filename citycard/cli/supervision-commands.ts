import type { Command } from './command.ts';
import type { Connection } from './connection.ts';
import { fitting, noMore } from './fitting.ts';

const NUMBER = /^[1-9][0-9]{0,14}$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const AMOUNT = /^[0-9]{1,15}$/;
const RULE = /^[a-z-]{3,60}$/;
const SETTING = /^(severity=(notice|warning|critical)|[A-Za-z]{1,40}=[0-9]{1,15})$/;
const AGENT = /^[0-9A-Za-z.-]{4,15}$/;
const AN_APPROVAL = 'the approvalId that the proposal answered';

type Run = (connection: Connection, rest: readonly string[]) => Promise<unknown>;

/** A command of these pages; what answers nothing has been done. */
export function command(person: string, words: string, help: string, run: Run, running = false): Command {
  return {
    words,
    help: `${words}${help}`,
    person,
    running,
    takesWords: true,
    run: async (connection, rest) => ({ answer: (await run(connection, rest)) ?? { done: true }, ok: true }),
  };
}

/** `aboveFen=100 severity=critical escalateMinutes=10` as the body of a change. */
function changeOf(settings: readonly string[]): Record<string, unknown> {
  const change: Record<string, unknown> = {};
  const thresholds: Record<string, number> = {};
  for (const setting of settings) {
    const [name = '', value = ''] = fitting(setting, SETTING, 'NAME=NUMBER or severity=…').split('=');
    if (name === 'severity') change['severity'] = value;
    else if (name === 'escalateMinutes' || name === 'repeatMinutes') change[name] = Number(value);
    else thresholds[name] = Number(value);
  }
  return { ...change, ...(Object.keys(thresholds).length > 0 && { thresholds }) };
}

function capOf([agent, cap, cover, ...note]: readonly string[]) {
  return {
    path: `/v1/agent-caps/${fitting(agent, AGENT, 'the participant number of an agent')}`,
    body: {
      capFen: Number(fitting(cap, AMOUNT, 'a cap in fen')),
      coverFen: Number(fitting(cover, AMOUNT, 'the cover in fen')),
      coverNote: fitting(note.join(' '), /^.{3,200}$/, 'where the cover is written'),
    },
  };
}

/** What the authority sees and sets (docs/supervision.md). */
export const supervisionCommands: readonly Command[] = [
  command('supervisor', 'supervision live', ': the figures of this second', (connection) =>
    connection.get('/v1/supervision/live'),
  ),
  command(
    'supervisor',
    'supervision history',
    ' FROM TO: closed days as columns',
    (connection, [from, to, ...more]) => {
      noMore(more, 'supervision history FROM TO');
      const range = [fitting(from, DATE, 'a day, YYYY-MM-DD'), fitting(to, DATE, 'a day, YYYY-MM-DD')];
      return connection.get(`/v1/supervision/history?from=${range[0]}&to=${range[1]}`);
    },
  ),
  command('supervisor', 'supervision differences', ': closed days the bank has not proved', (connection) =>
    connection.get('/v1/supervision/differences'),
  ),
  command(
    'supervisor',
    'supervision explain',
    ' DATE ACCOUNT WORDS: write down why an account is not proved',
    (connection, [date, account, ...words]) => {
      const place = `${fitting(date, DATE, 'a day, YYYY-MM-DD')}/${encodeURIComponent(fitting(account, /^bank-[a-z-]+:.+$/, 'a bank account of the ledger'))}`;
      const body = { explanation: fitting(words.join(' '), /^.{10,1000}$/, 'an explanation') };
      return connection.post(`/v1/supervision/differences/${place}/explanation`, body);
    },
    true,
  ),
  command('supervisor', 'supervision movements', ': what bank money, cash and income may be used for', (connection) =>
    connection.get('/v1/supervision/movements'),
  ),
  command('supervisor', 'supervision rules', ': rules in force and the bounds of their thresholds', (connection) =>
    connection.get('/v1/supervision/rules'),
  ),
  command(
    'supervisor',
    'supervision set',
    ' RULE NAME=NUMBER…: propose to change a rule',
    (connection, [rule, ...settings]) =>
      connection.post(`/v1/supervision/rules/${fitting(rule, RULE, 'a rule')}`, changeOf(settings)),
    true,
  ),
  command(
    'supervisor-2',
    'supervision confirm-set',
    ' APPROVAL RULE NAME=NUMBER…: the second supervisor says the same',
    (connection, [id, rule, ...settings]) => {
      const path = `/v1/supervision/rules/${fitting(rule, RULE, 'a rule')}/approval/${fitting(id, NUMBER, AN_APPROVAL)}`;
      return connection.post(path, changeOf(settings));
    },
    true,
  ),
  command('supervisor', 'agent-cap list', ': net debit caps and their cover', (connection) =>
    connection.get('/v1/agent-caps'),
  ),
  command(
    'finance-maker',
    'agent-cap propose',
    ' AGENT CAP COVER NOTE: propose how far below zero an agent may go',
    (connection, rest) => {
      const { path, body } = capOf(rest);
      return connection.post(path, body);
    },
    true,
  ),
  command(
    'supervisor',
    'agent-cap approve',
    ' APPROVAL AGENT CAP COVER NOTE: put it in force',
    (connection, [id, ...rest]) => {
      const { path, body } = capOf(rest);
      return connection.post(`${path}/approval/${fitting(id, NUMBER, AN_APPROVAL)}`, body);
    },
    true,
  ),
  command('supervisor', 'fee-withdrawal list', ': what the company drew', (connection) =>
    connection.get('/v1/fee-withdrawals'),
  ),
  command(
    'finance-maker',
    'fee-withdrawal propose',
    ' FEN FROM TO: propose to draw confirmed fees',
    (connection, [amount, from, to, ...more]) => {
      noMore(more, 'fee-withdrawal propose FEN FROM TO');
      const body = {
        amountFen: Number(fitting(amount, /^[1-9][0-9]{0,14}$/, 'an amount in fen')),
        from: fitting(from, /^bank-custody:.+$/, 'bank-custody:…'),
        to: fitting(to, /^bank-own-funds:.+$/, 'bank-own-funds:…'),
      };
      return connection.post('/v1/fee-withdrawals', body);
    },
    true,
  ),
  command(
    'finance-checker',
    'fee-withdrawal approve',
    ' NUMBER: the second person lets the fees go',
    (connection, [no, ...more]) => {
      noMore(more, 'fee-withdrawal approve NUMBER');
      const path = `/v1/fee-withdrawals/${fitting(no, NUMBER, 'the number of a withdrawal')}/approval`;
      return connection.post(path);
    },
    true,
  ),
];
