import type { Database, Logger } from '@citycard/common';
import type { HsmClient } from '@citycard/hsm-sim';
import type { Traffic } from '@citycard/terminal-gateway';
import type { OperationsDeps, Part } from '../operations/index.ts';
import type { Company } from './company.ts';
import type { Configuration } from './configuration.ts';
import type { TerminalListeners } from './terminal-listeners.ts';
import type { Workers } from './workers.ts';

/** The gateway, once it is open. */
export interface OpenGateway {
  traffic?: Traffic;
  ports?: Pick<TerminalListeners, 'plainPort' | 'securePort'>;
}

/** What the pages of the platform look at, of the parts that run in this process. */
export function operationsDeps(
  engines: { readonly db: Database; readonly hsm: HsmClient; readonly logger: Logger },
  configuration: Configuration,
  { calendar }: Company,
  workers: Pick<Workers, 'queues' | 'machines' | 'readers'>,
  open: OpenGateway,
  serving: boolean,
): OperationsDeps {
  const { queues, machines, readers } = workers;
  const listening = (name: string, port: () => number | undefined): Part => ({
    name,
    look: () => {
      const now = port();
      if (now === undefined) return { state: 'down' };
      return now === 0 ? { state: 'off' } : { state: 'up', remark: `port ${now}` };
    },
  });
  return {
    ...engines,
    serving,
    queues,
    calendar,
    bankCutOff: configuration.bankCutOff,
    firstBus: configuration.firstBus,
    traffic: () => open.traffic,
    parts: [
      listening('terminals', () => open.ports?.plainPort),
      listening('terminals-tls', () => open.ports?.securePort),
      {
        name: 'queues',
        look: async () => {
          const counts = (await queues?.counts()) ?? [];
          return { state: 'up', remark: `${counts.length}` };
        },
      },
      listening('card-machine', () => machines.cards.port),
      listening('sam-machine', () => machines.sams.port),
      listening('read-back-machine', () => machines.readBack.port),
      listening('readers', () => readers.port),
    ],
  };
}
