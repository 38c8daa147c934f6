import { createHash } from 'node:crypto';
import { type BusinessDate, businessDate, canonicalJson, type Transaction } from '@citycard/common';
import type { BalanceLine } from '../float/balances-at.ts';
import type { FloatPosition } from '../float/float-position.ts';

/** What a receipt's first field says. */
export const RECEIPT_FORMAT = 'citycard-day-receipt/1';

/** What the supervisor gets of a closed day; amounts in fen. */
export interface DayReceipt {
  readonly format: typeof RECEIPT_FORMAT;
  readonly businessDate: BusinessDate;
  readonly madeAt: string;
  /** SHA-256 of the content of the receipt before, hexadecimal: one that is missing from a collection shows. */
  readonly previousSha256: string | null;
  /** The newest chunk of the ledger's chain when the day was closed, and its hash. */
  readonly ledger: { readonly chunkNo: bigint; readonly headSha256: string };
  readonly actLog: { readonly sequence: bigint; readonly headSha256: string };
  /** Accounts at the end of the business day; those of cards in one line per kind. */
  readonly trialBalance: readonly { readonly account: string; readonly debitFen: bigint; readonly creditFen: bigint }[];
  readonly float: { readonly ok: boolean; readonly position: unknown };
}

interface Heads {
  chunk_no: bigint;
  chunk: Buffer;
  sequence: bigint;
  act: Buffer;
  previous: Buffer | null;
  at: Date;
}

/** Makes the receipt of a day, inside the transaction that closes it: there is no closed day without one. */
export async function makeReceipt(
  tx: Transaction,
  date: BusinessDate,
  closing: { readonly lines: readonly BalanceLine[]; readonly position: FloatPosition },
): Promise<{ readonly sha256: string }> {
  const { rows } = await tx.query<Heads>(
    `select h.chunk_no, h.chunk_sha256 as chunk, a.sequence, a.sha256 as act, date_trunc('milliseconds', clock_timestamp()) as at,
            (select r.content_sha256 from clearing.day_receipt r where r.business_date < $1 order by r.business_date desc limit 1) as previous
       from clearing.ledger_head h cross join platform.act_log_head a`,
    [date],
  );
  const heads = rows[0];
  if (heads === undefined) throw new Error('the ledger or the act log has lost its head row');
  const receipt: DayReceipt = {
    format: RECEIPT_FORMAT,
    businessDate: date,
    madeAt: heads.at.toISOString(),
    previousSha256: heads.previous?.toString('hex') ?? null,
    ledger: { chunkNo: heads.chunk_no, headSha256: heads.chunk.toString('hex') },
    actLog: { sequence: heads.sequence, headSha256: heads.act.toString('hex') },
    trialBalance: closing.lines.map(({ kind, code, debitFen, creditFen }) => ({
      account: code ?? kind,
      debitFen,
      creditFen,
    })),
    float: { ok: closing.position.ok, position: closing.position },
  };
  const content = canonicalJson(receipt);
  const sha256 = createHash('sha256').update(content).digest();
  await tx.query(
    'insert into clearing.day_receipt (business_date, content, content_sha256, made_at) values ($1, $2, $3, $4)',
    [date, content, sha256, heads.at],
  );
  return { sha256: sha256.toString('hex') };
}

/** Reads what {@link makeReceipt} wrote. @throws Error with a few words saying what is wrong */
export function readReceipt(content: string): DayReceipt {
  const read = JSON.parse(content) as DayReceipt;
  if ((read as { format: unknown }).format !== RECEIPT_FORMAT) throw new Error(`its format is not ${RECEIPT_FORMAT}`);
  return {
    ...read,
    businessDate: businessDate(read.businessDate),
    ledger: { ...read.ledger, chunkNo: BigInt(read.ledger.chunkNo) },
    actLog: { ...read.actLog, sequence: BigInt(read.actLog.sequence) },
    trialBalance: read.trialBalance.map(({ account, debitFen, creditFen }) => ({
      account,
      debitFen: BigInt(debitFen),
      creditFen: BigInt(creditFen),
    })),
  };
}
