import { type Database, type Fen, fen, ZERO_FEN } from '@citycard/common';
import { HOME_CITY } from '../purses/card-number.ts';
import { ACCEPTED_CODE, type PurchaseState, REASON, type ReasonCode, reasonCode } from '../purchases/reason-codes.ts';
import { type DeliveredFile, type FileIntakeDeps, type FileIntakeResult, takeFile } from './file.ts';
import type { FileFormat } from './file-checks.ts';

function cityFile(homeCity: string): FileFormat {
  return {
    magic: 'CCIP',
    source: 'ccip',
    async sender(db, named) {
      const from = named.slice(0, 4);
      const to = named.slice(4);
      if (to !== homeCity) return { problem: `this file is for city ${to}; this is city ${homeCity}` };
      const { rows } = await (db as Database).query<{ participant_no: string }>(
        `select participant_no from clearing.participant where kind = 'city' and city_code = $1`,
        [from],
      );
      if (rows[0] === undefined) return { problem: `there is no agreement with city ${from}` };
      return { participantNo: rows[0].participant_no, expectedCn: from };
    },
  };
}

/**
 * Takes a `.ccip` file in: purchases made in another city with our cards. Checked like an operator's file; the certificate's
 * CN is the city code (terminal-interface.md §3, "Inter-city files").
 */
export async function intakeCcip(
  deps: FileIntakeDeps & { readonly homeCity?: string },
  file: DeliveredFile,
): Promise<FileIntakeResult> {
  return takeFile(deps, cityFile(deps.homeCity ?? HOME_CITY), file);
}

/** What a CCIR row says of one record of a CCIP file. */
export interface CcipOutcome {
  /** From 0, the record's place in its file. */
  readonly index: number;
  readonly outcome: typeof ACCEPTED_CODE | ReasonCode;
  readonly acceptedFen: Fen;
  /** False while the record is held; it is then answered once more when it is decided. */
  readonly final: boolean;
}

/**
 * The outcomes of a CCIP file in the order of its records, or undefined while one of them is still to be judged. A record held
 * for whatever reason is told as 0F: the sending city must not take it for refused, since it may still be paid.
 */
export async function ccipOutcomes(db: Database, intakeId: bigint): Promise<CcipOutcome[] | undefined> {
  const { rows: waiting } = await db.query('select from clearing.undecided_intake where intake_id = $1', [intakeId]);
  if (waiting.length > 0) return undefined;
  const { rows } = await db.query<{
    record_index: number;
    state: PurchaseState;
    reason_code: string | null;
    amount_fen: bigint;
  }>(
    `select r.record_index, r.state, r.reason_code, r.amount_fen
       from clearing.intake i join clearing.purchase_record r on r.business_date = i.business_date and r.intake_id = i.intake_id
      where i.intake_id = $1 order by r.record_index`,
    [intakeId],
  );
  const outcomes: CcipOutcome[] = [];
  for (const row of rows) {
    if (row.state === 'received' || row.state === 'routed') return undefined;
    outcomes.push({ index: row.record_index, ...told(row.state, row.reason_code, row.amount_fen) });
  }
  return outcomes;
}

function told(
  state: Exclude<PurchaseState, 'received' | 'routed'>,
  code: string | null,
  amount: bigint,
): Omit<CcipOutcome, 'index'> {
  switch (state) {
    case 'accepted':
      return { outcome: ACCEPTED_CODE, acceptedFen: fen(amount), final: true };
    case 'suspicious':
      return { outcome: REASON.heldForInspection, acceptedFen: ZERO_FEN, final: false };
    case 'duplicate':
    case 'rejected':
      return { outcome: reasonCode(code ?? '') ?? REASON.duplicate, acceptedFen: ZERO_FEN, final: true };
  }
}
