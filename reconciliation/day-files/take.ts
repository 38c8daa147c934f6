import { createHash } from 'node:crypto';
import {
  findBiller,
  findParticipant,
  keepBillStatement,
  type StatementLine,
  verifyDetachedCms,
} from '@citycard/clearing';
import {
  type BusinessDate,
  compactDate,
  type Database,
  type Fen,
  fen,
  transact,
  type Transaction,
} from '@citycard/common';
import { compareStatement } from '../agents/compare.ts';
import { type AgentLine, keepStatement } from '../agents/statement.ts';
import { compareBills } from '../billers/check.ts';
import { dayFileErrors } from './errors.ts';
import { type DayFile, type DayFileLine, LINE_KINDS, readDayFile } from './read.ts';

/** `<partner>-<yyyymmdd>.day.csv`: the number of an agent, or the code of a biller. */
export const DAY_FILE_NAME = /^([0-9A-Za-z.]{4,15})-([0-9]{8})\.day\.csv$/;

export interface DayFileDeps {
  readonly db: Database;
  /** By the register of the city CA when left out. */
  readonly verifySignature?: typeof verifyDetachedCms;
}

/** A day file as it was delivered. */
export interface DeliveredDayFile {
  /** Whose folder or principal it came by. */
  readonly participantNo: string;
  readonly name: string;
  readonly content: Buffer;
  /** Detached CMS by the participant's certificate. */
  readonly signature: Buffer;
  readonly channel: 'inbox' | 'http';
}

export interface TakenDayFile {
  readonly name: string;
  readonly date: BusinessDate;
  readonly lines: number;
  readonly amountFen: Fen;
  /** Lines of the day that both sides do not have alike, now. */
  readonly open: number;
  /** True when the same file was taken before. */
  readonly repeated: boolean;
}

/**
 * Takes the day file of an agent or a biller (domain.md B.7), whole or not at all, and compares it at once. The same file again is
 * answered as before; another one for the same day is refused.
 *
 * @throws CityCardError of `reconciliation.day-files`, `reconciliation.agents` and `clearing.bills`
 */
export async function takeDayFile(
  { db, verifySignature = verifyDetachedCms }: DayFileDeps,
  delivered: DeliveredDayFile,
): Promise<TakenDayFile> {
  const { participantNo, name, content, signature } = delivered;
  const partner = DAY_FILE_NAME.exec(name)?.[1];
  if (partner === undefined) throw dayFileErrors.nameBad({ name, participantNo });
  const verdict = await verifySignature(db, {
    content,
    signatureDer: signature,
    expectedCn: participantNo,
    at: new Date(),
  });
  if (!verdict.ok) throw dayFileErrors.signatureBad({ name, reason: verdict.reason });
  const file = await readDayFile(name, content);
  if (file.partner !== partner || name !== `${partner}-${compactDate(file.date)}.day.csv`)
    throw dayFileErrors.headOther({ name, partner: file.partner, date: file.date });
  return transact(db, (tx) => keepDayFile(tx, delivered, file));
}

async function keepDayFile(tx: Transaction, delivered: DeliveredDayFile, file: DayFile): Promise<TakenDayFile> {
  const { participantNo, name, content, channel } = delivered;
  const { partner, date, totals, lines } = file;
  const participant = await findParticipant(tx, participantNo);
  const isAgent = participant?.kind === 'agent' && partner === participantNo;
  const isBiller = (await findBiller(tx, partner))?.participantNo === participantNo;
  if (!isAgent && !isBiller) throw dayFileErrors.notYours({ partner });
  const sha256 = createHash('sha256').update(content).digest();
  const figures = LINE_KINDS.flatMap((kind) => [totals[kind].count, totals[kind].amountFen]);
  const kept = await tx.query(
    `insert into reconciliation.day_file (participant_no, file_name, about, told_date, sha256, normal_count, normal_fen, cancel_count, cancel_fen,
       refund_count, refund_fen, channel) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict (participant_no, file_name) do nothing`,
    [participantNo, name, isAgent ? 'agent' : partner, date, sha256, ...figures, channel],
  );
  if (kept.rowCount === 0) {
    const same = await tx.query(
      'select from reconciliation.day_file where participant_no = $1 and file_name = $2 and sha256 = $3',
      [participantNo, name, sha256],
    );
    if (same.rowCount === 0) throw dayFileErrors.fileKnown({ name });
  } else {
    await keepLines(tx, participantNo, name, lines);
    if (isAgent) await keepStatement(tx, participantNo, date, agentStatement(name, file));
    else
      await keepBillStatement(
        tx,
        partner,
        date,
        lines.map((line) => billLine(name, line)),
      );
  }
  if (isAgent) await compareStatement(tx, participantNo, date);
  else await compareBills(tx, partner, date);
  return {
    name,
    date,
    lines: lines.length,
    amountFen: totals.normal.amountFen,
    open: await openOf(tx, participantNo, date, isAgent ? 'load ' : `bill ${partner} `),
    repeated: kept.rowCount === 0,
  };
}

