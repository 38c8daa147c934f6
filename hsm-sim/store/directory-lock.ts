import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HsmStartFailed } from '../errors.ts';

/**
 * Takes the store directory for this process; two HSMs on one store would overwrite each other's keys. A lock left by
 * a killed process is recognised by its process being gone (or another process having its number) and taken over.
 * @returns releases the lock
 */
export function lockDirectory(directory: string): () => void {
  const path = join(directory, 'hsm.lock');
  const draft = join(directory, `hsm.lock.${process.pid}`);
  writeFileSync(draft, identityOf(process.pid) ?? '');
  try {
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        // A link either appears with its content or fails because the lock exists.
        linkSync(draft, path);
        return () => rmSync(path, { force: true });
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      }
      const holder = readHolder(path);
      if (holder !== undefined && identityOf(Number.parseInt(holder, 10)) === holder)
        throw new HsmStartFailed(
          `the key store ${directory} is in use by process ${Number.parseInt(holder, 10)}; stop it first`,
        );
      rmSync(path, { force: true });
    }
    throw new HsmStartFailed(`the key store ${directory} cannot be locked; another HSM is starting on it`);
  } finally {
    rmSync(draft, { force: true });
  }
}

function readHolder(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Process number and start time: the number alone may belong to a newer process. Undefined when none runs. */
function identityOf(pid: number): string | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return undefined;
  }
  try {
    // Field 22 of the line, counted behind the command name, which may itself hold spaces.
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return `${pid} ${line.slice(line.lastIndexOf(')') + 2).split(' ')[19] ?? ''}`;
  } catch {
    return `${pid} -`;
  }
}
