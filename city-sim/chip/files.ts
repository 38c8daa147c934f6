import { SW } from './status-words.ts';
import type { NonVolatileMemory } from './memory.ts';

/** The file kinds of CREATE FILE (docs/reference/card-personalisation.md). */
type FileKind = 'binary' | 'fixed-records' | 'cyclic-records' | 'purse';

/** What CREATE FILE fixed about a file. */
export interface FileHeader {
  readonly kind: FileKind;
  /** What updates need once the chip is personalised: nothing, a MAC, or encipherment and a MAC. */
  readonly update: 'plain' | 'mac' | 'enciphered';
  /** Bytes of a binary file, or of one record. */
  readonly size: number;
  /** Number of records, 0 for a binary file. */
  readonly records: number;
  readonly readAccess: number;
  readonly writeAccess: number;
}

/** Root directory, where every reset leads. */
export const MASTER_FILE = '3F00';

/** The seven bytes of CREATE FILE for an elementary file; undefined when they have no meaning. */
export function parseFileHeader(bytes: Buffer): FileHeader | undefined {
  if (bytes.length !== 7) return undefined;
  const [type = 0, first = 0, second = 0, readAccess = 0, writeAccess = 0] = bytes;
  const access = { readAccess, writeAccess };
  // The highest bit asks for a MAC on the line (line protection), the next one for encipherment as well.
  const update = type & 0x40 ? 'enciphered' : type & 0x80 ? 'mac' : 'plain';
  if (type === 0x2f) return { kind: 'purse', update: 'plain', size: 0, records: 0, ...access };
  switch (type & 0x3f) {
    case 0x28:
      return { kind: 'binary', update, size: (first << 8) | second, records: 0, ...access };
    case 0x2a:
      return { kind: 'fixed-records', update, size: second, records: first, ...access };
    case 0x2e:
      return { kind: 'cyclic-records', update, size: second, records: first, ...access };
    default:
      return undefined;
  }
}

/** FMCOS access byte XY: allowed while Y ≤ security state ≤ X. So F0 is free, F1 after authentication, EF never. */
export function accessAllowed(access: number, securityState: number): boolean {
  return (access & 0x0f) <= securityState && securityState <= access >> 4;
}

/** The files of a chip, kept in its cells. Reading answers bytes or a status word; writing answers the cells to commit. */
export class FileStore {
  readonly #memory: NonVolatileMemory;

  constructor(memory: NonVolatileMemory) {
    this.#memory = memory;
  }

  /** Header of a file in a directory. */
  header(directory: string, fileId: string): FileHeader | undefined {
    const bytes = this.#memory.read(`${directory}/${fileId}`);
    return bytes && parseFileHeader(bytes);
  }

  /** Whole content of a binary file, zeros where never written. */
  content(directory: string, fileId: string): Buffer | undefined {
    const header = this.header(directory, fileId);
    if (header?.kind !== 'binary') return undefined;
    return this.#memory.read(`${directory}/${fileId}/data`) ?? Buffer.alloc(header.size);
  }

  /** New content of a binary file after writing `data` at `offset`, or the status word that refuses it. */
  writeContent(directory: string, fileId: string, offset: number, data: Buffer): Map<string, Buffer> | number {
    const content = this.content(directory, fileId);
    if (!content) return SW.fileTypeMismatch;
    if (offset + data.length > content.length) return SW.offsetOutside;
    const changed = Buffer.from(content);
    data.copy(changed, offset);
    return new Map([[`${directory}/${fileId}/data`, changed]]);
  }

  /** Record `number` counted from 1; of a cyclic file 1 is the newest. */
  record(directory: string, fileId: string, number: number): Buffer | number {
    const header = this.header(directory, fileId);
    if (!header || header.records === 0) return SW.fileTypeMismatch;
    if (number < 1 || number > header.records) return SW.recordNotFound;
    const cells = `${directory}/${fileId}`;
    if (header.kind === 'fixed-records') return this.#memory.read(`${cells}/r${number}`) ?? Buffer.alloc(header.size);
    const { next, used } = this.#ring(cells);
    if (number > used) return SW.recordNotFound;
    const slot = (next - number + header.records) % header.records;
    return this.#memory.read(`${cells}/r${slot}`) ?? Buffer.alloc(header.size);
  }

  /**
   * Cells that put `data` into record `number` of a file with fixed records, or append it to a cyclic one (`number` 0).
   * Data shorter than the record leaves the rest of a fixed record as it was and fills a cyclic one with zeros.
   */
  writeRecord(directory: string, fileId: string, number: number, data: Buffer): Map<string, Buffer> | number {
    const header = this.header(directory, fileId);
    if (!header || header.records === 0) return SW.fileTypeMismatch;
    if (data.length > header.size) return SW.wrongLength;
    const cells = `${directory}/${fileId}`;
    if (header.kind === 'cyclic-records') {
      if (number !== 0) return SW.badParameters;
      const { next, used } = this.#ring(cells);
      const record = Buffer.alloc(header.size);
      data.copy(record);
      const ring = Buffer.from([(next + 1) % header.records, Math.min(used + 1, header.records)]);
      return new Map([
        [`${cells}/r${next}`, record],
        [`${cells}/ring`, ring],
      ]);
    }
    const before = this.record(directory, fileId, number);
    if (typeof before === 'number') return before;
    const record = Buffer.from(before);
    data.copy(record);
    return new Map([[`${cells}/r${number}`, record]]);
  }

  #ring(cells: string): { next: number; used: number } {
    const bytes = this.#memory.read(`${cells}/ring`);
    return { next: bytes?.[0] ?? 0, used: bytes?.[1] ?? 0 };
  }
}

/** File id of a short file identifier. */
export function shortFileId(sfi: number): string {
  return sfi.toString(16).toUpperCase().padStart(4, '0');
}
