import { readFile } from 'node:fs/promises';
import { citycardErrors } from '../errors.ts';

/** The JSON object in a file that people decide from. @throws citycard.bad-option naming what is wrong with the file */
export async function readJsonFile(file = ''): Promise<object> {
  try {
    const content: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (typeof content === 'object' && content !== null) return content;
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'it is not JSON';
    throw citycardErrors.badOption(`${file} cannot be read: ${reason}`);
  }
  throw citycardErrors.badOption(`${file} holds no JSON object`);
}
