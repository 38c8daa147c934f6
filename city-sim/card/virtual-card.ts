import type { Command, Response } from '../chip/apdu.ts';
import { Chip } from '../chip/chip.ts';
import { KEY_ID, keyCell } from '../chip/keys.ts';
import { MASTER_FILE } from '../chip/files.ts';
import { blockOf, executeBlock } from './application-block.ts';
import { verifyPin } from './pin.ts';
import { Purse } from './purse.ts';

/** Directory of the purse application of the default product. */
const APPLICATION = '3F01';

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

/**
 * A purse card of the default product (interface page, section 5), from blank chip to blocked card. Put it in the field
 * with `powerOn()`, talk with `transmit()`, tear it away with `powerOff()` or `powerCutAfterWrites()`.
 */
export class VirtualCard extends Chip {
  readonly atr = Buffer.from('3B8880014349545953494D3168', 'hex');
  protected readonly required = [
    `${MASTER_FILE}/0000`,
    keyCell(MASTER_FILE, KEY_ID.cardMaster, 1),
    `directory-${APPLICATION}`,
    `${APPLICATION}/0000`,
    ...APPLICATION_KEYS.map((keyId) => keyCell(APPLICATION, keyId, 1)),
    ...['0015/data', '0016/data', '0017/data', '0018', '0002', '001A', '001E'].map((file) => `${APPLICATION}/${file}`),
  ];
  protected readonly keyAlgorithms = [this.algorithm];
  readonly #purse = new Purse(this.memory, this.files, this.algorithm, (length) => this.random(length));

  protected override blocked(command: Command): number | undefined {
    return blockOf(this.memory, this.session, command);
  }

  protected override execute(command: Command): Response | undefined {
    if (!this.personalised) return undefined;
    if (command.cla === 0x00 && command.ins === 0x20) return verifyPin(this.memory, this.session, command);
    return (
      this.#purse.execute(this.session, command) ?? executeBlock(this.memory, this.session, this.algorithm, command)
    );
  }

  protected override forgetTransaction(): void {
    this.#purse.forget();
  }

  protected override continuesTransaction(command: Command): boolean {
    return Purse.continues(command);
  }
}
