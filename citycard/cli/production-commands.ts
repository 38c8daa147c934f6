import { readFile, writeFile } from 'node:fs/promises';
import { citycardErrors } from '../errors.ts';
import type { Answered, Command } from './command.ts';
import type { Connection } from './connection.ts';

/** What a command does with its words; the usage is shown when they are not what it takes. */
type Work = (connection: Connection, words: readonly string[]) => Promise<Answered>;

const all = (answer: unknown, ok = true): Answered => ({ answer, ok });
const done = async (answer: Promise<unknown>, otherwise: object): Promise<Answered> => all((await answer) ?? otherwise);

/** A command of so many words, told apart by what its usage says. */
function production(
  words: string,
  usage: string,
  help: string,
  takes: { readonly person: string; readonly from: number; readonly to?: number },
  run: Work,
): Command {
  return {
    words,
    help: `${words}${usage === '' ? '' : ` ${usage}`}: ${help}`,
    person: takes.person,
    running: false,
    takesWords: true,
    run: (connection, rest) => {
      if (rest.length < takes.from || rest.length > (takes.to ?? takes.from))
        throw citycardErrors.badOption(usage === '' ? `${words} takes no words` : `it is citycard ${words} ${usage}`);
      return run(connection, rest);
    },
  };
}

/** A count of blanks or cards. @throws citycard.bad-option */
function countOf(text: string | undefined): number {
  if (text === undefined || !/^\d{1,8}$/.test(text)) throw citycardErrors.badOption(`"${text}" is no count`);
  return Number(text);
}

const segment = (text: string | undefined) => encodeURIComponent(text ?? '');
const batchPath = (batch: string | undefined) => {
  if (batch === undefined || !/^\d{1,18}$/.test(batch)) throw citycardErrors.badOption(`"${batch}" is no batch number`);
  return `/v1/card-batches/${batch}`;
};
const versionPath = (product: string | undefined, version: string | undefined) =>
  `/v1/card-products/${segment(product)}/versions/${segment(version)}`;

async function documentOf(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as unknown;
  } catch (error) {
    throw citycardErrors.badOption(
      `${file} cannot be read as JSON (${error instanceof Error ? error.message : 'unknown'})`,
    );
  }
}

