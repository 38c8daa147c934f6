/** Notes and coins in use, by face value in fen, the largest first. */
export const FACES = [10_000, 5_000, 2_000, 1_000, 500, 100, 50, 10, 5, 2, 1] as const;

/** A typed number of pieces; undefined when it is none. An empty field is none of them. */
export function piecesOf(typed: string): bigint | undefined {
  const text = typed.trim();
  if (text === '') return 0n;
  return /^[0-9]{1,6}$/.test(text) ? BigInt(text) : undefined;
}

/** What the pieces come to, in fen; undefined when one of the fields is no number. */
export function sumOfPieces(typed: Readonly<Record<string, string>>): bigint | undefined {
  let sum = 0n;
  for (const [face, text] of Object.entries(typed)) {
    const pieces = piecesOf(text);
    if (pieces === undefined) return undefined;
    sum += BigInt(face) * pieces;
  }
  return sum;
}
