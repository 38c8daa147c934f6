/** One DER element: tag 1 ‖ length ‖ content. */
export function element(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const length: number[] = [];
  for (let rest = body.length; rest > 0; rest >>>= 8) length.unshift(rest & 0xff);
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length, ...length]), body]);
}

export const sequence = (...content: readonly Uint8Array[]): Buffer => element(0x30, ...content);
export const setOf = (...content: readonly Uint8Array[]): Buffer => element(0x31, ...content);
export const octetString = (...content: readonly Uint8Array[]): Buffer => element(0x04, ...content);
/** A bit string of whole bytes. */
export const bitString = (content: Uint8Array): Buffer => element(0x03, Buffer.from([0]), content);
export const trueValue = element(0x01, Buffer.from([0xff]));

/** An object identifier from its dotted form. */
export function identifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...others] = dotted.split('.').map(Number);
  const bytes: number[] = [];
  for (const arc of [40 * first + second, ...others]) {
    const groups = [arc & 0x7f];
    for (let rest = arc >>> 7; rest > 0; rest >>>= 7) groups.unshift(0x80 | (rest & 0x7f));
    bytes.push(...groups);
  }
  return element(0x06, Buffer.from(bytes));
}

/** PrintableString where its letters suffice, which every reader knows; else UTF8String. */
export function directoryText(text: string): Buffer {
  const printable = /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(text);
  return element(printable ? 0x13 : 0x0c, Buffer.from(text, 'utf8'));
}
