/** Just enough DER for a PKCS#10 request (RFC 2986) over a key that never leaves the browser. */
const SEQUENCE = 0x30;
const SET = 0x31;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const UTF8_STRING = 0x0c;
/** [0] IMPLICIT, constructed: attributes, of which there are none. */
const ATTRIBUTES = 0xa0;
/** 2.5.4.3 */
const COMMON_NAME = Uint8Array.of(0x06, 0x03, 0x55, 0x04, 0x03);
/** 1.2.840.113549.1.1.11 with NULL parameters */
const SHA256_WITH_RSA = Uint8Array.of(
  0x30,
  0x0d,
  0x06,
  0x09,
  0x2a,
  0x86,
  0x48,
  0x86,
  0xf7,
  0x0d,
  0x01,
  0x01,
  0x0b,
  0x05,
  0x00,
);

export const SIGNATURE = 'RSASSA-PKCS1-v1_5';

/** A key pair whose private half can be used here and taken nowhere. */
export function newKeyPair(): Promise<CryptoKeyPair> {
  const exponent = Uint8Array.of(0x01, 0x00, 0x01);
  return crypto.subtle.generateKey(
    { name: SIGNATURE, modulusLength: 2048, publicExponent: exponent, hash: 'SHA-256' },
    false,
    ['sign', 'verify'],
  );
}

/** The request for a certificate of this key in somebody's name, PEM. */
export async function certificateRequest({ publicKey, privateKey }: CryptoKeyPair, name: string): Promise<string> {
  const spki = new Uint8Array(await crypto.subtle.exportKey('spki', publicKey));
  const attribute = der(SEQUENCE, COMMON_NAME, der(UTF8_STRING, new TextEncoder().encode(name)));
  const subject = der(SEQUENCE, der(SET, attribute));
  const info = der(SEQUENCE, der(INTEGER, Uint8Array.of(0)), subject, spki, der(ATTRIBUTES));
  const signature = new Uint8Array(await crypto.subtle.sign(SIGNATURE, privateKey, info));
  const request = der(SEQUENCE, info, SHA256_WITH_RSA, der(BIT_STRING, Uint8Array.of(0), signature));
  const lines = base64(request).match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE REQUEST-----', ...lines, '-----END CERTIFICATE REQUEST-----', ''].join('\n');
}

export function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Uint8Array.from([tag, ...size, ...parts.flatMap((part) => [...part])]);
}
