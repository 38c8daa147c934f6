import { readFileSync } from 'node:fs';

/** The published and computed vectors of the interface, by id; tests only. */
interface Vector {
  readonly id: string;
  readonly [field: string]: unknown;
}

const document = JSON.parse(readFileSync(new URL('../../test/vectors.json', import.meta.url), 'utf8')) as {
  vectors: Vector[];
};

/** One vector, with the shape the test expects of it. Throws when there is none of that id. */
export function vector<Shape>(id: string): Shape {
  const found = document.vectors.find((candidate) => candidate.id === id);
  if (!found) throw new RangeError(`no vector ${id}`);
  return found as unknown as Shape;
}

/** Bytes of a hex text. */
export function hex(text: string): Buffer {
  return Buffer.from(text, 'hex');
}
