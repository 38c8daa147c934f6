import { generateKeyPairSync } from 'node:crypto';
import forge from 'node-forge';

/** Who signs: certificate of the city CA with the participant as CN, and its private key, both PEM. */
export interface Signer {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  /** Certificates between the signer and the CA, PEM. */
  readonly chainPem?: readonly string[];
}

/** Detached CMS signature (DER, SHA-256) over whole bytes: the content of a `.p7s`. */
export function signDetached(bytes: Buffer, signer: Signer, signedAt = new Date()): Buffer {
  const signed = forge.pkcs7.createSignedData();
  signed.content = forge.util.createBuffer(bytes.toString('binary'));
  const certificate = forge.pki.certificateFromPem(signer.certificatePem);
  signed.addCertificate(certificate);
  for (const pem of signer.chainPem ?? []) signed.addCertificate(forge.pki.certificateFromPem(pem));
  const sha256 = forge.pki.oids['sha256'];
  const { contentType, data, messageDigest, signingTime } = forge.pki.oids;
  if (!sha256 || !contentType || !data || !messageDigest || !signingTime)
    throw new RangeError('object ids are missing');
  signed.addSigner({
    key: forge.pki.privateKeyFromPem(signer.privateKeyPem),
    certificate,
    digestAlgorithm: sha256,
    authenticatedAttributes: [
      { type: contentType, value: data },
      { type: messageDigest },
      // The library takes a Date here, its types say string.
      { type: signingTime, value: signedAt as unknown as string },
    ],
  });
  signed.sign({ detached: true });
  return Buffer.from(forge.asn1.toDer(signed.toAsn1()).getBytes(), 'binary');
}

/** A fresh RSA key and a certificate request for it, both PEM: what a participant sends to the city CA. */
export function createCertificateRequest(commonName: string): { privateKeyPem: string; requestPem: string } {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const request = forge.pki.createCertificationRequest();
  request.publicKey = forge.pki.publicKeyFromPem(publicKey);
  request.setSubject([{ name: 'commonName', value: commonName }]);
  request.sign(forge.pki.privateKeyFromPem(privateKey), forge.md.sha256.create());
  return { privateKeyPem: privateKey, requestPem: forge.pki.certificationRequestToPem(request) };
}