/** Products, batches and the stock of blanks, for the bureau's bulk work. */
export const productionCommands: readonly Command[] = [
  production(
    'product list',
    '',
    'card products and their versions',
    { person: 'platform', from: 0 },
    async (connection) => all(await connection.get('/v1/card-products')),
  ),
  production(
    'product show',
    'PRODUCT VERSION [FILE]',
    'the document of a version, into FILE if named',
    { person: 'platform', from: 2, to: 3 },
    async (connection, [product, version, file]) => {
      const answer = (await connection.get(versionPath(product, version))) as { document: unknown };
      if (file === undefined) return all(answer);
      await writeFile(file, `${JSON.stringify(answer.document, null, 2)}\n`);
      return all({ product, version, written: file });
    },
  ),
  production(
    'product propose',
    'PRODUCT FILE',
    'propose the next version of a product from a document',
    { person: 'platform', from: 2 },
    async (connection, [product, file]) =>
      all(await connection.post(`/v1/card-products/${segment(product)}/versions`, await documentOf(file ?? ''))),
  ),
  production(
    'product approve',
    'PRODUCT VERSION',
    'the second officer approves it; batches from now on are of it',
    { person: 'platform-2', from: 2 },
    (connection, [product, version]) =>
      done(connection.post(`${versionPath(product, version)}/approval`), { product, version, state: 'approved' }),
  ),
  production(
    'product withdraw',
    'PRODUCT VERSION',
    'take a version back that waits for approval',
    { person: 'platform', from: 2 },
    (connection, [product, version]) =>
      done(connection.delete(versionPath(product, version)), { product, version, state: 'withdrawn' }),
  ),
  production(
    'batch prepare',
    'PRODUCT COUNT',
    'numbers and data of so many cards, waiting for release',
    { person: 'bureau-1', from: 2 },
    async (connection, [product, count]) =>
      all(await connection.post('/v1/card-batches', { product, count: countOf(count) })),
  ),
  production(
    'batch release',
    'BATCH',
    'the second officer gives a batch to the machine',
    { person: 'bureau-2', from: 1 },
    (connection, [batch]) => done(connection.post(`${batchPath(batch)}/release`), { batch, state: 'released' }),
  ),
  ...(['pause', 'resume', 'cancel'] as const).map((step) =>
    production(
      `batch ${step}`,
      'BATCH',
      { pause: 'the machine begins no card of it', resume: 'the machine goes on', cancel: 'void what was not begun' }[
        step
      ],
      { person: 'bureau-1', from: 1 },
      async (connection, [batch]) => all(await connection.post(`${batchPath(batch)}/${step}`)),
    ),
  ),
  production('batch list', '', 'batches, newest first', { person: 'bureau-1', from: 0 }, async (connection) =>
    all(await connection.get('/v1/card-batches')),
  ),
  production(
    'batch show',
    'BATCH',
    'how far it is, how fast, when it should end',
    { person: 'bureau-1', from: 1 },
    async (connection, [batch]) => {
      const { cards, ...progress } = (await connection.get(batchPath(batch))) as { cards: unknown[] };
      return all({ ...progress, finished: cards.length });
    },
  ),
  production(
    'batch quarantine',
    'BATCH',
    'cards whose chips somebody has to look at; exit code 1 when there are any',
    { person: 'bureau-1', from: 1 },
    async (connection, [batch]) => {
      const cards = (await connection.get(`${batchPath(batch)}/quarantine`)) as unknown[];
      return all(cards, cards.length === 0);
    },
  ),
  production(
    'batch to-read-back',
    'BATCH',
    'cards that were written and wait for a reader',
    { person: 'bureau-1', from: 1 },
    async (connection, [batch]) => all(await connection.get(`${batchPath(batch)}/to-read-back`)),
  ),
  production(
    'batch read-back',
    'READER',
    'read the written card in an attached reader back: it is personalised then, or set aside',
    { person: 'bureau-1', from: 1 },
    async (connection, [reader]) => all(await connection.post('/v1/personalisation/read-back', { reader })),
  ),
  production(
    'batch reject',
    'BATCH CARD REASON…',
    'give a card up that is in quarantine or was never read back: its number is void, another is prepared',
    { person: 'bureau-1', from: 3, to: 40 },
    async (connection, [batch, card, ...reason]) =>
      all(await connection.post(`${batchPath(batch)}/cards/${segment(card)}/rejection`, { reason: reason.join(' ') })),
  ),
  production(
    'batch yield',
    'BATCH',
    'good, set aside and rejected chips, with reasons',
    { person: 'bureau-1', from: 1 },
    async (connection, [batch]) => all(await connection.get(`${batchPath(batch)}/yield`)),
  ),
  production(
    'stock show',
    '',
    'blanks by kind: received, good, rejected, on hand and where',
    { person: 'stock-1', from: 0 },
    async (connection) => all(await connection.get('/v1/stock')),
  ),
  production(
    'stock verify',
    '',
    'recompute the stock from its movements and from the cards; exit code 1 when it does not add up',
    { person: 'stock-1', from: 0 },
    async (connection) => {
      const answer = (await connection.get('/v1/stock/proof')) as { ok: boolean };
      return all(answer, answer.ok);
    },
  ),
  production(
    'stock hand-over',
    'DOCUMENT KIND FROM TO QUANTITY [REASON…]',
    'a delivery note, a box from store to store, blanks written off',
    { person: 'stock-1', from: 5, to: 40 },
    async (connection, [documentNo, chipKind, from, to, quantity, ...reason]) =>
      all(
        await connection.post('/v1/stock/transfers', {
          documentNo,
          chipKind,
          from,
          to,
          quantity: countOf(quantity),
          ...(reason.length === 0 ? {} : { reason: reason.join(' ') }),
        }),
      ),
  ),
  production(
    'stock receive',
    'TRANSFER COUNTED',
    'the second person counts and receives what was handed over',
    { person: 'stock-2', from: 2 },
    async (connection, [transfer, counted]) =>
      all(await connection.post(`/v1/stock/transfers/${segment(transfer)}/receipt`, { counted: countOf(counted) })),
  ),
  production(
    'stock take-back',
    'TRANSFER',
    'what nobody received',
    { person: 'stock-1', from: 1 },
    async (connection, [transfer]) =>
      all(await connection.post(`/v1/stock/transfers/${segment(transfer)}/taking-back`)),
  ),
  production(
    'stock transfers',
    '',
    'hand-overs that nobody has received yet',
    { person: 'stock-1', from: 0 },
    async (connection) => all(await connection.get('/v1/stock/transfers?open=true')),
  ),
];
