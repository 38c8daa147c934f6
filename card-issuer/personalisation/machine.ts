import { createServer, type AddressInfo } from 'node:net';
import type { Logger } from '@citycard/common';
import { BUREAU_LOCATION, BUREAU_MACHINE, CardBooks } from './books.ts';
import { Chip, type PersonalisedChip } from './chip.ts';
import {
  type PersonalisationDeps,
  personaliseCard,
  personaliseSam,
  readCardBack,
  type ReadBackPlace,
} from './personalise.ts';

/**
 * A machine of the bureau: a TCP listener; a chip that connects is a chip that was put in, and is ejected when done. The one
 * of kind `read-back` writes nothing: it reads cards back that were written before.
 */
export interface Machine {
  readonly host: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** Where the machine listens, what it is called in the books, and where in the stock its blanks come from. */
export interface MachinePlace {
  readonly host: string;
  readonly port: number;
  /** Several machines on one database bear different names: each sets aside what it left unfinished itself. */
  readonly name?: string;
  readonly location?: string;
  /** Whether a machine for cards reads them back itself (as it does when nothing is said) or leaves that to another reader. */
  readonly readBack?: ReadBackPlace;
}

/** Chips worked on at one time: enough that HSM and database are asked for several at once. */
const slots = 64;
/** Chips at the machine at one time; beyond these a connection is closed at once. */
const longestQueue = 256;

export async function startMachine(
  deps: PersonalisationDeps & { logger: Logger },
  kind: 'cards' | 'sams' | 'read-back',
  where: MachinePlace,
): Promise<Machine> {
  const { logger } = deps;
  const personalise = await workOf(kind, deps, where);
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
      .then(() => personalise(chip).finally(giveSlot))
      .then((number) => {
        if (number === undefined)
          logger.warn({ machine: kind }, 'a chip was put in but nothing is waiting to be personalised');
      })
      .catch((error: unknown) =>
        logger.error({ machine: kind, err: error }, 'the session broke off; put the same chip in again'),
      )
      .finally(() => {
        chip.eject();
        inside.delete(session);
      });
    inside.add(session);
  });
  server.maxConnections = longestQueue;

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(where.port, where.host, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
  return {
    host: where.host,
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      const closed = new Promise<void>((done) => server.close(() => done()));
      await Promise.allSettled(inside);
      await closed;
    },
  };
}

function workOf(
  kind: 'cards' | 'sams' | 'read-back',
  deps: PersonalisationDeps & { logger: Logger },
  where: MachinePlace,
): Promise<(chip: PersonalisedChip) => Promise<string | undefined>> {
  if (kind === 'cards') return cardMaker(deps, where);
  if (kind === 'sams') return Promise.resolve((chip) => personaliseSam(deps, chip));
  const books = new CardBooks(deps.db, { machine: where.name ?? 'read-back' });
  return Promise.resolve((chip) => readCardBack({ ...deps, books }, chip));
}

/** What was begun when this machine was last stopped by force is set aside before the first chip is taken. */
async function cardMaker(
  deps: PersonalisationDeps & { logger: Logger },
  { name, location, readBack }: MachinePlace,
): Promise<(chip: PersonalisedChip) => Promise<string | undefined>> {
  const books = new CardBooks(deps.db, {
    machine: name ?? BUREAU_MACHINE,
    location: location ?? BUREAU_LOCATION,
  });
  const interrupted = await books.setAsideInterrupted();
  if (interrupted > 0)
    deps.logger.warn(
      { cards: interrupted },
      'cards were being made when the machine was stopped; put their chips in again',
    );
  return (chip) => personaliseCard({ ...deps, books, ...(readBack && { readBack }) }, chip);
}
