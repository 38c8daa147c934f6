import { type Database, type Principal, recordAct, transact, type Transaction } from '@citycard/common';
import { addEvent, findCase } from './case.ts';
import { caseErrors } from './errors.ts';

/** Seals what a person said; the card issuer's protection does it. */
export interface CaseSeal {
  seal(context: string, clear: Buffer): Promise<Buffer>;
  open(context: string, sealed: Buffer): Promise<Buffer>;
}

/** What a person said, and how that person wants to be reached. Personal data: in clear nowhere but in an answer that is written down. */
export interface SaidWords {
  readonly words?: string;
  readonly contact?: string;
}

const contextOf = (caseNo: bigint, wordsNo: number): string => `resident case ${caseNo} words ${wordsNo}`;

/** Keeps what was said about a case, sealed; the caller holds the case's row. */
export async function keepWords(
  tx: Transaction,
  seal: CaseSeal,
  caseNo: bigint,
  { words, contact }: SaidWords,
): Promise<void> {
  if (words === undefined && contact === undefined) return;
  const { rows } = await tx.query<{ no: number }>(
    'select coalesce(max(words_no), 0) + 1 as no from reconciliation.resident_case_words where case_no = $1',
    [caseNo],
  );
  const wordsNo = rows[0]?.no ?? 1;
  const sealed = await seal.seal(contextOf(caseNo, wordsNo), Buffer.from(JSON.stringify({ words, contact })));
  await tx.query('insert into reconciliation.resident_case_words (case_no, words_no, sealed) values ($1, $2, $3)', [
    caseNo,
    wordsNo,
    sealed,
  ]);
}

/** Shows what was said about a case; that it was shown, and to whom, is written down first. @throws CityCardError `reconciliation.cases.unknown` */
export async function readWords(
  db: Database,
  seal: CaseSeal,
  reader: Principal,
  caseNo: bigint,
): Promise<readonly SaidWords[]> {
  const rows = await transact(db, async (tx) => {
    if ((await findCase(tx, caseNo)) === undefined) throw caseErrors.unknown({ caseNo });
    await tx.query('select from reconciliation.resident_case where case_no = $1 for update', [caseNo]);
    await addEvent(tx, caseNo, { actor: reader.id, event: 'words-read' });
    await recordAct(tx, reader, { act: 'resident-case.words-read', subject: `case ${caseNo}` });
    const found = await tx.query<{ no: number; sealed: Buffer }>(
      'select words_no as no, sealed from reconciliation.resident_case_words where case_no = $1 order by words_no',
      [caseNo],
    );
    return found.rows;
  });
  return Promise.all(
    rows.map(
      async ({ no, sealed }) => JSON.parse((await seal.open(contextOf(caseNo, no), sealed)).toString()) as SaidWords,
    ),
  );
}
