import {
  blockSize,
  decryptEcb,
  encryptEcb,
  lastCbcBlock,
  padWithMarker,
  padWithZeros,
  retailMac,
  type CardAlgorithm,
} from './block-cipher.ts';

/** One level of key diversification (domain page A.6): E(K, f) ‖ E(K, ~f), or one SM4 block over f ‖ ~f. The factor has 8 bytes. */
export function deriveKey(algorithm: CardAlgorithm, key: Buffer, factor: Buffer): Buffer {
  if (factor.length !== 8) throw new RangeError(`a derivation factor has 8 bytes, not ${factor.length}`);
  const inverted = Buffer.from(factor.map((byte) => byte ^ 0xff));
  return encryptEcb(algorithm, key, Buffer.concat([factor, inverted]));
}

/** Derives through several levels, the factor nearest the root first (city, then card). */
export function deriveThrough(algorithm: CardAlgorithm, root: Buffer, factors: readonly Buffer[]): Buffer {
  return factors.reduce((key, factor) => deriveKey(algorithm, key, factor), root);
}

/** The factor of the city level: inter-city code BCD 2 ‖ FF ‖ five zero bytes. */
export function cityFactor(cityCode: string): Buffer {
  return Buffer.concat([Buffer.from(cityCode, 'hex'), Buffer.from('FF0000000000', 'hex')]);
}

/** The factor of the card level: the last 16 digits of the card number (or of the application serial). */
export function cardFactor(cardNo: string): Buffer {
  return Buffer.from(cardNo.slice(-16), 'hex');
}

/** Session key of a load: under DLK over card random ‖ online counter ‖ 80 00. */
export function loadSessionKey(algorithm: CardAlgorithm, dlk: Buffer, random: Buffer, onlineCounter: Buffer): Buffer {
  return sessionKey(algorithm, dlk, Buffer.concat([random, onlineCounter, Buffer.from('8000', 'hex')]));
}

/** Session key of a purchase: under DPK over card random ‖ offline counter ‖ low two bytes of the terminal transaction number. */
export function purchaseSessionKey(
  algorithm: CardAlgorithm,
  dpk: Buffer,
  random: Buffer,
  offlineCounter: Buffer,
  terminalTransaction: Buffer,
): Buffer {
  return sessionKey(algorithm, dpk, Buffer.concat([random, offlineCounter, terminalTransaction.subarray(2, 4)]));
}

function sessionKey(algorithm: CardAlgorithm, key: Buffer, input: Buffer): Buffer {
  return encryptEcb(algorithm, key, algorithm === '3des' ? input : padWithMarker(input, 16));
}

/** MAC1 and MAC2 of purse commands: CBC-MAC under the session key, zero IV, marker padding, left 4 bytes. */
export function transactionMac(algorithm: CardAlgorithm, session: Buffer, ...parts: readonly Buffer[]): Buffer {
  const size = blockSize(algorithm);
  const data = padWithMarker(Buffer.concat(parts), size);
  return lastCbcBlock(algorithm, session, Buffer.alloc(size), data).subarray(0, 4);
}

/** The key that makes TACs and PIN reload MACs: with 3DES the XOR of the halves, with SM4 the whole key. */
export function foldedKey(algorithm: CardAlgorithm, key: Buffer): Buffer {
  if (algorithm === 'sm4') return key;
  return Buffer.from(key.subarray(0, 8).map((byte, index) => byte ^ (key[index + 8] ?? 0)));
}

/** Transaction authentication code over the given parts (domain page A.4 names them per transaction). */
export function transactionAuthenticationCode(
  algorithm: CardAlgorithm,
  dtk: Buffer,
  ...parts: readonly Buffer[]
): Buffer {
  return transactionMac(algorithm, foldedKey(algorithm, dtk), ...parts);
}

/** MAC of a command with secure messaging (A.5); `command` runs from CLA to the last data byte before the MAC. */
export function commandMac(algorithm: CardAlgorithm, key: Buffer, challenge: Buffer, command: Buffer): Buffer {
  const size = blockSize(algorithm);
  const iv = padWithZeros(challenge, size);
  const data = padWithMarker(command, size);
  const mac = algorithm === '3des' ? retailMac(key, iv, data) : lastCbcBlock(algorithm, key, iv, data);
  return mac.subarray(0, 4);
}

/** Enciphered data of a command (A.5): length 1 ‖ data, filled with 80 00 … only when not aligned, ECB. */
export function commandCryptogram(algorithm: CardAlgorithm, key: Buffer, data: Buffer): Buffer {
  const size = blockSize(algorithm);
  const content = Buffer.concat([Buffer.from([data.length]), data]);
  return encryptEcb(algorithm, key, content.length % size === 0 ? content : padWithMarker(content, size));
}

/** What {@link commandCryptogram} enciphered; undefined when these bytes cannot have come from it. */
export function openCommandCryptogram(algorithm: CardAlgorithm, key: Buffer, cryptogram: Buffer): Buffer | undefined {
  const size = blockSize(algorithm);
  if (cryptogram.length === 0 || cryptogram.length % size !== 0) return undefined;
  const content = decryptEcb(algorithm, key, cryptogram);
  const end = 1 + content.readUInt8(0);
  const data = content.subarray(1, end);
  if (end > content.length || content.length - end >= size) return undefined;
  const filling = end % size === 0 ? Buffer.alloc(0) : padWithMarker(content.subarray(0, end), size).subarray(end);
  return filling.equals(content.subarray(end)) ? data : undefined;
}

/** MAC of RELOAD PIN (A.1): over the PIN under the folded DRPK, with SM4 under the whole of it. */
export function pinReloadMac(algorithm: CardAlgorithm, drpk: Buffer, pin: Buffer): Buffer {
  return transactionMac(algorithm, foldedKey(algorithm, drpk), pin);
}

/** The 8 bytes that answer a challenge in EXTERNAL AUTHENTICATE; a short challenge is filled with zeros. */
export function authenticationCryptogram(algorithm: CardAlgorithm, key: Buffer, challenge: Buffer): Buffer {
  return encryptEcb(algorithm, key, padWithZeros(challenge, blockSize(algorithm))).subarray(0, 8);
}
