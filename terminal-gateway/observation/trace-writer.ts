import { hostname } from 'node:os';
import {
  type BusinessDate,
  cityDate,
  copyRows,
  type Database,
  type Logger,
  transact,
  watchPart,
} from '@citycard/common';
import type { ObservedMessage } from './observed-message.ts';
import { dropOldTraceDays, ensureTraceDays } from './trace-days.ts';

/** A trace may be this late; a gateway that is killed loses as much. */
const WRITE_EVERY_MS = 500;
/** Enough of them do not wait for the clock. */
const BATCH = 2_000;
/** Beyond it traces are dropped and counted: they help a person, they carry no money, and memory is for messages. */
const MOST_WAITING = 20_000;
const CLEAN_EVERY_MS = 3_600_000;

const columns = [
  'terminal_no', 'trace_no', 'received_at', 'gateway', 'sequence', 'city_date', 'mti', 'kind', 'code', 'merchant_no', 'industry',
  'batch_no', 'card_no', 'amount_fen', 'reference', 'remote', 'secure', 'stages', 'remark',
] as const; // prettier-ignore

export interface TraceStatistics {
  written: number;
  /** Not written because PostgreSQL did not keep up, or did not answer. */
  dropped: number;
}

/** Keeps what is told of messages and writes it in batches, behind everything else. */
export class TraceWriter {
  readonly statistics: TraceStatistics = { written: 0, dropped: 0 };
  readonly #db: Database;
  readonly #logger: Logger;
  readonly #keptDays: number;
  readonly #gateway = `${hostname()}/${process.pid}`;
  readonly #days = new Set<BusinessDate>();
  readonly #part = watchPart('message-traces', { everyMs: WRITE_EVERY_MS });
  readonly #writeTimer: NodeJS.Timeout;
  readonly #cleanTimer: NodeJS.Timeout;
  #waiting: ObservedMessage[] = [];
  #sequence = 0n;
  #writing: Promise<void> | undefined;

  constructor(options: { readonly db: Database; readonly logger: Logger; readonly keptDays: number }) {
    this.#db = options.db;
    this.#logger = options.logger;
    this.#keptDays = options.keptDays;
    this.#writeTimer = setInterval(() => void this.#part.round(() => this.write()), WRITE_EVERY_MS).unref();
    this.#cleanTimer = setInterval(() => void this.#clean(), CLEAN_EVERY_MS).unref();
    void this.#clean();
  }

  add(message: ObservedMessage): void {
    if (this.#waiting.length >= MOST_WAITING) {
      this.statistics.dropped++;
      return;
    }
    if (this.#waiting.push(message) >= BATCH) void this.write();
  }

  /** Writes what waits; resolves when all that was added before the call is in PostgreSQL, or dropped. */
  async write(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
    if (this.#waiting.length === 0) return;
    const batch = this.#waiting;
    this.#waiting = [];
    this.#writing = this.#writeBatch(batch).finally(() => (this.#writing = undefined));
    await this.#writing;
  }

  async stop(): Promise<void> {
    clearInterval(this.#writeTimer);
    clearInterval(this.#cleanTimer);
    await this.write();
    this.#part.end();
  }

  async #writeBatch(batch: readonly ObservedMessage[]): Promise<void> {
    try {
      const rows = batch.map((message) => this.#rowOf(message));
      await this.#ensureDays(batch);
      await transact(this.#db, (tx) => copyRows(tx, 'gateway.message_trace', columns, rows));
      this.statistics.written += batch.length;
    } catch (error) {
      this.statistics.dropped += batch.length;
      this.#days.clear();
      this.#logger.warn({ err: error, traces: batch.length }, 'traces of messages were not written');
    }
  }

  #rowOf(message: ObservedMessage): readonly unknown[] {
    const { stages, cardNo, link } = message;
    return [
      message.terminalNo,
      message.traceNo,
      message.at,
      this.#gateway,
      ++this.#sequence,
      cityDate(message.at),
      message.mti,
      message.kind,
      message.code,
      message.operator,
      message.industry,
      message.batchNo,
      cardNo === undefined ? undefined : maskCardNo(cardNo),
      message.amountFen,
      message.reference,
      link?.remoteAddress,
      link?.secure,
      JSON.stringify(stages.map(({ name, ms }) => [name, Math.round(ms * 100) / 100])),
      message.remark?.replaceAll(LONG_NUMBER, '…'),
    ];
  }

  async #ensureDays(batch: readonly ObservedMessage[]): Promise<void> {
    const missing = new Set(batch.map(({ at }) => cityDate(at)).filter((date) => !this.#days.has(date)));
    if (missing.size === 0) return;
    await ensureTraceDays(this.#db, [...missing]);
    for (const date of missing) this.#days.add(date);
  }

  async #clean(): Promise<void> {
    try {
      const dropped = await dropOldTraceDays(this.#db, this.#keptDays, new Date());
      if (dropped.length > 0) this.#logger.info({ days: dropped }, 'old traces of messages dropped');
    } catch (error) {
      this.#logger.warn({ err: error }, 'old traces of messages were not dropped, will be tried again');
    }
  }
}

/** A reason quotes what was wrong; a number as long as a card's or a person's is not repeated. */
const LONG_NUMBER = /\d{11,}[\dXx]?/g;

/** Four digits are enough to know a card again when its holder reads them out, and too few to know whose it is. */
function maskCardNo(cardNo: string): string {
  return '*'.repeat(Math.max(0, cardNo.length - 4)) + cardNo.slice(-4);
}
