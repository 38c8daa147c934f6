import type { Principal, Transaction } from '@citycard/common';

export type TerminalEvent =
  | 'registered'
  | 'key-handed-over'
  | 'key-in-force'
  | 'moved'
  | 'provisioned'
  | 'labelled'
  | 'sam-paired'
  | 'suspended'
  | 'resumed'
  | 'retired';

/** Writes into each terminal's history what was done to it; stands or falls with the transaction that did it. */
export async function noteEvents(
  tx: Transaction,
  officer: Principal,
  event: TerminalEvent,
  terminals: readonly string[],
  detail: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  await tx.query(
    `insert into gateway.terminal_event (terminal_no, event, done_by, detail) select no, $2, $3, $4 from unnest($1::text[]) as no`,
    [terminals, event, officer.id, JSON.stringify(detail)],
  );
}
