import type { Signer } from '../purchase/signature.ts';
import {
  type AcknowledgedRow,
  type FileHead,
  type PersonChange,
  type PopulationFile,
  readAcknowledgement,
  readDelta,
  seal,
  writeAcknowledgement,
  writeDelta,
} from './delta-file.ts';

/** What can be wrong with a file on purpose. */
export type Mistake =
  | 'gap'
  | 'old-number'
  | 'last-month'
  | 'other-department'
  | 'half-content'
  | 'half-signature'
  | 'other-signer'
  | 'wrong-count'
  | 'wrong-direction'
  | 'rows-out-of-order'
  | 'not-json';

export interface DepartmentSettings {
  readonly department: string;
  /** CN of the city's own certificate. */
  readonly city: string;
  readonly caPem: string;
  readonly signer: Signer;
  readonly clock: () => Date;
}

interface Held {
  readonly value: string;
  readonly at: string;
}

/**
 * A department that shares population data with the city: it numbers and signs its deltas, keeps what it knows of people,
 * takes the city's deltas over and answers them row by row.
 */
export class Department {
  readonly #settings: DepartmentSettings;
  readonly #people = new Map<string, Map<string, Held>>();
  readonly #sent: PopulationFile[] = [];
  #taken = 0;

  constructor(settings: DepartmentSettings) {
    this.#settings = settings;
  }

  get name(): string {
    return this.#settings.department;
  }

  /** What the department holds of a person's item. */
  know(idNumber: string, item: string): string | undefined {
    return this.#people.get(idNumber)?.get(item)?.value;
  }

  /** Puts a person into the department's own records, as its counters would. */
  record(idNumber: string, items: Readonly<Record<string, string>>, at = this.#settings.clock()): void {
    for (const [item, value] of Object.entries(items)) this.#held(idNumber).set(item, { value, at: at.toISOString() });
  }

  /** The next delta for the city. */
  send(changes: readonly PersonChange[]): PopulationFile {
    const file = writeDelta(this.#head(this.#sent.length + 1), changes, this.#settings.signer);
    this.#sent.push(file);
    return file;
  }

  /** A delta that should be refused; it does not count as sent. `stranger` signs where another's signature is wanted. */
  sendWrong(mistake: Mistake, changes: readonly PersonChange[], stranger: Signer): PopulationFile {
    const { signer } = this.#settings;
    const next = this.#sent.length + 1;
    const head = this.#head(next);
    const right = writeDelta(head, changes, signer);
    const about = { format: 'citycard-population/1', direction: 'to-city', ...head };
    const half = (bytes: Buffer) => bytes.subarray(0, bytes.length >> 1);
    switch (mistake) {
      case 'gap':
        return writeDelta(this.#head(next + 1), changes, signer);
      case 'old-number':
        return writeDelta(this.#head(next - 1), changes, signer);
      case 'last-month': {
        const day = dayOf(new Date(this.#settings.clock().getTime() - 45 * 86_400_000));
        return writeDelta({ ...head, periodFrom: day, periodTo: day }, changes, signer);
      }
      case 'other-department':
        return writeDelta({ ...head, department: 'civil-affairs' }, changes, signer);
      case 'half-content':
        return { ...right, content: half(right.content) };
      case 'half-signature':
        return { ...right, signature: half(right.signature) };
      case 'other-signer':
        return writeDelta(head, changes, stranger);
      case 'wrong-count':
        return seal(about, changes.length + 1, right.content, signer);
      case 'wrong-direction':
        return seal({ ...about, direction: 'to-department' }, changes.length, right.content, signer);
      case 'rows-out-of-order': {
        const content = Buffer.from(changes.map((change) => `${JSON.stringify({ row: 7, ...change })}\n`).join(''));
        return seal(about, changes.length, content, signer);
      }
      case 'not-json':
        return seal(about, 1, Buffer.from('id;name\n'), signer);
    }
  }

  /** The newest file sent, as it was: what a nervous operator delivers again. */
  resend(): PopulationFile | undefined {
    return this.#sent.at(-1);
  }

  /** Reads the city's answer to the newest file sent. Throws MalformedBytes. */
  readAnswer(acknowledgement: PopulationFile): AcknowledgedRow[] {
    const sent = this.#sent.at(-1);
    if (sent === undefined) throw new RangeError('nothing was sent yet');
    return readAcknowledgement(acknowledgement, sent, this.#expected());
  }

  /**
   * Takes a delta of the city over and answers it. What the department holds with a newer time is a conflict, and stays.
   * A file that came before is answered again and changes nothing. Throws MalformedBytes for a file that is not right.
   */
  receive(file: PopulationFile): { changes: PersonChange[]; rows: AcknowledgedRow[]; acknowledgement: PopulationFile } {
    const { manifest, changes } = readDelta(file, this.#expected());
    if (manifest.sequence > this.#taken + 1) throw new RangeError(`file ${this.#taken + 1} is missing`);
    this.#taken = Math.max(this.#taken, manifest.sequence);
    const rows = changes.map(({ row, idNumber, items }) => this.#take(row, idNumber, items));
    const { signer } = this.#settings;
    const head = { ...this.#head(manifest.sequence), periodFrom: manifest.periodFrom, periodTo: manifest.periodTo };
    return { changes, rows, acknowledgement: writeAcknowledgement(head, file, rows, signer) };
  }

  #take(row: number, idNumber: string, items: PersonChange['items']): AcknowledgedRow {
    const held = this.#held(idNumber);
    const disputed: string[] = [];
    let changed = false;
    for (const [item, incoming] of Object.entries(items)) {
      const own = held.get(item);
      if (own?.value === incoming.value) continue;
      if (own !== undefined && Date.parse(own.at) > Date.parse(incoming.at)) disputed.push(item);
      else {
        held.set(item, incoming);
        changed = true;
      }
    }
    if (disputed.length > 0) return { row, outcome: 'conflict', items: disputed };
    return { row, outcome: changed ? 'accepted' : 'unchanged' };
  }

  #held(idNumber: string): Map<string, Held> {
    let held = this.#people.get(idNumber);
    if (held === undefined) this.#people.set(idNumber, (held = new Map()));
    return held;
  }

  #head(sequence: number): FileHead {
    const now = this.#settings.clock();
    const day = dayOf(now);
    return { department: this.name, sequence, periodFrom: day, periodTo: day, createdAt: now.toISOString() };
  }

  #expected() {
    const { department, city, caPem } = this.#settings;
    return { department, city, caPem };
  }
}

/** The day in China. */
function dayOf(moment: Date): string {
  return new Date(moment.getTime() + 8 * 3_600_000).toISOString().slice(0, 10);
}
