import { randomBytes } from 'node:crypto';
import type { CardAlgorithm } from '../cryptography/block-cipher.ts';
import { ChipWithoutPower } from '../errors.ts';
import { done, encodeResponse, parseCommand, refuse, type Command, type Response } from './apdu.ts';
import { externalAuthenticate } from './authentication.ts';
import { executeFileCommand, selectFile } from './file-commands.ts';
import { FileStore } from './files.ts';
import { NonVolatileMemory } from './memory.ts';
import { LIFE_CELL, personalise, type RequiredCells } from './personalisation.ts';
import { freshSession, type Session } from './session.ts';
import { SW } from './status-words.ts';

/** How a chip is made. */
export interface BlankChip {
  /** 16 bytes, 3DES in both profiles. */
  readonly transportKey: Buffer;
  /** 8 bytes; random when not given. */
  readonly serial?: Buffer;
  /** Default 3des. */
  readonly algorithm?: CardAlgorithm;
  /** Source of challenges and card random numbers; fixed in tests. */
  readonly random?: (length: number) => Buffer;
}

/** What a chip keeps across program runs. */
export interface ChipState {
  readonly algorithm: CardAlgorithm;
  readonly cells: Record<string, string>;
}

/**
 * What cards and SAMs have in common: power, memory, files, authentication, personalisation. A subclass adds the commands
 * of its application. `transmit` answers bytes as a reader would see them, or throws ChipWithoutPower.
 */
export abstract class Chip {
  abstract readonly atr: Buffer;
  /** What must be there at END OF PERSONALISATION. */
  protected abstract readonly required: RequiredCells;
  /** Algorithms that WRITE KEY takes. */
  protected abstract readonly keyAlgorithms: readonly CardAlgorithm[];
  readonly algorithm: CardAlgorithm;
  protected readonly memory: NonVolatileMemory;
  protected readonly files: FileStore;
  protected readonly random: (length: number) => Buffer;
  protected session: Session = freshSession();
  #powered = true;

  constructor(made: BlankChip | ChipState, random?: (length: number) => Buffer) {
    this.algorithm = made.algorithm ?? '3des';
    if ('cells' in made) {
      this.random = random ?? randomBytes;
      this.memory = NonVolatileMemory.fromJSON(made.cells);
      this.memory.recover();
    } else {
      if (made.transportKey.length !== 16) throw new RangeError('a transport key has 16 bytes');
      this.random = made.random ?? random ?? randomBytes;
      this.memory = new NonVolatileMemory([
        [LIFE_CELL.transportKey, made.transportKey],
        [LIFE_CELL.serial, made.serial ?? randomBytes(8)],
      ]);
    }
    this.files = new FileStore(this.memory);
  }

  /** 8 bytes that name the chip for its whole life. */
  get serial(): Buffer {
    return this.memory.read(LIFE_CELL.serial) ?? Buffer.alloc(8);
  }

  /** Whether END OF PERSONALISATION has happened. */
  get personalised(): boolean {
    return this.memory.read(LIFE_CELL.transportKey) === undefined;
  }

  /** Puts the chip (back) into the field: memory is made whole, the session starts anew. Answers the ATR. */
  powerOn(): Buffer {
    this.memory.recover();
    this.session = freshSession();
    this.forgetTransaction();
    this.#powered = true;
    return this.atr;
  }

  /** Takes the chip out of the field. */
  powerOff(): void {
    this.#powered = false;
  }

  /** Lets the power fail right after `writes` more memory writes (0: before the next). Power-up takes it back. */
  powerCutAfterWrites(writes: number): void {
    this.memory.powerCutAfterWrites(writes);
  }

  /** One command APDU in, one response out. Throws ChipWithoutPower when the chip is or falls out of the field. */
  transmit(apdu: Buffer): Buffer {
    if (!this.#powered) throw new ChipWithoutPower();
    const command = parseCommand(apdu);
    if (!command) return encodeResponse(refuse(SW.wrongLength));
    try {
      return encodeResponse(this.#execute(command));
    } catch (error) {
      if (error instanceof ChipWithoutPower) this.#powered = false;
      throw error;
    }
  }

  /** Everything non-volatile, to build the same chip again later. */
  toJSON(): ChipState {
    return { algorithm: this.algorithm, cells: this.memory.toJSON() };
  }

  /** A state in which the chip answers only this; undefined when it is not blocked for this command. */
  protected abstract blocked(command: Command): number | undefined;
  /** Commands of the application; undefined when the instruction is not one of them. */
  protected abstract execute(command: Command): Response | undefined;
  /** Drops a half-done transaction from volatile memory. */
  protected abstract forgetTransaction(): void;
  /** Whether a command may come inside a half-done transaction without ending it. */
  protected abstract continuesTransaction(command: Command): boolean;

  #execute(command: Command): Response {
    if (![0x00, 0x04, 0x80, 0x84].includes(command.cla)) return refuse(SW.unknownClass);
    if (!this.continuesTransaction(command)) this.forgetTransaction();
    const blocked = this.blocked(command);
    if (blocked !== undefined) return refuse(blocked);
    return (
      this.#common(command) ??
      personalise(this.memory, this.session, this.keyAlgorithms, this.required, command) ??
      this.execute(command) ??
      executeFileCommand(this.memory, this.files, this.session, this.algorithm, this.personalised, command) ??
      refuse(SW.unknownInstruction)
    );
  }

  #common(command: Command): Response | undefined {
    switch ((command.cla << 8) | command.ins) {
      case 0x00a4:
        return selectFile(this.memory, this.files, this.session, command);
      case 0x0084: {
        const length = command.le ?? 8;
        if (length !== 4 && length !== 8) return refuse(SW.wrongLength);
        this.session.challenge = this.random(length);
        return done(this.session.challenge);
      }
      case 0x0082:
        return externalAuthenticate(this.memory, this.session, this.algorithm, command);
      case 0x80f6:
        return command.p2 === 0x03 ? done(this.serial) : refuse(SW.badParameters);
      default:
        return undefined;
    }
  }
}
