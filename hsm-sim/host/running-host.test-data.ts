import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { foundedHsm } from '../device/founded.test-data.ts';
import { withOddParity } from '../keys/key-strength.ts';
import { localMasterKey, type LmkSource } from '../keys/local-master-key.ts';
import { desCipher } from '../keys/tr31-ciphers.ts';
import type { Tr31Header, Tr31Version } from '../keys/tr31-header.ts';
import { wrapTr31 } from '../keys/tr31.ts';
import { hostLmk } from '../keys/variant-lmk-pairs.ts';
import { SchemeCipher, type VariantScheme } from '../keys/variant-lmk.ts';
import { answerCode, frameOf } from '../wire/frame.ts';
import { keyType } from './key-types.ts';
import { variantText } from './lmk-keys.ts';

interface Vector {
  readonly id: string;
  readonly [field: string]: unknown;
}
const { vectors } = JSON.parse(readFileSync(new URL('../../test/vectors.json', import.meta.url), 'utf8')) as {
  vectors: Vector[];
};

/** A published vector by its id. */
export function vector(id: string): Record<string, string> {
  return vectors.find((candidate) => candidate.id === id) as unknown as Record<string, string>;
}

export function vectorsOf(group: string): Record<string, string>[] {
  return vectors.filter((candidate) => candidate['group'] === group) as unknown as Record<string, string>[];
}

export const hex = (text: string) => Buffer.from(text, 'hex');
export const upper = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex').toUpperCase();

const testPairs = (vector('THALES-LMK')['pairs'] as unknown as string[]).map(hex);

function pairOf(index: number): Buffer {
  const pair = testPairs[index];
  if (!pair) throw new RangeError(`there is no pair ${index}`);
  return pair;
}

/** A clear key under the published test LMK, as a command takes it. */
export function underTestLmk(code: string, scheme: VariantScheme, clear: Buffer): string {
  const type = keyType(code);
  return variantText(scheme, new SchemeCipher(pairOf(type.pair), type.variant).encipher(scheme, clear));
}

/** The clear key of a text under the published test LMK. */
export function clearOf(code: string, text: string): Buffer {
  const type = keyType(code);
  const scheme = (/^[UXTY]/.exec(text)?.[0] ?? 'Z') as VariantScheme;
  const cipher = new SchemeCipher(pairOf(type.pair), type.variant);
  return cipher.decipher(scheme, hex(scheme === 'Z' ? text : text.slice(1)));
}

/** A key block of scheme S under the key block LMK that belongs to the test LMK. */
export function blockUnderTestLmk(header: Omit<Tr31Header, 'version'>, key: Buffer): string {
  const { block } = hostLmk(localMasterKey('test', Buffer.alloc(16)));
  return `S${wrapTr31(block, { ...header, version: 'D' }, key)}`;
}

const COMMANDS = ['hostGenerateKey', 'hostGenerateComponent', 'hostFormKey', 'hostImportKey', 'hostExportKey'];

/** A founded HSM that host commands are sent to. */
export async function runHost(lmk: LmkSource = 'test') {
  const founded = await foundedHsm({ lmk });
  return {
    ...founded,
    /** Sends command ‖ fields; the answer from its error code on, after a look at header and answer code. */
    ask: async (command: string | Buffer): Promise<string> => {
      const sent = typeof command === 'string' ? Buffer.from(command, 'latin1') : command;
      const [answer] = await founded.raw(frameOf(Buffer.from('TEST'), sent));
      const text = answer?.toString('latin1') ?? '';
      const expected = `TEST${answerCode(sent.toString('latin1', 0, 2))}`;
      if (!text.startsWith(expected)) throw new Error(`${expected} expected, ${text} came`);
      return text.slice(expected.length);
    },
    authoriseHost: async () => founded.authorise(...COMMANDS),
  };
}

export type RunningHost = Awaited<ReturnType<typeof runHost>>;

export const odd = (length: number) => withOddParity(randomBytes(length));

/** E(key, zeros), 16 digits. */
export function desKcv(key: Buffer): string {
  const zeros = Buffer.alloc(8);
  desCipher(key).encipher(zeros, 0, zeros, 0);
  return upper(zeros);
}

/** A key block header with what a test does not care about filled in. */
export const header = (version: Tr31Version, more: Partial<Tr31Header> = {}): Tr31Header => ({
  version,
  usage: 'P0',
  algorithm: 'T',
  mode: 'B',
  keyVersion: '00',
  exportability: 'E',
  optional: [],
  ...more,
});

/** An AES key that carries keys. */
export const aesZmk = (key: Buffer) => blockUnderTestLmk(header('D', { usage: 'K0', algorithm: 'A' }), key);
