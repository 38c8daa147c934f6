import { createRequire } from 'node:module';
import { type FieldValues, Message, packFrame } from '@citycard/terminal-gateway';
import { type Bench, interleaved, result } from './bench.ts';
import { processTree } from './cpu-time.ts';

/** The 13 fields of a load request, field 64 among them. */
const fields = {
  2: '3104580010000000018',
  3: '630000',
  4: '000000010000',
  11: '000123',
  22: '051',
  25: '91',
  41: 'T0000001',
  42: 'M00000000000001',
  49: '156',
  58: Buffer.alloc(43, 7),
  60: '41000001000',
  62: Buffer.from('made for a bench'),
} satisfies FieldValues;

const envelope = { tpdu: Buffer.from('6000030001', 'hex'), header: Buffer.from('622200000000', 'hex'), mti: '0200' };
const mac = Buffer.alloc(8, 0x41);

interface Iso8583 {
  new (
    message: Record<number, string>,
    formats?: Record<number, object>,
  ): {
    getBufferMessage(): Buffer;
    getIsoJSON(message: Buffer): Record<string, string>;
  };
}

/** The same fields as `iso_8583` can carry them: ASCII, bytes as hexadecimal digits. */
const asciiFields: Record<number, string> = {
  0: '0200',
  ...Object.fromEntries(
    Object.entries(fields).map(([field, value]) => [
      field,
      typeof value === 'string' ? value : value.toString('hex').toUpperCase(),
    ]),
  ),
  64: mac.toString('hex').toUpperCase(),
};
const ans = { ContentType: 'ans', Label: 'as text' };
const asciiFormats = {
  58: { ...ans, LenType: 'lllvar', MaxLen: 999 },
  60: { ...ans, LenType: 'lllvar', MaxLen: 999 },
  62: { ...ans, LenType: 'lllvar', MaxLen: 999 },
  64: { ...ans, LenType: 'fixed', MaxLen: 16 },
};

/** Packing and reading of a 13-field 0200: every field is asked for, as text or as bytes. */
export const codecBench: Bench = {
  name: 'codec',
  help: 'pack and unpack a 13-field 0200, beside the npm package iso_8583 [--messages 200000]',
  async run(context) {
    const Iso = createRequire(import.meta.url)('iso_8583') as Iso8583;
    const messages = context.count('messages', 200_000);
    const few = Math.max(1, Math.floor(messages / 20));

    const frame = packFrame(envelope, fields, true).setMac(mac).frame.subarray(2);
    const theirs = new Iso(asciiFields, asciiFormats).getBufferMessage();
    if (Object.keys(new Iso({}, asciiFormats).getIsoJSON(theirs)).length < 14) {
      throw new Error('iso_8583 does not read what it wrote');
    }

    const tree = processTree();
    const measured = await interleaved(tree, {
      pack: () => {
        for (let index = 0; index < messages; index += 1) packFrame(envelope, fields, true).setMac(mac);
        return messages;
      },
      unpack: () => {
        let read = 0;
        for (let index = 0; index < messages; index += 1) read += readEveryField(Message.read(frame));
        if (read !== messages * 13) throw new Error(`${read} fields were read of ${messages * 13}`);
        return messages;
      },
      theirPack: () => {
        for (let index = 0; index < few; index += 1) new Iso(asciiFields, asciiFormats).getBufferMessage();
        return few;
      },
      theirUnpack: () => {
        for (let index = 0; index < few; index += 1) new Iso({}, asciiFormats).getIsoJSON(theirs);
        return few;
      },
    });
    return [
      result('pack', 'messages per CPU-second', measured.pack, { name: 'iso_8583 pack', measured: measured.theirPack }),
      result('unpack', 'messages per CPU-second', measured.unpack, {
        name: 'iso_8583 unpack',
        measured: measured.theirUnpack,
      }),
    ];
  },
};

const textFields = [2, 3, 4, 11, 22, 25, 41, 42, 49, 60] as const;
const bytesFields = [58, 62, 64] as const;

function readEveryField(message: Message): number {
  let present = 0;
  for (const field of textFields) if (message.text(field) !== undefined) present += 1;
  for (const field of bytesFields) if (message.bytes(field) !== undefined) present += 1;
  return present;
}
