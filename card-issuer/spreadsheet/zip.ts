import { inflateRawSync } from 'node:zlib';
import { spreadsheetErrors } from './errors.ts';

/** A workbook of 20 000 people unpacks to some 20 MB; a bomb unpacks to more than any machine has. */
const LARGEST_ENTRY_BYTES = 64 * 1024 * 1024;
const MOST_ENTRIES = 2_000;

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_HEADER_BYTES = 30;
/** The end record is 22 bytes and a comment of at most 64 KiB. */
const END_SEARCH_BYTES = 22 + 65_535;
const METHOD = { stored: 0, deflated: 8 } as const;

/** Opens the entries of a ZIP archive by name; each is unpacked when it is asked for. @throws card-issuer.spreadsheet.unreadable */
export function openZip(archive: Buffer): { read(name: string): Buffer | undefined } {
  const entries = readDirectory(archive);
  return {
    read: (name) => {
      const entry = entries.get(name);
      if (entry === undefined) return undefined;
      try {
        return unpack(archive, entry);
      } catch {
        throw spreadsheetErrors.unreadable(`its part ${name} is damaged or too large`);
      }
    },
  };
}

interface Entry {
  readonly method: number;
  readonly packedBytes: number;
  readonly localHeader: number;
}

function readDirectory(archive: Buffer): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  try {
    const end = findEnd(archive);
    const count = archive.readUInt16LE(end + 10);
    if (count > MOST_ENTRIES) throw new RangeError('too many entries');
    let at = archive.readUInt32LE(end + 16);
    for (let entry = 0; entry < count; entry += 1) {
      if (archive.readUInt32LE(at) !== DIRECTORY_ENTRY) throw new RangeError('no directory entry');
      const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((offset) => archive.readUInt16LE(at + offset));
      const name = archive.toString('utf8', at + 46, at + 46 + (nameBytes ?? 0));
      entries.set(name, {
        method: archive.readUInt16LE(at + 10),
        packedBytes: archive.readUInt32LE(at + 20),
        localHeader: archive.readUInt32LE(at + 42),
      });
      at += 46 + (nameBytes ?? 0) + (extraBytes ?? 0) + (commentBytes ?? 0);
    }
  } catch {
    throw spreadsheetErrors.unreadable('the archive is damaged');
  }
  return entries;
}

function findEnd(archive: Buffer): number {
  for (let at = archive.length - 22; at >= Math.max(0, archive.length - END_SEARCH_BYTES); at -= 1) {
    if (archive.readUInt32LE(at) === END_OF_DIRECTORY) return at;
  }
  throw new RangeError('no end of the directory');
}

function unpack(archive: Buffer, { method, packedBytes, localHeader }: Entry): Buffer {
  const begin =
    localHeader + LOCAL_HEADER_BYTES + archive.readUInt16LE(localHeader + 26) + archive.readUInt16LE(localHeader + 28);
  const packed = archive.subarray(begin, begin + packedBytes);
  if (packed.length !== packedBytes) throw new RangeError('cut off');
  if (method === METHOD.stored) return packed;
  if (method !== METHOD.deflated) throw new RangeError('unknown method');
  return inflateRawSync(packed, { maxOutputLength: LARGEST_ENTRY_BYTES });
}
