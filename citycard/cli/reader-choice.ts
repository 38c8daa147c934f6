import { citycardErrors } from '../errors.ts';
import type { Pcsc } from './reader-pcsc.ts';

/**
 * The PC/SC reader a command means: the one whose name is, or alone contains, what was said; with nothing said, the only one.
 *
 * @throws citycard.reader-not-plugged-in, reader-to-choose, both naming what is there
 */
export function chooseReader(readers: Pcsc['readers'], said: string | undefined): string {
  const names = [...readers.keys()];
  const plugged = names.length === 0 ? 'none' : names.map((name) => `"${name}"`).join(', ');
  if (said !== undefined && readers.has(said)) return said;
  const meant = said === undefined ? names : names.filter((name) => name.includes(said));
  const [only, another] = meant;
  if (only === undefined) throw citycardErrors.readerNotPluggedIn({ name: said ?? 'at all', plugged });
  if (another !== undefined) throw citycardErrors.readerToChoose({ plugged });
  return only;
}
