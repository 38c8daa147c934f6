/**
 * GB 18030 both ways. Node reads it but does not write it; the writing half is made from the reading half, so the two
 * cannot disagree.
 */
const decoder = new TextDecoder('gb18030', { fatal: true });

/** The text of the bytes; undefined when they are not GB 18030. */
export function decodeGb18030(bytes: Buffer): string | undefined {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return undefined;
  }
  // The decoder is lenient with single bytes that are no code (80); a text that is written otherwise than it came is none.
  return isAscii(text) || encodeGb18030(text)?.equals(bytes) === true ? text : undefined;
}

/** The bytes of the text; undefined when it holds half a surrogate pair. */
export function encodeGb18030(text: string): Buffer | undefined {
  if (isAscii(text)) return Buffer.from(text, 'latin1');
  const codes = (codeOf ??= readWholeTable());
  const bytes: number[] = [];
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    if (point >= 0xd800 && point <= 0xdfff) return undefined;
    const code = point > 0xffff ? fourBytes(SUPPLEMENTARY_START + point - 0x10000) : (codes[point] ?? 0);
    if (point < 0x80) bytes.push(point);
    else if (code < 0x10000) bytes.push(code >>> 8, code & 0xff);
    else bytes.push(code >>> 24, (code >>> 16) & 0xff, (code >>> 8) & 0xff, code & 0xff);
  }
  return Buffer.from(bytes);
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0x7f) return false;
  return true;
}

/** Number of the four-byte code 90 30 81 30, where U+10000 begins. */
const SUPPLEMENTARY_START = 189_000;
/** Four-byte codes of the basic plane end at 84 31 A4 39. */
const BASIC_END = 39_420;

/** U+FFFD is also what the decoder gives for bytes that are no code, so its own code is written down. */
const REPLACEMENT = 0xfffd;
const REPLACEMENT_CODE = 0x8431a437;

/** Code of every character of the basic plane, two or four bytes as one number. */
let codeOf: Uint32Array | undefined;

/** Reads all codes in one call of the decoder, a line each: milliseconds instead of a second. */
function readWholeTable(): Uint32Array {
  const all: number[] = [];
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    for (let trail = 0x40; trail <= 0xfe; trail++) if (trail !== 0x7f) all.push((lead << 8) | trail);
  }
  for (let number = 0; number < BASIC_END; number++) all.push(fourBytes(number));
  const bytes = Buffer.alloc(5 * all.length);
  let end = 0;
  for (const code of all) {
    end = code < 0x10000 ? bytes.writeUInt16BE(code, end) : bytes.writeUInt32BE(code, end);
    end = bytes.writeUInt8(0x0a, end);
  }
  const lines = new TextDecoder('gb18030').decode(bytes.subarray(0, end)).split('\n');
  const codes = new Uint32Array(0x10000);
  codes[REPLACEMENT] = REPLACEMENT_CODE;
  for (const [index, code] of all.entries()) {
    const point = lines[index]?.length === 1 ? lines[index].charCodeAt(0) : REPLACEMENT;
    if (codes[point] === 0) codes[point] = code;
  }
  return codes;
}

/** The four-byte code of that number; its bytes count 81–FE, 30–39, 81–FE, 30–39. */
function fourBytes(number: number): number {
  return (
    (0x81 + Math.trunc(number / 12_600)) * 0x1000000 +
    (0x30 + (Math.trunc(number / 1260) % 10)) * 0x10000 +
    (0x81 + (Math.trunc(number / 10) % 126)) * 0x100 +
    (0x30 + (number % 10))
  );
}
