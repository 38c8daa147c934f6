import { api, take } from '../../parts/api.ts';
import type { Shown } from '../../parts/session.ts';
import { canonicalJson, signablePath } from './canonical.ts';
import { base64, certificateRequest, newKeyPair, SIGNATURE } from './certificate-request.ts';
import { dropKey, keepKey, type OwnKey, ownKey } from './own-key.ts';

/** The person's key on this computer, when its certificate is in force; one that is not is forgotten. */
export async function usableKey(person: string): Promise<OwnKey | undefined> {
  const key = await ownKey(person);
  if (key === undefined) return undefined;
  const { certificates } = await take(api.GET('/v1/me/certificates', {}));
  const inForce = certificates.some(({ serial, revokedAt }) => serial === key.certificate && revokedAt === null);
  if (!inForce) await dropKey(person);
  return inForce ? key : undefined;
}

/** Makes a key on this computer and has the city's CA certify it. @throws Problem when it refuses */
export async function newOwnKey(person: string): Promise<OwnKey> {
  const pair = await newKeyPair();
  const csrPem = await certificateRequest(pair, person);
  const { serial, notAfter } = await take(api.POST('/v1/me/certificate-requests', { body: { csrPem } }));
  const key = { privateKey: pair.privateKey, certificate: serial, notAfter };
  await keepKey(person, key);
  return key;
}

/** The header of an approval: who signs which request, over exactly these lines, now and once. */
export async function signShown(key: OwnKey, principal: string, shown: Shown): Promise<string> {
  const { method, path, body = null, lines } = shown;
  const nonce = crypto.randomUUID();
  const time = new Date().toISOString();
  const plain = lines.map(({ label, value }) => ({ label, value }));
  const statement = { method, path: signablePath(path), body, lines: plain, principal, nonce, time };
  const content = new TextEncoder().encode(canonicalJson(statement));
  const signature = base64(new Uint8Array(await crypto.subtle.sign(SIGNATURE, key.privateKey, content)));
  const header = { lines: plain, nonce, time, certificate: key.certificate, signature };
  return base64(new TextEncoder().encode(JSON.stringify(header)));
}
