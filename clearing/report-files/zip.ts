import { crc32, deflateRawSync } from 'node:zlib';

interface Entry {
  readonly name: string;
  readonly crc: number;
  readonly compressed: number;
  readonly size: number;
  readonly offset: number;
}

/** 1980-01-01 00:00, the oldest time a ZIP entry can carry: a clock in a file would make it another file every time. */
const NO_TIME = 0;
const NO_DATE = 0x21;
const DEFLATE = 8;
const UTF8_NAMES = 0x0800;
const VERSION = 20;
/** Beyond this the sizes of a ZIP without the 64-bit extension do not reach. */
const MOST_BYTES = 0xffff_ffff;

/** A ZIP of whole files in the order given (APPNOTE 6.3, without the 64-bit extension); the same files give the same bytes. */
export function zip(files: Iterable<{ readonly name: string; readonly content: Buffer | readonly Buffer[] }>): Buffer {
  const parts: Buffer[] = [];
  const entries: Entry[] = [];
  let offset = 0;
  const put = (bytes: Buffer) => {
    parts.push(bytes);
    offset += bytes.length;
  };
  for (const { name, content } of files) {
    const whole = Buffer.isBuffer(content) ? content : Buffer.concat(content);
    const compressed = deflateRawSync(whole, { level: 6 });
    const entry = { name, crc: crc32(whole), compressed: compressed.length, size: whole.length, offset };
    entries.push(entry);
    put(localHeader(entry));
    put(compressed);
  }
  const directory = offset;
  for (const entry of entries) put(centralHeader(entry));
  if (offset > MOST_BYTES || entries.length > 0xffff) throw new RangeError('these files do not fit one ZIP');
  put(endOfDirectory(entries.length, offset - directory, directory));
  return Buffer.concat(parts);
}

function common({ name, crc, compressed, size }: Entry): Buffer {
  const bytes = Buffer.alloc(26);
  bytes.writeUInt16LE(VERSION, 0);
  bytes.writeUInt16LE(UTF8_NAMES, 2);
  bytes.writeUInt16LE(DEFLATE, 4);
  bytes.writeUInt16LE(NO_TIME, 6);
  bytes.writeUInt16LE(NO_DATE, 8);
  bytes.writeUInt32LE(crc, 10);
  bytes.writeUInt32LE(compressed, 14);
  bytes.writeUInt32LE(size, 18);
  bytes.writeUInt16LE(Buffer.byteLength(name), 22);
  return bytes;
}

function localHeader(entry: Entry): Buffer {
  return Buffer.concat([Buffer.from([0x50, 0x4b, 3, 4]), common(entry), Buffer.from(entry.name)]);
}

function centralHeader(entry: Entry): Buffer {
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE(entry.offset, 10);
  const signature = Buffer.from([0x50, 0x4b, 1, 2, VERSION, 0]);
  return Buffer.concat([signature, common(entry), rest, Buffer.from(entry.name)]);
}

function endOfDirectory(count: number, size: number, offset: number): Buffer {
  const bytes = Buffer.alloc(22);
  bytes.writeUInt32LE(0x0605_4b50, 0);
  bytes.writeUInt16LE(count, 8);
  bytes.writeUInt16LE(count, 10);
  bytes.writeUInt32LE(size, 12);
  bytes.writeUInt32LE(offset, 16);
  return bytes;
}
