import { personsCommand } from './persons-command.ts';
import type { Command } from './command.ts';
import type { Connection } from './connection.ts';
import { fitting, noMore } from './fitting.ts';

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const NUMBER = /^[1-9][0-9]{0,14}$/;
const SHEETS = /^[0-9A-Za-z.-]{1,32}(,[0-9A-Za-z.-]{1,32})*$/;
const PAYMENT = /^[0-9A-Za-z.-]{1,35}$/;
const PARTICIPANT = /^[0-9A-Za-z.-]{4,15}$/;
const A_DAY = 'a business day, YYYY-MM-DD';
const AN_APPROVAL = 'the approvalId that the proposal answered';

/** What finance proposes; the second person's commands (--as finance-checker) approve or confirm. */
function making(
  words: string,
  help: string,
  run: (connection: Connection, rest: readonly string[]) => Promise<unknown>,
): Command {
  return personsCommand('finance-maker', words, help, run);
}

function checking(
  words: string,
  help: string,
  run: (connection: Connection, rest: readonly string[]) => Promise<unknown>,
): Command {
  return personsCommand('finance-checker', words, help, run);
}

const ITEM = ' ACCOUNT REFERENCE PART COUNTER-ACCOUNT';

function bookingOf([account, reference, part, counterAccount, ...reason]: readonly string[]) {
  const item = [
    fitting(account, /^[0-9A-Za-z]{1,34}$/, 'an account'),
    encodeURIComponent(fitting(reference, /^.{1,35}$/, 'the reference of the entry')),
    fitting(part, /^[1-9][0-9]{0,6}$/, 'the part of the entry'),
  ];
  return {
    path: `/v1/bank/open-items/${item.join('/')}/booking`,
    body: {
      counterAccount: fitting(counterAccount, /^[a-z-]+:.+$/, 'a ledger account'),
      reason: fitting(reason.join(' '), /^.{3,200}$/, 'a reason'),
    },
  };
}

const day = (date: string | undefined) => `/v1/clearing-days/${fitting(date, DATE, A_DAY)}`;
const some = (sheets: string | undefined) =>
  sheets === undefined ? '' : `?sheets=${fitting(sheets, SHEETS, 'sheet numbers, separated by commas')}`;

