import { createReadStream } from 'node:fs';
import { readCsv } from '@citycard/card-issuer';
import { citycardErrors } from '../errors.ts';
import type { Answered, Command, Surroundings } from './command.ts';
import type { Connection } from './connection.ts';

/** Lines of one request. */
const LINES_AT_ONCE = 2_000;
const METHODS = ['community', 'match'];

/** What the installation says of one part of a list; lines are counted within the part. */
interface PartAnswer {
  readonly verified: number;
  readonly unknownLines: readonly number[];
  readonly withoutConcessionLines: readonly number[];
  readonly notLivingLines: readonly number[];
}

export const cardCommands: readonly Command[] = [
  {
    words: 'cards expire',
    help: 'do now what card life does by itself: cards expire, loss reports by phone lapse, concessions end, balances follow',
    person: 'platform',
    running: true,
    run: async (connection) => ({ answer: await connection.post('/v1/card-life/rounds'), ok: true }),
  },
  {
    words: 'cards history',
    help: 'cards history NUMBER: every step of a card, when, by whom and why',
    person: 'clerk-1',
    running: false,
    takesWord: true,
    run: async (connection, [number]) => {
      if (number === undefined || !/^[0-9]{19}$/.test(number))
        throw citycardErrors.badOption('cards history takes a card number of 19 digits');
      return { answer: await connection.get(`/v1/cards/${number}/history`), ok: true };
    },
  },
  {
    words: 'concession import',
    help: 'concession import FILE CATEGORY METHOD: verify concessions again by the identity numbers in the first column of a CSV file; METHOD is community or match',
    person: 'registrar-1',
    running: true,
    takesWords: true,
    run: (connection, rest, surroundings) => importConcessions(connection, rest, surroundings),
  },
];

async function importConcessions(
  connection: Connection,
  [file, category, method = 'community', ...more]: readonly string[],
  { say }: Surroundings,
): Promise<Answered> {
  if (file === undefined || category === undefined || !METHODS.includes(method) || more.length > 0)
    throw citycardErrors.badOption('concession import takes a file, a category, and community or match');
  const total = {
    lines: 0,
    verified: 0,
    unknownLines: [] as number[],
    withoutConcessionLines: [] as number[],
    notLivingLines: [] as number[],
  };
  const send = async (numbers: readonly string[]) => {
    const answer = (await connection.post('/v1/concession-batches', { category, method, numbers })) as PartAnswer;
    const inFile = (lines: readonly number[]) => lines.map((line) => total.lines + line);
    total.verified += answer.verified;
    total.unknownLines.push(...inFile(answer.unknownLines));
    total.withoutConcessionLines.push(...inFile(answer.withoutConcessionLines));
    total.notLivingLines.push(...inFile(answer.notLivingLines));
    total.lines += numbers.length;
    say(`${total.lines} lines read, ${total.verified} verified`);
  };
  let part: string[] = [];
  for await (const [number = ''] of readCsv(await openText(file))) {
    // The first line may name the column.
    if (total.lines === 0 && part.length === 0 && !/[0-9]/.test(number)) continue;
    part.push(number.trim());
    if (part.length < LINES_AT_ONCE) continue;
    await send(part);
    part = [];
  }
  if (part.length > 0) await send(part);
  if (total.lines === 0) throw citycardErrors.badOption(`${file} holds no identity numbers`);
  const refused = total.unknownLines.length + total.withoutConcessionLines.length + total.notLivingLines.length;
  return { answer: total, ok: refused === 0 };
}

function openText(file: string): Promise<AsyncIterable<string>> {
  const stream = createReadStream(file, { encoding: 'utf8' });
  return new Promise((resolve, reject) => {
    stream.once('open', () => resolve(stream as AsyncIterable<string>));
    stream.once('error', (error) => reject(citycardErrors.badOption(`${file} cannot be read: ${error.message}`)));
  });
}
