/** The weak and semi-weak keys of DES (NIST SP 800-67), parity bits cleared. */
const WEAK_HALVES = new Set(
  [
    '0101010101010101',
    'fefefefefefefefe',
    'e0e0e0e0f1f1f1f1',
    '1f1f1f1f0e0e0e0e',
    '01fe01fe01fe01fe',
    'fe01fe01fe01fe01',
    '1fe01fe00ef10ef1',
    'e01fe01ff10ef10e',
    '01e001e001f101f1',
    'e001e001f101f101',
    '1ffe1ffe0efe0efe',
    'fe1ffe1ffe0efe0e',
    '011f011f010e010e',
    '1f011f010e010e01',
    'e0fee0fef1fef1fe',
    'fee0fee0fef1fef1',
  ].map((key) => withoutParity(Buffer.from(key, 'hex'))),
);

/**
 * Whether a 16-byte key must be refused. Equal halves turn two-key triple DES into single DES and make an all-zero TAC
 * key; halves that differ in parity bits only are equal to DES. SM4 keys are held to the same rule.
 */
export function isRefusedKey(key: Uint8Array): boolean {
  const left = withoutParity(key.subarray(0, 8));
  const right = withoutParity(key.subarray(8, 16));
  return left === right || WEAK_HALVES.has(left) || WEAK_HALVES.has(right);
}

/** Sets the lowest bit of every byte so that the byte has an odd number of ones, as made keys have in the field. */
export function withOddParity(key: Uint8Array): Buffer {
  return Buffer.from(
    key.map((byte) => {
      let ones = 0;
      for (let bit = 1; bit < 8; bit++) ones += (byte >>> bit) & 1;
      return (byte & 0xfe) | (ones % 2 === 0 ? 1 : 0);
    }),
  );
}

function withoutParity(half: Uint8Array): string {
  return Buffer.from(half.map((byte) => byte & 0xfe)).toString('hex');
}
