import {
  CCIR_ROW_LENGTH,
  decodeCcirRow,
  HEADER_LENGTH,
  HOME_CITY,
  RECORD_LENGTH,
  signDetachedCms,
} from '@citycard/clearing';
import { createHash } from 'node:crypto';
import { type BusinessDate, type Database, transact, type Transaction } from '@citycard/common';
import { signingCertificate } from '../agreements/our-certificate.ts';
import { CITY_FILES_KEY, type CityDeps } from '../deps.ts';
import { cityErrors } from '../errors.ts';
import { ANSWER_ROW_LENGTH, answerRow, PURCHASE_ROW_LENGTH, purchaseRow } from './rows.ts';
import { textName, writeText } from './text-file.ts';

/** Serials of text files are counted over all cities: their names bear our code only. */
const LAST_SERIAL = 999_999;

interface OutgoingFile {
  file_name: string;
  kind: 'ccip' | 'ccir';
  business_date: BusinessDate;
  amount_fen: bigint;
  content: Buffer;
}

/**
 * Writes the text form of every outgoing file for the city that has none yet, FH of purchases and DT of answers, and signs it for
 * the centre. The binary file stays what the books know; both say the same.
 *
 * @throws CityCardError `cities.text-bad` for a record that does not fit a row
 */
export async function writeTextForms(deps: CityDeps, city: string, centre: string): Promise<void> {
  const { rows } = await deps.db.query<OutgoingFile>(
    `select f.file_name, f.kind, f.business_date, f.amount_fen, f.content from reconciliation.city_file f
      where f.direction = 'out' and f.city = $1 and f.kind in ('ccip', 'ccir')
        and not exists (select from reconciliation.city_text_file t where t.file_name = f.file_name)
      order by f.created_at, f.file_name`,
    [city],
  );
  for (const file of rows)
    await transact(deps.db, (tx) => writeForm(tx, deps.homeCity ?? HOME_CITY, city, centre, file));
  await signTextForms(deps, city, centre);
}

async function writeForm(
  tx: Transaction,
  home: string,
  city: string,
  centre: string,
  file: OutgoingFile,
): Promise<void> {
  const purchases = file.kind === 'ccip';
  const rows = purchases ? purchaseRows(file, home) : await answerRows(tx, city, file);
  const name = textName(purchases ? 'FH' : 'DT', file.business_date, home, await nextSerial(tx));
  const content = writeText({
    ...{ sender: home, receiver: centre, date: file.business_date, city, sumFen: file.amount_fen, rows },
    recordLength: purchases ? PURCHASE_ROW_LENGTH : ANSWER_ROW_LENGTH,
  });
  await tx.query(
    `insert into reconciliation.city_text_file (text_name, file_name, direction, content, sha256) values ($1, $2, 'out', $3, $4)`,
    [name, file.file_name, content, createHash('sha256').update(content).digest()],
  );
}

/** Text serials of this city, one after the other; the row is locked until the transaction ends. */
export async function nextSerial(tx: Transaction): Promise<number> {
  const { rows } = await tx.query<{ last_sequence: bigint }>(
    `insert into reconciliation.city_sequence as s (kind, city, last_sequence) values ('text', '0000', 1)
     on conflict (kind, city) do update set last_sequence = s.last_sequence + 1 where s.last_sequence < $1 returning last_sequence`,
    [LAST_SERIAL],
  );
  if (rows[0] === undefined) throw cityErrors.sequenceSpent({ city: '0000' });
  return Number(rows[0].last_sequence);
}

function purchaseRows({ file_name: name, content }: OutgoingFile, home: string): string[] {
  const rows: string[] = [];
  for (let at = HEADER_LENGTH; at < content.length; at += RECORD_LENGTH) {
    const written = purchaseRow(content.subarray(at, at + RECORD_LENGTH), rows.length + 1, home);
    if ('problem' in written) throw cityErrors.notByRow({ name, row: rows.length + 1, problem: written.problem });
    rows.push(written.row);
  }
  return rows;
}

async function answerRows(tx: Transaction, city: string, file: OutgoingFile): Promise<string[]> {
  const answers = [];
  for (let at = HEADER_LENGTH; at < file.content.length; at += CCIR_ROW_LENGTH)
    answers.push(decodeCcirRow(file.content.subarray(at, at + CCIR_ROW_LENGTH)));
  const { rows: asked } = await tx.query<{ sequence: bigint; content: Buffer }>(
    `select sequence, content from reconciliation.city_file where direction = 'in' and kind = 'ccip' and city = $1 and sequence = any($2::bigint[])`,
    [city, [...new Set(answers.map((answer) => answer?.ccipSequence))]],
  );
  const contents = new Map(asked.map(({ sequence, content }) => [Number(sequence), content]));
  return answers.map((answer, place) => {
    const content = answer && contents.get(answer.ccipSequence);
    if (answer === undefined || content === undefined)
      throw new Error(`${file.file_name} answers a file that is not kept`);
    const at = HEADER_LENGTH + answer.index * RECORD_LENGTH;
    return answerRow(content.subarray(at, at + RECORD_LENGTH), answer.outcome, place + 1, file.business_date);
  });
}

async function signTextForms(deps: CityDeps, city: string, centre: string): Promise<void> {
  const { rows } = await deps.db.query<{ text_name: string; content: Buffer }>(
    `select t.text_name, t.content from reconciliation.city_text_file t join reconciliation.city_file f using (file_name)
      where t.direction = 'out' and t.signature is null and f.city = $1 order by 1`,
    [city],
  );
  if (rows.length === 0) return;
  const certificatePem = await signingCertificate(deps, centre);
  for (const { text_name: name, content } of rows) {
    const signature = await signDetachedCms(deps.hsm, { keyName: CITY_FILES_KEY, certificatePem, content });
    await keepTextSignature(deps.db, name, signature);
  }
}

async function keepTextSignature(db: Database, name: string, signature: Buffer): Promise<void> {
  await db.query('update reconciliation.city_text_file set signature = $2 where text_name = $1 and signature is null', [
    name,
    signature,
  ]);
}
