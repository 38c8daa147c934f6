import { createHash, verify, X509Certificate } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readDetachedSignature } from '@citycard/clearing';
import { CaseFailed } from '../case.ts';

/** A file the candidate delivered, with the signature beside it. */
export interface Delivered {
  readonly name: string;
  readonly content: Buffer;
  readonly signature: Buffer;
}

const LOOK_AGAIN_MS = 100;
/** More than a depot writes in a test; what is larger is no test file. */
const LARGEST_FILE = 64 * 1024 * 1024;

/** The folders a candidate exchanges files through: it writes to `in`, the kit answers in `out`. */
export class ExchangeFolder {
  readonly #in: string;
  readonly #out: string;

  private constructor(directory: string) {
    this.#in = join(directory, 'in');
    this.#out = join(directory, 'out');
  }

  static async open(directory: string): Promise<ExchangeFolder> {
    const folder = new ExchangeFolder(directory);
    await mkdir(folder.#in, { recursive: true });
    await mkdir(folder.#out, { recursive: true });
    return folder;
  }

  /** The next file whose signature is there too; both are taken out of the folder. @throws CaseFailed when none comes in time */
  async next(extension: string, what: string, withinMs: number): Promise<Delivered> {
    const end = performance.now() + withinMs;
    for (;;) {
      const names = new Set(await readdir(this.#in));
      const name = [...names].sort().find((one) => one.endsWith(extension) && names.has(`${one}${SIGNATURE}`));
      const signed = name ?? [...names].sort().find((one) => one.endsWith(extension) && names.has(stemOf(one)));
      if (signed !== undefined)
        return this.#take(signed, names.has(stemOf(signed)) ? stemOf(signed) : `${signed}${SIGNATURE}`);
      if (performance.now() > end) {
        const alone = [...names].find((one) => one.endsWith(extension));
        throw new CaseFailed(
          alone === undefined
            ? `${what} was expected within ${withinMs / 1000} s and did not come.`
            : `${alone} came without the signature (${SIGNATURE}) beside it.`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }

  /** Tells the candidate what became of its file. */
  async answer(
    name: string,
    answer: { readonly outcome: 'taken' | 'refused'; readonly reason?: string },
  ): Promise<void> {
    await writeFile(join(this.#out, `${name}.json`), `${JSON.stringify({ file: name, ...answer })}\n`);
  }

  async #take(name: string, signatureName: string): Promise<Delivered> {
    const [content, signature] = await Promise.all([name, signatureName].map((one) => readFile(join(this.#in, one))));
    await Promise.all([name, signatureName].map((one) => rm(join(this.#in, one))));
    if (content === undefined || signature === undefined) throw new Error('two files were read');
    if (content.length > LARGEST_FILE) throw new CaseFailed(`${name} is larger than ${LARGEST_FILE} bytes.`);
    return { name, content, signature };
  }
}

const SIGNATURE = '.p7s';
/** `name.ccpf` is signed by `name.p7s`; `name.ccpf.p7s` is understood as well. */
const stemOf = (name: string): string => name.replace(/\.[a-z]+$/, SIGNATURE);

/** Holds a signature to the certificate the candidate showed. @throws CaseFailed */
export function requireSigned({ name, content, signature }: Delivered, certificate: X509Certificate, cn: string): void {
  const named = /(?:^|\n)CN=(.*)(?:$|\n)/.exec(certificate.subject)?.[1]?.trim();
  if (named !== cn) throw new CaseFailed(`The certificate is of "${named ?? ''}", not of ${cn}.`);
  const now = Date.now();
  if (now < Date.parse(certificate.validFrom) || now > Date.parse(certificate.validTo))
    throw new CaseFailed('The certificate is not valid today.');
  let read;
  try {
    read = readDetachedSignature(signature);
  } catch (error) {
    throw new CaseFailed(`The signature of ${name} cannot be read: ${error instanceof Error ? error.message : ''}.`);
  }
  if (!read.messageDigest.equals(createHash('sha256').update(content).digest()))
    throw new CaseFailed(`The signature of ${name} is over another content.`);
  if (!read.signedBytes.some((bytes) => verify('sha256', bytes, certificate.publicKey, read.signature)))
    throw new CaseFailed(`The signature of ${name} was not made by the key of the certificate.`);
}
