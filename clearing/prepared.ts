/**
 * A statement each session plans once: over this many partitions, planning takes longer than finding a few thousand rows by
 * index.
 */
export function prepared(name: string, text: string): { name: string; text: string } {
  return { name, text };
}
