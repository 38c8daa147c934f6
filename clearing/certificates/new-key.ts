import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import forge from 'node-forge';

const KEY_BITS = 2048;

export interface NewKey {
  /** PKCS#8, PEM, in clear: whoever asks keeps it where only its holder reads. */
  readonly keyPem: string;
  /** PKCS#10 over the public half, signed with the private one, PEM. */
  readonly csrPem: string;
}

/** A key pair for the holder of a certificate, made on the holder's machine, and the request that goes to the city CA. */
export async function newKeyAndRequest(cn: string): Promise<NewKey> {
  const pair = await promisify(generateKeyPair)('rsa', { modulusLength: KEY_BITS });
  const keyPem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const privateKey = forge.pki.privateKeyFromPem(keyPem);
  const request = forge.pki.createCertificationRequest();
  request.publicKey = forge.pki.rsa.setPublicKey(privateKey.n, privateKey.e);
  request.setSubject([{ name: 'commonName', value: cn }]);
  request.sign(privateKey, forge.md.sha256.create());
  return { keyPem, csrPem: forge.pki.certificationRequestToPem(request).replaceAll('\r\n', '\n') };
}
