export type MediaType = 'image/jpeg' | 'image/png';

export type Picture =
  | { readonly ok: true; readonly mediaType: MediaType; readonly width: number; readonly height: number }
  | { readonly ok: false; readonly reason: string };

const PNG_SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
/** Start of frame: baseline, extended, progressive and lossless, Huffman or arithmetic; C4, C8 and CC are no frames. */
const FRAME_MARKERS = new Set([0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf]);
/** A face smaller than this is not recognised, and a card's photo larger than this is a mistake. Pixels. */
const SMALLEST = 64;
const LARGEST = 4_000;

/** Reads kind and size of a picture from its bytes, whatever its name says. */
export function readPicture(bytes: Buffer): Picture {
  const read = bytes.subarray(0, 8).equals(PNG_SIGNATURE)
    ? readPng(bytes)
    : bytes[0] === 0xff && bytes[1] === 0xd8
      ? readJpeg(bytes)
      : undefined;
  if (read === undefined) return { ok: false, reason: 'it begins like neither' };
  if (!read.ok) return read;
  const fits = [read.width, read.height].every((pixels) => pixels >= SMALLEST && pixels <= LARGEST);
  return fits ? read : { ok: false, reason: `it has not ${SMALLEST} to ${LARGEST} pixels each way` };
}

/** PNG: chunks of length 4, type 4, data, CRC 4; IHDR comes first and IEND ends the file. */
function readPng(bytes: Buffer): Picture {
  if (bytes.length < 33 || bytes.toString('latin1', 12, 16) !== 'IHDR') return { ok: false, reason: 'it is cut off' };
  let hasData = false;
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (type === 'IDAT') hasData = true;
    if (type === 'IEND' && hasData)
      return { ok: true, mediaType: 'image/png', width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
    at += 12 + length;
  }
  return { ok: false, reason: 'it is cut off' };
}

/** JPEG: segments of marker 2, length 2; the frame header holds height 2 and width 2 behind one byte of precision. */
function readJpeg(bytes: Buffer): Picture {
  if (bytes.lastIndexOf(Buffer.from([0xff, 0xd9])) < 4) return { ok: false, reason: 'it is cut off' };
  for (let at = 2; at + 9 <= bytes.length;) {
    if (bytes[at] !== 0xff) break;
    const marker = bytes[at + 1] ?? 0;
    if (FRAME_MARKERS.has(marker))
      return {
        ok: true,
        mediaType: 'image/jpeg',
        height: bytes.readUInt16BE(at + 5),
        width: bytes.readUInt16BE(at + 7),
      };
    // Scan data without a frame before it.
    if (marker === 0xda) break;
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return { ok: false, reason: 'it has no frame header' };
}
