import { connect, createServer, type Server, type Socket } from 'node:net';

/** What becomes of bytes on their way. */
export type Fate =
  | 'pass'
  /** They never arrive, and the line is cut at both ends. */
  | 'cut'
  /** They arrive, then the line is cut: whoever sent them does not know. */
  | 'cut-after'
  /** Half of them arrive, then the line is cut. */
  | 'tear'
  /** They arrive twice. */
  | 'double'
  /** They vanish; the line stays. */
  | 'swallow'
  /** They arrive late. */
  | 'delay';

export type Direction = 'there' | 'back';

const DELAY_MS = 40;

/** A TCP line between two programs on which anything may happen to the bytes. Without a fault it carries them. */
export class FaultyLine {
  readonly port: number;
  /** Asked for every piece of bytes, in the order in which they come. */
  fate: (direction: Direction) => Fate = () => 'pass';
  readonly #server: Server;
  readonly #pairs: Set<readonly [Socket, Socket]>;
  readonly #state: { down: boolean; targetPort: number };

  private constructor(
    server: Server,
    port: number,
    pairs: Set<readonly [Socket, Socket]>,
    state: { down: boolean; targetPort: number },
  ) {
    this.#server = server;
    this.port = port;
    this.#pairs = pairs;
    this.#state = state;
  }

  static async open(targetPort: number): Promise<FaultyLine> {
    const pairs = new Set<readonly [Socket, Socket]>();
    const state = { down: false, targetPort };
    const server = createServer({ noDelay: true });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const line = new FaultyLine(server, port, pairs, state);
    server.on('connection', (near) => line.take(near));
    return line;
  }

  private take(near: Socket): void {
    near.on('error', () => near.destroy());
    if (this.#state.down) {
      near.destroy();
      return;
    }
    const far = connect({ host: '127.0.0.1', port: this.#state.targetPort, noDelay: true });
    far.on('error', () => far.destroy());
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    const end = () => {
      this.#pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    near.on('close', end);
    far.on('close', end);
    near.on('data', (bytes) => this.carry('there', bytes, far, end));
    far.on('data', (bytes) => this.carry('back', bytes, near, end));
  }

  private carry(direction: Direction, bytes: Buffer, to: Socket, end: () => void): void {
    const fate = this.fate(direction);
    switch (fate) {
      case 'pass':
        to.write(bytes);
        return;
      case 'swallow':
        return;
      case 'double':
        to.write(Buffer.concat([bytes, bytes]));
        return;
      case 'delay':
        setTimeout(() => to.writable && to.write(bytes), DELAY_MS).unref();
        return;
      case 'cut':
        end();
        return;
      case 'cut-after':
        to.write(bytes, end);
        return;
      case 'tear':
        to.write(bytes.subarray(0, bytes.length >> 1), end);
        return;
    }
  }

  /** Leads to another program from now on; lines that are open are cut. */
  leadTo(targetPort: number): void {
    this.#state.targetPort = targetPort;
    this.cut();
  }

  /** Cuts what is open; with `down` nobody gets through until {@link up}. */
  cut(down = false): void {
    this.#state.down = down;
    for (const [near, far] of this.#pairs) {
      near.destroy();
      far.destroy();
    }
  }

  up(): void {
    this.#state.down = false;
  }

  async close(): Promise<void> {
    this.cut(true);
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
