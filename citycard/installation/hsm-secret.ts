import { randomBytes } from 'node:crypto';
import { link, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readCallerSecret } from '@citycard/hsm-sim';

const SECRET_BYTES = 32;

/** Where the installation and its HSM keep what they know each other by. */
export function hsmSecretFile(varDirectory: string): string {
  return join(varDirectory, 'hsm-caller.secret');
}

/**
 * The secret that callers of this installation's HSM share with it: in a file that only its owner may read, made at the first
 * start. Whoever cannot read it cannot speak to the HSM, and a program that has taken the HSM's port cannot pass for it.
 *
 * @throws HsmStartFailed when others may read it
 */
export async function ensureHsmSecret(varDirectory: string): Promise<{ file: string; secret: Buffer }> {
  const file = hsmSecretFile(varDirectory);
  await mkdir(varDirectory, { recursive: true });
  // Linked into place when it is whole: a start that is cut off leaves no half secret behind, and one that is there stays.
  const whole = `${file}.${process.pid}`;
  await writeFile(whole, randomBytes(SECRET_BYTES).toString('hex'), { mode: 0o600 });
  await link(whole, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(whole);
  return { file, secret: readCallerSecret(file) };
}
