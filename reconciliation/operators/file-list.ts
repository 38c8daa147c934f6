import { findParticipant } from '@citycard/clearing';
import { type BusinessDate, cityDate, contentSha256, type Fen, type Transaction } from '@citycard/common';
import type { LookResult } from '../daily/in-step.ts';
import { lookByPlan } from '../matching/look-by-plan.ts';
import { operatorErrors } from './errors.ts';
import { operatorFiles } from './plans.ts';

/** A file as its operator says it delivered it. */
export interface ListedFile {
  readonly fileName: string;
  readonly records: number;
  readonly amountFen: Fen;
}

/**
 * Takes an operator's list of the files of a day and compares it: files that never came, files it knows nothing of, and files whose
 * records or amount are others. The same list again answers the same.
 *
 * @throws CityCardError `reconciliation.operators.not-an-operator`, `.day-not-over`, `.file-twice`, `.file-of-other-day`, `.list-known`
 */
export async function takeFileList(
  tx: Transaction,
  participantNo: string,
  date: BusinessDate,
  files: readonly ListedFile[],
): Promise<LookResult> {
  const participant = await findParticipant(tx, participantNo);
  if (participant === undefined || !['operator', 'agent', 'biller'].includes(participant.kind))
    throw operatorErrors.notAnOperator({ participantNo });
  if (date >= cityDate(new Date())) throw operatorErrors.dayNotOver({ date });
  const names = files.map(({ fileName }) => fileName);
  const twice = names.find((name, place) => names.indexOf(name) !== place);
  if (twice !== undefined) throw operatorErrors.fileTwice({ fileName: twice });
  await keepList(tx, participantNo, date, files);
  return lookAtFileList(tx, participantNo, date);
}

async function keepList(
  tx: Transaction,
  participantNo: string,
  date: BusinessDate,
  files: readonly ListedFile[],
): Promise<void> {
  const sha256 = contentSha256(files);
  const kept = await tx.query(
    `insert into reconciliation.operator_file_list (participant_no, listed_day, sha256, file_count) values ($1, $2, $3, $4)
     on conflict (participant_no, listed_day) do nothing`,
    [participantNo, date, sha256, files.length],
  );
  if (kept.rowCount === 0) {
    const { rowCount } = await tx.query(
      'select from reconciliation.operator_file_list where participant_no = $1 and listed_day = $2 and sha256 = $3',
      [participantNo, date, sha256],
    );
    if (rowCount === 0) throw operatorErrors.listKnown({ participantNo, date });
    return;
  }
  const fileNames = files.map(({ fileName }) => fileName);
  const { rows } = await tx.query<{ file_name: string; listed_day: string }>(
    `select file_name, listed_day from reconciliation.operator_listed_file where participant_no = $1 and file_name = any($2) order by 1 limit 1`,
    [participantNo, fileNames],
  );
  if (rows[0] !== undefined)
    throw operatorErrors.fileOfOtherDay({ fileName: rows[0].file_name, otherDate: rows[0].listed_day });
  await tx.query(
    `insert into reconciliation.operator_listed_file (participant_no, listed_day, file_name, record_count, amount_fen)
     select $1, $2, * from unnest($3::text[], $4::bigint[], $5::bigint[])`,
    [participantNo, date, fileNames, files.map(({ records }) => records), files.map(({ amountFen }) => amountFen)],
  );
}

/**
 * Compares an operator's list of a day once more: a file that has come since ends its difference. A file is found by its name on
 * whatever day it came.
 */
const lookAtFileList = async (tx: Transaction, participantNo: string, date: BusinessDate): Promise<LookResult> => {
  const { found, opened, ended } = await lookByPlan(tx, operatorFiles, date, participantNo);
  return { found, opened, ended };
};

/** Compares every list of the last days once more: files may have come late. */
export async function lookAtFileLists(tx: Transaction, since: BusinessDate): Promise<LookResult[]> {
  const { rows } = await tx.query<{ participant_no: string; listed_day: BusinessDate }>(
    `select distinct l.participant_no, l.listed_day from reconciliation.operator_file_list l
      where l.listed_day >= $1
         or exists (select from reconciliation.difference d where d.counterpart_kind = 'operator' and d.counterpart = l.participant_no
                       and d.business_day = l.listed_day and starts_with(d.subject_key, 'file ') and d.state = 'open')
      order by 1, 2`,
    [since],
  );
  const results: LookResult[] = [];
  for (const { participant_no: no, listed_day: day } of rows) results.push(await lookAtFileList(tx, no, day));
  return results;
}
