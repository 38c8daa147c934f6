import { custodyCalls } from './custody-calls.ts';
import { dataCalls } from './data-calls.ts';
import type { HsmClient, HsmClientOptions } from './hsm-client.ts';
import { FieldWriter } from '../wire/field-writer.ts';
import { LinkPool } from './link-pool.ts';
import { purseCalls } from './purse-calls.ts';
import { scriptCalls } from './script-calls.ts';
import { terminalCalls } from './terminal-calls.ts';

const DEFAULT_CONNECTIONS = 2;
const DEFAULT_TIMEOUT_MS = 5_000;

/**
 * A client of the HSM at `host:port`. Links open with the first call; the HSM may start later, stop and come back.
 * Calls that change nothing are repeated on another link when theirs breaks; the others fail with HsmUnavailable.
 */
export function connectHsm(options: HsmClientOptions): HsmClient {
  const connections = options.connections ?? DEFAULT_CONNECTIONS;
  const pool = new LinkPool({ ...options, connections, timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS });
  return {
    ...purseCalls(pool, connections),
    ...scriptCalls(pool, connections),
    ...terminalCalls(pool, connections),
    ...dataCalls(pool, connections),
    ...custodyCalls(pool),
    status: async () =>
      pool.call({ command: 'N2', fields: Buffer.alloc(0), pure: true }, (answer) => ({
        version: answer.shortText(),
        keys: answer.uint16(),
        authorised: answer.byte() === 1,
        lmkCheck: answer.ascii(6),
      })),
    injectFaults: async (plan) => {
      const fields = new FieldWriter().shortText(plan).toBuffer();
      await pool.call({ command: 'F0', fields, pure: false }, () => undefined);
    },
    faults: async () =>
      pool.call({ command: 'F2', fields: Buffer.alloc(0), pure: true }, (answer) => answer.shortText()),
    echo: async (data) => {
      const length = data.length.toString(16).toUpperCase().padStart(4, '0');
      const fields = Buffer.concat([Buffer.from(length, 'latin1'), data]);
      return pool.call({ command: 'B2', fields, pure: true }, (answer) => answer.bytes(data.length));
    },
    load: () => pool.load(),
    close: async () => {
      pool.close();
      await Promise.resolve();
    },
  };
}
