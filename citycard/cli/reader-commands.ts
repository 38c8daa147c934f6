import { citycardErrors } from '../errors.ts';
import type { Command } from './command.ts';
import { PAGE_BRIDGE_PORT, startPageBridge } from './page-bridge.ts';
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
    words: 'reader bridge',
    help: 'reader bridge: the readers of this computer for the counter pages in its browser (--origin: address of the portal, --url: of the installation, --port: another than 18583)',
    local: true,
    run: async ({ line, say, stopping }) => {
      const { origins, installation } = readPlaces(line.origin, line.url);
      const port = readPort(line.port);
      const pcsc = await openPcsc();
      const bridge = await startPageBridge({ pcsc, origins, installation, port, say });
      say(`Pages of ${origins.join(', ')} find the readers of this computer on port ${bridge.port}. Ctrl-C ends it.`);
      const stop = stopping();
      await new Promise<void>((resolve) => stop.addEventListener('abort', () => resolve(), { once: true }));
      await bridge.stop();
      pcsc.close();
      return { answer: { state: 'ended' }, ok: true };
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

/** Where the portal of a demo on this computer is, by either of its names. */
const DEMO_PORTAL = ['http://127.0.0.1:8088', 'http://localhost:8088'];

/** @throws citycard.bad-option for an address that is none */
function readPlaces(origin: string | undefined, url: string | undefined) {
  const address = (said: string, option: string): URL => {
    if (!URL.canParse(said) || !/^https?:$/.test(new URL(said).protocol))
      throw citycardErrors.badOption(`${option} takes an address, https://host, not "${said}"`);
    return new URL(said);
  };
  const origins = origin === undefined ? DEMO_PORTAL : [address(origin, '--origin').origin];
  const { hostname } = address(url ?? 'http://127.0.0.1', '--url');
  return { origins, installation: hostname.replaceAll(/^\[|\]$/g, '') };
}

/** @throws citycard.bad-option for what is no port */
function readPort(said: string | undefined): number {
  if (said === undefined) return PAGE_BRIDGE_PORT;
  const port = /^[0-9]{1,5}$/.test(said) ? Number(said) : 0;
  if (port === 0 || port > 65_535) throw citycardErrors.badOption(`--port takes a port, 1 to 65535, not "${said}"`);
  return port;
}
