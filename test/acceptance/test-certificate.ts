import { constants, createPrivateKey, createPublicKey, privateEncrypt } from 'node:crypto';
import { certificateOfKey } from '@citycard/clearing';

/** SHA-256 as PKCS#1 v1.5 names it before the digest. */
const SHA256_INFO = Buffer.from('3031300d060960864801650304020105000420', 'hex');

/** A certificate for a test, signed by its own key: the kit holds files to this very certificate. */
export function selfSigned(privateKeyPem: string, cn: string, kind: 'city' | 'operator'): Promise<string> {
  const key = createPrivateKey(privateKeyPem);
  const signer = {
    publicKey: () => Promise.resolve(createPublicKey(key).export({ type: 'spki', format: 'der' })),
    sign: ({ digest }: { digest: Buffer }) =>
      Promise.resolve(
        privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, Buffer.concat([SHA256_INFO, digest])),
      ),
  };
  const asked = { keyName: 'TEST', caKeyName: 'TEST', kind, cn, validMs: 86_400_000 } as const;
  return certificateOfKey(signer, asked);
}
