import type { Database } from '@citycard/common';
import type { KeyRef } from '@citycard/hsm-sim';

/** What a terminal may do; each opens the messages that go with it (terminal interface, section 3). */
export const terminalFunctions = ['load', 'load-bound', 'purchase-upload', 'bill', 'enquiry'] as const;
export type TerminalFunction = (typeof terminalFunctions)[number];

export type MacAlgorithm = 'ecb' | 'x9.19';

export type TerminalStatus = 'active' | 'suspended' | 'retired';

/** A terminal as a request needs it. Keys are blocks under the HSM's LMK, never clear. */
export interface Terminal {
  readonly terminalNo: string;
  /** Without the padding of field 42. */
  readonly merchantNo: string;
  /** Byte 55 of the purchase record: 1 bus, 2 taxi, … */
  readonly industry: number;
  readonly samNo: string | undefined;
  readonly functions: readonly TerminalFunction[];
  readonly macAlgorithm: MacAlgorithm;
  /** On plain TCP it is not known. */
  readonly tlsOnly: boolean;
  /** Neither suspended nor retired: the others are answered 97, as if they were not registered. */
  readonly active: boolean;
  readonly groupName: string | undefined;
  readonly tmk: KeyRef | undefined;
  readonly mak: KeyRef | undefined;
  /** Handed out with the last sign-on; in force from the first message that is right under it. */
  readonly nextMak: KeyRef | undefined;
  readonly lastSettledBatch: string | undefined;
}

interface TerminalRow {
  terminal_no: string;
  merchant_no: string;
  industry: number;
  sam_no: string | null;
  functions: TerminalFunction[];
  mac_algorithm: MacAlgorithm;
  tls_only: boolean;
  status: TerminalStatus;
  group_name: string | null;
  tmk: string | null;
  mak: string | null;
  next_mak: string | null;
  last_settled_batch: string | null;
}

/** The terminals of these numbers, by number; one that is not registered is not in it. */
export async function findTerminals(db: Database, terminalNos: readonly string[]): Promise<Map<string, Terminal>> {
  const { rows } = await db.query<TerminalRow>({
    name: 'gateway-find-terminals',
    text: `select terminal_no, merchant_no, industry, sam_no, functions, mac_algorithm, tls_only, status, group_name, tmk, mak, next_mak, last_settled_batch
             from gateway.terminal where terminal_no = any($1)`,
    values: [terminalNos],
  });
  return new Map(rows.map((row) => [row.terminal_no, fromRow(row)]));
}

function fromRow(row: TerminalRow): Terminal {
  return {
    terminalNo: row.terminal_no,
    merchantNo: row.merchant_no,
    industry: row.industry,
    samNo: row.sam_no ?? undefined,
    functions: row.functions,
    macAlgorithm: row.mac_algorithm,
    tlsOnly: row.tls_only,
    active: row.status === 'active',
    groupName: row.group_name ?? undefined,
    tmk: row.tmk ?? undefined,
    mak: row.mak ?? undefined,
    nextMak: row.next_mak ?? undefined,
    lastSettledBatch: row.last_settled_batch ?? undefined,
  };
}

/** Functions whose messages (7, 8, 10, 12) move money. */
const movesMoney: readonly TerminalFunction[] = ['load', 'load-bound', 'bill'];

/**
 * Whether a terminal provisioned like this could be deceived: on plain TCP one that moves money needs the MAC that notices
 * blocks which change places (terminal interface, section 2).
 */
export function isMacTooWeak(terminal: {
  readonly functions: readonly TerminalFunction[];
  readonly macAlgorithm: MacAlgorithm;
  readonly tlsOnly?: boolean;
}): boolean {
  const exposed = terminal.macAlgorithm === 'ecb' && terminal.tlsOnly !== true;
  return exposed && terminal.functions.some((one) => movesMoney.includes(one));
}
