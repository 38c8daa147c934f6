import { connect } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';

/** How the terminal's side of a link ends after all has been sent. */
export type Ending =
  /** Closes its sending side and waits for what it is owed. */
  | 'close'
  /** Says nothing more and waits until the gateway has had enough. */
  | 'wait'
  /** Breaks the connection. */
  | 'reset';

export interface LinkRun {
  /** Contents of the answers, without their lengths. */
  readonly answers: readonly Buffer[];
  /** Bytes behind the last whole answer. */
  readonly rest: number;
  /** The gateway did not close in time. */
  readonly hung: boolean;
}

/** Well above every limit of the listener, and what a busy machine may add. */
const HUNG_AFTER_MS = 90_000;

/** Sends the pieces over a link of its own and collects what comes back until the link is closed. */
export async function runLink(port: number, pieces: readonly Buffer[], ending: Ending): Promise<LinkRun> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
  const received: Buffer[] = [];
  let hung = false;
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('data', (chunk: Buffer) => received.push(chunk));
  // A gateway that closes while we still send resets the connection: that is an end like any other.
  socket.on('error', () => undefined);
  socket.on('end', () => socket.end());
  const patience = setTimeout(() => {
    hung = true;
    socket.destroy();
  }, HUNG_AFTER_MS);
  for (const piece of pieces) {
    if (socket.destroyed || socket.writableEnded) break;
    socket.write(piece);
    if (pieces.length > 1) await turn();
  }
  if (ending === 'close') socket.end();
  if (ending === 'reset') socket.resetAndDestroy();
  await closed;
  clearTimeout(patience);
  return { ...cut(Buffer.concat(received)), hung };
}

function cut(stream: Buffer): { answers: Buffer[]; rest: number } {
  const answers: Buffer[] = [];
  let at = 0;
  while (stream.length - at >= 2) {
    const end = at + 2 + stream.readUInt16BE(at);
    if (end > stream.length) break;
    answers.push(stream.subarray(at + 2, end));
    at = end;
  }
  return { answers, rest: stream.length - at };
}
