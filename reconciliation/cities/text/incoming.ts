import {
  type CcirRow,
  encodeCcirRow,
  encodeFileHeader,
  fileNameOf,
  reasonCode,
  verifyDetachedCms,
} from '@citycard/clearing';
import { createHash } from 'node:crypto';
import { type BusinessDate, type Database, fen, ZERO_FEN } from '@citycard/common';
import { takeAnswers } from '../answers-in.ts';
import type { DeliveredCityFile, TakenCityFile } from '../delivery.ts';
import { cityErrors } from '../errors.ts';
import { takePurchases } from '../purchases-in.ts';
import {
  ANSWER_ROW_LENGTH,
  PURCHASE_ROW_LENGTH,
  type ReadAnswer,
  readAnswerRow,
  readPurchaseRow,
  SHORT_ROW_LENGTH,
} from './rows.ts';
import { readText } from './text-file.ts';

/** Groups of one text file become files of their own, numbered behind its serial. */
const GROUPS_OF_SERIAL = 100;
const AMOUNT_OFFSET = 26;

/** Whether the text was signed by whoever carries it was asked once; what is made of its rows bears no signature of its own. */
const signedAsText: typeof verifyDetachedCms = () => Promise.resolve({ ok: true, serial: 'of the text file' });

interface TextSender {
  /** City or centre that signed. */
  readonly signer: string;
  readonly serial: number;
  readonly home: string;
}

/** One binary file made of rows of a text file. */
interface Made {
  readonly city: string;
  readonly file: DeliveredCityFile;
}

async function openText(db: Database, file: DeliveredCityFile, { signer, home }: TextSender) {
  const { name, content } = file;
  const asked = { content, signatureDer: file.signature, expectedCn: signer, at: file.receivedAt };
  const verdict = await verifyDetachedCms(db, asked);
  if (!verdict.ok) throw cityErrors.signatureBad({ name, reason: verdict.reason });
  const text = readText(name, content);
  if (text.receiver !== home) throw cityErrors.notForUs({ name, to: text.receiver, home });
  if (text.sender !== signer)
    throw cityErrors.textBad({ name, problem: `line 1 says it is of ${text.sender}, not of ${signer}` });
  return text;
}

/**
 * Takes in text rows of purchases with our cards (FH, DF): the rows of each acquiring city become a CCIP of that city, which is judged
 * and answered like any other.
 *
 * @throws CityCardError of the cities catalogue; then nothing was changed
 */
export async function takeTextPurchases(
  db: Database,
  file: DeliveredCityFile,
  sender: TextSender,
): Promise<TakenCityFile> {
  const { name } = file;
  const text = await openText(db, file, sender);
  if (text.recordLength === SHORT_ROW_LENGTH)
    throw cityErrors.textBad({
      name,
      problem: `rows of ${SHORT_ROW_LENGTH} characters name neither SAM nor transaction number, without which no TAC can be checked; rows of ${PURCHASE_ROW_LENGTH} are needed`,
    });
  if (text.recordLength !== PURCHASE_ROW_LENGTH)
    throw cityErrors.textBad({ name, problem: `a record length of ${text.recordLength} is unknown` });
  const byCity = new Map<string, Buffer[]>();
  for (const [index, row] of text.rows.entries()) {
    const read = readPurchaseRow(row);
    if ('problem' in read) throw cityErrors.notByRow({ name, row: index + 1, problem: read.problem });
    byCity.set(read.acquirer, [...(byCity.get(read.acquirer) ?? []), read.raw]);
  }
  const sumOf = (records: readonly Buffer[]) =>
    records.reduce((sum, raw) => sum + BigInt(raw.readUInt32BE(AMOUNT_OFFSET)), 0n);
  const amountFen = sumOf([...byCity.values()].flat());
  if (amountFen !== text.sumFen) throw cityErrors.totalBad({ name, total: text.sumFen, sum: amountFen });
  const made = [...byCity].map(([city, records]) => {
    const content = { date: text.date, rows: records, totalFen: sumOf(records), sequence: sender.serial };
    return { city, file: binaryFile(file, 'CCIP', city, sender.home, content) };
  });
  await requireCities(db, name, made);
  const taken = [];
  for (const each of made) taken.push(await takePurchases(db, each.file, each.city, sender.home, signedAsText));
  await keepText(db, file, made);
  return { status: statusOf(taken), name, kind: 'ccip', records: text.rows.length, amountFen };
}

/**
 * Takes in text rows that answer purchases of ours (DT): the rows of each of our files become a CCIR of its city.
 *
 * @throws CityCardError of the cities catalogue; then nothing was changed
 */
