import type { Command } from './command.ts';
import { fitting, noMore } from './fitting.ts';
import { say } from './load-commands.ts';
import { command } from './supervision-commands.ts';

const CITY = /^[0-9]{4}$/;
const NUMBER = /^[1-9][0-9]{0,14}$/;
const PLACE = /^(0|[1-9][0-9]{0,7})$/;
const A_CITY = 'an inter-city code of four digits';

const disputeOf = (word: string | undefined) =>
  `/v1/city-disputes/${fitting(word, NUMBER, 'the number of a dispute, see: cities disputes')}`;

/** `FILE PLACE REASON WORDS…`: a refused row, and what speaks against its refusal. */
const matterOf = ([file, place, reasonCode, ...words]: readonly string[]) => ({
  sequence: Number(fitting(file, NUMBER, 'the number of the file with the purchase')),
  position: Number(fitting(place, PLACE, 'the place of the record in it, from 0')),
  reasonCode: fitting(reasonCode, /^[A-Z][0-9]{2}$/, 'a reason code, see: cities reasons'),
  words: fitting(words.join(' '), /^.{3,500}$/, 'what speaks against the refusal'),
});

/** `accept|refuse WORDS…` */
const decisionOf = ([verdict, ...words]: readonly string[]) => ({
  accept: fitting(verdict, /^(accept|refuse)$/, 'accept or refuse') === 'accept',
  words: fitting(words.join(' '), /^.{3,500}$/, 'why'),
});

/** Disputes with other cities: ours, theirs, and how they end (docs/reconciliation.md). */
export const cityDisputeCommands: readonly Command[] = [
  command('auditor', 'cities disputes', ' [CITY]: disputes, the newest first', (connection, [code, ...more]) => {
    noMore(more, 'cities disputes [CITY]');
    return connection.get(`/v1/city-disputes${code === undefined ? '' : `?city=${fitting(code, CITY, A_CITY)}`}`);
  }),
  command(
    'auditor',
    'cities reasons',
    ': reasons to dispute a refusal, and against which outcomes',
    (connection, rest) => {
      noMore(rest, 'cities reasons');
      return connection.get('/v1/dispute-reasons');
    },
  ),
  command(
    'finance-maker',
    'cities dispute',
    ' CITY FILE PLACE REASON WORDS…: dispute a refusal; FILE is the number of our file, PLACE counts from 0',
    (connection, [code, ...matter]) =>
      connection.post(`/v1/cities/${fitting(code, CITY, A_CITY)}/disputes`, matterOf(matter)),
  ),
  command(
    'finance-maker',
    'cities present',
    ' DISPUTE: present its record a second time',
    (connection, [no, ...more]) => {
      noMore(more, 'cities present DISPUTE');
      return connection.post(`${disputeOf(no)}/presentment`);
    },
  ),
  command(
    'city-partner',
    'cities answer',
    ' DISPUTE accept|refuse WORDS…: the word of a city on our dispute, as that city (--token)',
    (connection, [no, ...decision]) => say(connection, `${disputeOf(no)}/answer`, decisionOf(decision)),
  ),
  command(
    'city-partner',
    'cities take-dispute',
    ' FILE PLACE REASON WORDS…: dispute a refusal of ours, as the city it is about (--token); FILE is the number of its file',
    (connection, matter) => connection.post('/v1/city-disputes', matterOf(matter)),
  ),
  command(
    'finance-maker',
    'cities decide',
    ' DISPUTE accept|refuse WORDS…: propose how a dispute of a city ends; accepted, the company pays',
    (connection, [no, ...decision]) => connection.post(`${disputeOf(no)}/decision`, decisionOf(decision)),
  ),
  command(
    'finance-checker',
    'cities confirm',
    ' DISPUTE APPROVAL accept|refuse WORDS…: end it as the second person, with the same words',
    (connection, [no, approval, ...decision]) =>
      say(
        connection,
        `${disputeOf(no)}/decision/${fitting(approval, NUMBER, 'the approvalId of the proposal')}`,
        decisionOf(decision),
      ),
  ),
];
