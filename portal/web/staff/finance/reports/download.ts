import { fetchWithSession } from '../../../parts/api.ts';
import { noAnswer, problemOf } from '../../../parts/problem.ts';

/** How far a download is. */
export interface Received {
  readonly bytes: number;
  readonly total: number | undefined;
}

/** Tries on its own before the person is asked: a line that is cut for a moment is nobody's affair. */
const TRIES = 3;
const PAUSE_MS = 700;

/**
 * A file in parts: what has arrived is kept when the line breaks, and the rest is asked for from there. When the file has become
 * another one meanwhile, it begins anew.
 */
export class Download {
  readonly #path: string;
  #parts: Uint8Array<ArrayBuffer>[] = [];
  #bytes = 0;
  #etag: string | null = null;
  #type = 'application/octet-stream';

  constructor(path: string) {
    this.#path = path;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** @throws Problem when the service refuses, or nobody answers after several tries; calling it again goes on */
  async run(told: (received: Received) => void): Promise<Blob> {
    for (let tried = 1; ; tried += 1) {
      try {
        await this.#receive(told);
        return new Blob(this.#parts, { type: this.#type });
      } catch (error) {
        const cut = error instanceof TypeError || (error as { status?: number }).status === 0;
        if (!cut) throw error;
        if (tried >= TRIES) throw noAnswer();
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * tried));
      }
    }
  }

  async #receive(told: (received: Received) => void): Promise<void> {
    const request = new Request(this.#path, this.#bytes === 0 ? {} : { headers: { range: `bytes=${this.#bytes}-` } });
    const response = await fetchWithSession(request);
    if (response.status === 416) return;
    if (!response.ok) throw await problemOf(response);
    const etag = response.headers.get('etag');
    if (response.status !== 206 || (this.#etag !== null && etag !== this.#etag)) {
      if (response.status === 206) {
        this.#begin();
        return this.#receive(told);
      }
      this.#begin();
    }
    this.#etag = etag;
    this.#type = response.headers.get('content-type') ?? this.#type;
    const length = Number(response.headers.get('content-length') ?? Number.NaN);
    const total = Number.isNaN(length) ? undefined : this.#bytes + length;
    const reader = response.body?.getReader();
    for (;;) {
      const got = await reader?.read();
      if (got === undefined || got.done) break;
      this.#parts.push(got.value);
      this.#bytes += got.value.length;
      told({ bytes: this.#bytes, total });
    }
    if (total !== undefined && this.#bytes < total) throw noAnswer();
  }

  #begin(): void {
    this.#parts = [];
    this.#bytes = 0;
    this.#etag = null;
  }
}
