import { connect as connectTcp, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { CityCardError } from '@citycard/common';
import { citycardErrors } from '../errors.ts';
import type { Connection } from './connection.ts';
import { ReaderBridge } from './reader-bridge.ts';
import { chooseReader } from './reader-choice.ts';
import { openPcsc, type Pcsc } from './reader-pcsc.ts';

const retryMs = 2_000;

/**
 * Lends a PC/SC reader of this machine to an installation under the name of a counter window, until `stopping` is aborted.
 * Whatever breaks on the way (the installation restarts, the reader or pcscd goes) is waited for and taken up again.
 *
 * @throws citycard.pcsc-missing, reader-not-plugged-in, reader-to-choose, reader-refused when it cannot begin at all
 */
export async function attachReader(
  connection: Connection,
  wish: { readonly window: string; readonly reader?: string },
  say: (sentence: string) => void,
  stopping: AbortSignal,
): Promise<void> {
  let begun = false;
  let said = '';
  while (!stopping.aborted) {
    try {
      await attachOnce(connection, wish, stopping, (reader) => {
        begun = true;
        said = '';
        say(`Reader "${reader}" serves as ${wish.window}. Ctrl-C ends it.`);
      });
    } catch (error) {
      if (stopping.aborted) break;
      if (!begun || !(error instanceof CityCardError)) throw error;
      // Once per cause, not every two seconds.
      if (said !== error.message) say(error.message);
      said = error.message;
    }
    if (said === '' && !stopping.aborted) say(`${wish.window} was let go; trying to attach again.`);
    await sleep(retryMs, undefined, { signal: stopping }).catch(() => undefined);
  }
}

/** One attachment, from PC/SC to its end. Resolves when it ended by itself or was stopped. */
async function attachOnce(
  connection: Connection,
  wish: { readonly window: string; readonly reader?: string },
  stopping: AbortSignal,
  onAttached: (reader: string) => void,
): Promise<void> {
  const pcsc = await openPcsc();
  try {
    const reader = chooseReader(pcsc.readers, wish.reader);
    const socket = await reachReaderPort(connection);
    const bridge = new ReaderBridge(socket, pcsc, reader);
    const stop = () => bridge.hangUp();
    stopping.addEventListener('abort', stop, { once: true });
    // Whoever wished to stop while we were still on the way is not heard any more.
    if (stopping.aborted) stop();
    try {
      const refused = await bridge.greet(wish.window, connection.token);
      if (refused !== undefined) throw citycardErrors.readerRefused(refused);
      onAttached(reader);
      await endOf(bridge, pcsc, reader);
    } finally {
      stopping.removeEventListener('abort', stop);
      await bridge.end();
    }
  } finally {
    pcsc.close();
  }
}

/** The line closes, the reader is unplugged, or PC/SC ends. */
function endOf(bridge: ReaderBridge, pcsc: Pcsc, reader: string): Promise<void> {
  const unplugged = new Promise<void>((resolve) => {
    pcsc.onChange(() => {
      if (pcsc.ended || !pcsc.readers.has(reader)) resolve();
      else bridge.tellPresence();
    });
  });
  return Promise.race([bridge.closed, unplugged]);
}

async function reachReaderPort(connection: Connection): Promise<Socket> {
  const answer = await connection.get('/v1/readers');
  const port = typeof answer === 'object' && answer !== null && 'attachPort' in answer ? Number(answer.attachPort) : 0;
  const { hostname } = new URL(connection.baseUrl);
  const socket = connectTcp({ host: hostname.replaceAll(/^\[|\]$/g, ''), port });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', (error: NodeJS.ErrnoException) =>
      reject(citycardErrors.notAnswering({ url: `${hostname}:${port}`, reason: error.code ?? error.message }, error)),
    );
  });
  return socket;
}
