import { type BusinessDate, cityDate, type Database, type Statement, type Transaction } from '@citycard/common';
import { contentHash } from '../codec/content-hash.ts';
import type { TerminalRequest } from '../catalogue/request.ts';
import type { ResponseCode } from '../catalogue/response-codes.ts';

/** How long a repeat gets the stored answer. */
const KEPT_DAYS = 40;

/** What makes a request the same request (terminal interface, section 3, Repeats). */
export interface RequestIdentity {
  readonly terminalNo: string;
  readonly merchantNo: string;
  readonly mti: string;
  readonly batchNo: string;
  readonly traceNo: string;
  readonly content: Buffer;
}

export function identityOf(request: TerminalRequest): RequestIdentity {
  return {
    terminalNo: request.terminalNo,
    merchantNo: request.merchantNo.trimEnd(),
    mti: request.message.mti,
    batchNo: request.management.batch,
    traceNo: request.trace,
    content: contentHash(request.message),
  };
}

export type Known =
  /** Nothing of this identity counts: a new request. */
  | { readonly kind: 'new' }
  /** Same identity and content: answered before. */
  | { readonly kind: 'answered'; readonly code: ResponseCode; readonly body: Buffer; readonly cityDate: BusinessDate }
  /** Same identity and content: its fact is committed, its answer is still owed. */
  | { readonly kind: 'unanswered'; readonly factId: bigint }
  /** Same identity, other content, on the same city date: 94. */
  | { readonly kind: 'other-content' };

interface StoredRow {
  city_date: BusinessDate;
  content_sha256: Buffer;
  code: ResponseCode | null;
  body: Buffer | null;
  fact_id: bigint | null;
}

/** Looks a request up among those of the last 40 days, the newest first. */
export async function recall(db: Database | Transaction, identity: RequestIdentity, now: Date): Promise<Known> {
  const { rows } = await db.query<StoredRow>({
    name: 'gateway-recall',
    text: `select city_date, content_sha256, code, body, fact_id from gateway.stored_answer
            where terminal_no = $1 and merchant_no = $2 and mti = $3 and batch_no = $4 and trace_no = $5
              and city_date > $6::date - ${KEPT_DAYS}
            order by city_date desc`,
    values: [identity.terminalNo, identity.merchantNo, identity.mti, identity.batchNo, identity.traceNo, cityDate(now)],
  });
  return knownFrom(rows, identity, now);
}

/** What the rows of one identity, the newest first, say of a request. */
function knownFrom(rows: readonly StoredRow[], identity: RequestIdentity, now: Date): Known {
  const same = rows.find((row) => row.content_sha256.equals(identity.content));
  if (same !== undefined) {
    if (same.code !== null && same.body !== null) {
      return { kind: 'answered', code: same.code, body: same.body, cityDate: same.city_date };
    }
    return { kind: 'unanswered', factId: same.fact_id ?? 0n };
  }
  return rows.some((row) => row.city_date === cityDate(now)) ? { kind: 'other-content' } : { kind: 'new' };
}

const NEW: Known = { kind: 'new' };

/**
 * Locks many identities until the transaction ends and looks them up: {@link lockIdentity} and {@link recall} for a whole
 * set in one round trip. From here on nothing in the transaction waits longer than `waitMs` for a lock (SQLSTATE 55P03).
 */
export async function lockAndRecall(
  tx: Transaction,
  identities: readonly RequestIdentity[],
  now: Date,
  waitMs: number,
): Promise<Known[]> {
  const { rows } = await tx.query<StoredRow & { place: number }>({
    name: 'gateway-recall-answers',
    text: `select place, city_date, content_sha256, code, body, fact_id
             from gateway.recall_answers($1, $2, $3, $4, $5, $6::date - ${KEPT_DAYS}, $7)`,
    values: [...identityColumns(identities), cityDate(now), waitMs],
  });
  const known = identities.map(() => NEW);
  for (let from = 0; from < rows.length;) {
    const place = rows[from]?.place ?? 0;
    let to = from + 1;
    while (rows[to]?.place === place) to += 1;
    const identity = identities[place - 1];
    if (identity !== undefined) known[place - 1] = knownFrom(rows.slice(from, to), identity, now);
    from = to;
  }
  return known;
}

