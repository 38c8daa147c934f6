import { addDays, type BusinessDate, type Transaction } from '@citycard/common';
import { type LookResult, together } from '../daily/in-step.ts';
import { patienceInForce } from '../daily/patience.ts';
import { lookByPlan } from '../matching/look-by-plan.ts';
import { answerFiles } from './answers.ts';
import { lookAtFileLists } from './file-list.ts';
import { batchTotals, fileRecords } from './plans.ts';
import { lookForHoles, takeSamNumbers } from './sam-numbers.ts';
import { lookForSilentSams } from './silent-sams.ts';

/** Lists of files are compared again for so long after their day; what is open then stays open until it is decided or the file comes. */
const LISTS_FOR_DAYS = 10;

/**
 * Everything operators can be in disagreement with us about on a business day whose records are judged: numbers missing per SAM,
 * SAMs that stopped uploading, totals of batches, records of files, answer files, lists of files.
 */
export async function lookAtOperators(tx: Transaction, date: BusinessDate): Promise<LookResult> {
  const patience = await patienceInForce(tx);
  await takeSamNumbers(tx, date);
  return together(
    await lookForHoles(tx, addDays(date, -patience['sam-hole'])),
    await lookForSilentSams(tx, addDays(date, -patience['sam-silent'])),
    await lookByPlan(tx, batchTotals, date),
    await lookByPlan(tx, fileRecords, date),
    await lookByPlan(tx, answerFiles, date),
    ...(await lookAtFileLists(tx, addDays(date, -LISTS_FOR_DAYS))),
  );
}
