import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { citycardErrors } from '../errors.ts';
import type { Answered, Command, Surroundings } from './command.ts';
import type { Connection } from './connection.ts';
import { fitting, noMore } from './fitting.ts';
import { command } from './supervision-commands.ts';

const CITY = /^[0-9]{4}$/;
const NUMBER = /^[1-9][0-9]{0,14}$/;
const FILE = /^[0-9A-Z-]{10,60}(\.cci[pr])?$/;
const LOOK_MS = 300;
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

const exchangePath = (word: string | undefined) => `/v1/city-exchanges/${fitting(word, CITY, A_CITY)}`;

interface Exchange {
  readonly state: 'ordered' | 'running' | 'done' | 'failed';
  readonly step: string;
  readonly percent: number;
  readonly orderedAt: string;
  readonly finishedAt: string | null;
}

/** Orders it and says how far it is; Ctrl-C leaves it to go on by itself. */
async function exchange(
  connection: Connection,
  [code, ...more]: readonly string[],
  { say, stopping }: Surroundings,
): Promise<Answered> {
  noMore(more, 'cities exchange CITY');
  const path = exchangePath(code);
  const ordered = (await connection.post(path)) as Exchange;
  const stop = stopping();
  for (let told = ''; !stop.aborted; await sleep(LOOK_MS)) {
    const seen = (await connection.get(path)) as Exchange;
    const line = `${String(code)}: ${seen.state}, ${seen.step}, ${seen.percent} %`;
    if (line !== told) say(line);
    told = line;
    const over = seen.finishedAt !== null && Date.parse(seen.finishedAt) >= Date.parse(ordered.orderedAt);
    if (over && (seen.state === 'done' || seen.state === 'failed')) return { answer: seen, ok: seen.state === 'done' };
  }
  return { answer: await connection.get(path), ok: true };
}

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

/** Other cities: what is agreed and what is exchanged (docs/reconciliation.md). */
export const cityCommands: readonly Command[] = [
  command('auditor', 'cities list', ': how things stand with every city', (connection) => connection.get('/v1/cities')),
  {
    words: 'cities exchange',
    help: 'cities exchange CITY: make, sign and deliver everything that is due to it, and wait for the end; exit code 1 when it fails',
    person: 'platform',
    running: true,
    takesWords: true,
    run: exchange,
  },
  command(
    'auditor',
    'cities exchanges',
    ' [CITY]: how far each exchange is, and how the newest ended',
    (connection, [code, ...more]) => {
      noMore(more, 'cities exchanges [CITY]');
      return connection.get(code === undefined ? '/v1/city-exchanges' : exchangePath(code));
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
  command(
    'platform',
    'cities redeliver',
    ' CITY FILE: deliver a file again that it has lost or refused',
    (connection, [code, name, ...more]) => {
      noMore(more, 'cities redeliver CITY FILE');
      return connection.post(
        `${city(code)}/files/${fitting(name, FILE, 'the name of a file, see: cities files')}/redelivery`,
      );
    },
  ),
  command(
    'platform',
    'cities request-certificate',
    ': a request of our signing key, for the CA of another city',
    (connection, rest) => {
      noMore(rest, 'cities request-certificate');
      return connection.post('/v1/city-certificate-request');
    },
  ),
  command(
    'platform',
    'cities certificate',
    ' CITY FILE: keep the certificate (PEM) that the CA of a city has made of our request',
    async (connection, [code, file, ...more]) => {
      noMore(more, 'cities certificate CITY FILE');
      if (file === undefined) throw citycardErrors.badOption('cities certificate takes a city and a file');
      const certificatePem = await readFile(file, 'utf8').catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        throw citycardErrors.badOption(`${file} cannot be read: ${reason}`);
      });
      return connection.put(`${city(code)}/certificate`, { certificatePem });
    },
  ),
];
