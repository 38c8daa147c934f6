import type { Command } from './command.ts';
import { fitting, noMore } from './fitting.ts';
import { command } from './supervision-commands.ts';

const CITY = /^[0-9]{4}$/;
const NUMBER = /^[1-9][0-9]{0,14}$/;
const PLACE = /^(0|[1-9][0-9]{0,7})$/;
const A_CITY = 'an inter-city code of four digits';
const TERMS = [
  'deliverTo',
  'through',
  'settlement',
  'format',
  'answerDays',
  'resendAtMost',
  'disputeDays',
  'disputeAnswerDays',
  'positionCapFen',
  'issuerShareMillionths',
  'issuerShareFrom',
];
const WHOLE = /^[0-9]{1,15}$/;

const city = (word: string | undefined) => `/v1/cities/${fitting(word, CITY, A_CITY)}`;

/** `answerDays=3 through=0000 …` as the body of an agreement. */
function agreementOf(words: readonly string[]): Record<string, string | number> {
  const pairs = words.map((word): [string, string | number] => {
    const at = word.indexOf('=');
    const name = fitting(
      TERMS.find((term) => term === word.slice(0, at)),
      /^[A-Za-z]+$/,
      `one of ${TERMS.join(', ')}, each with =`,
    );
    const value = word.slice(at + 1);
    return [name, name !== 'through' && WHOLE.test(value) ? Number(value) : value];
  });
  return Object.fromEntries(pairs);
}

/** Other cities: what is agreed, what is exchanged, what is disputed (docs/reconciliation.md). */
export const cityCommands: readonly Command[] = [
  command('auditor', 'cities list', ': how things stand with every city', (connection) => connection.get('/v1/cities')),
  command(
    'platform',
    'cities exchange',
    ' CITY: make, sign and deliver everything that is due to it',
    async (connection, [code, ...more]) => {
      noMore(more, 'cities exchange CITY');
      return connection.post(`${city(code)}/exchange`);
    },
  ),
  command(
    'auditor',
    'cities files',
    ' CITY [out|in]: files exchanged with it',
    async (connection, [code, direction, ...more]) => {
      noMore(more, 'cities files CITY [out|in]');
      return connection.get(`${city(code)}/files?direction=${fitting(direction ?? 'out', /^(out|in)$/, 'out or in')}`);
    },
  ),
  command(
    'auditor',
    'cities refused',
    ' CITY: its files that were refused, and why',
    async (connection, [code, ...more]) => {
      noMore(more, 'cities refused CITY');
      return connection.get(`${city(code)}/refused-files`);
    },
  ),
  command(
    'auditor',
    'cities statements',
    ' CENTRE: answers the centre has counted, against ours',
    async (connection, [code, ...more]) => {
      noMore(more, 'cities statements CENTRE');
      return connection.get(`${city(code)}/statement-lines`);
    },
  ),
  command(
    'platform',
    'cities propose',
    ' CITY [NAME=VALUE …]: propose what is to hold with it',
    async (connection, [code, ...terms]) => connection.post(`${city(code)}/agreement`, agreementOf(terms)),
  ),
  command(
    'platform-2',
    'cities approve',
    ' CITY APPROVAL [NAME=VALUE …]: put it in force as the second person, with the same terms',
    async (connection, [code, id, ...terms]) =>
      connection.post(
        `${city(code)}/agreement/${fitting(id, NUMBER, 'the approvalId that the proposal answered')}`,
        agreementOf(terms),
      ),
  ),
  command('auditor', 'cities disputes', ' [CITY]: disputes, the newest first', async (connection, [code, ...more]) => {
    noMore(more, 'cities disputes [CITY]');
    return connection.get(`/v1/city-disputes${code === undefined ? '' : `?city=${fitting(code, CITY, A_CITY)}`}`);
  }),
  command(
    'finance-maker',
    'cities dispute',
    ' CITY FILE PLACE REASON WORDS…: dispute a refusal; FILE is the number of our file, PLACE counts from 0',
    async (connection, [code, file, place, reasonCode, ...words]) =>
      connection.post(`${city(code)}/disputes`, {
        sequence: Number(fitting(file, NUMBER, 'the number of our file')),
        position: Number(fitting(place, PLACE, 'the place of the record in it, from 0')),
        reasonCode: fitting(reasonCode, /^[A-Z][0-9]{2}$/, 'a reason code'),
        words: fitting(words.join(' '), /^.{3,500}$/, 'what speaks against the refusal'),
      }),
  ),
  command(
    'finance-maker',
    'cities present',
    ' DISPUTE: present its record a second time',
    async (connection, [no, ...more]) => {
      noMore(more, 'cities present DISPUTE');
      return connection.post(`/v1/city-disputes/${fitting(no, NUMBER, 'the number of a dispute')}/presentment`);
    },
  ),
];
