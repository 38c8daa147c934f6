import { createServer, type AddressInfo } from 'node:net';
import type { Logger } from '@citycard/common';
import { Chip } from './chip.ts';
import { type PersonalisationDeps, personaliseCard, personaliseSam } from './personalise.ts';

/** A personalisation machine: a TCP listener; a chip that connects is a chip that was put in, and is ejected when done. */
export interface Machine {
  readonly host: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** Chips worked on at one time: enough to keep one HSM busy. */
const slots = 8;
/** Chips at the machine at one time; beyond these a connection is closed at once. */
const longestQueue = 256;

export function startMachine(
  deps: PersonalisationDeps & { logger: Logger },
  kind: 'cards' | 'sams',
  where: { host: string; port: number },
): Promise<Machine> {
  const personalise = kind === 'cards' ? personaliseCard : personaliseSam;
  const inside = new Set<Promise<void>>();
  const waiting: (() => void)[] = [];
  let free = slots;
  const takeSlot = async () => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  };
  const giveSlot = () => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };

  const server = createServer((socket) => {
    const chip = new Chip(socket);
    const session = takeSlot()
      .then(() => personalise(deps, chip).finally(giveSlot))
      .then((number) => {
        if (number === undefined)
          deps.logger.warn({ machine: kind }, 'a chip was put in but nothing is waiting to be personalised');
      })
      .catch((error: unknown) =>
        deps.logger.error({ machine: kind, err: error }, 'personalisation broke off; put the same chip in again'),
      )
      .finally(() => {
        chip.eject();
        inside.delete(session);
      });
    inside.add(session);
  });
  server.maxConnections = longestQueue;

  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(where.port, where.host, () => {
      server.removeListener('error', reject);
      const { port } = server.address() as AddressInfo;
      resolve({
        host: where.host,
        port,
        stop: async () => {
          const closed = new Promise<void>((done) => server.close(() => done()));
          await Promise.allSettled(inside);
          await closed;
        },
      });
    });
  });
}
