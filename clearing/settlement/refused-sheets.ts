import {
  approveAct,
  type BusinessDate,
  type Database,
  type Principal,
  proposeAct,
  recordAct,
  transact,
  type Transaction,
} from '@citycard/common';
import { lockDay } from '../day/days.ts';
import { dayErrors } from '../day/errors.ts';
import { applyDueAccountChanges } from '../participants/account-change.ts';
import { settlementErrors } from './errors.ts';
import { type InstructionTerms, instructSheets } from './instruct.ts';
import { endHolds } from './payment-hold.ts';
import { listSheets, type SettlementSheet, sheetsSha256 } from './sheets.ts';

/** What two persons can do with sheets whose payment the bank refused: instruct it again, or carry it into the next sheet. */
type RefusedAct = 'settlement-reinstruction' | 'settlement-carry';

interface Refused {
  readonly sheets: readonly SettlementSheet[];
  readonly content: unknown;
}

/**
 * The refused sheets meant (all of the day when none is named), with the accounts filed now: that is what maker and checker
 * agree on.
 */
async function refusedSheets(
  tx: Transaction,
  act: RefusedAct,
  date: BusinessDate,
  sheetNos: readonly string[] | undefined,
): Promise<Refused> {
  const day = await lockDay(tx, date);
  await applyDueAccountChanges(tx, new Date());
  await tx.query(
    `update clearing.settlement_sheet s set settlement_account = coalesce(p.settlement_account, s.settlement_account)
       from clearing.participant p
      where p.participant_no = s.participant_no and s.business_date = $1 and s.state = 'rejected'`,
    [date],
  );
  const refused = (await listSheets(tx, date)).filter((sheet) => sheet.state === 'rejected');
  if (day.state !== 'instructed' || refused.length === 0) throw dayErrors.nothingRejected({ date });
  const stranger = sheetNos?.find((sheetNo) => !refused.some((sheet) => sheet.sheetNo === sheetNo));
  if (stranger !== undefined) throw settlementErrors.sheetNotRefused({ sheetNo: stranger, date });
  const sheets = sheetNos === undefined ? refused : refused.filter((sheet) => sheetNos.includes(sheet.sheetNo));
  const { rows } = await tx.query<{ attempts: bigint }>(
    `select count(*) as attempts from clearing.payment where business_date = $1`,
    [date],
  );
  // The count of attempts so far makes a second refusal another occasion, with a proposal of its own.
  const hash = `${sheetsSha256(sheets)} after ${rows[0]?.attempts ?? 0n}`;
  return { sheets, content: { act, businessDate: date, sheetsSha256: hash } };
}

async function propose(
  tx: Transaction,
  act: RefusedAct,
  maker: Principal,
  date: BusinessDate,
  sheetNos: readonly string[] | undefined,
): Promise<{ approvalId: bigint }> {
  const { content } = await refusedSheets(tx, act, date, sheetNos);
  const proposal = await proposeAct(tx, maker, { act, subject: date, content });
  await recordAct(tx, maker, { act: `${act} proposed`, subject: date, detail: content });
  return proposal;
}

/**
 * Proposes to instruct refused payments of a day again, to the accounts now filed.
 *
 * @throws CityCardError `clearing-day.nothing-rejected`, `clearing.settlement.sheet-not-refused`
 */
export function proposeReinstruction(
  tx: Transaction,
  maker: Principal,
  date: BusinessDate,
  sheetNos?: readonly string[],
): Promise<{ approvalId: bigint }> {
  return propose(tx, 'settlement-reinstruction', maker, date, sheetNos);
}

/**
 * A second person confirms, and the bank is instructed in the same transaction; what held their payments is over. Returns
 * the message's id.
 */
export async function approveReinstruction(
  db: Database,
  checker: Principal,
  date: BusinessDate,
  approvalId: bigint,
  terms: Omit<InstructionTerms, 'approvedAt'>,
  sheetNos?: readonly string[],
): Promise<{ messageId: string | undefined }> {
  const act = 'settlement-reinstruction';
  return transact(db, async (tx) => {
    const { sheets, content } = await refusedSheets(tx, act, date, sheetNos);
    const { maker } = await approveAct(tx, checker, approvalId, content);
    const messageId = await instructSheets(tx, date, sheets, { ...terms, approvedAt: new Date() });
    const participants = sheets.map((sheet) => sheet.participantNo);
    await endHolds(tx, participants, `${maker}, ${checker.id}`);
    await recordAct(tx, checker, { act, subject: date, detail: { approvalId, messageId } });
    return { messageId };
  });
}

/** Proposes to carry refused payments into the participants' next sheets, so that the day can close without them. */
export function proposeCarry(
  tx: Transaction,
  maker: Principal,
  date: BusinessDate,
  sheetNos?: readonly string[],
): Promise<{ approvalId: bigint }> {
  return propose(tx, 'settlement-carry', maker, date, sheetNos);
}

/** A second person confirms: what was not paid of these sheets is owed by the participants' next ones. */
export async function approveCarry(
  tx: Transaction,
  checker: Principal,
  date: BusinessDate,
  approvalId: bigint,
  sheetNos?: readonly string[],
): Promise<{ carried: string[] }> {
  const act = 'settlement-carry';
  const { sheets, content } = await refusedSheets(tx, act, date, sheetNos);
  await approveAct(tx, checker, approvalId, content);
  const carried = sheets.map((sheet) => sheet.sheetNo);
  await tx.query(`update clearing.settlement_sheet set state = 'carried' where sheet_no = any($1)`, [carried]);
  await recordAct(tx, checker, { act, subject: date, detail: { approvalId, carried } });
  return { carried };
}
