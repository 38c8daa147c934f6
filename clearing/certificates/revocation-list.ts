import { createHash, verify, X509Certificate } from 'node:crypto';
import type { HsmClient } from '@citycard/hsm-sim';
import forge from 'node-forge';
import { derBytes, keyIdOfPem } from './certificate.ts';
import { Oid } from './cms-structure.ts';
import { der, DerError, type DerNode, derOid, members, primitive, readDer, Tag } from './der.ts';

const AUTHORITY_KEY_ID = derOid('2.5.29.35');
const CRL_NUMBER = derOid('2.5.29.20');
/** Version 2 is written as 1 (RFC 5280 5.1.2.1). */
const VERSION_2 = der(Tag.integer, Buffer.of(1));
const SHA256_WITH_RSA = der(Tag.sequence, Oid.sha256WithRsa, der(Tag.null));
const GENERALIZED_TIME = 0x18;
/** Until the end of 2049 times are written with two digits of the year, from then on with four (RFC 5280 4.1.2.5). */
const LAST_SHORT_YEAR = 2049;
/** A city has fewer terminals than that; a list of so many entries is about 4 MB. */
const MOST_ENTRIES = 100_000;

export interface RevokedCertificate {
  /** Hexadecimal. */
  readonly serial: string;
  readonly revokedAt: Date;
}

export interface RevocationListContent {
  /** Counts up; RFC 5280 5.2.3. */
  readonly number: bigint;
  readonly issuedAt: Date;
  readonly nextUpdate: Date;
  readonly revoked: readonly RevokedCertificate[];
}

/** A certificate revocation list, DER, signed by the CA's key inside the HSM (RFC 5280 section 5; SHA-256 with RSA). */
export async function makeRevocationList(
  hsm: Pick<HsmClient, 'sign'>,
  ca: { readonly keyName: string; readonly pem: string },
  content: RevocationListContent,
): Promise<Buffer> {
  const issuer = forge.pki.certificateFromPem(ca.pem);
  const entries = content.revoked.map(({ serial, revokedAt }) =>
    der(Tag.sequence, positiveInteger(Buffer.from(serial, 'hex')), time(revokedAt)),
  );
  const toBeSigned = der(
    Tag.sequence,
    VERSION_2,
    SHA256_WITH_RSA,
    derBytes(forge.pki.distinguishedNameToAsn1(issuer.subject)),
    time(content.issuedAt),
    time(content.nextUpdate),
    // An empty list is left out, not written empty (RFC 5280 5.1.2.6).
    entries.length === 0 ? Buffer.alloc(0) : der(Tag.sequence, Buffer.concat(entries)),
    der(
      Tag.context0,
      der(
        Tag.sequence,
        extension(
          AUTHORITY_KEY_ID,
          der(Tag.sequence, der(Tag.context0Primitive, Buffer.from(keyIdOfPem(ca.pem), 'hex'))),
        ),
        extension(CRL_NUMBER, positiveInteger(bytesOf(content.number))),
      ),
    ),
  );
  const signature = await hsm.sign({ name: ca.keyName, digest: createHash('sha256').update(toBeSigned).digest() });
  const noUnusedBits = Buffer.of(0);
  return der(Tag.sequence, toBeSigned, SHA256_WITH_RSA, der(Tag.bitString, noUnusedBits, signature));
}

/**
 * Reads a list of ours back and checks the CA's signature over it.
 *
 * @throws DerError when it is no such list, or not signed by that CA
 */
export function readRevocationList(list: Buffer, caPem: string): RevocationListContent {
  const [toBeSigned, , signature] = members(readDer(list), Tag.sequence);
  if (toBeSigned === undefined) throw new DerError('the revocation list is empty');
  const bits = primitive(signature, Tag.bitString);
  if (!verify('sha256', toBeSigned.bytes, new X509Certificate(caPem).publicKey, bits.subarray(1)))
    throw new DerError('the revocation list is not signed by the city CA');
  const parts = members(toBeSigned, Tag.sequence);
  const [, , , issuedAt, nextUpdate, fifth] = parts;
  const entries = fifth?.tag === Tag.sequence ? members(fifth, Tag.sequence, MOST_ENTRIES) : [];
  return {
    number: numberOf(parts.at(-1)),
    issuedAt: readTime(issuedAt),
    nextUpdate: readTime(nextUpdate),
    revoked: entries.map((entry) => {
      const [serial, revokedAt] = members(entry, Tag.sequence);
      return {
        serial: primitive(serial, Tag.integer).toString('hex').replace(/^00/, ''),
        revokedAt: readTime(revokedAt),
      };
    }),
  };
}

function numberOf(extensions: DerNode | undefined): bigint {
  if (extensions === undefined) throw new DerError('the revocation list has no number');
  const [list] = members(extensions, Tag.context0);
  if (list === undefined) throw new DerError('the revocation list has no number');
  for (const one of members(list, Tag.sequence)) {
    const [oid, value] = members(one, Tag.sequence);
    if (oid?.bytes.equals(CRL_NUMBER) !== true) continue;
    const number = primitive(readDer(primitive(value, Tag.octetString)), Tag.integer);
    return BigInt(`0x${number.toString('hex')}`);
  }
  throw new DerError('the revocation list has no number');
}

function extension(oid: Buffer, value: Buffer): Buffer {
  return der(Tag.sequence, oid, der(Tag.octetString, value));
}

function bytesOf(number: bigint): Buffer {
  const digits = number.toString(16);
  return Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
}

/** A high first bit would make it negative. */
function positiveInteger(bytes: Buffer): Buffer {
  return der(Tag.integer, (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes);
}

function time(at: Date): Buffer {
  const digits = at.toISOString().slice(0, 19).replaceAll(/[-T:]/g, '');
  return at.getUTCFullYear() <= LAST_SHORT_YEAR
    ? der(Tag.utcTime, Buffer.from(`${digits.slice(2)}Z`, 'ascii'))
    : der(GENERALIZED_TIME, Buffer.from(`${digits}Z`, 'ascii'));
}

function readTime(node: DerNode | undefined): Date {
  const text = node?.content.toString('latin1') ?? '';
  const full = node?.tag === Tag.utcTime ? `20${text}` : text;
  const found = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(full);
  if (found === null) throw new DerError('a time in the revocation list cannot be read');
  const [, year, month, day, hour, minute, second] = found;
  return new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}
