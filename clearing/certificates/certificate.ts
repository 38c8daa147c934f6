import { createHash, randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import type { HsmClient } from '@citycard/hsm-sim';
import forge from 'node-forge';

/** What a certificate is for: the CA itself, keys of our own HSM, or the keys of those we admit. */
export type CertificateKind =
  'ca' | 'own' | 'operator' | 'city' | 'bank' | 'partner' | 'server' | 'terminal' | 'person';

export interface CertificateContent {
  readonly kind: CertificateKind;
  readonly cn: string;
  /** SubjectPublicKeyInfo of the holder, DER. */
  readonly publicKeySpki: Buffer;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Absent for the self-signed certificate of the CA. */
  readonly issuer?: forge.pki.Certificate;
}

export interface MadeCertificate {
  /** 32 hexadecimal digits, lower case. */
  readonly serial: string;
  /** SHA-1 of the public key, hexadecimal. */
  readonly keyId: string;
  readonly pem: string;
}

/** Organisation in every name the CA writes. ASCII: a Chinese name makes signatures that common libraries cannot read. */
const ORGANISATION = 'Resident Card City CA';
const SHA256_WITH_RSA = '1.2.840.113549.1.1.11';

/**
 * An X.509 v3 certificate signed by the CA's key inside the HSM: the structure is made here, its SHA-256 digest is all
 * the HSM sees (RFC 5280; RSASSA-PKCS1-v1_5).
 */
export async function makeCertificate(
  hsm: Pick<HsmClient, 'sign'>,
  caKeyName: string,
  content: CertificateContent,
): Promise<MadeCertificate> {
  const certificate = forge.pki.createCertificate();
  const publicKey = readPublicKey(content.publicKeySpki);
  certificate.publicKey = publicKey;
  certificate.serialNumber = randomSerial();
  certificate.validity.notBefore = content.notBefore;
  certificate.validity.notAfter = content.notAfter;
  const subject = nameOf(content);
  certificate.setSubject(subject);
  certificate.setIssuer(content.issuer?.subject.attributes ?? subject);
  certificate.setExtensions(extensionsFor(content, keyIdOf(content.issuer?.publicKey ?? publicKey)));
  certificate.signatureOid = SHA256_WITH_RSA;
  certificate.siginfo.algorithmOid = SHA256_WITH_RSA;

  const digest = createHash('sha256').update(toBeSigned(certificate)).digest();
  const signature = await hsm.sign({ name: caKeyName, digest });
  certificate.signature = signature.toString('binary');
  return {
    serial: certificate.serialNumber,
    keyId: Buffer.from(keyIdOf(publicKey), 'binary').toString('hex'),
    pem: forge.pki.certificateToPem(certificate).replaceAll('\r\n', '\n'),
  };
}

/** A public key that is no RSA key is refused by throwing. */
function readPublicKey(spki: Buffer): forge.pki.rsa.PublicKey {
  return forge.pki.publicKeyFromAsn1(forge.asn1.fromDer(spki.toString('binary')));
}

/** TBSCertificate: the first of the three parts of a certificate. */
function toBeSigned(certificate: forge.pki.Certificate): Buffer {
  certificate.signature = '';
  const [part] = forge.pki.certificateToAsn1(certificate).value;
  if (part === undefined || typeof part === 'string') throw new Error('node-forge made a certificate without content');
  return derBytes(part);
}

export function derBytes(structure: forge.asn1.Asn1): Buffer {
  return Buffer.from(forge.asn1.toDer(structure).getBytes(), 'binary');
}

/** 16 bytes that begin with 01…: positive, never a leading zero, so that the text form is always 32 digits. */
function randomSerial(): string {
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  return serial.toString('hex');
}

/** The organisational unit says what a certificate is for, so that none of them passes for another kind of the same name. */
function nameOf({ kind, cn }: CertificateContent): forge.pki.CertificateField[] {
  return [
    { name: 'countryName', value: 'CN' },
    { name: 'organizationName', value: ORGANISATION },
    ...(kind === 'ca' ? [] : [{ shortName: 'OU', value: kind }]),
    { name: 'commonName', value: cn },
  ];
}

/** SHA-1 of the public key of a certificate, hexadecimal. */
export function keyIdOfPem(pem: string): string {
  return Buffer.from(keyIdOf(forge.pki.certificateFromPem(pem).publicKey), 'binary').toString('hex');
}

function keyIdOf(key: forge.pki.PublicKey): string {
  return forge.pki.getPublicKeyFingerprint(key, { type: 'RSAPublicKey', md: forge.md.sha1.create() }).getBytes();
}

function extensionsFor({ kind, cn }: CertificateContent, authorityKeyId: string): Record<string, unknown>[] {
  const keyIds = [{ name: 'subjectKeyIdentifier' }, { name: 'authorityKeyIdentifier', keyIdentifier: authorityKeyId }];
  if (kind === 'ca') {
    return [
      { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
      ...keyIds,
    ];
  }
  const isMachine = kind === 'terminal' || kind === 'server';
  const constraints = [
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, nonRepudiation: !isMachine, critical: true },
  ];
  return [...constraints, ...purposesOf(kind, cn), ...keyIds];
}

/** General names of a subject alternative name (RFC 5280 4.2.1.6). */
const DNS_NAME = 2;
const IP_ADDRESS = 7;

/** Files are signed with certificates that name no purpose; those of machines are good for their end of a link only. */
function purposesOf(kind: CertificateKind, cn: string): Record<string, unknown>[] {
  if (kind === 'terminal') return [{ name: 'extKeyUsage', clientAuth: true }];
  if (kind !== 'server') return [];
  const name = isIP(cn) === 0 ? { type: DNS_NAME, value: cn } : { type: IP_ADDRESS, ip: cn };
  return [
    { name: 'extKeyUsage', serverAuth: true },
    { name: 'subjectAltName', altNames: [name] },
  ];
}
