import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Database, type Logger, transact } from '@citycard/common';
import { findFile, outcomesCsv } from '../intake/file-standing.ts';
import { makeTextAnswers } from '../operator-text/answers.ts';
import { putMissingLists } from '../validation/chain/missing-lists.ts';
import { makeDecisionFiles, rememberHeld, type SignAnswer, signDecisionFiles } from './decision-files.ts';
import { type Folders, writeWhole } from './folders.ts';

const AT_ONCE = 20;

/**
 * Puts answers into the outbox: of every file that came through an inbox, once all its records are judged, those that were not
 * accepted; what became of held ones, signed; and the answers in text. A file is written whole and only then noted as put, so that one that was interrupted is
 * written again, the same.
 */
export async function writeAnswers(
  db: Database,
  folders: Folders,
  logger: Logger,
  stopped: () => boolean,
  sign?: SignAnswer,
): Promise<void> {
  const attempt = async (subject: string, work: () => Promise<unknown>) => {
    if (stopped()) return;
    try {
      await work();
    } catch (error) {
      logger.warn({ err: error, subject }, 'an answer could not be written, will be tried again');
    }
  };
  for (const file of await judgedFiles(db)) {
    await attempt(file.fileName, () => writeExceptions(db, folders, file));
  }
  await attempt('text answers', () => makeTextAnswers(db));
  await attempt('decisions', () => makeDecisionFiles(db));
  if (sign !== undefined) await attempt('signatures of decisions', () => signDecisionFiles(db, sign));
  await attempt('missing records', () => putMissingLists(db, folders.outbox));
  for (const answer of await waitingAnswers(db)) {
    await attempt(answer.file_name, () => putAnswer(db, folders, answer));
  }
}

interface JudgedFile {
  readonly intakeId: bigint;
  readonly fileName: string;
  readonly participantNo: string;
  readonly throughInbox: boolean;
}

async function judgedFiles(db: Database): Promise<JudgedFile[]> {
  const { rows } = await db.query<JudgedFile>(
    `select i.intake_id as "intakeId", i.file_name as "fileName", i.participant_no as "participantNo",
            exists (select from clearing.upload u where u.intake_id = i.intake_id and u.file_name = i.file_name and u.channel = 'inbox')
              as "throughInbox"
       from clearing.intake i
      where i.file_name is not null and i.source = 'ccpf' and i.answered_file_at is null
        and not exists (select from clearing.undecided_intake u where u.business_date = i.business_date and u.intake_id = i.intake_id)
      order by i.intake_id limit ${AT_ONCE}`,
  );
  return rows;
}

async function writeExceptions(db: Database, folders: Folders, judged: JudgedFile): Promise<void> {
  const { fileName, participantNo } = judged;
  const file = judged.throughInbox ? await findFile(db, fileName, participantNo) : undefined;
  if (file !== undefined) {
    const directory = await outboxOf(folders, participantNo);
    await writeWhole(join(directory, `${fileName}.exceptions.csv`), outcomesCsv(db, file, true));
  }
  await transact(db, async (tx) => {
    await rememberHeld(tx, judged.intakeId);
    await tx.query('update clearing.intake set answered_file_at = clock_timestamp() where intake_id = $1', [
      judged.intakeId,
    ]);
  });
}

interface WaitingAnswer {
  participant_no: string;
  serial: number;
  kind: string;
  file_name: string;
}

async function waitingAnswers(db: Database): Promise<WaitingAnswer[]> {
  const { rows } = await db.query<WaitingAnswer>(
    `select participant_no, serial, kind, file_name from clearing.operator_answer
      where put_at is null and (kind <> 'CD' or signature is not null)
      order by participant_no, serial, kind limit ${AT_ONCE * 5}`,
  );
  return rows;
}

async function putAnswer(db: Database, folders: Folders, answer: WaitingAnswer): Promise<void> {
  const key = [answer.participant_no, answer.serial, answer.kind];
  const { rows } = await db.query<{ content: Buffer; signature: Buffer | null }>(
    'select content, signature from clearing.operator_answer where participant_no = $1 and serial = $2 and kind = $3',
    key,
  );
  const [row] = rows;
  if (row === undefined) return;
  const path = join(await outboxOf(folders, answer.participant_no), answer.file_name);
  // Whoever sees the file finds its signature.
  if (row.signature !== null) await writeWhole(`${path}.p7s`, row.signature);
  await writeWhole(path, row.content);
  await db.query(
    'update clearing.operator_answer set put_at = clock_timestamp() where participant_no = $1 and serial = $2 and kind = $3',
    key,
  );
}

async function outboxOf({ outbox }: Folders, participantNo: string): Promise<string> {
  const directory = join(outbox, participantNo);
  await mkdir(directory, { recursive: true, mode: 0o750 });
  return directory;
}
