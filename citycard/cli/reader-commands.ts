import { citycardErrors } from '../errors.ts';
import type { Command } from './command.ts';
import { attachReader } from './reader-attach.ts';
import { openPcsc } from './reader-pcsc.ts';
import { showCard } from './reader-show.ts';

export const readerCommands: readonly Command[] = [
  {
    words: 'reader list',
    help: 'PC/SC card readers of this machine, and whether a card lies in them',
    local: true,
    run: async () => {
      const pcsc = await openPcsc();
      const readers = [...pcsc.readers].map(([name, state]) => ({ name, state }));
      pcsc.close();
      return { answer: { readers }, ok: true };
    },
  },
  {
    words: 'reader show',
    help: 'the card in a reader of this machine: answer to reset, number, validity, balance',
    local: true,
    run: async ({ line }) => ({ answer: await showCard(line.reader), ok: true }),
  },
  {
    words: 'reader attach',
    help: 'reader attach WINDOW: lend a reader of this machine to the installation as the reader of a counter window',
    person: 'clerk-1',
    running: true,
    takesWord: true,
    run: async (connection, [window], { line, say, stopping }) => {
      if (window === undefined) throw citycardErrors.badOption('reader attach takes the name of a counter window');
      const wish = { window, ...(line.reader !== undefined && { reader: line.reader }) };
      await attachReader(connection, wish, say, stopping());
      return { answer: { window, state: 'let go' }, ok: true };
    },
  },
  {
    words: 'reader attached',
    help: 'the readers that counters have attached to the installation just now',
    person: 'clerk-1',
    running: true,
    run: async (connection) => ({ answer: await connection.get('/v1/readers'), ok: true }),
  },
];
