import { type BusinessDate, contentSha256, type Transaction } from '@citycard/common';
import type { Evidence } from '../day/evidence.ts';
import type { HeldLine, PendingLine, PricedLine } from './line.ts';
import type { Institution } from './shares.ts';

/** Stores what pricing found: lines, their parts by tariff, the shares of each part, and what is held. */
export async function writePricing(
  tx: Transaction,
  date: BusinessDate,
  { priced, held }: { readonly priced: readonly PricedLine[]; readonly held: readonly (PendingLine & HeldLine)[] },
  accountOf: (institution: Institution) => string,
): Promise<void> {
  await tx.query(
    `insert into clearing.pricing_held (business_date, participant_no, gross_fen, reason)
     select $1, * from unnest($2::text[], $3::bigint[], $4::text[])`,
    [date, held.map((l) => l.participantNo), held.map((l) => l.onTheDayFen), held.map((l) => l.reason)],
  );
  await tx.query(
    `insert into clearing.pricing_line (business_date, participant_no, period_from, tariff_id, sales_count, sales_fen,
                                        refund_count, refund_fen, gross_fen, fee_fen, net_fen)
     select $1, * from unnest($2::text[], $3::date[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[],
                              $9::bigint[], $10::bigint[], $11::bigint[])`,
    [
      date,
      priced.map((l) => l.participantNo),
      priced.map((l) => l.periodFrom),
      priced.map((l) => (l.parts.length === 1 ? l.parts[0]?.tariff.tariffId : null)),
      priced.map((l) => l.activity.salesCount),
      priced.map((l) => l.activity.salesFen),
      priced.map((l) => l.activity.refundCount),
      priced.map((l) => l.activity.refundFen),
      priced.map((l) => l.grossFen),
      priced.map((l) => l.feeFen),
      priced.map((l) => l.netFen),
    ],
  );
  const parts = priced.flatMap((line) => line.parts.map((part) => ({ participantNo: line.participantNo, ...part })));
  await tx.query(
    `insert into clearing.pricing_part (business_date, participant_no, tariff_id, sales_count, sales_fen, refund_count,
                                        refund_fen, before_count, before_fen, fee_fen)
     select $1, * from unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[],
                              $9::bigint[], $10::bigint[])`,
    [
      date,
      parts.map((p) => p.participantNo),
      parts.map((p) => p.tariff.tariffId),
      parts.map((p) => p.activity.salesCount),
      parts.map((p) => p.activity.salesFen),
      parts.map((p) => p.activity.refundCount),
      parts.map((p) => p.activity.refundFen),
      parts.map((p) => p.before?.count ?? 0n),
      parts.map((p) => p.before?.amountFen ?? 0n),
      parts.map((p) => p.feeFen),
    ],
  );
  const shares = parts.flatMap((part) =>
    part.shares.map((share) => ({ participantNo: part.participantNo, tariffId: part.tariff.tariffId, ...share })),
  );
  await tx.query(
    `insert into clearing.pricing_share (business_date, participant_no, tariff_id, institution, account_code, amount_fen)
     select $1, * from unnest($2::text[], $3::bigint[], $4::text[], $5::text[], $6::bigint[])`,
    [
      date,
      shares.map((s) => s.participantNo),
      shares.map((s) => s.tariffId),
      shares.map((s) => s.institution),
      shares.map((s) => accountOf(s.institution)),
      shares.map((s) => s.amountFen),
    ],
  );
}

/** What pricing recorded, counted from the stored lines, parts and shares. */
export async function pricingEvidence(tx: Transaction, date: BusinessDate): Promise<Evidence> {
  const lines = await tx.query<Record<'gross_fen' | 'fee_fen' | 'net_fen', bigint>>(
    `select participant_no, period_from, tariff_id, sales_count, sales_fen, refund_count, refund_fen, gross_fen, fee_fen, net_fen
       from clearing.pricing_line where business_date = $1 order by participant_no`,
    [date],
  );
  const parts = await tx.query(
    `select participant_no, tariff_id, sales_count, sales_fen, refund_count, refund_fen, before_count, before_fen, fee_fen
       from clearing.pricing_part where business_date = $1 order by participant_no, tariff_id`,
    [date],
  );
  const shares = await tx.query<{ amount_fen: bigint }>(
    `select participant_no, tariff_id, institution, account_code, amount_fen
       from clearing.pricing_share where business_date = $1 order by participant_no, tariff_id, institution`,
    [date],
  );
  const held = await tx.query<{ participant_no: string; gross_fen: bigint }>(
    'select participant_no, gross_fen from clearing.pricing_held where business_date = $1 order by participant_no',
    [date],
  );
  const total = (name: 'gross_fen' | 'fee_fen' | 'net_fen') => lines.rows.reduce((sum, row) => sum + row[name], 0n);
  return {
    lines: lines.rows.length,
    grossFen: total('gross_fen'),
    feeFen: total('fee_fen'),
    netFen: total('net_fen'),
    sharedFen: shares.rows.reduce((sum, row) => sum + row.amount_fen, 0n),
    linesSha256: contentSha256([lines.rows, parts.rows, shares.rows]).toString('hex'),
    held: held.rows.map((row) => ({ participantNo: row.participant_no, grossFen: row.gross_fen })),
  };
}
