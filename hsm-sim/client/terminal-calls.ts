import { FieldWriter } from '../wire/field-writer.ts';
import { BulkCommand, type BulkForm } from './bulk-command.ts';
import { exactly } from './checks.ts';
import type { HsmClient, KeyRef, TerminalMacAlgorithm } from './hsm-client.ts';
import type { LinkPool } from './link-pool.ts';

const MAC_BYTES = 8;

type TerminalCalls = Pick<
  HsmClient,
  'createTerminalMasterKey' | 'exportUnderTransport' | 'createWorkingKeys' | 'terminalMac' | 'verifyTerminalMac'
>;

/** The terminal part of the client. */
export function terminalCalls(pool: LinkPool, connections: number): TerminalCalls {
  const macs = new BulkCommand(pool, connections, macForm);
  const checks = new BulkCommand(pool, connections, checkForm);
  return {
    terminalMac: async (mak, algorithm, data) => macs.valueOf({ mak, algorithm, data }),
    verifyTerminalMac: async (mak, algorithm, data, mac) => checks.verdictOf({ mak, algorithm, data, mac }),
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

interface MacItem {
  readonly mak: KeyRef;
  readonly algorithm: TerminalMacAlgorithm;
  readonly data: Buffer;
}

const macForm: BulkForm<MacItem, Buffer> = {
  command: 'T0',
  keyOf: (item) => item.mak,
  sizeOf: (item) => 1 + 2 + item.data.length,
  write: ({ algorithm, data }, fields) => {
    fields.ascii(algorithm === 'ecb' ? 'E' : 'X').long(data);
  },
  read: (answer) => Buffer.from(answer.bytes(MAC_BYTES)),
};

const checkForm: BulkForm<MacItem & { readonly mac: Buffer }, undefined> = {
  command: 'T2',
  keyOf: macForm.keyOf,
  sizeOf: (item) => macForm.sizeOf(item) + exactly(item.mac, MAC_BYTES, 'a MAC').length,
  write: (item, fields) => {
    macForm.write(item, fields);
    fields.bytes(item.mac);
  },
  read: () => undefined,
};

function blockReference(block: string): KeyRef {
  return `block:${block}`;
}
