import {
  approveAct,
  type BusinessDate,
  type Principal,
  proposeAct,
  recordAct,
  type Transaction,
} from '@citycard/common';
import { lockDay } from '../day/days.ts';
import { dayErrors } from '../day/errors.ts';
import { checkStage, recordStage } from '../day/evidence.ts';
import { nettedEvidence } from '../day/netted-evidence.ts';
import { type DayState, hasReached, mayBecome } from '../day/transitions.ts';
import { listSheets, sheetsSha256 } from './sheets.ts';

const APPROVE = 'settlement-approval';

const content = (act: string, businessDate: BusinessDate, sheetsHash: string) => ({
  act,
  businessDate,
  sheetsSha256: sheetsHash,
});

/**
 * The maker has read the sheets of a netted day and proposes to pay them. The hash says which sheets were read.
 *
 * @throws CityCardError `clearing-day.transition-refused`, `clearing-day.sheets-changed`.
 */
export async function proposeSettlement(
  tx: Transaction,
  maker: Principal,
  date: BusinessDate,
  givenSha256: string,
): Promise<{ approvalId: bigint }> {
  const day = await lockDay(tx, date);
  if (day.state !== 'netted') throw dayErrors.transitionRefused({ date, state: day.state, wanted: 'approved' });
  const actual = sheetsSha256(await listSheets(tx, date));
  if (givenSha256 !== actual) throw dayErrors.sheetsChanged({ date, actual });
  const proposal = await proposeAct(tx, maker, {
    act: APPROVE,
    subject: date,
    content: content(APPROVE, date, actual),
  });
  await recordAct(tx, maker, { act: `${APPROVE} proposed`, subject: date, detail: { sheetsSha256: actual } });
  return proposal;
}

/**
 * A second person confirms: the sheets to be paid are approved, those carried forward are carried, and the day may be
 * instructed. Confirming again answers the same.
 *
 * @throws CityCardError `identity.same-person` when the checker is the maker (the database would refuse as well),
 * `identity.content-differs`, `clearing-day.evidence-broken`, `clearing-day.transition-refused`.
 */
export async function approveSettlement(
  tx: Transaction,
  checker: Principal,
  date: BusinessDate,
  approvalId: bigint,
): Promise<{ state: DayState; maker: string; checker: string }> {
  const day = await lockDay(tx, date);
  if (!hasReached(day.state, 'netted')) {
    throw dayErrors.transitionRefused({ date, state: day.state, wanted: 'approved' });
  }
  const sheets = await listSheets(tx, date);
  const sheetsHash = sheetsSha256(sheets);
  const people = await approveAct(tx, checker, approvalId, content(APPROVE, date, sheetsHash));
  if (!mayBecome(day.state, 'approved')) return { state: day.state, ...people };

  await checkStage(tx, date, 'netted', await nettedEvidence(tx, date));
  await tx.query(
    `update clearing.settlement_sheet set maker = $2, checker = $3, state = case disposition when 'pay' then 'approved' else 'carried' end
      where business_date = $1`,
    [date, people.maker, people.checker],
  );
  await recordStage(tx, date, 'approved', {
    approvalId,
    ...people,
    sheetsSha256: sheetsHash,
    payments: sheets.filter((sheet) => sheet.disposition === 'pay').length,
    payFen: sheets.reduce((sum, sheet) => (sheet.disposition === 'pay' ? sum + sheet.payableFen : sum), 0n),
    carriedFen: sheets.reduce((sum, sheet) => (sheet.disposition === 'carry' ? sum + sheet.payableFen : sum), 0n),
  });
  await tx.query(`update clearing.business_day set state = 'approved' where business_date = $1`, [date]);
  await recordAct(tx, checker, {
    act: `${APPROVE} confirmed`,
    subject: date,
    detail: { approvalId, sheetsSha256: sheetsHash },
  });
  return { state: 'approved', ...people };
}
