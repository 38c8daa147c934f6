import type { Database } from '@citycard/common';
import { wordsOfCode, wordsOfMessage } from './message-words.ts';

/** One message as a support person reads it. */
export interface MessageTrace {
  readonly receivedAt: string;
  readonly terminalNo: string;
  readonly traceNo: string;
  readonly mti: string;
  /** In words: `load, cash at agent`. */
  readonly message: string;
  readonly code: string;
  /** What the code means. */
  readonly meaning: string;
  readonly operator: string | null;
  readonly industry: number | null;
  readonly batchNo: string | null;
  /** Stars and the last four digits. */
  readonly cardNo: string | null;
  readonly amountFen: bigint | null;
  readonly reference: string | null;
  readonly remark: string | null;
  readonly from: string | null;
  readonly encrypted: boolean | null;
  readonly gateway: string;
  readonly totalMs: number;
  readonly stages: readonly { readonly name: string; readonly ms: number }[];
}

interface Row {
  received_at: Date;
  terminal_no: string;
  trace_no: string;
  mti: string;
  kind: string;
  code: string;
  merchant_no: string | null;
  industry: number | null;
  batch_no: string | null;
  card_no: string | null;
  amount_fen: bigint | null;
  reference: string | null;
  remark: string | null;
  remote: string | null;
  secure: boolean | null;
  gateway: string;
  stages: [string, number][];
}

const MOST = 200;

/**
 * The messages of a terminal with one trace number, or its last ones of any number when none is given; the newest first,
 * at most 200. A repeat is a message of its own.
 */
export async function findTraces(db: Database, terminalNo: string, traceNo?: string): Promise<MessageTrace[]> {
  const { rows } = await db.query<Row>(
    `select received_at, terminal_no, trace_no, mti, kind, code, merchant_no, industry, batch_no, card_no, amount_fen, reference,
            remark, remote, secure, gateway, stages
       from gateway.message_trace
      where terminal_no = $1 and ($2::text is null or trace_no = $2)
      order by received_at desc, sequence desc limit ${MOST}`,
    [terminalNo, traceNo ?? null],
  );
  return rows.map((row) => ({
    receivedAt: row.received_at.toISOString(),
    terminalNo: row.terminal_no,
    traceNo: row.trace_no,
    mti: row.mti,
    message: wordsOfMessage(row.kind),
    code: row.code,
    meaning: wordsOfCode(row.code),
    operator: row.merchant_no,
    industry: row.industry,
    batchNo: row.batch_no,
    cardNo: row.card_no,
    amountFen: row.amount_fen,
    reference: row.reference,
    remark: row.remark,
    from: row.remote,
    encrypted: row.secure,
    gateway: row.gateway,
    totalMs: Math.round(row.stages.reduce((sum, [, ms]) => sum + ms, 0) * 100) / 100,
    stages: row.stages.map(([name, ms]) => ({ name, ms })),
  }));
}
