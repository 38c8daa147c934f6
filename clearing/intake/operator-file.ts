import type { Database, Transaction } from '@citycard/common';
import { type DeliveredFile, type FileIntakeDeps, type FileIntakeResult, takeFile } from './file.ts';
import type { FileFormat, FileSender } from './file-checks.ts';

/** Who may send purchases: those that sell against the purse. */
const SELLER_KINDS = ['operator', 'biller', 'agent'];

export const OPERATOR_FILE: FileFormat = { magic: 'CCPF', source: 'ccpf', sender: sellerOf };

/** The seller of that number; its certificates bear the number as CN. */
export async function sellerOf(
  db: Database | Transaction,
  participantNo: string,
): Promise<FileSender | { readonly problem: string }> {
  const { rows } = await (db as Database).query<{ kind: string; status: string }>(
    'select kind, status from clearing.participant where participant_no = $1',
    [participantNo],
  );
  if (rows[0] === undefined) return { problem: `there is no participant ${participantNo}` };
  if (!SELLER_KINDS.includes(rows[0].kind)) return { problem: `participant ${participantNo} is no operator` };
  return { participantNo, expectedCn: participantNo };
}

/**
 * Takes a `.ccpf` file of an operator's depot in: name, header, authenticated participant and certificate must name the same
 * participant, and the totals be right, or nothing of it is stored (terminal-interface.md §3, "Purchase file").
 */
export async function intakeFile(deps: FileIntakeDeps, file: DeliveredFile): Promise<FileIntakeResult> {
  return takeFile(deps, OPERATOR_FILE, file);
}
