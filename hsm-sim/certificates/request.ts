import { sign } from 'node:crypto';
import type { OpenKeyPair } from '../keys/key-ring.ts';
import type { KeyUsage } from '../keys/key-usage.ts';
import { bitString, directoryText, element, identifier, octetString, sequence, setOf, trueValue } from './der.ts';

/** Attributes of a subject in the order names are written and travel in command S6, with their identifiers (X.520). */
export const SUBJECT_PARTS = [
  { name: 'country', identifier: '2.5.4.6' },
  { name: 'province', identifier: '2.5.4.8' },
  { name: 'locality', identifier: '2.5.4.7' },
  { name: 'organisation', identifier: '2.5.4.10' },
  { name: 'organisationalUnit', identifier: '2.5.4.11' },
  { name: 'commonName', identifier: '2.5.4.3' },
] as const;

export type SubjectPart = (typeof SUBJECT_PARTS)[number]['name'];

const SHA256_WITH_RSA = sequence(identifier('1.2.840.113549.1.1.11'), element(0x05));
const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';
const BASIC_CONSTRAINTS = '2.5.29.19';
const KEY_USAGE = '2.5.29.15';
const VERSION_0 = element(0x02, Buffer.from([0]));

/**
 * A certificate request (PKCS#10, RFC 2986), DER, signed with the key pair itself. It asks for what the usage of the key
 * allows: a CA key to sign certificates, the others to sign contents.
 */
export function certificateRequest(
  pair: OpenKeyPair,
  usage: KeyUsage,
  subject: ReadonlyMap<SubjectPart, string>,
): Buffer {
  const attribute = sequence(identifier(EXTENSION_REQUEST), setOf(sequence(...extensions(usage))));
  const info = sequence(VERSION_0, nameOf(subject), pair.spki, element(0xa0, attribute));
  return sequence(info, SHA256_WITH_RSA, bitString(sign('sha256', info, pair.privateKey)));
}

function nameOf(subject: ReadonlyMap<SubjectPart, string>): Buffer {
  const parts = SUBJECT_PARTS.flatMap((part) => {
    const text = subject.get(part.name);
    return text === undefined ? [] : [setOf(sequence(identifier(part.identifier), directoryText(text)))];
  });
  return sequence(...parts);
}

function extensions(usage: KeyUsage): Buffer[] {
  const isCa = usage === 'ca';
  // Bits from the left: digitalSignature 0, nonRepudiation 1, keyCertSign 5, cRLSign 6; the first byte counts unused bits.
  const keyUsage = element(0x03, Buffer.from(isCa ? [1, 0x06] : [6, 0xc0]));
  return [
    sequence(identifier(BASIC_CONSTRAINTS), trueValue, octetString(isCa ? sequence(trueValue) : sequence())),
    sequence(identifier(KEY_USAGE), trueValue, octetString(keyUsage)),
  ];
}
