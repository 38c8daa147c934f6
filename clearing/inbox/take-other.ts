import { join } from 'node:path';
import { CityCardError } from '@citycard/common';
import { type Folders, moveAside, type Pair } from './folders.ts';
import { put, readStart, refuse } from './take-pair.ts';

/** Files of participants that somebody else takes; each comes with a detached signature beside it, under its name and `.p7s`. */
export interface OtherFiles {
  readonly named: RegExp;
  /** Takes one, whole or not at all; the same again is answered as before. Resolves to what its sender is told, name by name. */
  readonly take: (file: {
    readonly participantNo: string;
    readonly name: string;
    readonly content: Buffer;
    readonly signature: Buffer;
  }) => Promise<Readonly<Record<string, string>>>;
}

/** What is longer is refused by its length. */
const MOST_BYTES = 128 * 1024 * 1024;
const SIGNATURE_BYTES = 65_537;

/**
 * Takes a pair that is no purchase file, answers it in the outbox and moves it away, in this order; whoever is killed in between finds
 * the pair still there. What is refused for the file's own fault says why; anything else leaves it to the next look.
 */
export async function takeOther(others: OtherFiles, folders: Folders, pair: Pair): Promise<'taken' | 'refused'> {
  const { participantNo, fileName: name } = pair;
  if (pair.bytes > MOST_BYTES)
    return refuse(folders, pair, { reason: 'too-large', detail: `It is longer than ${MOST_BYTES} bytes.` });
  const content = await readStart(join(pair.directory, name), pair.bytes);
  const signature = await readStart(join(pair.directory, pair.signatureName), SIGNATURE_BYTES);
  try {
    const told = await others.take({ participantNo, name, content, signature });
    const lines = Object.entries({ file: name, result: 'taken', ...told }).map(
      ([what, value]) => `${what.padEnd(14)}${value}`,
    );
    await put(folders, pair, 'taken', lines);
    await moveAside(pair, 'taken');
    return 'taken';
  } catch (error) {
    if (!(error instanceof CityCardError) || error.status >= 500) throw error;
    return refuse(folders, pair, { reason: error.code, detail: error.message });
  }
}
