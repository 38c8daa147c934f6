/** A frame as it is put together for sending: every part can be made wrong by itself. */
export interface RawFrame {
  readonly tpdu: Buffer;
  readonly header: Buffer;
  /** Four characters of hex; digits in a right one. */
  readonly mti: string;
  /** Field number → its bytes on the wire, length prefix included. Field 64 last, where there is one. */
  readonly fields: ReadonlyMap<number, Buffer>;
  /** Bits set in the bitmap without a field behind them. */
  readonly announcedOnly: readonly number[];
}

/** MTI ‖ bitmap ‖ fields */
export function bodyOf(raw: RawFrame): Buffer {
  const head = Buffer.alloc(10);
  head.write(raw.mti, 0, 'hex');
  const numbers = [...raw.fields.keys()].sort((a, b) => a - b);
  for (const field of [...numbers, ...raw.announcedOnly]) {
    const byte = 2 + ((field - 1) >> 3);
    head.writeUInt8(head.readUInt8(byte) | (0x80 >> ((field - 1) & 7)), byte);
  }
  return Buffer.concat([head, ...numbers.map((field) => raw.fields.get(field) ?? Buffer.alloc(0))]);
}

/** length 2 ‖ TPDU 5 ‖ header 6 ‖ body */
export function frameOf(raw: RawFrame, body: Buffer = bodyOf(raw)): Buffer {
  const frame = Buffer.concat([Buffer.alloc(2), raw.tpdu, raw.header, body]);
  frame.writeUInt16BE((frame.length - 2) & 0xffff);
  return frame;
}

/** Packed decimal, left aligned: a last odd nibble is 0. */
export function packed(digits: string): Buffer {
  return Buffer.from(digits.length % 2 === 0 ? digits : `${digits}0`, 'hex');
}

/** LL or LLL in packed decimal, then the content; `count` when it is not the number of bytes. */
export function prefixed(prefixBytes: 1 | 2, content: Buffer, count = content.length): Buffer {
  return Buffer.concat([
    Buffer.from(
      String(count)
        .padStart(prefixBytes * 2, '0')
        .slice(-prefixBytes * 2),
      'hex',
    ),
    content,
  ]);
}

/** Digits behind a prefix that counts digits. */
export function prefixedDigits(prefixBytes: 1 | 2, digits: string): Buffer {
  return prefixed(prefixBytes, packed(digits), digits.length);
}

/** Bytes behind LLL. */
export function lll(...content: readonly Buffer[]): Buffer {
  return prefixed(2, Buffer.concat(content));
}

export function ascii(text: string, places = text.length): Buffer {
  return Buffer.from(text.padEnd(places), 'latin1');
}

/** An unsigned integer, big-endian. */
export function unsigned(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  if (bytes === 8) buffer.writeBigUInt64BE(BigInt(value));
  else buffer.writeUIntBE(value, 0, bytes);
  return buffer;
}
