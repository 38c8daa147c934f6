import type { Command } from './command.ts';
import { fitting, noMore } from './fitting.ts';
import { command } from './supervision-commands.ts';

const NUMBER = /^[1-9][0-9]{0,14}$/;
const PERSON = /^[0-9A-Za-z._:-]{1,100}$/;
const CHANNEL = /^[a-z][a-z0-9-]{0,30}$/;
const A_CASE = 'the number of a case';

const casePath = (no: string | undefined): string => `/v1/alarm-cases/${fitting(no, NUMBER, A_CASE)}`;
const wordsOf = (words: readonly string[]) => ({ words: fitting(words.join(' '), /^.{3,2000}$/, 'words') });

/** Cases, and how people hear of them. */
export const alarmCommands: readonly Command[] = [
  command('supervisor', 'alarms list', ' [open|acknowledged|closed]: cases', (connection, [state, ...more]) => {
    noMore(more, 'alarms list [open|acknowledged|closed]');
    const query = state === undefined ? '' : `?state=${fitting(state, /^(open|acknowledged|closed)$/, 'a state')}`;
    return connection.get(`/v1/alarm-cases${query}`);
  }),
  command('supervisor', 'alarms show', ' CASE: a case and its evidence', (connection, [no]) =>
    connection.get(casePath(no)),
  ),
  command(
    'supervisor',
    'alarms acknowledge',
    ' CASE: take note of it',
    (connection, [no]) => connection.post(`${casePath(no)}/acknowledgement`),
    true,
  ),
  command(
    'finance-maker',
    'alarms answer',
    ' CASE WORDS: what the company says to it',
    (connection, [no, ...words]) => connection.post(`${casePath(no)}/answers`, wordsOf(words)),
    true,
  ),
  command(
    'supervisor',
    'alarms close',
    ' CASE FINDING: end it',
    (connection, [no, ...words]) => connection.post(`${casePath(no)}/closing`, wordsOf(words)),
    true,
  ),
  command('supervisor', 'alarms sent', ' [CASE]: messages, and who has read them', (connection, [no]) =>
    connection.get(`/v1/notices${no === undefined ? '' : `?caseNo=${fitting(no, NUMBER, A_CASE)}`}`),
  ),
  command('supervisor', 'duty list', ': who is on duty in the next seven days', (connection) =>
    connection.get('/v1/duties'),
  ),
  command(
    'supervisor',
    'duty plan',
    ' LEVEL PERSON FROM TO: put somebody on duty; instants with their zone',
    (connection, [level, principalId, beginsAt, endsAt, ...more]) => {
      noMore(more, 'duty plan LEVEL PERSON FROM TO');
      const instant = /^\d{4}-\d{2}-\d{2}T[0-9:.]{5,12}(Z|[+-]\d{2}:\d{2})$/;
      return connection.post('/v1/duties', {
        level: Number(fitting(level, /^[0-2]$/, 'a level, 0 to 2')),
        principalId: fitting(principalId, PERSON, 'a person'),
        beginsAt: fitting(beginsAt, instant, 'an instant with its zone'),
        endsAt: fitting(endsAt, instant, 'an instant with its zone'),
      });
    },
    true,
  ),
  command(
    'supervisor',
    'duty end',
    ' NUMBER: end a duty now',
    (connection, [no]) => connection.post(`/v1/duties/${fitting(no, NUMBER, 'the number of a duty')}/end`),
    true,
  ),
  command(
    'supervisor',
    'duty channel',
    ' NAME webhook|sms|email ADDRESS [SENDER]: set a way up by which messages go out',
    (connection, [name, kind, endpoint, sender, ...more]) => {
      noMore(more, 'duty channel NAME KIND ADDRESS [SENDER]');
      return connection.put(`/v1/notice-channels/${fitting(name, CHANNEL, 'a name')}`, {
        kind: fitting(kind, /^(webhook|sms|email)$/, 'webhook, sms or email'),
        endpoint: fitting(endpoint, /^.{5,500}$/, 'an address'),
        ...(sender !== undefined && { sender }),
      });
    },
    true,
  ),
  command(
    'supervisor',
    'duty contact',
    ' PERSON CHANNEL ADDRESS: say how somebody is reached',
    (connection, [person, channel, address, ...more]) => {
      noMore(more, 'duty contact PERSON CHANNEL ADDRESS');
      const path = `/v1/duty-contacts/${encodeURIComponent(fitting(person, PERSON, 'a person'))}/${fitting(channel, CHANNEL, 'a channel')}`;
      return connection.put(path, { address: fitting(address, /^.{1,254}$/, 'an address') });
    },
    true,
  ),
];
