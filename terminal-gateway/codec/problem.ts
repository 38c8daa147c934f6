/** Why bytes are not the message they should be, and where: path `field 62 / record 3 / amount`. */
export interface Problem {
  readonly path: string;
  readonly reason: string;
}

export type Decoded<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

/** We were about to send something the format cannot carry: a fault of ours, never of the terminal. */
export class EncodingError extends RangeError {
  readonly path: string;

  constructor(path: string, reason: string) {
    super(`${path}: ${reason}`);
    this.name = 'EncodingError';
    this.path = path;
  }
}
