import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { portalErrors } from './errors.ts';

const KEY_BYTES = 32;
/** nonce 12 ‖ ciphertext ‖ tag 16, AES-256-GCM; the name of the cookie is authenticated with it. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The cookie that holds a session's token, sealed: what a stolen cookie store gives away opens at this portal only. */
export class SessionCookie {
  readonly #key: Buffer;
  readonly #name: string;
  readonly #attributes: string;

  /** `secure`: people come over https; the name then binds it to this host. */
  constructor(key: Buffer, { secure }: { readonly secure: boolean }) {
    this.#key = key;
    this.#name = secure ? '__Host-citycard-session' : 'citycard-session';
    this.#attributes = `Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
  }

  /** The `set-cookie` of a session. It ends with the browser, the session itself sooner. */
  holding(token: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(Buffer.from(this.#name));
    const sealed = Buffer.concat([nonce, cipher.update(token, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `${this.#name}=${sealed.toString('base64url')}; ${this.#attributes}`;
  }

  /** The `set-cookie` that takes it away. */
  gone(): string {
    return `${this.#name}=; ${this.#attributes}; Max-Age=0`;
  }

  /** The token in a request's cookies; undefined when there is none that this portal has sealed. */
  tokenIn(header: string | undefined): string | undefined {
    const start = `${this.#name}=`;
    const pair = header?.split(';').find((part) => part.trim().startsWith(start));
    if (pair === undefined) return undefined;
    const sealed = Buffer.from(pair.trim().slice(start.length), 'base64url');
    if (sealed.length <= NONCE_BYTES + TAG_BYTES) return undefined;
    const end = sealed.length - TAG_BYTES;
    const decipher = createDecipheriv('aes-256-gcm', this.#key, sealed.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(this.#name)).setAuthTag(sealed.subarray(end));
    try {
      return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, end)), decipher.final()]).toString();
    } catch {
      return undefined;
    }
  }
}

/**
 * The key of the cookies, from a file only its owner may read, made at the first start. Several portals share one file.
 *
 * @throws CityCardError `portal.key-unreadable`
 */
export async function sessionKey(file: string): Promise<Buffer> {
  await mkdir(dirname(file), { recursive: true });
  const whole = `${file}.${process.pid}`;
  await writeFile(whole, randomBytes(KEY_BYTES).toString('hex'), { mode: 0o600 });
  // Linked into place when it is whole; one that is there stays.
  await link(whole, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(whole);
  const { mode } = await stat(file);
  if ((mode & 0o077) !== 0) throw portalErrors.keyUnreadable({ file, reason: 'others may read it' });
  const text = (await readFile(file, 'utf8')).trim();
  if (!/^[0-9a-f]{64}$/.test(text))
    throw portalErrors.keyUnreadable({ file, reason: 'it is not 64 hexadecimal digits' });
  return Buffer.from(text, 'hex');
}
