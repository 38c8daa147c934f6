import { createServer, type IncomingMessage, type Server } from 'node:http';

/** What the department answers to number, name and photo version. */
export type IdentityAnswer = 'match' | 'no-match' | 'no-such-person';

/** How the department behaves at the moment. */
export type ResponderMood = 'well' | 'silent' | 'failing' | 'talking-nonsense';

interface Question {
  readonly idNumber?: unknown;
  readonly name?: unknown;
}

/**
 * Public Security's side of the identity check: answers over HTTP for the people it knows. On demand it is silent (never
 * answers), fails, or answers something nobody can read.
 */
export class IdentityResponder {
  readonly #server: Server;
  readonly #people = new Map<string, string>();
  readonly #token: string;
  mood: ResponderMood = 'well';
  asked = 0;

  private constructor(token: string) {
    this.#token = token;
    this.#server = createServer((request, response) => {
      void this.#answer(request).then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(body);
      });
    });
  }

  /** Listens on a free port of this machine. */
  static async start(token: string): Promise<IdentityResponder> {
    const responder = new IdentityResponder(token);
    await new Promise<void>((resolve) => responder.#server.listen(0, '127.0.0.1', resolve));
    return responder;
  }

  get url(): string {
    const address = this.#server.address();
    if (typeof address !== 'object' || address === null) throw new RangeError('the responder does not listen');
    return `http://127.0.0.1:${address.port}/identity-checks`;
  }

  enrol(idNumber: string, name: string): void {
    this.#people.set(idNumber, name);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage): Promise<{ status: number; body: string }> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    this.asked += 1;
    if (this.mood === 'silent') await new Promise(() => undefined);
    if (this.mood === 'failing') return { status: 503, body: '{}' };
    if (this.mood === 'talking-nonsense') return { status: 200, body: '{"result":"perhaps"}' };
    if (request.headers.authorization !== `Bearer ${this.#token}`) return { status: 401, body: '{}' };
    const { idNumber, name } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Question;
    const known = typeof idNumber === 'string' ? this.#people.get(idNumber) : undefined;
    const result: IdentityAnswer = known === undefined ? 'no-such-person' : known === name ? 'match' : 'no-match';
    return { status: 200, body: JSON.stringify({ result, reference: `CHECK-${this.asked}` }) };
  }
}
