import { createHash, createVerify, X509Certificate } from 'node:crypto';
import forge from 'node-forge';
import { MalformedBytes } from '../errors.ts';

/** The parts of a signature as node-forge keeps them after reading, which its types leave out. */
interface ReadSignature {
  readonly certificates: readonly forge.pki.Certificate[];
  readonly rawCapture: { readonly authenticatedAttributes?: readonly forge.asn1.Asn1[]; readonly signature?: string };
}

/**
 * Checks a detached CMS signature (DER, SHA-256) over a whole file: signed by a certificate of the CA whose CN is `signer`.
 * Throws MalformedBytes saying what does not hold.
 */
export function verifyDetached(content: Buffer, signature: Buffer, signer: string, caPem: string): void {
  const read = readSignature(signature);
  const [certificate] = read.certificates;
  if (certificate === undefined) throw new MalformedBytes('the signature carries no certificate');
  const own = new X509Certificate(forge.pki.certificateToPem(certificate));
  if (!own.verify(new X509Certificate(caPem).publicKey))
    throw new MalformedBytes('the certificate is not of the city CA');
  const names = own.subject.split('\n');
  if (!names.includes(`CN=${signer}`)) throw new MalformedBytes(`signed by ${names.join(', ')}, expected CN=${signer}`);

  const { authenticatedAttributes: attributes, signature: value } = read.rawCapture;
  if (attributes === undefined || value === undefined)
    throw new MalformedBytes('the signature has no signed attributes');
  const digest = createHash('sha256').update(content).digest('binary');
  if (digestAttribute(attributes) !== digest) throw new MalformedBytes('the signature is not over this file');
  // What is signed is the attributes as a SET, though they travel under an implicit tag.
  const set = forge.asn1.create(forge.asn1.Class.UNIVERSAL, forge.asn1.Type.SET, true, [...attributes]);
  const signed = Buffer.from(forge.asn1.toDer(set).getBytes(), 'binary');
  const right = createVerify('sha256').update(signed).verify(own.publicKey, Buffer.from(value, 'binary'));
  if (!right) throw new MalformedBytes('the signature is wrong');
}

function readSignature(signature: Buffer): ReadSignature {
  try {
    const der = forge.asn1.fromDer(signature.toString('binary'));
    return forge.pkcs7.messageFromAsn1(der) as unknown as ReadSignature;
  } catch (error) {
    throw new MalformedBytes(`the signature cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** SEQUENCE { type OID, SET { OCTET STRING } } */
function digestAttribute(attributes: readonly forge.asn1.Asn1[]): string | undefined {
  for (const attribute of attributes) {
    const [type, values] = attribute.value as forge.asn1.Asn1[];
    if (typeof type?.value !== 'string' || forge.asn1.derToOid(type.value) !== forge.pki.oids['messageDigest'])
      continue;
    const [octets] = (values?.value ?? []) as forge.asn1.Asn1[];
    return typeof octets?.value === 'string' ? octets.value : undefined;
  }
  return undefined;
}
