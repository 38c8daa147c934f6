import type { Principal } from '@citycard/common';

/**
 * A card that lies in a reader, from the moment it was powered until it is taken away. Once it has been taken away, even for
 * a moment, this object answers nothing any more: whatever lies there now is another card until it has shown who it is.
 */
export interface CardInReader {
  /** Answer to reset of this insertion. */
  readonly answerToReset: Buffer;
  /** Sends a command APDU; answers data and status word (4 hex digits, upper case) apart. @throws card-issuer.chip-gone */
  transmit(apdu: Buffer): Promise<{ data: Buffer; status: string }>;
  /** As `transmit`, for commands that must succeed; `step` names the command in the error. @throws card-issuer.chip-refused, chip-gone */
  expect(apdu: Buffer, step: string): Promise<Buffer>;
}

/** A reader as it stands at a counter. */
export interface ReaderView {
  /** What the clerk calls it, for example `window-3`. */
  readonly name: string;
  /** Who attached it, and so who may work with it. */
  readonly clerk: string;
  /** `working`: a route has the card just now. */
  readonly state: 'empty' | 'card' | 'working';
  readonly attachedAt: Date;
}

/** The readers of the counters that are attached just now. */
export interface CounterReaders {
  /** By name. */
  list(): readonly ReaderView[];
  /**
   * Powers the card in the reader, does the work with it and powers it off. One work at a time per reader.
   *
   * @throws card-issuer.readers.reader-unknown, reader-of-another, reader-busy, no-card; card-issuer.chip-gone when card or reader leaves
   *   on the way: what the work has committed by then stays
   */
  withCard<T>(clerk: Principal, readerName: string, work: (card: CardInReader) => Promise<T>): Promise<T>;
}
