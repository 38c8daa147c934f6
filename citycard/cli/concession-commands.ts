import { personsCommand } from './persons-command.ts';
import { cityDate } from '@citycard/common';
import { readFile } from 'node:fs/promises';
import { citycardErrors } from '../errors.ts';
import type { Command } from './command.ts';
import type { Connection } from './connection.ts';
import { fitting, noMore } from './fitting.ts';
import { readJsonFile } from './json-file.ts';
import { say } from './load-commands.ts';

const NUMBER = /^[1-9][0-9]{0,17}$/;
const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const CODE = /^[a-z][a-z0-9-]{0,19}$/;
const CARD = /^\d{19}$/;
const A_CLAIM = 'the number of the claim';
const A_FILE = 'the number of the file';

/** A command about one thing with a number, the only word behind it. */
const numbered = (
  person: string,
  words: string,
  help: string,
  what: string,
  run: (c: Connection, no: string) => Promise<unknown>,
) =>
  personsCommand(person, words, ` NUMBER: ${help}`, (connection, [no, ...more]) => {
    noMore(more, `${words} NUMBER`);
    return run(connection, fitting(no, NUMBER, what));
  });

/** What rules made of rides, passes, and claims on the finance bureau (docs/concessions.md). */
export const concessionCommands: readonly Command[] = [
  personsCommand(
    'auditor',
    'concessions rides',
    ' CARD YYYY-MM-DD: what the rules made of a card’s rides of a day',
    (connection, [card, date, ...more]) => {
      noMore(more, 'concessions rides CARD YYYY-MM-DD');
      const number = fitting(card, CARD, 'a card number of 19 digits');
      return connection.get(
        `/v1/cards/${number}/concession-rides?date=${fitting(date, DATE, 'a day of taps, YYYY-MM-DD')}`,
      );
    },
  ),
  personsCommand(
    'auditor',
    'passes show',
    ' CARD: passes of a card and the rides made on them',
    (connection, [card, ...more]) => {
      noMore(more, 'passes show CARD');
      return connection.get(`/v1/cards/${fitting(card, CARD, 'a card number of 19 digits')}/passes`);
    },
  ),
  personsCommand(
    'clerk-1',
    'passes sell',
    ' CARD CODE PAYFROM [RECEIPT]: sell or renew a pass out of pending-credit, online or cash-shift:NAME; typed again on the same day it sells nothing, unless under another RECEIPT',
    (connection, [card, code, payFrom, receipt = '', ...more]) => {
      noMore(more, 'passes sell CARD CODE PAYFROM [RECEIPT]');
      const path = `/v1/cards/${fitting(card, CARD, 'a card number of 19 digits')}/passes`;
      const body = {
        code: fitting(code, CODE, 'the code of a pass'),
        payFrom: fitting(payFrom, /^[0-9A-Za-z:.-]{1,60}$/, 'what pays: pending-credit, online or cash-shift:NAME'),
      };
      return say(connection, path, body, `${cityDate(new Date())} ${receipt}`);
    },
  ),
  personsCommand(
    'clerk-1',
    'passes return',
    ' CARD PASS REASON: take a pass back; unused days or rides become pending credit',
    (connection, [card, pass, ...reason]) =>
      connection.post(
        `/v1/cards/${fitting(card, CARD, 'a card number of 19 digits')}/passes/${fitting(pass, NUMBER, 'the number of a pass')}/return`,
        { reason: reason.join(' ') },
      ),
  ),
  personsCommand(
    'finance-maker',
    'passes propose',
    ' FILE.csv MANIFEST.json ACCOUNT BANK-REFERENCE REASON: passes for many cards; rows of the file: key,card_no,pass',
    async (connection, [file = '', manifest, account, bankReference, ...reason]) => {
      const csv = await readFile(file, 'utf8').catch(() => undefined);
      if (csv === undefined) throw citycardErrors.badOption(`${file} cannot be read`);
      return connection.post('/v1/pass-files', {
        manifest: await readJsonFile(manifest),
        csv,
        account,
        bankReference,
        reason: reason.join(' '),
      });
    },
  ),
  numbered(
    'finance-checker',
    'passes sell-file',
    'the second person sells the passes of a file',
    A_FILE,
    (connection, no) => connection.post(`/v1/pass-files/${no}/approval`),
  ),
  numbered('finance-maker', 'passes withdraw-file', 'give a proposed file of passes up', A_FILE, (connection, no) =>
    connection.post(`/v1/pass-files/${no}/withdrawal`),
  ),
  numbered('auditor', 'passes file', 'the rows of a file: the pass each sold, or why none', A_FILE, (connection, no) =>
    connection.get(`/v1/pass-files/${no}/lines`),
  ),
  personsCommand(
    'finance-maker',
    'passes apportion',
    ' CODE YYYY-MM: propose to give the price of passes that ended in a month to operators',
    (connection, [code, month, ...more]) => {
      noMore(more, 'passes apportion CODE YYYY-MM');
      return connection.post('/v1/pass-apportionments', {
        code: fitting(code, CODE, 'the code of a pass'),
        month: fitting(month, MONTH, 'a month, YYYY-MM'),
      });
    },
  ),
  numbered(
    'finance-checker',
    'passes approve',
    'the second person agrees to an apportionment',
    'the number of the apportionment',
    (connection, no) => connection.post(`/v1/pass-apportionments/${no}/approval`),
  ),
  personsCommand(
    'auditor',
    'subsidies list',
    ': claims on the finance bureau, the newest first',
    (connection, more) => {
      noMore(more, 'subsidies list');
      return connection.get('/v1/subsidy-claims');
    },
  ),
  personsCommand(
    'finance-maker',
    'subsidies claim',
    ' YYYY-MM CATEGORY: make the claim of a month',
    (connection, [month, category, ...more]) => {
      noMore(more, 'subsidies claim YYYY-MM CATEGORY');
      return connection.post('/v1/subsidy-claims', {
        month: fitting(month, MONTH, 'a month, YYYY-MM'),
        category: fitting(category, CODE, 'a category, or full'),
      });
    },
  ),
  numbered('auditor', 'subsidies show', 'a claim with the shares of operators', A_CLAIM, (connection, no) =>
    connection.get(`/v1/subsidy-claims/${no}`),
  ),
  numbered('auditor', 'subsidies verify', 'work every ride of a claim out again', A_CLAIM, (connection, no) =>
    connection.get(`/v1/subsidy-claims/${no}/verification`),
  ),
  numbered(
    'finance-checker',
    'subsidies approve',
    'the second person agrees: the bureau owes the claim',
    A_CLAIM,
    (connection, no) => connection.post(`/v1/subsidy-claims/${no}/approval`),
  ),
  numbered('finance-maker', 'subsidies withdraw', 'take a proposed claim back', A_CLAIM, (connection, no) =>
    connection.delete(`/v1/subsidy-claims/${no}`),
  ),
];