function identityColumns(identities: readonly RequestIdentity[]): string[][] {
  return [
    identities.map(({ terminalNo }) => terminalNo),
    identities.map(({ merchantNo }) => merchantNo),
    identities.map(({ mti }) => mti),
    identities.map(({ batchNo }) => batchNo),
    identities.map(({ traceNo }) => traceNo),
  ];
}

/** An answer to be kept with the request it answers. */
export interface AnswerToKeep {
  readonly identity: RequestIdentity;
  readonly request: Buffer;
  readonly code: ResponseCode;
  readonly body: Buffer;
  readonly at: Date;
}

/** What keeps the answers of a set to requests that were new, in the transaction of the facts they acknowledge. */
export function keepAnswers(answers: readonly AnswerToKeep[]): Statement[] {
  if (answers.length === 0) return [];
  const statement = {
    name: 'gateway-keep-answers',
    text: `insert into gateway.stored_answer
             (terminal_no, merchant_no, mti, batch_no, trace_no, city_date, content_sha256, request, code, body, received_at)
           select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::date[], $7::bytea[], $8::bytea[],
             $9::text[], $10::bytea[], $11::timestamptz[])`,
    values: [
      ...identityColumns(answers.map(({ identity }) => identity)),
      answers.map(({ at }) => cityDate(at)),
      answers.map(({ identity }) => identity.content),
      answers.map(({ request }) => request),
      answers.map(({ code }) => code),
      answers.map(({ body }) => body),
      answers.map(({ at }) => at),
    ],
  };
  return [statement];
}

/**
 * Makes two requests of one identity wait for each other until the transaction ends, also across gateways; the second
 * then finds what the first has stored.
 */
export async function lockIdentity(tx: Transaction, identity: RequestIdentity): Promise<void> {
  const { terminalNo, merchantNo, mti, batchNo, traceNo } = identity;
  await tx.query({
    name: 'gateway-lock-identity',
    text: 'select pg_advisory_xact_lock(hashtextextended($1, 8583))',
    values: [[terminalNo, merchantNo, mti, batchNo, traceNo].join('/')],
  });
}

/** Keeps an answer, in the transaction of the facts it acknowledges; completes a row that was still unanswered. */
export async function keepAnswer(
  tx: Transaction,
  identity: RequestIdentity,
  request: Buffer,
  answer: { readonly code: ResponseCode; readonly body: Buffer; readonly at: Date; readonly factId?: bigint },
): Promise<void> {
  const completed = await tx.query(
    `update gateway.stored_answer set code = $7, body = $8
      where terminal_no = $1 and merchant_no = $2 and mti = $3 and batch_no = $4 and trace_no = $5 and content_sha256 = $6 and body is null`,
    [
      identity.terminalNo,
      identity.merchantNo,
      identity.mti,
      identity.batchNo,
      identity.traceNo,
      identity.content,
      answer.code,
      answer.body,
    ],
  );
  if (completed.rowCount === 1) return;
  await insertRow(tx, identity, request, answer.at, {
    code: answer.code,
    body: answer.body,
    factId: answer.factId ?? null,
  });
}

/** Notes that the fact of a request is committed although its answer is not known yet. */
export async function keepFact(
  tx: Transaction,
  identity: RequestIdentity,
  request: Buffer,
  fact: { factId: bigint; at: Date },
): Promise<void> {
  await insertRow(tx, identity, request, fact.at, { code: null, body: null, factId: fact.factId });
}

async function insertRow(
  tx: Transaction,
  identity: RequestIdentity,
  request: Buffer,
  at: Date,
  answer: { code: ResponseCode | null; body: Buffer | null; factId: bigint | null },
): Promise<void> {
  await tx.query({
    name: 'gateway-keep-answer',
    text: `insert into gateway.stored_answer
             (terminal_no, merchant_no, mti, batch_no, trace_no, city_date, content_sha256, request, code, body, fact_id, received_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    values: [
      identity.terminalNo,
      identity.merchantNo,
      identity.mti,
      identity.batchNo,
      identity.traceNo,
      cityDate(at),
      identity.content,
      request,
      answer.code,
      answer.body,
      answer.factId,
      at,
    ],
  });
}
