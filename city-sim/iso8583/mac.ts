import { encryptEcb, padWithZeros, retailMac } from '../cryptography/block-cipher.ts';

/** How field 64 is made; provisioned per terminal. */
export type MacAlgorithm = 'ecb' | 'x9.19';

/** Field 64 over MTI … last byte before field 64. The MAK has 16 bytes, or 8 for single DES. */
export function messageMac(algorithm: MacAlgorithm, mak: Buffer, body: Buffer): Buffer {
  return algorithm === 'ecb' ? ecbMac(mak, body) : x919Mac(mak, body);
}

/** The bank-card ECB-MAC of domain page C.7: 8 ASCII characters. */
function ecbMac(mak: Buffer, body: Buffer): Buffer {
  const data = padWithZeros(body, 8);
  const folded = Buffer.alloc(8);
  for (let at = 0; at < data.length; at += 1) folded[at & 7] = (folded[at & 7] ?? 0) ^ (data[at] ?? 0);
  const characters = Buffer.from(folded.toString('hex').toUpperCase(), 'ascii');
  const first = encryptEcb('3des', mak, characters.subarray(0, 8));
  const mixed = Buffer.from(first.map((byte, index) => byte ^ (characters[index + 8] ?? 0)));
  const second = encryptEcb('3des', mak, mixed);
  return Buffer.from(second.toString('hex').toUpperCase().slice(0, 8), 'ascii');
}

/** X9.19 with zero padding: 8 binary bytes. */
function x919Mac(mak: Buffer, body: Buffer): Buffer {
  const key = mak.length === 8 ? Buffer.concat([mak, mak]) : mak;
  return retailMac(key, Buffer.alloc(8), padWithZeros(body, 8));
}
