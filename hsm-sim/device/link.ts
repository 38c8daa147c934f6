import type { Logger } from '@citycard/common';
import type { Socket } from 'node:net';
import { Gate } from '../callers/gate.ts';
import { FrameSplitter } from '../wire/frame.ts';
import type { Device } from './command.ts';
import { execute } from './execute.ts';

/** A frame must be complete this long after its first byte; half a frame would hold its link for ever. */
const FRAME_TIMEOUT_MS = 10_000;
/** A caller that does not show its secret holds one of few links. */
const PROOF_TIMEOUT_MS = 5_000;

export interface Link {
  /** Resolves when the link is closed and its last command has ended. */
  readonly ended: Promise<void>;
  /** Lets the running command answer, then closes. */
  stop(): void;
}

/**
 * Serves one link: commands one after the other in the order they came, answers in the same order. The link is not
 * read while commands run or answers wait, so a caller that does not read costs one chunk, not memory.
 */
export function serveLink(socket: Socket, device: Device, logger: Logger | undefined, secret?: Buffer): Link {
  const splitter = new FrameSplitter();
  let working: Promise<void> | undefined;
  let stopping = false;
  let timer: NodeJS.Timeout | undefined;
  const gate = secret === undefined ? undefined : new Gate(secret);
  const unproved = setTimeout(() => {
    if (gate?.isOpen === false) socket.destroy();
  }, PROOF_TIMEOUT_MS).unref();

  const work = async (chunk: Buffer) => {
    socket.cork();
    for (const frame of splitter.push(chunk)) {
      const passing = gate === undefined || gate.isOpen ? 'let in' : gate.pass(frame);
      if (passing !== 'let in') {
        socket.write(passing.answer);
        if (!passing.closes) continue;
        logger?.warn({ address: socket.remoteAddress }, 'a caller did not show the secret of this HSM, link closed');
        socket.uncork();
        socket.destroySoon();
        return;
      }
      const answer = await execute(device, frame, logger);
      if (!answer) {
        socket.uncork();
        socket.destroySoon();
        return;
      }
      socket.write(answer);
      if (stopping) break;
    }
    socket.uncork();
    if (socket.writableNeedDrain) await drained(socket);
  };

  socket.on('data', (chunk) => {
    clearTimeout(timer);
    socket.pause();
    working = work(chunk)
      .catch((error: unknown) => {
        // The caller went away, or the audit log cannot be written: without a log no command may be answered.
        logger?.error({ err: error }, 'link ended by an error');
        socket.destroy();
      })
      .finally(() => {
        working = undefined;
        if (stopping) socket.destroySoon();
        else socket.resume();
        if (splitter.incomplete) timer = setTimeout(expire, FRAME_TIMEOUT_MS);
      });
  });
  const expire = () => {
    logger?.warn({ remotePort: socket.remotePort }, 'half a command, link closed');
    socket.destroy();
  };
  socket.on('error', (error) => logger?.debug({ err: error }, 'link broke'));

  const ended = new Promise<void>((resolve) => {
    socket.on('close', () => {
      clearTimeout(timer);
      clearTimeout(unproved);
      void Promise.resolve(working).finally(resolve);
    });
  });
  return {
    ended,
    stop: () => {
      stopping = true;
      if (!working) socket.destroySoon();
    },
  };
}

/** Resolves when what was written has left, or the link is closed. Leaves no listener behind, whichever comes first. */
async function drained(socket: Socket): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = () => {
      socket.off('drain', done).off('close', done);
      resolve();
    };
    socket.on('drain', done).on('close', done);
  });
}