/** Payments, and what two people decide about them (docs/settlement.md). */
export const settlementCommands: readonly Command[] = [
  personsCommand(
    'auditor',
    'settlement sheets',
    ' YYYY-MM-DD: the sheets of a day and their hash',
    async (connection, [date, ...more]) => {
      noMore(more, 'settlement sheets YYYY-MM-DD');
      const { sheets, sheetsSha256, state } = (await connection.get(day(date))) as Record<string, unknown>;
      return { state, sheetsSha256, sheets };
    },
  ),
  making(
    'settlement propose',
    ' YYYY-MM-DD SHA256: propose to pay the sheets that have this hash',
    async (connection, [date, hash, ...more]) => {
      noMore(more, 'settlement propose YYYY-MM-DD SHA256');
      const sheetsSha256 = fitting(hash, /^[0-9a-f]{64}$/, 'the hash that settlement sheets shows');
      return connection.post(`${day(date)}/approval`, { sheetsSha256 });
    },
  ),
  checking(
    'settlement approve',
    ' YYYY-MM-DD APPROVAL: the second person confirms',
    async (connection, [date, id, ...more]) => {
      noMore(more, 'settlement approve YYYY-MM-DD APPROVAL');
      return connection.post(`${day(date)}/approval/${fitting(id, NUMBER, AN_APPROVAL)}`);
    },
  ),
  ...refusedCommands('reinstruct', 'reinstruction', 'instruct refused payments again, to the accounts now filed'),
  ...refusedCommands('carry', 'carry', 'carry refused payments into the next sheets'),
  {
    words: 'settlement obligations',
    help: 'settlement obligations: proof that nothing is lost; exit code 1 when it fails',
    person: 'auditor',
    running: false,
    run: async (connection) => {
      const answer = (await connection.get('/v1/settlement/obligations')) as { readonly ok: boolean };
      return { answer, ok: answer.ok };
    },
  },
  personsCommand(
    'auditor',
    'payment list',
    ' [YYYY-MM-DD]: payments of a day, or all that are in transit',
    async (connection, [date, ...more]) => {
      noMore(more, 'payment list [YYYY-MM-DD]');
      const query = date === undefined ? 'state=pending' : `date=${fitting(date, DATE, A_DAY)}`;
      return connection.get(`/v1/settlement/payments?${query}`);
    },
  ),
  personsCommand(
    'auditor',
    'payment show',
    ' ID: a payment, what the bank booked and what came back',
    async (connection, [id, ...more]) => {
      noMore(more, 'payment show ID');
      return connection.get(`/v1/settlement/payments/${fitting(id, PAYMENT, 'the id of a payment')}`);
    },
  ),
  making(
    'payment give-up',
    ' ID REASON: propose that a payment in transit will not come',
    async (connection, [id, ...reason]) => {
      const path = `/v1/settlement/payments/${fitting(id, PAYMENT, 'the id of a payment')}/give-up`;
      return connection.post(path, { reason: fitting(reason.join(' '), /^.{3,200}$/, 'a reason') });
    },
  ),
  checking(
    'payment confirm-give-up',
    ' ID APPROVAL REASON: the second person confirms, for the same reason',
    async (connection, [id, approval, ...reason]) => {
      const path = `/v1/settlement/payments/${fitting(id, PAYMENT, 'the id of a payment')}/give-up`;
      const body = { reason: fitting(reason.join(' '), /^.{3,200}$/, 'the reason as it was proposed') };
      return connection.post(`${path}/${fitting(approval, NUMBER, AN_APPROVAL)}`, body);
    },
  ),
  personsCommand('auditor', 'payment holds', ': participants that are not paid at the moment, and why', (connection) =>
    connection.get('/v1/settlement/holds'),
  ),
  making('payment release', ' PARTICIPANT: propose to pay a participant again', async (connection, [no, ...more]) => {
    noMore(more, 'payment release PARTICIPANT');
    return connection.post(`/v1/settlement/holds/${fitting(no, PARTICIPANT, 'a participant number')}/release`);
  }),
  checking(
    'payment confirm-release',
    ' PARTICIPANT APPROVAL: the second person confirms',
    async (connection, [no, id, ...more]) => {
      noMore(more, 'payment confirm-release PARTICIPANT APPROVAL');
      const path = `/v1/settlement/holds/${fitting(no, PARTICIPANT, 'a participant number')}/release`;
      return connection.post(`${path}/${fitting(id, NUMBER, AN_APPROVAL)}`);
    },
  ),
  personsCommand(
    'finance-maker',
    'bank open-items',
    ': entries nobody recognised, missing entries, missing pages',
    (connection) => connection.get('/v1/bank/open-items'),
  ),
  making('bank book', `${ITEM} REASON: propose to book an open item of the bank`, async (connection, rest) => {
    const { path, body } = bookingOf(rest);
    return connection.post(path, body);
  }),
  checking(
    'bank confirm-book',
    ` APPROVAL${ITEM} REASON: the second person confirms`,
    async (connection, [id, ...rest]) => {
      const { path, body } = bookingOf(rest);
      return connection.post(`${path}/${fitting(id, NUMBER, AN_APPROVAL)}`, body);
    },
  ),
  personsCommand('finance-maker', 'bank refusals', ': messages of the bank that were refused, and why', (connection) =>
    connection.get('/v1/bank/refusals'),
  ),
  making('bank retry', ' NUMBER: try a refused message again', async (connection, [no, ...more]) => {
    noMore(more, 'bank retry NUMBER');
    return connection.post(`/v1/bank/refusals/${fitting(no, NUMBER, 'the number of a refused message')}/retry`);
  }),
  making(
    'bank drop-pages',
    ' ACCOUNT STATEMENT: forget the waiting pages of a statement',
    async (connection, [account, id, ...more]) => {
      noMore(more, 'bank drop-pages ACCOUNT STATEMENT');
      const place = `${fitting(account, /^[0-9A-Za-z]{1,34}$/, 'an account')}/${encodeURIComponent(fitting(id, /^.{1,35}$/, 'a statement'))}`;
      return connection.post(`/v1/bank/statement-pages/${place}/drop`);
    },
  ),
];

/** A pair of commands for refused sheets: the proposal, and the second person's confirmation of the same sheets. */
function refusedCommands(verb: string, path: string, what: string): Command[] {
  return [
    checking(
      `settlement confirm-${verb}`,
      ' YYYY-MM-DD APPROVAL [SHEET,…]: the second person confirms',
      async (connection, [date, id, sheets, ...more]) => {
        noMore(more, `settlement confirm-${verb} YYYY-MM-DD APPROVAL [SHEET,…]`);
        return connection.post(`${day(date)}/${path}/${fitting(id, NUMBER, AN_APPROVAL)}${some(sheets)}`);
      },
    ),
    making(
      `settlement ${verb}`,
      ` YYYY-MM-DD [SHEET,…]: propose to ${what}`,
      async (connection, [date, sheets, ...more]) => {
        noMore(more, `settlement ${verb} YYYY-MM-DD [SHEET,…]`);
        return connection.post(`${day(date)}/${path}${some(sheets)}`);
      },
    ),
  ];
}