export async function takeTextAnswers(
  db: Database,
  file: DeliveredCityFile,
  sender: TextSender,
): Promise<TakenCityFile> {
  const { name } = file;
  const text = await openText(db, file, sender);
  if (text.recordLength !== ANSWER_ROW_LENGTH)
    throw cityErrors.textBad({ name, problem: `a record length of ${text.recordLength} is unknown` });
  const groups = new Map<string, { city: string; rows: CcirRow[] }>();
  for (const [index, row] of text.rows.entries()) {
    const answer = readAnswerRow(row);
    const sent = answer && (await findSent(db, answer));
    const at = { name, row: index + 1 };
    if (answer === undefined) throw cityErrors.notByRow({ ...at, problem: 'a field holds what it may not' });
    if (sent === undefined)
      throw cityErrors.notByRow({
        ...at,
        problem: `no purchase of SAM ${answer.samNo}, number ${answer.samTransactionNo}, was ever sent to city ${answer.issuerCity}`,
      });
    const outcome = answer.outcome === '00' ? '00' : reasonCode(answer.outcome);
    if (outcome === undefined) throw cityErrors.notByRow({ ...at, problem: `state ${answer.outcome} is unknown` });
    const key = `${answer.issuerCity} ${sent.sequence}`;
    const group = groups.get(key) ?? { city: answer.issuerCity, rows: [] };
    const acceptedFen = outcome === '00' ? fen(sent.amount_fen) : ZERO_FEN;
    group.rows.push({ ccipSequence: Number(sent.sequence), index: sent.position, outcome, acceptedFen });
    groups.set(key, group);
  }
  if (groups.size > GROUPS_OF_SERIAL)
    throw cityErrors.textBad({ name, problem: `it answers more than ${GROUPS_OF_SERIAL} files` });
  const made = [...groups.values()].map(({ city, rows }, group) => {
    rows.sort((a, b) => a.index - b.index);
    const totalFen = rows.reduce((sum, row) => sum + row.acceptedFen, 0n);
    const content = {
      date: text.date,
      rows: rows.map(encodeCcirRow),
      totalFen,
      sequence: sender.serial * GROUPS_OF_SERIAL + group,
    };
    return { city, file: binaryFile(file, 'CCIR', city, sender.home, content), totalFen };
  });
  const amountFen = made.reduce((sum, { totalFen }) => sum + totalFen, 0n);
  if (amountFen !== text.sumFen) throw cityErrors.totalBad({ name, total: text.sumFen, sum: amountFen });
  const taken = [];
  for (const { city, file: answers } of made) taken.push(await takeAnswers(db, answers, city, signedAsText));
  await keepText(db, file, made);
  return { status: statusOf(taken), name, kind: 'ccir', records: text.rows.length, amountFen };
}

const statusOf = (taken: readonly TakenCityFile[]) =>
  taken.every(({ status }) => status === 'repeat') ? 'repeat' : 'accepted';

function binaryFile(
  { signature, receivedAt }: DeliveredCityFile,
  magic: 'CCIP' | 'CCIR',
  city: string,
  home: string,
  {
    date,
    rows,
    totalFen,
    sequence,
  }: { date: BusinessDate; rows: readonly Buffer[]; totalFen: bigint; sequence: number },
): DeliveredCityFile {
  // Made at the first moment of its day, so that the same text makes the same file whenever it comes.
  const createdAt = new Date(`${date}T00:00:00+08:00`);
  const header = {
    magic,
    sender: city + home,
    businessDate: date,
    sequence,
    count: rows.length,
    totalFen: fen(totalFen),
    createdAt,
  };
  return {
    name: fileNameOf(header),
    content: Buffer.concat([encodeFileHeader(header), ...rows]),
    signature,
    receivedAt,
  };
}

/** A group of a city we have no agreement with must not be found after the first were taken in. */
async function requireCities(db: Database, name: string, made: readonly Made[]): Promise<void> {
  const { rows } = await db.query<{ city: string }>(
    `select c as city from unnest($1::text[]) as c where not exists (select from clearing.participant where kind = 'city' and city_code = c)`,
    [made.map(({ city }) => city)],
  );
  if (rows[0] !== undefined)
    throw cityErrors.textBad({
      name,
      problem: `it holds purchases in city ${rows[0].city}, with which there is no agreement`,
    });
}

interface SentPlace {
  sequence: bigint;
  position: number;
  amount_fen: bigint;
}

/** The newest presentment of that purchase. Bytes 20–21 are its counter, 30–35 its SAM, 36–39 its number there. */
async function findSent(db: Database, answer: ReadAnswer): Promise<SentPlace | undefined> {
  const { rows } = await db.query<SentPlace>(
    `select s.sequence, s.position, s.amount_fen from reconciliation.city_sent_record s
       join clearing.purchase_record r using (card_no, business_date, intake_id, record_index)
      where s.city = $1 and s.card_no = $2 and substring(r.raw from 21 for 2) = int2send($3::integer::int2) and substring(r.raw from 31 for 6) = decode($4, 'hex')
        and substring(r.raw from 37 for 4) = int4send($5::integer)
      order by s.presentment desc limit 1`,
    [
      answer.issuerCity,
      answer.cardNo,
      signed(answer.offlineCounter, 16),
      answer.samNo,
      signed(answer.samTransactionNo, 32),
    ],
  );
  return rows[0];
}

/** The number that has the same bytes as a signed one of so many bits. */
const signed = (value: number, bits: number): number => (value >= 2 ** (bits - 1) ? value - 2 ** bits : value);

async function keepText(db: Database, file: DeliveredCityFile, made: readonly Made[]): Promise<void> {
  const [first] = made;
  if (first === undefined) return;
  await db.query(
    `insert into reconciliation.city_text_file (text_name, file_name, direction, content, sha256, signature) values ($1, $2, 'in', $3, $4, $5)
     on conflict (text_name) do nothing`,
    [file.name, first.file.name, file.content, createHash('sha256').update(file.content).digest(), file.signature],
  );
}
