import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CaseFailed } from '../case.ts';
import { type Delivered, type Door, LARGEST_FILE, type Verdict } from './delivery.ts';

const PATH = '/v1/purchase-files';
const LOOK_AGAIN_MS = 20;

/** The address a candidate depot posts its files to, as to the installation; what it is answered is for the case to say. */
export class HttpDoor implements Door {
  readonly #server: Server;
  readonly #token: string | undefined;
  readonly #came: Delivered[] = [];
  readonly #waiting = new Map<string, ServerResponse>();

  private constructor(token: string | undefined) {
    this.#token = token;
    this.#server = createServer((request, response) => {
      this.#take(request, response).catch(() => response.destroy());
    });
  }

  static async open(settings: { readonly host: string; readonly port: number; readonly token?: string }) {
    const door = new HttpDoor(settings.token);
    await new Promise<void>((resolve, reject) => {
      door.#server.once('error', reject).listen(settings.port, settings.host, resolve);
    });
    return door;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const response of this.#waiting.values()) response.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async next(extension: string, what: string, withinMs: number): Promise<Delivered> {
    const end = performance.now() + withinMs;
    for (;;) {
      const at = this.#came.findIndex(({ name }) => name.endsWith(extension));
      const [delivered] = at < 0 ? [] : this.#came.splice(at, 1);
      if (delivered !== undefined) return delivered;
      if (performance.now() > end)
        throw new CaseFailed(`${what} was expected within ${withinMs / 1000} s and did not come.`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }

  lying(extension: string): Promise<string[]> {
    return Promise.resolve(this.#came.map(({ name }) => name).filter((name) => name.endsWith(extension)));
  }

  /** 201 as for a file that was taken, 422 with the reason for one that was refused. */
  answer(name: string, { outcome, reason }: Verdict): Promise<void> {
    const response = this.#waiting.get(name);
    this.#waiting.delete(name);
    if (outcome === 'taken') say(response, 201, { name, outcome });
    else say(response, 422, problem(422, 'clearing.purchase-file-refused', reason ?? 'refused'));
    return Promise.resolve();
  }

  /** The link breaks before the answer. */
  lose(name: string): void {
    this.#waiting.get(name)?.destroy();
    this.#waiting.delete(name);
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://kit');
    const name = url.searchParams.get('name');
    if (request.method !== 'POST' || url.pathname !== PATH || name === null)
      return say(response, 404, problem(404, 'http.not-found', `the kit takes POST ${PATH}?name=`));
    if (this.#token !== undefined && request.headers.authorization !== `Bearer ${this.#token}`)
      return say(response, 401, problem(401, 'identity.token-unknown', 'the token is not the one of this run'));
    const signature = request.headers['x-signature'];
    if (typeof signature !== 'string')
      return say(response, 422, problem(422, 'gateway.signature-missing', 'X-Signature takes the .p7s in base64'));
    const pieces: Buffer[] = [];
    let length = 0;
    for await (const piece of request as AsyncIterable<Buffer>) {
      length += piece.length;
      if (length > LARGEST_FILE)
        return say(response, 413, problem(413, 'http.too-large', `no test file has more than ${LARGEST_FILE} bytes`));
      pieces.push(piece);
    }
    this.#waiting.set(name, response);
    this.#came.push({ name, content: Buffer.concat(pieces), signature: Buffer.from(signature, 'base64') });
  }
}

const problem = (status: number, code: string, title: string) => ({
  ...{ type: `urn:citycard:error:${code}`, title, status, code },
});

function say(response: ServerResponse | undefined, status: number, body: object): void {
  const type = status < 400 ? 'application/json' : 'application/problem+json';
  response?.writeHead(status, { 'content-type': type }).end(JSON.stringify(body));
}
