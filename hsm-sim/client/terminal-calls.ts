import { FieldWriter } from '../wire/field-writer.ts';
import { BulkCommand, type BulkForm } from './bulk-command.ts';
import { exactly } from './checks.ts';
import type { HsmClient, KeyRef, TerminalMacCheck, TerminalMacItem } from './hsm-client.ts';
import type { LinkPool } from './link-pool.ts';

const MAC_BYTES = 8;

type TerminalCalls = Pick<
  HsmClient,
  | 'createTerminalMasterKey'
  | 'exportUnderTransport'
  | 'createWorkingKeys'
  | 'terminalMac'
  | 'terminalMacs'
  | 'verifyTerminalMac'
  | 'verifyTerminalMacs'
>;

/** The terminal part of the client. */
export function terminalCalls(pool: LinkPool, connections: number): TerminalCalls {
  const macs = new BulkCommand(pool, connections, macForm);
  const checks = new BulkCommand(pool, connections, checkForm);
  return {
    terminalMac: (mak, algorithm, data) => macs.one({ mak, algorithm, data }),
    terminalMacs: (items) => macs.all(items),
    verifyTerminalMac: (mak, algorithm, data, mac) => checks.one({ mak, algorithm, data, mac }),
    verifyTerminalMacs: (items) => checks.all(items),
    createTerminalMasterKey: async () =>
      pool.call({ command: 'T4', fields: Buffer.alloc(0), pure: false }, (answer) => ({
        tmk: blockReference(answer.longText()),
        kcv: answer.ascii(6),
      })),
    createWorkingKeys: async (tmk) => {
      const fields = new FieldWriter().longText(tmk).toBuffer();
      return pool.call({ command: 'T6', fields, pure: false }, (answer) => ({
        pik: blockReference(answer.longText()),
        mak: blockReference(answer.longText()),
        pikUnderTmk: answer.bytes(16),
        pikKcv: answer.bytes(4),
        makUnderTmk: answer.bytes(16),
        makKcv: answer.bytes(4),
      }));
    },
    exportUnderTransport: async (key, transport) => {
      const fields = new FieldWriter().longText(key).longText(transport).toBuffer();
      return pool.call({ command: 'T8', fields, pure: true }, (answer) => ({
        encrypted: answer.bytes(16),
        kcv: answer.ascii(6),
      }));
    },
  };
}

const macForm: BulkForm<TerminalMacItem, Buffer> = {
  command: 'T0',
  keyOf: (item) => item.mak,
  sizeOf: (item) => 1 + 2 + item.data.length,
  write: ({ algorithm, data }, fields) => {
    fields.ascii(algorithm === 'ecb' ? 'E' : 'X').long(data);
  },
  valueLength: MAC_BYTES,
  right: (answer, at) => answer.subarray(at, at + MAC_BYTES),
};

const checkForm: BulkForm<TerminalMacCheck, boolean> = {
  command: 'T2',
  keyOf: macForm.keyOf,
  sizeOf: (item) => macForm.sizeOf(item) + exactly(item.mac, MAC_BYTES, 'a MAC').length,
  write: (item, fields) => {
    macForm.write(item, fields);
    fields.bytes(item.mac);
  },
  valueLength: 0,
  right: () => true,
  wrong: false,
};

function blockReference(block: string): KeyRef {
  return `block:${block}`;
}