async function openOf(tx: Transaction, participantNo: string, date: BusinessDate, subject: string): Promise<number> {
  const { rows } = await tx.query<{ open: bigint }>(
    `select count(*) as open from reconciliation.difference
      where counterpart = $1 and business_day = $2 and starts_with(subject_key, $3) and state = 'open'`,
    [participantNo, date, subject],
  );
  return Number(rows[0]?.open ?? 0n);
}

/** As an agent delivers it otherwise: what was cancelled and what was refunded are both taken back. */
function agentStatement(name: string, { totals, lines }: DayFile) {
  const { normal, cancel, refund } = totals;
  const nameless = lines.find((line) => [line.terminalNo, line.batchNo, line.serialNo, line.cardNo].includes(''));
  if (nameless !== undefined) {
    const reason = 'a load is known by terminal, batch, serial and card; one of them is missing';
    throw dayFileErrors.lineBad({ name, line: nameless.lineNo + 3, reason });
  }
  return {
    loads: normal,
    cancellations: { count: cancel.count + refund.count, amountFen: fen(cancel.amountFen + refund.amountFen) },
    lines: lines.map((line): AgentLine => ({
      kind: line.kind === 'normal' ? 'load' : 'cancel',
      terminalNo: line.terminalNo,
      batchNo: line.batchNo,
      traceNo: line.serialNo,
      cardNo: line.cardNo,
      amountFen: line.amountFen,
      ...(line.purseSerial !== undefined && { onlineCounter: line.purseSerial }),
    })),
  };
}

function billLine(name: string, { lineNo, kind, paymentId, amountFen, serialNo }: DayFileLine): StatementLine {
  if (paymentId === '') throw dayFileErrors.lineBad({ name, line: lineNo + 3, reason: 'paymentId is missing' });
  return { paymentId, amountFen, outcome: kind === 'normal' ? 'paid' : 'cancelled', receipt: serialNo };
}

async function keepLines(
  tx: Transaction,
  participantNo: string,
  name: string,
  lines: readonly DayFileLine[],
): Promise<void> {
  await tx.query(
    `insert into reconciliation.day_file_line (participant_no, file_name, line_no, kind, terminal_no, batch_no, serial_no, account_end, account_kind,
       card_no, payment_id, amount_fen, balance_before_fen, purse_serial, partner_clearing_date, our_clearing_date)
     select $1, $2, * from unnest($3::integer[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],
                                  $12::bigint[], $13::bigint[], $14::integer[], $15::date[], $16::date[])`,
    [
      participantNo,
      name,
      lines.map(({ lineNo }) => lineNo),
      lines.map(({ kind }) => kind),
      lines.map(({ terminalNo }) => terminalNo),
      lines.map(({ batchNo }) => batchNo),
      lines.map(({ serialNo }) => serialNo),
      lines.map(({ accountEnd }) => accountEnd),
      lines.map(({ accountKind }) => accountKind),
      lines.map(({ cardNo }) => cardNo),
      lines.map(({ paymentId }) => paymentId),
      lines.map(({ amountFen }) => amountFen),
      lines.map(({ balanceBeforeFen }) => balanceBeforeFen ?? null),
      lines.map(({ purseSerial }) => purseSerial ?? null),
      lines.map(({ partnerClearingDate }) => partnerClearingDate),
      lines.map(({ ourClearingDate }) => ourClearingDate ?? null),
    ],
  );
}
