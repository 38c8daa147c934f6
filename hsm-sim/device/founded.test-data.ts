import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectHsm } from '../client/connect.ts';
import type { HsmClient } from '../client/hsm-client.ts';
import { checkValue } from '../keys/check-value.ts';
import { isCardAlgorithm, type SecretAlgorithm } from '../keys/key-algorithm.ts';
import type { SymmetricUsage } from '../keys/key-usage.ts';
import { FrameSplitter } from '../wire/frame.ts';
import { startHsm, type HsmOptions, type RunningHsm } from './hsm.ts';

export const PINS = { li: '100001', wang: '200002', zhao: '300003' } as const;
const CUSTODIANS = [
  ['li', PINS.li],
  ['wang', PINS.wang],
  ['zhao', PINS.zhao],
] as const;

/** A running HSM with three custodians, its client, and the ways tests need into it. */
export interface FoundedHsm {
  readonly directory: string;
  readonly hsm: RunningHsm;
  readonly client: HsmClient;
  authorise(...commands: string[]): Promise<void>;
  /** Forms a key of known value by the whole ceremony: two random components, the third makes up the rest. */
  form(
    name: string,
    usage: SymmetricUsage,
    key: Buffer,
    algorithm?: SecretAlgorithm,
    exportable?: boolean,
  ): Promise<{ kcv: string }>;
  /** Raw frames on a link of their own; one answer message per frame. */
  raw(...frames: Buffer[]): Promise<Buffer[]>;
  stop(): Promise<void>;
}

export async function foundedHsm(options: Partial<HsmOptions> = {}): Promise<FoundedHsm> {
  const directory = mkdtempSync(join(tmpdir(), 'hsm-test-'));
  const hsm = await startHsm({ directory, lmk: 'test', ...options });
  const client = connectHsm({ host: '127.0.0.1', port: hsm.port });
  for (const [name, pin] of Object.entries(PINS)) await client.createCustodian({ name, pin });
  return {
    directory,
    hsm,
    client,
    authorise: async (...commands) => client.authorise('li', PINS.li, 'wang', PINS.wang, commands, 10),
    form: async (name, usage, key, algorithm = '3des', exportable = false) => {
      const [first, second] = [randomBytes(key.length), randomBytes(key.length)];
      const third = Buffer.from(key.map((byte, index) => byte ^ (first[index] ?? 0) ^ (second[index] ?? 0)));
      for (const [index, component] of [first, second, third].entries()) {
        const [custodian, pin] = CUSTODIANS[index] ?? CUSTODIANS[0];
        const kcv = checkValue(algorithm, component);
        await client.submitComponent({ name, usage, algorithm, exportable, custodian, pin, component, kcv });
      }
      return client.formKey({ name });
    },
    raw: async (...frames) => rawExchange(hsm.port, ...frames),
    stop: async () => {
      await client.close();
      await hsm.stop();
      rmSync(directory, { recursive: true });
    },
  };
}

/** A key that no HSM refuses. */
export function someKey(algorithm: SecretAlgorithm): Buffer {
  return randomBytes(isCardAlgorithm(algorithm) ? 16 : 32);
}

export async function rawExchange(port: number, ...frames: Buffer[]): Promise<Buffer[]> {
  const answers: Buffer[] = [];
  const splitter = new FrameSplitter();
  const socket = connect(port, '127.0.0.1');
  socket.write(Buffer.concat(frames));
  for await (const chunk of socket) {
    answers.push(...splitter.push(chunk as Buffer).map((frame) => Buffer.from(frame.message)));
    if (answers.length === frames.length) break;
  }
  return answers;
}

/** A message with its length, or with a length that lies. */
export function framed(message: Buffer | string, length = message.length): Buffer {
  const prefix = Buffer.alloc(2);
  prefix.writeUInt16BE(length);
  return Buffer.concat([prefix, Buffer.from(message as string, 'latin1')]);
}
