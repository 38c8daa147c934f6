import type { Command, Response } from '../chip/apdu.ts';
import { Chip } from '../chip/chip.ts';
import { KEY_ID, keyCell } from '../chip/keys.ts';
import { type FileStore, MASTER_FILE } from '../chip/files.ts';
import type { NonVolatileMemory } from '../chip/memory.ts';
import { blockOf, executeBlock } from './application-block.ts';
import { PURSE_AID } from './default-product.ts';
import { updateKey } from './key-update.ts';
import { executePin } from './pin.ts';
import { Purse } from './purse.ts';
import { PURSE_FILE } from './purse-state.ts';

/** Keys and files of the purse application of the default product. */
const APPLICATION_FILES = ['0015/data', '0016/data', '0017/data', '0018', '0002', '001A', '001E'];
const APPLICATION_KEYS = [
  KEY_ID.purchase,
  KEY_ID.load,
  KEY_ID.tac,
  KEY_ID.maintenance,
  KEY_ID.pinUnblock,
  KEY_ID.pinReload,
  KEY_ID.applicationBlock,
  KEY_ID.applicationUnblock,
];

/** Keys without which a purse cannot be loaded, paid with, or updated. */
const PURSE_KEYS = [KEY_ID.purchase, KEY_ID.load, KEY_ID.tac, KEY_ID.maintenance];

/**
 * A card is whole with the master file's keys and at least one application with keys of its own. The purse application of the
 * default product must have everything of its table; a purse elsewhere its keys and its log.
 */
function requiredOnCard(memory: NonVolatileMemory, files: FileStore): string[] {
  const cells = [`${MASTER_FILE}/0000`, keyCell(MASTER_FILE, KEY_ID.cardMaster, 1)];
  const directories = memory.names('directory-').map((name) => name.slice('directory-'.length));
  if (directories.length === 0) cells.push('an application');
  for (const directory of directories) {
    cells.push(`${directory}/0000`);
    const isDefault = memory.read(`directory-${directory}`)?.equals(PURSE_AID) === true;
    const hasPurse = Object.values(PURSE_FILE).some((id) => files.header(directory, id)?.kind === 'purse');
    const keys = isDefault ? APPLICATION_KEYS : hasPurse ? PURSE_KEYS : [];
    const needed = isDefault ? APPLICATION_FILES : hasPurse ? ['0018'] : [];
    cells.push(...keys.map((keyId) => keyCell(directory, keyId, 1)), ...needed.map((file) => `${directory}/${file}`));
  }
  return cells;
}

/**
 * A card with a purse and, as its product says, further applications (interface page, section 5), from blank chip to blocked card. Put it in the field
 * with `powerOn()`, talk with `transmit()`, tear it away with `powerOff()` or `powerCutAfterWrites()`.
 */
export class VirtualCard extends Chip {
  readonly atr = Buffer.from('3B8880014349545953494D3168', 'hex');
  protected readonly required = () => requiredOnCard(this.memory, this.files);
  protected readonly keyAlgorithms = [this.algorithm];
  readonly #purse = new Purse(this.memory, this.files, this.algorithm, (length) => this.random(length));

  protected override blocked(command: Command): number | undefined {
    return blockOf(this.memory, this.session, command);
  }

  protected override execute(command: Command): Response | undefined {
    if (!this.personalised) return undefined;
    return (
      this.#purse.execute(this.session, command) ??
      executePin(this.memory, this.session, this.algorithm, command) ??
      executeBlock(this.memory, this.session, this.algorithm, command) ??
      updateKey(this.memory, this.session, this.algorithm, command)
    );
  }

  protected override forgetTransaction(): void {
    this.#purse.forget();
  }

  protected override continuesTransaction(command: Command): boolean {
    return Purse.continues(command);
  }
}
