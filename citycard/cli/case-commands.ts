import type { Command } from './command.ts';
import { fitting, noMore } from './fitting.ts';
import { say } from './load-commands.ts';
import { command } from './supervision-commands.ts';

const NUMBER = /^[1-9][0-9]{0,14}$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const KIND = /^(charged-twice|wrong-fare|load-missing|bill-missing)$/;
const CHANNEL = /^(counter|phone|kiosk)$/;
const CARD = /^[0-9]{19}$/;
const A_CASE = 'the number of a case, see: complaint list';
const A_KIND = 'charged-twice, wrong-fare, load-missing or bill-missing';
const caseOf = (word: string | undefined): string => `/v1/cases/${fitting(word, NUMBER, A_CASE)}`;
/** Words of a sentence, as typed. */
const sentence = (words: readonly string[], what: string): string => fitting(words.join(' '), /^.{3,500}$/, what);

/** `AMOUNT company|agent|biller REASON…` or `AMOUNT DATE:INTAKE:INDEX REASON…`: the operator pays for the purchase that is named. */
function creditOf([amount, from, ...reason]: readonly string[]): object {
  const [date, intakeId, index] = fitting(
    from,
    /^(company|agent|biller|\d{4}-\d{2}-\d{2}:\d{1,18}:\d{1,9})$/,
    'company, agent or biller, or the purchase the operator pays for as DATE:INTAKE:INDEX from the chain of the case',
  ).split(':');
  return {
    amountFen: Number(fitting(amount, /^[1-9][0-9]{0,8}$/, 'an amount in fen')),
    payer: intakeId === undefined ? date : 'operator',
    ...(intakeId !== undefined && { purchase: { businessDate: date, intakeId, index: Number(index) } }),
    reason: sentence(reason, 'a reason'),
  };
}

/** Residents' cases (docs/reconciliation.md). */
export const caseCommands: readonly Command[] = [
  command(
    'clerk-1',
    'complaint list',
    ' [open|ended|overdue] [AFTER]: cases of residents',
    (connection, [which, after, ...more]) => {
      noMore(more, 'complaint list [open|ended|overdue] [AFTER]');
      const state = which === undefined ? 'open' : fitting(which, /^(open|ended|overdue)$/, 'open, ended or overdue');
      const filter = state === 'overdue' ? 'state=open&overdue=true' : `state=${state}`;
      return connection.get(
        `/v1/cases?${filter}${after === undefined ? '' : `&after=${fitting(after, NUMBER, A_CASE)}`}`,
      );
    },
  ),
  command(
    'clerk-1',
    'complaint show',
    ' CASE: with its record chain and what happened to it',
    (connection, [no, ...more]) => {
      noMore(more, 'complaint show CASE');
      return connection.get(caseOf(no));
    },
  ),
  command(
    'clerk-1',
    'complaint open',
    ' KIND CHANNEL CARD DATE [FEN]: a resident says that something is wrong',
    (connection, [kind, channel, card, date, amount, ...more]) => {
      noMore(more, 'complaint open KIND CHANNEL CARD DATE [FEN]');
      return connection.post('/v1/cases', {
        kind: fitting(kind, KIND, A_KIND),
        channel: fitting(channel, CHANNEL, 'counter, phone or kiosk'),
        cardNo: fitting(card, CARD, 'a card number of 19 digits'),
        occurredOn: fitting(date, DATE, 'the day, YYYY-MM-DD'),
        ...(amount !== undefined && { amountFen: Number(fitting(amount, NUMBER, 'an amount in fen')) }),
      });
    },
  ),
  command(
    'clerk-1',
    'complaint words',
    ' CASE: what the person said; that you read it is written down',
    (connection, [no, ...more]) => {
      noMore(more, 'complaint words CASE');
      return connection.get(`${caseOf(no)}/words`);
    },
  ),
  command('clerk-1', 'complaint comment', ' CASE WORDS…', (connection, [no, ...words]) =>
    connection.post(`${caseOf(no)}/comments`, { words: sentence(words, 'what is known') }),
  ),
  command(
    'operator-partner',
    'complaint answer',
    ' CASE agrees|disagrees WORDS…: as the participant that was asked (--token)',
    (connection, [no, finding, ...words]) =>
      connection.post(`${caseOf(no)}/answer`, {
        finding: fitting(finding, /^(agrees|disagrees)$/, 'agrees or disagrees'),
        answer: sentence(words, 'an answer'),
      }),
  ),
  command(
    'finance-maker',
    'complaint credit',
    ' CASE FEN company|agent|biller|DATE:INTAKE:INDEX REASON…: propose what the resident gets back',
    (connection, [no, ...credit]) => say(connection, `${caseOf(no)}/credit`, creditOf(credit)),
  ),
  command(
    'finance-checker',
    'complaint approve-credit',
    ' CASE APPROVAL FEN company|agent|biller|DATE:INTAKE:INDEX REASON…: the second person; the case has ended',
    (connection, [no, approval, ...credit]) =>
      say(
        connection,
        `${caseOf(no)}/credit/approval/${fitting(approval, NUMBER, 'the approvalId of the proposal')}`,
        creditOf(credit),
      ),
  ),
  command(
    'finance-maker',
    'complaint refuse-credit',
    ' CASE REASON…: refuse the proposed credit, or take it back',
    (connection, [no, ...words]) =>
      connection.post(`${caseOf(no)}/credit/refusal`, {
        reason: sentence(words, 'a reason of ten characters and more'),
      }),
  ),
  command(
    'finance-maker',
    'complaint end',
    ' CASE REASON…: end it with a written reason, without a credit',
    (connection, [no, ...words]) =>
      connection.post(`${caseOf(no)}/end`, { reason: sentence(words, 'a reason of ten characters and more') }),
  ),
  command(
    'supervisor',
    'complaint figures',
    ' FROM TO: numbers, times to answer and outcomes by participant',
    (connection, [from, to, ...more]) => {
      noMore(more, 'complaint figures FROM TO');
      const range = [from, to].map((day) => fitting(day, DATE, 'a day, YYYY-MM-DD'));
      return connection.get(`/v1/case-figures?from=${range[0]}&to=${range[1]}`);
    },
  ),
  command(
    'supervisor',
    'complaint days',
    ' [KIND ANSWER END]: days for an answer and for the end, or set them',
    (connection, [kind, answer, end, ...more]) => {
      noMore(more, 'complaint days [KIND ANSWER END]');
      if (kind === undefined) return connection.get('/v1/case-days');
      const [answerDays, endDays] = [answer, end].map((days) =>
        Number(fitting(days, /^[0-9]{1,3}$/, 'a number of days')),
      );
      return connection.put(`/v1/case-days/${fitting(kind, KIND, A_KIND)}`, { answerDays, endDays });
    },
  ),
];
