import { createHash } from 'node:crypto';
import type { HsmClient } from '@citycard/hsm-sim';
import forge from 'node-forge';
import { derBytes } from './certificate.ts';
import { Oid } from './cms-structure.ts';
import { der, derSetOf, Tag } from './der.ts';
import { sha256Of } from './digest.ts';

/**
 * A detached CMS signature (DER, SHA-256, RSA PKCS#1 v1.5) by a key that stays in the HSM, with the signer's certificate
 * inside. `content` is the whole file. @throws HsmUnavailable, HsmRefused
 */
export async function signDetachedCms(
  hsm: Pick<HsmClient, 'sign'>,
  signed: { keyName: string; certificatePem: string; content: Buffer | AsyncIterable<Buffer>; at?: Date },
): Promise<Buffer> {
  const certificate = forge.pki.certificateFromPem(signed.certificatePem);
  const attributes = derSetOf([
    attribute(Oid.contentType, Oid.data),
    attribute(Oid.signingTime, utcTime(signed.at ?? new Date())),
    attribute(Oid.messageDigest, der(Tag.octetString, await sha256Of(signed.content))),
  ]);
  const digest = createHash('sha256').update(attributes).digest();
  const signature = await hsm.sign({ name: signed.keyName, digest });
  const signer = der(
    Tag.sequence,
    integer(1),
    der(
      Tag.sequence,
      derBytes(forge.pki.distinguishedNameToAsn1(certificate.issuer)),
      der(Tag.integer, Buffer.from(certificate.serialNumber, 'hex')),
    ),
    algorithm(Oid.sha256),
    // [0] IMPLICIT: the same octets under another identifier.
    Buffer.concat([Buffer.from([Tag.context0]), attributes.subarray(1)]),
    algorithm(Oid.rsaEncryption),
    der(Tag.octetString, signature),
  );
  const signedData = der(
    Tag.sequence,
    integer(1),
    derSetOf([algorithm(Oid.sha256)]),
    der(Tag.sequence, Oid.data),
    der(Tag.context0, derBytes(forge.pki.certificateToAsn1(certificate))),
    derSetOf([signer]),
  );
  return der(Tag.sequence, Oid.signedData, der(Tag.context0, signedData));
}

function attribute(type: Buffer, value: Buffer): Buffer {
  return der(Tag.sequence, type, der(Tag.set, value));
}

function algorithm(oid: Buffer): Buffer {
  return der(Tag.sequence, oid, der(Tag.null));
}

function integer(value: number): Buffer {
  return der(Tag.integer, Buffer.from([value]));
}

/** YYMMDDHHMMSSZ, as X.509 and CMS ask for until 2049. */
function utcTime(at: Date): Buffer {
  return der(Tag.utcTime, Buffer.from(`${at.toISOString().slice(2, 19).replaceAll(/[-T:]/g, '')}Z`, 'ascii'));
}
