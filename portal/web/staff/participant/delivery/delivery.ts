import { api, fetchWithSession, take } from '../../../parts/api.ts';
import { noAnswer, Problem, problemOf } from '../../../parts/problem.ts';
import type { Chosen } from './chosen-files.ts';

/** What became of a file; the first result again when it came before. */
export interface Delivered {
  readonly fileName: string;
  readonly records: number;
  readonly amountFen?: number;
  readonly businessDate: string;
  readonly receivedAt?: string;
  readonly repeated: boolean;
  /** Of a day file: lines that both sides do not have alike. */
  readonly open?: number;
}

/** A part takes some seconds on a slow line, and what a broken line costs is at most one. */
const PART_BYTES = 256 * 1024;
/** Tries on its own before the person is asked. */
const TRIES = 3;
const PAUSE_MS = 700;

type Standing = Awaited<ReturnType<typeof announce>>;

const announce = (fileName: string, bytes: number, signature: string) =>
  take(api.POST('/v1/purchase-uploads', { body: { fileName, bytes, signature } }));

/**
 * A file on its way, part by part. Whatever breaks, it goes on from the byte the service has: the same announcement names the same
 * upload, so that nothing is taken twice. {@link run} may be called again after it has failed.
 */
export class Delivery {
  readonly #chosen: Chosen;

  constructor(chosen: Chosen) {
    this.#chosen = chosen;
  }

  /** @throws Problem when the service refuses the file, or nobody answers after several tries */
  async run(told: (bytes: number) => void): Promise<Delivered> {
    for (let tried = 1; ; tried += 1) {
      try {
        return await (this.#chosen.kind === 'day' ? this.#sendDayFile() : this.#send(told, () => (tried = 0)));
      } catch (error) {
        if (!isPassing(error)) throw error;
        if (tried >= TRIES) throw error instanceof Problem && error.status !== 0 ? error : noAnswer();
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * tried));
      }
    }
  }

  async #send(told: (bytes: number) => void, moved: () => void): Promise<Delivered> {
    const { file, signature } = this.#chosen;
    let standing: Standing = await announce(file.name, file.size, await base64(signature));
    const known = standing.state === 'repeat';
    while ('offset' in standing && standing.state === 'receiving') {
      told(standing.offset);
      standing = await this.#sendPart(standing.uploadId, standing.offset);
      moved();
    }
    if (standing.file === undefined) throw noAnswer();
    told(file.size);
    return { ...standing.file, repeated: known || standing.state === 'repeat' };
  }

  async #sendPart(uploadId: number, offset: number): Promise<Standing> {
    const part = this.#chosen.file.slice(offset, offset + PART_BYTES);
    const response = await fetchWithSession(
      new Request(`/api/v1/purchase-uploads/${uploadId}/content`, {
        method: 'PUT',
        headers: { 'content-type': 'application/octet-stream', 'upload-offset': String(offset) },
        body: await part.arrayBuffer(),
      }),
    );
    if (!response.ok) throw await problemOf(response);
    return (await response.json()) as Standing;
  }

  async #sendDayFile(): Promise<Delivered> {
    const { file, signature } = this.#chosen;
    const response = await fetchWithSession(
      new Request(`/api/v1/day-files?name=${encodeURIComponent(file.name)}`, {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream', 'x-signature': await base64(signature) },
        body: await file.arrayBuffer(),
      }),
    );
    if (!response.ok) throw await problemOf(response);
    const { name, date, lines, repeated, open, amountFen } = (await response.json()) as TakenDayFile;
    return { fileName: name, businessDate: date, records: lines, repeated, open, amountFen };
  }
}

interface TakenDayFile {
  readonly name: string;
  readonly date: string;
  readonly lines: number;
  readonly amountFen: number;
  readonly open: number;
  readonly repeated: boolean;
}

/** The line was cut, the service is being started, or somebody else has sent a part of the same file meanwhile. */
const isPassing = (error: unknown): boolean =>
  error instanceof Problem &&
  (error.status === 0 || error.status >= 502 || error.code === 'clearing.uploads.offset-differs');

async function base64(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}
