import { DayFailed } from './errors.ts';

const TIMEOUT_MS = 60_000;

/** What a request carries besides its path. */
export interface Sent {
  /** JSON body. */
  readonly json?: unknown;
  /** Body as bytes, with its content type. */
  readonly bytes?: { readonly content: Buffer | string; readonly type: string };
  readonly headers?: Readonly<Record<string, string>>;
}

/** The product's HTTP interface as the people and partners of the city use it: everybody with a token of their own. */
export class Office {
  readonly #baseUrl: string;
  readonly #tokens = new Map<string, string>();

  constructor(baseUrl: string, people: Readonly<Record<string, { readonly token: string }>>) {
    this.#baseUrl = baseUrl;
    for (const [person, { token }] of Object.entries(people)) this.#tokens.set(person, token);
  }

  /** Notes the token of somebody who was admitted later. */
  admit(person: string, token: string): void {
    this.#tokens.set(person, token);
  }

  /** Asks as a person; the JSON of the answer. Throws DayFailed when nobody answers or the answer is no success. */
  async get<T>(person: string, path: string): Promise<T> {
    return this.#read<T>(await this.#ask(person, 'GET', path));
  }

  /** As `get`, for what is no JSON. */
  async download(person: string, path: string): Promise<Buffer> {
    return Buffer.from(await (await this.#ask(person, 'GET', path)).arrayBuffer());
  }

  /** Posts as a person; the JSON of the answer, undefined when it has none. Throws DayFailed as `get`. */
  async post<T>(person: string, path: string, sent: Sent = {}): Promise<T> {
    return this.#read<T>(await this.#ask(person, 'POST', path, sent));
  }

  /** Puts as a person; the JSON of the answer. Throws DayFailed as `get`. */
  async put<T>(person: string, path: string, sent: Sent): Promise<T> {
    return this.#read<T>(await this.#ask(person, 'PUT', path, sent));
  }

  async #read<T>(response: Response): Promise<T> {
    const text = await response.text();
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  async #ask(person: string, method: string, path: string, sent: Sent = {}): Promise<Response> {
    const token = this.#tokens.get(person);
    if (token === undefined) throw new DayFailed(`Nobody of the city is called ${person}.`);
    const type = sent.bytes?.type ?? (sent.json === undefined ? undefined : 'application/json');
    const body = sent.bytes?.content ?? (sent.json === undefined ? undefined : JSON.stringify(sent.json));
    const headers = { authorization: `Bearer ${token}`, ...(type && { 'content-type': type }), ...sent.headers };
    const request = { method, headers, ...(body !== undefined && { body }), signal: AbortSignal.timeout(TIMEOUT_MS) };
    const response = await fetch(new URL(path, this.#baseUrl), request).catch((error: unknown) => {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new DayFailed(`${method} ${path} as ${person} was not answered: ${reason}.`);
    });
    if (response.ok) return response;
    throw new DayFailed(`${method} ${path} as ${person} was answered ${response.status}: ${await response.text()}`);
  }
}
