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

/** Chips in the machine at one time; a further one waits outside. */
const slots = 8;

export function startMachine(
  deps: PersonalisationDeps & { logger: Logger },
  kind: 'cards' | 'sams',
  where: { host: string; port: number },
): Promise<Machine> {
  const personalise = kind === 'cards' ? personaliseCard : personaliseSam;
  const inside = new Set<Promise<void>>();
  const server = createServer((socket) => {
    const chip = new Chip(socket);
    const session = personalise(deps, chip)
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
  server.maxConnections = slots;

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
