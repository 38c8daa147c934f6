import type { Database } from '@citycard/common';
import { type DeliveredFile, type FileFormat, type FileIntakeDeps, type FileIntakeResult, takeFile } from './file.ts';

/** Who may send purchases: those that sell against the purse. */
const SELLER_KINDS = ['operator', 'biller', 'agent'];

const OPERATOR_FILE: FileFormat = {
  magic: 'CCPF',
  source: 'ccpf',
  async sender(db, header) {
    const problem = await whyNotSeller(db, header.sender);
    return problem === undefined ? { participantNo: header.sender, expectedCn: header.sender } : { problem };
  },
};

async function whyNotSeller(db: Database, participantNo: string): Promise<string | undefined> {
  const { rows } = await db.query<{ kind: string; status: string }>(
    'select kind, status from clearing.participant where participant_no = $1',
    [participantNo],
  );
  if (rows[0] === undefined) return `there is no participant ${participantNo}`;
  if (!SELLER_KINDS.includes(rows[0].kind)) return `participant ${participantNo} is no operator`;
  return undefined;
}

/**
 * Takes a `.ccpf` file of an operator's depot in: name, header, authenticated participant and certificate must name the same
 * participant, and the totals be right, or nothing of it is stored (terminal-interface.md §3, "Purchase file").
 */
export async function intakeFile(deps: FileIntakeDeps, file: DeliveredFile): Promise<FileIntakeResult> {
  return takeFile(deps, OPERATOR_FILE, file);
}
