import type { Message } from '../iso8583/message.ts';

/** A message that is sent until it is answered, across restarts; its content never changes. */
export interface StoredMessage {
  readonly purpose: 'upload' | 'load-result' | 'reversal' | 'bill';
  readonly mti: string;
  /** Field number → digits or text, or { hex } for bytes. Field 64 is made afresh at every sending. */
  readonly fields: Readonly<Record<string, string | { readonly hex: string }>>;
  /** What it adds to the totals of its batch when answered 00. */
  readonly counts: {
    readonly kind: 'loads' | 'purchases' | 'nothing';
    readonly number: number;
    readonly amountFen: number;
  };
}

/** A load whose end the terminal does not know yet. */
export interface OpenLoad {
  /** `requested`: 0200 sent, no answer seen. `answered`: 0210 00 seen, CREDIT may have happened. */
  readonly state: 'requested' | 'answered';
  readonly applicationSerial: string;
  readonly amountFen: number;
  readonly balanceBeforeFen: number;
  readonly counterBefore: number;
  readonly processingCode: string;
  readonly transactionClass: string;
  readonly batch: number;
  readonly trace: number;
  /** MMDD of field 13 of the answer, 0000 when none came. */
  readonly date: string;
}

/** Numbers and amounts of one batch. */
export interface BatchTotals {
  loads: number;
  loadsFen: number;
  purchases: number;
  purchasesFen: number;
}

/** Everything a terminal keeps when its power goes: plain data, so that a test can restart it from a copy. */
export interface TerminalMemory {
  batch: number;
  trace: number;
  /** Working keys in force, hex. */
  mak: string | undefined;
  pik: string | undefined;
  parametersVersion: number;
  /** Tag → value in hex. */
  parameters: Record<string, string>;
  hotlistVersion: number;
  /** 20-digit application serials. */
  hotlist: string[];
  forward: StoredMessage[];
  /** Answered with a final refusal: for a person to look at. */
  refused: { stored: StoredMessage; code: string }[];
  openLoads: OpenLoad[];
  /** By batch number. */
  totals: Record<string, BatchTotals>;
}

/** Memory of a terminal that was never switched on. */
export function freshTerminalMemory(): TerminalMemory {
  return {
    batch: 1,
    trace: 0,
    mak: undefined,
    pik: undefined,
    parametersVersion: 0,
    parameters: {},
    hotlistVersion: 0,
    hotlist: [],
    forward: [],
    refused: [],
    openLoads: [],
    totals: {},
  };
}

/** Totals of a batch, zeros when nothing was counted yet. */
export function totalsOf(memory: TerminalMemory, batch: number): BatchTotals {
  return memory.totals[batch] ?? { loads: 0, loadsFen: 0, purchases: 0, purchasesFen: 0 };
}

/** Counts an answered message into its own batch. */
export function countAnswered(memory: TerminalMemory, stored: StoredMessage): void {
  const { kind, number, amountFen } = stored.counts;
  if (kind === 'nothing') return;
  const field60 = stored.fields['60'];
  const batch = Number(typeof field60 === 'string' ? field60.slice(2, 8) : 0);
  const totals = { ...totalsOf(memory, batch) };
  totals[kind] += number;
  totals[`${kind}Fen`] += amountFen;
  memory.totals[batch] = totals;
}

/** Turns a message into what memory keeps. */
export function storeMessage(
  purpose: StoredMessage['purpose'],
  { mti, fields }: Message,
  counts: StoredMessage['counts'] = { kind: 'nothing', number: 0, amountFen: 0 },
): StoredMessage {
  const rows = [...fields].map(([number, value]) => [
    String(number),
    typeof value === 'string' ? value : { hex: value.toString('hex') },
  ]);
  return { purpose, mti, fields: Object.fromEntries(rows) as StoredMessage['fields'], counts };
}

/** The message that was stored. */
export function restoreMessage(stored: StoredMessage): Message {
  const rows = Object.entries(stored.fields).map(
    ([number, value]) => [Number(number), typeof value === 'string' ? value : Buffer.from(value.hex, 'hex')] as const,
  );
  return { mti: stored.mti, fields: new Map(rows) };
}
