import type { BusinessDate, Transaction } from '@citycard/common';
import { nettingEvidence } from '../netting/net-day.ts';
import { listSheets, sheetsSha256 } from '../settlement/sheets.ts';
import type { Evidence } from './evidence.ts';

/**
 * What the stage `netted` left behind, counted from the database: the obligations, positions and settlements with their
 * zero-sum proof, and the sheets. The approval counts it again before it starts.
 */
export async function nettedEvidence(tx: Transaction, date: BusinessDate): Promise<Evidence> {
  const sheets = await listSheets(tx, date);
  const paying = sheets.filter((sheet) => sheet.disposition === 'pay');
  return {
    ...(await nettingEvidence(tx, date)),
    sheets: sheets.length,
    payments: paying.length,
    payFen: paying.reduce((sum, sheet) => sum + sheet.payableFen, 0n),
    sheetsSha256: sheetsSha256(sheets),
  };
}
