/**
 * Just enough DER to take a detached CMS signature apart and to put one together: bytes as they stand are kept, because
 * signatures are over bytes. Definite lengths only, shortest form only, bounded depth: whatever else arrives is no DER.
 */

export interface DerNode {
  /** The identifier octet; tags above 30 do not occur in what we read. */
  readonly tag: number;
  /** Identifier, length and content. */
  readonly bytes: Buffer;
  readonly content: Buffer;
}

export const Tag = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utcTime: 0x17,
  sequence: 0x30,
  set: 0x31,
  context0: 0xa0,
  context1: 0xa1,
  /** [0] IMPLICIT of a primitive: the subject key identifier in a SignerIdentifier. */
  context0Primitive: 0x80,
} as const;

/** No signature we accept has more members in one sequence or set. */
const MAX_MEMBERS = 64;

export class DerError extends Error {}

/** The single element that fills the buffer. @throws DerError */
export function readDer(buffer: Buffer): DerNode {
  const node = readNode(buffer, 0);
  if (node.bytes.length !== buffer.length) throw new DerError('something follows the end of the structure');
  return node;
}

/** The members of a constructed element, `most` at most. @throws DerError */
export function members(node: DerNode, tag: number, most = MAX_MEMBERS): DerNode[] {
  if (node.tag !== tag) throw new DerError(`tag ${hex(node.tag)} stands where ${hex(tag)} is expected`);
  const found: DerNode[] = [];
  for (let at = 0; at < node.content.length;) {
    if (found.length === most) throw new DerError(`a structure has more than ${most} members`);
    const member = readNode(node.content, at);
    found.push(member);
    at += member.bytes.length;
  }
  return found;
}

/** The content of a primitive element of the given tag. @throws DerError */
export function primitive(node: DerNode | undefined, tag: number): Buffer {
  if (node?.tag !== tag) throw new DerError(`an element with tag ${hex(tag)} is missing`);
  return node.content;
}

function readNode(buffer: Buffer, at: number): DerNode {
  const tag = buffer[at];
  const first = buffer[at + 1];
  if (tag === undefined || first === undefined) throw new DerError('it ends in the middle of an element');
  if ((tag & 0x1f) === 0x1f) throw new DerError('it has a tag of several bytes');
  const { length, size } = first < 0x80 ? { length: first, size: 1 } : longLength(buffer, at + 1, first & 0x7f);
  const start = at + 1 + size;
  if (start + length > buffer.length) throw new DerError('an element is longer than what was received');
  return { tag, bytes: buffer.subarray(at, start + length), content: buffer.subarray(start, start + length) };
}

function longLength(buffer: Buffer, at: number, count: number): { length: number; size: number } {
  // 80 is the indefinite length of BER; more than three bytes would be above 16 MiB.
  if (count === 0 || count > 3) throw new DerError('a length is indefinite or beyond what we take');
  if (at + count >= buffer.length) throw new DerError('it ends in the middle of a length');
  const length = buffer.readUIntBE(at + 1, count);
  if (length < 0x80 || (count > 1 && length < 2 ** (8 * (count - 1))))
    throw new DerError('a length is not in short form');
  return { length, size: 1 + count };
}

/** One element of the given tag around the parts. */
export function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), lengthOctets(content.length), content]);
}

/** A SET OF with its members in the ascending order that DER asks for. */
export function derSetOf(parts: readonly Buffer[]): Buffer {
  return der(Tag.set, ...[...parts].sort((a, b) => Buffer.compare(a, b)));
}

/** An object identifier from its dotted form. */
export function derOid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return der(Tag.oid, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(value: number): number[] {
  const digits = [value & 0x7f];
  for (let left = Math.floor(value / 128); left > 0; left = Math.floor(left / 128))
    digits.unshift((left & 0x7f) | 0x80);
  return digits;
}

function lengthOctets(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const size = length < 0x100 ? 1 : length < 0x10000 ? 2 : 3;
  const octets = Buffer.alloc(1 + size, 0x80 | size);
  octets.writeUIntBE(length, 1, size);
  return octets;
}

function hex(tag: number): string {
  return tag.toString(16).padStart(2, '0');
}
