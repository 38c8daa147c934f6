import type { Card, Client } from 'pcsc-mini';
import { citycardErrors } from '../errors.ts';

/** A card that was powered through PC/SC. */
export interface PcscCard {
  readonly answerToReset: Buffer;
  /** Bytes to the card and back. Rejects when card or reader is gone. */
  exchange(apdu: Buffer): Promise<Buffer>;
  /** Takes the power away and lets others at the card. */
  release(): Promise<void>;
}

/** The PC/SC of this machine: what is plugged in, and whether a card lies there. */
export interface Pcsc {
  /** By name, in the order they were plugged in. */
  readonly readers: ReadonlyMap<string, 'empty' | 'card'>;
  /** Calls back at every change, also when PC/SC itself has ended (`ended` is true then). */
  onChange(listener: () => void): void;
  readonly ended: boolean;
  /** @returns undefined when no card is there or it does not answer */
  powerOn(reader: string): Promise<PcscCard | undefined>;
  close(): void;
}

/** PC/SC tells of its readers one by one, a moment after it was asked. */
const settleMs = 400;

/**
 * Opens PC/SC: the library and the daemon of the operating system, through a package that is there only where it could be
 * installed.
 *
 * @throws citycard.pcsc-missing with the reason
 */
export async function openPcsc(): Promise<Pcsc> {
  const { Client, CardMode, CardDisposition, ReaderStatus } = await import('pcsc-mini').catch((error: unknown) => {
    throw citycardErrors.pcscMissing({ reason: missingPart(error) }, error);
  });
  const readers = new Map<string, 'empty' | 'card'>();
  const listeners: (() => void)[] = [];
  const tell = () => listeners.forEach((listener) => listener());
  let ended = false;
  const client = new Client();
  client.on('error', () => {
    ended = true;
    readers.clear();
    tell();
  });
  client.on('reader', (reader) => {
    const name = reader.name();
    readers.set(name, 'empty');
    reader.on('change', (status) => {
      const before = readers.get(name);
      const now = status.has(ReaderStatus.PRESENT) ? 'card' : 'empty';
      readers.set(name, now);
      if (before !== now) tell();
    });
    reader.on('disconnect', () => {
      readers.delete(name);
      tell();
    });
  });
  start(client);
  await new Promise((resolve) => setTimeout(resolve, settleMs));

  return {
    readers,
    get ended() {
      return ended;
    },
    onChange: (listener) => void listeners.push(listener),
    powerOn: async (name) => {
      const reader = client.reader(name);
      // Exclusive: whatever else looks for cards on this machine must not talk in between.
      const card = await reader?.connect(CardMode.EXCLUSIVE).catch(() => undefined);
      if (card === undefined) return undefined;
      const release = () => card.disconnect(CardDisposition.UNPOWER).catch(() => undefined);
      return powered(card, release);
    },
    close: () => {
      listeners.length = 0;
      if (client.running()) client.stop();
    },
  };
}

async function powered(card: Card, release: () => Promise<void>): Promise<PcscCard | undefined> {
  try {
    const { atr } = await card.state();
    return {
      answerToReset: Buffer.from(atr),
      exchange: async (apdu) => Buffer.from(await card.transmit(apdu)),
      release,
    };
  } catch {
    await release();
    return undefined;
  }
}

function start(client: Client): void {
  try {
    client.start();
  } catch (error) {
    const noDaemon = error instanceof Error && 'code' in error && error.code === 'NoService';
    throw citycardErrors.pcscMissing({ reason: noDaemon ? 'pcscd does not run' : String(error) }, error);
  }
}

/** Which of the three parts is not there: the operating system's library, the package, or the package for this machine. */
function missingPart(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  if (text.includes('libpcsclite')) return 'the library libpcsclite.so.1 is not installed';
  if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')
    return 'the package pcsc-mini was left out at installation';
  return 'the package pcsc-mini does not work on this operating system';
}
