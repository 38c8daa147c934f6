import { isIP } from 'node:net';
import forge from 'node-forge';

export interface TestIdentity {
  readonly name: string;
  readonly key: string;
  readonly cert: string;
}

/** One pair serves every generated certificate of a test: making them is what takes time. */
const pair = forge.pki.rsa.generateKeyPair(2048);

/** A generated certificate, of an authority that signs itself when no other is named. */
export function identityOfTest(name: string, authority?: TestIdentity): TestIdentity {
  const one = forge.pki.createCertificate();
  one.publicKey = pair.publicKey;
  one.serialNumber = Buffer.from(name).toString('hex');
  one.validity.notBefore = new Date(Date.now() - 3_600_000);
  one.validity.notAfter = new Date(Date.now() + 3_600_000);
  one.setSubject([{ name: 'commonName', value: name }]);
  one.setIssuer([{ name: 'commonName', value: authority?.name ?? name }]);
  const place = isIP(name) === 0 ? [] : [{ name: 'subjectAltName', altNames: [{ type: 7, ip: name }] }];
  one.setExtensions([{ name: 'basicConstraints', cA: authority === undefined }, ...place]);
  one.sign(pair.privateKey, forge.md.sha256.create());
  return { name, key: forge.pki.privateKeyToPem(pair.privateKey), cert: forge.pki.certificateToPem(one) };
}
