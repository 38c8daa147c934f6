import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The terminal that the frames of the corpus are from. */
export const CORPUS_TERMINAL = { terminalNo: 'FUZZ0001', merchantNo: '904458041119999', samNo: '999900009999' };

/**
 * One stream and what has to come of it.
 *
 * A file is a sentence behind `#`, lines behind `>` (`answers` with the codes of field 39 in the order of the frames, or
 * `none`; `pieces` with the bytes of each segment) and the frames as blocks of hex; a block that begins with `seal` gets a
 * right field 64 in its last 8 bytes.
 */
export interface CorpusCase {
  readonly name: string;
  readonly why: string;
  readonly answers: readonly string[];
  readonly pieceBytes: number | undefined;
  readonly blocks: readonly { readonly bytes: Buffer; readonly seal: boolean }[];
}

const directory = fileURLToPath(new URL('./corpus', import.meta.url));

export function readCorpus(): CorpusCase[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith('.hex'))
    .sort()
    .map((file) => parse(file.slice(0, -'.hex'.length), readFileSync(`${directory}/${file}`, 'utf8')));
}

function parse(name: string, text: string): CorpusCase {
  const lines = text.split('\n');
  const order = (word: string) =>
    lines
      .find((line) => line.startsWith(`> ${word} `))
      ?.split(' ')
      .slice(2);
  const answers = order('answers');
  if (answers === undefined) throw new Error(`${name}.hex does not say what is answered`);
  const hex = lines.filter((line) => !/^[#>]/.test(line)).join('\n');
  const blocks = hex.split(/\n{2,}/).filter((block) => block.trim() !== '');
  const pieces = order('pieces')?.[0];
  return {
    name,
    why: lines[0]?.replace(/^# /, '') ?? '',
    answers: answers[0] === 'none' ? [] : answers,
    pieceBytes: pieces === undefined ? undefined : Number(pieces),
    blocks: blocks.map((block) => {
      const digits = block.replace(/^\s*seal\n/, '').replaceAll(/\s/g, '');
      if (!/^([0-9A-F]{2})*$/.test(digits)) throw new Error(`${name}.hex: not hex`);
      return { bytes: Buffer.from(digits, 'hex'), seal: /^\s*seal\n/.test(block) };
    }),
  };
}

/** The stream of a case; `mac` makes field 64 over a body that ends with its place. */
export function streamOf(one: CorpusCase, mac: (body: Buffer) => Buffer): Buffer {
  return Buffer.concat(
    one.blocks.map(({ bytes, seal }) => {
      if (!seal) return bytes;
      const sealed = Buffer.from(bytes);
      mac(sealed.subarray(13)).copy(sealed, sealed.length - 8);
      return sealed;
    }),
  );
}

/** The segments a stream goes out in. */
export function piecesOf(one: CorpusCase, stream: Buffer): Buffer[] {
  const length = one.pieceBytes ?? stream.length;
  const count = Math.ceil(stream.length / length);
  return Array.from({ length: count }, (_, index) => stream.subarray(index * length, (index + 1) * length));
}
