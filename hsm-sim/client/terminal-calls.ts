import { HsmRefused } from '../errors.ts';
import { FieldWriter } from '../wire/field-writer.ts';
import { BulkQueue } from './bulk-queue.ts';
import { exactly } from './checks.ts';
import type { HsmClient, KeyRef, TerminalMacAlgorithm } from './hsm-client.ts';
import type { LinkPool } from './link-pool.ts';
import { BULK_PER_LINK, MAX_BULK_BYTES } from './purse-calls.ts';
import { readVerdict } from './tac-batch.ts';

type TerminalCalls = Pick<
  HsmClient,
  'createTerminalMasterKey' | 'exportUnderTransport' | 'createWorkingKeys' | 'terminalMac' | 'verifyTerminalMac'
>;

/** The terminal part of the client. */
export function terminalCalls(pool: LinkPool, connections: number): TerminalCalls {
  const shared = {
    maxInFlight: connections * BULK_PER_LINK,
    maxBytes: MAX_BULK_BYTES,
    bytesOf: (item: Buffer) => item.length,
  };
  const macs = new BulkQueue<Buffer, { readonly code: string; readonly mac: Buffer }>({
    ...shared,
    send: async (items) =>
      pool.call({ command: 'T0', fields: counted(items), pure: true }, (answer) =>
        items.map(() => ({ code: answer.ascii(2), mac: Buffer.from(answer.bytes(8)) })),
      ),
  });
  const checks = new BulkQueue<Buffer, string>({
    ...shared,
    send: async (items) =>
      pool.call({ command: 'T2', fields: counted(items), pure: true }, (answer) => items.map(() => answer.ascii(2))),
  });
  return {
    terminalMac: async (mak, algorithm, data) => {
      const { code, mac } = await macs.add(macItem(mak, algorithm, data).toBuffer());
      if (code !== '00') throw new HsmRefused(code, 'T0');
      return mac;
    },
    verifyTerminalMac: async (mak, algorithm, data, mac) =>
      readVerdict(
        await checks.add(
          macItem(mak, algorithm, data)
            .bytes(exactly(mac, 8, 'a MAC'))
            .toBuffer(),
        ),
        'T2',
      ),
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

function macItem(mak: KeyRef, algorithm: TerminalMacAlgorithm, data: Buffer): FieldWriter {
  return new FieldWriter()
    .longText(mak)
    .ascii(algorithm === 'ecb' ? 'E' : 'X')
    .long(data);
}

function counted(items: readonly Buffer[]): Buffer {
  return Buffer.concat([new FieldWriter().uint16(items.length).toBuffer(), ...items]);
}

function blockReference(block: string): KeyRef {
  return `block:${block}`;
}
