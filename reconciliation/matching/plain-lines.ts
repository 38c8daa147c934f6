import { isUtf8 } from 'node:buffer';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * A file as partners send it, in lines of UTF-8: GB 18030 is converted, and line ends LF CR (0A 0D, of old depot software) become LF.
 * What is neither encoding goes on as it is; whoever reads the line says so. A line feed is never part of a character in either, so the
 * file is looked at in whole lines.
 */
export async function* plainLines(parts: AsyncIterable<Buffer> | Iterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  let gb18030 = false;
  for await (const part of parts) {
    const known = Buffer.concat([rest, part]);
    // The byte behind a line feed says whether it is the end of a line alone.
    const end = known.lastIndexOf(LINE_FEED, known.length - 2) + 1;
    rest = known.subarray(end);
    if (end === 0) continue;
    const lines = known.subarray(0, end);
    gb18030 ||= !isUtf8(lines) && isGb18030(lines);
    yield plain(lines, gb18030);
  }
  if (rest.length > 0) yield plain(rest, gb18030 || (!isUtf8(rest) && isGb18030(rest)));
}

function plain(lines: Buffer, gb18030: boolean): Buffer {
  const ended =
    lines.includes('\n\r') || lines[0] === CARRIAGE_RETURN
      ? // In latin1 every byte is one character: nothing but the line ends changes.
        Buffer.from(lines.toString('latin1').replaceAll(/(^|\n)\r(?!\n)/g, '$1'), 'latin1')
      : lines;
  return gb18030 ? Buffer.from(new TextDecoder('gb18030').decode(ended), 'utf8') : ended;
}

function isGb18030(bytes: Buffer): boolean {
  try {
    new TextDecoder('gb18030', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
