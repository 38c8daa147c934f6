import { readFile } from 'node:fs/promises';
import { citycardErrors } from '../errors.ts';

const REASONS: Readonly<Record<string, string>> = {
  JSON: 'it is not JSON',
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'you may not read it',
};

/** The JSON object in a file that people decide from. @throws citycard.bad-option naming what is wrong with the file */
export async function readJsonFile(file?: string): Promise<object> {
  if (file === undefined) throw citycardErrors.badOption('name a JSON file');
  try {
    const content: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (typeof content === 'object' && content !== null) return content;
  } catch (error) {
    const { code = 'JSON' } = error as NodeJS.ErrnoException;
    const reason = REASONS[code] ?? code;
    throw citycardErrors.badOption(`${file} cannot be read: ${reason}`);
  }
  throw citycardErrors.badOption(`${file} holds no JSON object`);
}
