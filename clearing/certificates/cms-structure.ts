import { der, DerError, type DerNode, derOid, derSetOf, members, primitive, readDer, Tag } from './der.ts';

/** Object identifiers as complete DER elements, so that they compare as bytes (RFC 5652, RFC 8017, RFC 5754). */
export const Oid = {
  signedData: derOid('1.2.840.113549.1.7.2'),
  data: derOid('1.2.840.113549.1.7.1'),
  contentType: derOid('1.2.840.113549.1.9.3'),
  messageDigest: derOid('1.2.840.113549.1.9.4'),
  signingTime: derOid('1.2.840.113549.1.9.5'),
  sha256: derOid('2.16.840.1.101.3.4.2.1'),
  rsaEncryption: derOid('1.2.840.113549.1.1.1'),
  sha256WithRsa: derOid('1.2.840.113549.1.1.11'),
} as const;

/** How a signature names its signer: issuer (a whole Name) and serial number, or the key's identifier. */
export type SignerName =
  | { readonly by: 'serial'; readonly issuer: Buffer; readonly serial: string }
  | { readonly by: 'key'; readonly keyId: string };

export interface DetachedSignature {
  readonly signer: SignerName;
  readonly messageDigest: Buffer;
  /** What the signature may be over: the attributes as sent and in DER's order (RFC 5652 5.4 asks for the latter). */
  readonly signedBytes: readonly Buffer[];
  readonly signature: Buffer;
}

/** A signature with one signer and its certificates is about 3 kB. */
const MAX_SIGNATURE_BYTES = 65_536;

/**
 * Reads a detached CMS signature: SignedData over id-data, no content inside, one signer, SHA-256 with RSA, signed
 * attributes present (RFC 5652). Certificates and revocation lists inside are passed over: who may sign is our register's
 * to say.
 *
 * @throws DerError with a sentence saying what is wrong
 */
export function readDetachedSignature(signatureDer: Buffer): DetachedSignature {
  if (signatureDer.length > MAX_SIGNATURE_BYTES) throw new DerError(`it is longer than ${MAX_SIGNATURE_BYTES} bytes`);
  const [contentType, content] = members(readDer(signatureDer), Tag.sequence);
  if (content === undefined || !contentType?.bytes.equals(Oid.signedData))
    throw new DerError('it is no CMS SignedData');
  const [signedData] = members(content, Tag.context0);
  if (signedData === undefined) throw new DerError('it is empty');
  const [version, digestAlgorithms, contentInfo, ...rest] = members(signedData, Tag.sequence);
  expectVersion(version);
  if (digestAlgorithms === undefined || contentInfo === undefined) throw new DerError('it is incomplete');
  members(digestAlgorithms, Tag.set).forEach((algorithm) => expectAlgorithm(algorithm, 'digest', Oid.sha256));
  const [innerType, innerContent] = members(contentInfo, Tag.sequence);
  if (!innerType?.bytes.equals(Oid.data)) throw new DerError('it signs something else than plain data');
  if (innerContent !== undefined) throw new DerError('it is not detached: the file is inside the signature');
  const signers = rest.at(-1);
  if (signers === undefined || rest.slice(0, -1).some(({ tag }) => tag !== Tag.context0 && tag !== Tag.context1)) {
    throw new DerError('it has no signer');
  }
  const [signer, second] = members(signers, Tag.set);
  if (signer === undefined || second !== undefined) throw new DerError('it does not have exactly one signer');
  return readSigner(signer);
}

function readSigner(signer: DerNode): DetachedSignature {
  const [version, name, digestAlgorithm, attributes, signatureAlgorithm, signature] = members(signer, Tag.sequence);
  expectVersion(version);
  if (name === undefined || attributes === undefined) throw new DerError('the signer is incomplete');
  expectAlgorithm(digestAlgorithm, 'digest', Oid.sha256);
  if (attributes.tag !== Tag.context0) throw new DerError('the signed attributes are missing');
  expectAlgorithm(signatureAlgorithm, 'signature', Oid.rsaEncryption, Oid.sha256WithRsa);
  const list = members(attributes, Tag.context0);
  if (!attribute(list, Oid.contentType, 'content type').bytes.equals(Oid.data)) {
    throw new DerError('the signed content type is not plain data');
  }
  return {
    signer: readName(name),
    messageDigest: primitive(attribute(list, Oid.messageDigest, 'message digest'), Tag.octetString),
    signedBytes: [der(Tag.set, attributes.content), derSetOf(list.map(({ bytes }) => bytes))],
    signature: primitive(signature, Tag.octetString),
  };
}

function readName(name: DerNode): SignerName {
  if (name.tag === Tag.context0Primitive) return { by: 'key', keyId: name.content.toString('hex') };
  const [issuer, serial] = members(name, Tag.sequence);
  if (issuer === undefined) throw new DerError('the signer is not named');
  return { by: 'serial', issuer: issuer.bytes, serial: primitive(serial, Tag.integer).toString('hex') };
}

/** The only value of the attribute of that type, which must be there exactly once. */
function attribute(attributes: readonly DerNode[], type: Buffer, name: string): DerNode {
  const found = attributes
    .map((one) => members(one, Tag.sequence))
    .filter(([attributeType]) => attributeType?.bytes.equals(type));
  const values = found[0]?.[1];
  if (values === undefined || found.length !== 1) throw new DerError(`the ${name} is not signed exactly once`);
  const [value, second] = members(values, Tag.set);
  if (value === undefined || second !== undefined) throw new DerError(`the ${name} does not have one value`);
  return value;
}

/** 1 to 5 exist (RFC 5652 5.1); they differ in parts we pass over. */
function expectVersion(node: DerNode | undefined): void {
  const value = primitive(node, Tag.integer);
  const version = value.length === 1 ? (value[0] ?? 0) : 0;
  if (version < 1 || version > 5) throw new DerError('its version is unknown');
}

function expectAlgorithm(node: DerNode | undefined, role: string, ...allowed: readonly Buffer[]): void {
  if (node === undefined) throw new DerError(`the ${role} algorithm is missing`);
  const [oid, parameters] = members(node, Tag.sequence);
  if (!allowed.some((one) => oid?.bytes.equals(one)))
    throw new DerError(`the ${role} algorithm is not SHA-256 with RSA`);
  if (parameters !== undefined && parameters.tag !== Tag.null)
    throw new DerError(`the ${role} algorithm has parameters`);
}
