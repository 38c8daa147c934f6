/** One entry of the hotlist for one card. */
export interface HotlistEntry {
  readonly version: bigint;
  readonly action: 'add' | 'remove';
  readonly publishedAt: Date;
}

/** What is known of the list at the terminal when the card was tapped. */
export interface ListAtTap {
  readonly tappedAt: Date;
  /** Byte 51 of the record. */
  readonly recordVersion: bigint;
  /** The last version the terminal confirmed (391) before the tap. */
  readonly confirmedVersion: bigint;
  readonly graceMs: number;
}

/**
 * Whether the card was hot-listed before the purchase by a list in force at the terminal: an entry is in force when it was
 * published at or before the higher of the two versions, or longer ago than the grace time (terminal-interface.md §3,
 * "Hotlist in force"). A card whose entry had been taken back by the time of the tap was not hot-listed any more, even if
 * the terminal could not know yet.
 */
export function wasHotListed(entries: readonly HotlistEntry[], tap: ListAtTap): boolean {
  const held = tap.recordVersion > tap.confirmedVersion ? tap.recordVersion : tap.confirmedVersion;
  const overdue = tap.tappedAt.getTime() - tap.graceMs;
  let last: HotlistEntry | undefined;
  let lastRemoval = -1n;
  for (const entry of entries) {
    const inForce = entry.version <= held || entry.publishedAt.getTime() < overdue;
    if (inForce && (last === undefined || entry.version > last.version)) last = entry;
    const removedByThen = entry.action === 'remove' && entry.publishedAt <= tap.tappedAt;
    if (removedByThen && entry.version > lastRemoval) lastRemoval = entry.version;
  }
  return last?.action === 'add' && last.version > lastRemoval;
}
