/** The lines of a text that arrives in pieces; any of CR LF, LF CR, LF and CR ends a line, also where a piece ends between. */
export async function* linesOf(pieces: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of pieces) {
    const text = rest + piece.toString('latin1');
    if (text.length > LONGEST_LINE && !/[\r\n]/.test(text)) {
      // Nothing that could be a line of ours is this long: hand it on to be refused.
      yield text;
      return;
    }
    // A line end that stands last may have its second half in the next piece.
    let end = text.length;
    while (end > 0 && isLineEnd(text.charCodeAt(end - 1))) end -= 1;
    const lines = text.slice(0, end).split(LINE_END);
    rest = (lines.pop() ?? '') + text.slice(end);
    yield* lines;
  }
  const last = rest.replace(/[\r\n]+$/, '');
  if (last !== '') yield last;
}

const LINE_END = /\r\n|\n\r|\n|\r/;
const LONGEST_LINE = 1024;

function isLineEnd(code: number): boolean {
  return code === 10 || code === 13;
}
