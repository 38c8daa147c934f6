import { createHash, verify, X509Certificate } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readDetachedSignature } from '@citycard/clearing';
import { CaseFailed } from '../case.ts';

/** A file the candidate delivered, with the signature beside it. */
export interface Delivered {
  readonly name: string;
  readonly content: Buffer;
  readonly signature: Buffer;
}

/** What becomes of a file. */
export interface Verdict {
  readonly outcome: 'taken' | 'refused';
  readonly reason?: string;
}

/** Where files of a candidate come in: a folder, or over HTTP. */
export interface Door {
  /** The next file of a kind. @throws CaseFailed when none comes in time */
  next(extension: string, what: string, withinMs: number): Promise<Delivered>;
  /** The names of files of a kind that came and were not looked at. */
  lying(extension: string): Promise<string[]>;
  answer(name: string, verdict: Verdict): Promise<void>;
  /** The answer to a file does not arrive. */
  lose(name: string): void;
}

const LOOK_AGAIN_MS = 30;
/** More than a depot writes in a test; what is larger is no test file. */
export const LARGEST_FILE = 64 * 1024 * 1024;

/** The folders a candidate exchanges files through: it writes to `in`, the kit answers in `out`. */
export class ExchangeFolder implements Door {
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
  async answer(name: string, verdict: Verdict): Promise<void> {
    await this.#put(`${name}.json`, `${JSON.stringify({ file: name, ...verdict })}\n`);
  }

  lose(): void {
    // Nothing appears in `out`.
  }

  /** Delivers a file of ours, its signature first: who sees the file finds both. */
  async send({ name, content, signature }: Delivered): Promise<void> {
    await this.#put(stemOf(name), signature);
    await this.#put(name, content);
  }

  /** What the candidate says became of a file of ours, in `in/<name>.json`. @throws CaseFailed when it says nothing in time */
  async note(name: string, withinMs: number): Promise<'taken' | 'refused'> {
    const path = join(this.#in, `${name}.json`);
    const end = performance.now() + withinMs;
    for (;;) {
      const text = await readFile(path, 'utf8').catch(() => undefined);
      if (text !== undefined) {
        await rm(path);
        return outcomeIn(text, name);
      }
      if (performance.now() > end)
        throw new CaseFailed(`${name}.json, what became of ${name}, did not come within ${withinMs / 1000} s.`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }

  /** The names of files of a kind that lie there now. */
  async lying(extension: string): Promise<string[]> {
    return (await readdir(this.#in)).filter((name) => name.endsWith(extension)).sort();
  }

  /** Takes away what lies there of a kind: what an earlier case left behind is not this one's answer. */
  async discard(extension: string): Promise<void> {
    for (const name of await this.lying(extension)) await rm(join(this.#in, name));
  }

  /** By rename: a file that is seen is whole. */
  async #put(name: string, content: Buffer | string): Promise<void> {
    await writeFile(join(this.#out, `.${name}.part`), content);
    await rename(join(this.#out, `.${name}.part`), join(this.#out, name));
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

function outcomeIn(text: string, name: string): 'taken' | 'refused' {
  let outcome: unknown;
  try {
    outcome = (JSON.parse(text) as { outcome?: unknown } | null)?.outcome;
  } catch {
    throw new CaseFailed(`${name}.json is not JSON.`);
  }
  if (outcome !== 'taken' && outcome !== 'refused')
    throw new CaseFailed(`${name}.json has to say outcome "taken" or "refused".`);
  return outcome;
}

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
