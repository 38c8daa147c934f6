import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { citycardErrors } from '../errors.ts';

interface SignedReceipt {
  readonly content: string;
  /** Base64. */
  readonly signature: string;
}

/**
 * A receipt with its signature beside it (`2026-11-20.json`, `2026-11-20.json.p7s`), or all of a folder.
 *
 * @throws citycard.bad-option naming what is not there
 */
export async function readReceipts(path: string): Promise<SignedReceipt[]> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw citycardErrors.badOption(`--against: there is no ${path}`);
  const files = found.isDirectory()
    ? (await readdir(path))
        .filter((name) => /^\d{4}-\d{2}-\d{2}\.json$/.test(name))
        .sort()
        .map((name) => join(path, name))
    : [path];
  if (files.length === 0) throw citycardErrors.badOption(`--against: ${path} holds no receipt (YYYY-MM-DD.json)`);
  return Promise.all(
    files.map(async (file) => {
      const signature = await readFile(`${file}.p7s`).catch(() => undefined);
      if (signature === undefined) throw citycardErrors.badOption(`--against: ${file} has no signature ${file}.p7s`);
      return { content: await readFile(file, 'utf8'), signature: signature.toString('base64') };
    }),
  );
}
