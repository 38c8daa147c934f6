import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { citycardErrors } from '../errors.ts';
import type { Command } from './command.ts';
import { fitting, noMore } from './fitting.ts';
import { personsCommand } from './persons-command.ts';
import { download, upload } from './upload.ts';

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const NUMBER = /^[1-9][0-9]{0,14}$/;
const BILLER = /^[0-9A-Z]{4}$/;
const PAYMENT = /^[0-9A-Za-z-]{1,64}$/;
const KIND = /^(only-ours|only-theirs|amount|outcome|in-doubt|duplicate)$/;
const RETENTION = /^(sent-files|sent-files-failed)$/;

const checkPath = (code: string | undefined, date: string | undefined) =>
  `/v1/billers/${fitting(code, BILLER, 'a biller, for example WATR')}/checks/${fitting(date, DATE, 'a day, YYYY-MM-DD')}`;

const billPath = ([code, date, payment, kind]: readonly (string | undefined)[]) =>
  `${checkPath(code, date)}/differences/${fitting(payment, PAYMENT, 'the id of a payment')}/${fitting(kind, KIND, 'the kind of the difference')}/resolution`;

function retentionOf([what, days, ...more]: readonly string[]) {
  noMore(more, 'reconcile retention-propose WHAT DAYS');
  return {
    what: fitting(what, RETENTION, 'sent-files or sent-files-failed'),
    keepDays: Number(fitting(days, /^[0-9]{1,4}$/, 'days, 7 to 3650')),
  };
}

async function bytesOfFile(path: string | undefined): Promise<Buffer> {
  try {
    return await readFile(path ?? '');
  } catch (error) {
    throw citycardErrors.badOption(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Signed day files, what is done about bills, and how long sent files are kept (docs/reconciliation.md). */
export const dayFileCommands: readonly Command[] = [
  personsCommand(
    'agent',
    'day-file deliver',
    ' FILE.day.csv [SIGNATURE]: deliver a signed day file; the signature is FILE.day.csv.p7s when left out',
    async (connection, [file, signature, ...more]) => {
      noMore(more, 'day-file deliver FILE.day.csv [SIGNATURE]');
      const content = await bytesOfFile(file);
      const signed = await bytesOfFile(signature ?? `${file}.p7s`);
      return upload(connection, {
        path: `/v1/day-files?name=${encodeURIComponent(basename(file ?? ''))}`,
        content,
        headers: { 'x-signature': signed.toString('base64') },
      });
    },
  ),
  personsCommand('auditor', 'day-file list', ': signed day files, the newest first', (connection, rest) => {
    noMore(rest, 'day-file list');
    return connection.get('/v1/day-files');
  }),
  personsCommand(
    'auditor',
    'day-file lines',
    ' PARTICIPANT NAME: lines with what became of each and what is done about it, as CSV',
    async (connection, [participant, name, ...more]) => {
      noMore(more, 'day-file lines PARTICIPANT NAME');
      const path = [
        fitting(participant, /^[0-9A-Za-z.-]{4,15}$/, 'a participant'),
        fitting(name, /^[0-9A-Za-z.-]{1,60}$/, 'the name of a file'),
      ];
      return { csv: await download(connection, `/v1/day-files/${path.join('/')}/lines`) };
    },
  ),
  personsCommand(
    'auditor',
    'biller show',
    ' CODE YYYY-MM-DD: totals of both sides and what differs',
    (connection, [code, date, ...more]) => {
      noMore(more, 'biller show CODE YYYY-MM-DD');
      return connection.get(checkPath(code, date));
    },
  ),
  personsCommand(
    'finance-maker',
    'biller act',
    ' CODE YYYY-MM-DD PAYMENT KIND ACTION BEARER REASON: propose ask-again, make-up-ours, cancel-ours, cancel-theirs or explained; the bearer of what is made up is card, company or a participant, else -',
    (connection, [code, date, payment, kind, action, bearer, ...reason]) =>
      connection.post(billPath([code, date, payment, kind]), {
        action: fitting(action, /^[a-z-]+$/, 'an action'),
        reason: fitting(reason.join(' '), /^.{3,200}$/, 'a reason'),
        ...(bearer !== '-' && {
          bearer: fitting(bearer, /^[0-9A-Za-z.-]{4,15}$/, 'card, company, a participant or -'),
        }),
      }),
  ),
  personsCommand(
    'finance-checker',
    'biller confirm',
    ' CODE YYYY-MM-DD PAYMENT KIND: agree as the second person, and it is done',
    (connection, [code, date, payment, kind, ...more]) => {
      noMore(more, 'biller confirm CODE YYYY-MM-DD PAYMENT KIND');
      return connection.post(`${billPath([code, date, payment, kind])}/approval`);
    },
  ),
  personsCommand('auditor', 'reconcile retention', ': days files sent for matches are kept', (connection, rest) => {
    noMore(rest, 'reconcile retention');
    return connection.get('/v1/match-retention');
  }),
  personsCommand(
    'finance-maker',
    'reconcile retention-propose',
    ' WHAT DAYS: propose how long sent-files or sent-files-failed are kept',
    (connection, rest) => connection.post('/v1/match-retention', retentionOf(rest)),
  ),
  personsCommand(
    'finance-checker',
    'reconcile retention-approve',
    ' APPROVAL WHAT DAYS: set it as the second person',
    (connection, [approval, ...rest]) =>
      connection.post('/v1/match-retention/approval', {
        ...retentionOf(rest),
        approvalId: fitting(approval, NUMBER, 'the approvalId that the proposal answered'),
      }),
  ),
];
