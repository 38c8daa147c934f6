import stringWidth from 'string-width';
import type { Checks } from './checks.ts';

export interface Counted {
  readonly count: number;
  readonly amountFen: number;
  readonly reasons?: Readonly<Record<string, { readonly count: number; readonly amountFen: number }>>;
}

export interface NetPosition {
  /** Participant number, or `holders`, `company`, `bank`, `deposits`, `city:…`; all positions sum to zero. */
  readonly party: string;
  readonly receivesFen: number;
  readonly givesFen: number;
  readonly netFen: number;
}

export interface Sheet {
  readonly participantNo: string;
  readonly name: string;
  readonly salesFen: number;
  readonly refundFen: number;
  readonly feeFen: number;
  /** Shares of others' fees, subsidies, and what stands on the account beside sales. */
  readonly otherFen: number;
  readonly carriedInFen: number;
  /** Sales less refunds and fee, with the other and what was carried in. */
  readonly payableFen: number;
  readonly carryReason?: string;
  readonly state: string;
}

export interface IndustryLine {
  /** Two hexadecimal digits. */
  readonly code: string;
  readonly name: string;
  readonly purchaseCount: number;
  readonly purchaseFen: number;
  readonly refundFen: number;
  readonly feeFen: number;
  readonly netFen: number;
  readonly elsewhereFen: number;
  readonly visitCount: number;
  readonly fundFen: number;
}

export interface ConcessionLine {
  readonly category: string;
  readonly rideCount: number;
  readonly fullFen: number;
  readonly paidFen: number;
  readonly backFen: number;
  /** What the finance bureau is asked for. */
  readonly subsidyFen: number;
}

export interface DaySummary {
  readonly businessDate: string;
  readonly purchases: Readonly<Record<string, Counted>>;
  readonly loads: Readonly<Record<string, Counted>>;
  readonly net: readonly NetPosition[];
  readonly sheets: readonly Sheet[];
  readonly industries: readonly IndustryLine[];
  readonly concessions: readonly ConcessionLine[];
}

const reasonNames: Readonly<Record<string, string>> = {
  '01': 'TAC wrong',
  '02': 'card unknown',
  '03': 'duplicate',
  '04': 'conflict',
  '05': 'gray, unresolved',
  '06': 'hot-listed',
  '07': 'balance break',
  '08': 'insufficient balance',
  '09': 'SAM unknown',
  '0A': 'not our card',
  '0B': 'time',
  '0C': 'amount',
  '0D': 'expired',
  '0E': 'test card',
  '0F': 'held',
  '10': 'type',
};

/** Yuan for people; fen are whole, so this is cutting digits, not dividing. */
function yuan(fen: number): string {
  const digits = Math.abs(fen).toString().padStart(3, '0');
  return `${fen < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

function table(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((name, column) =>
    Math.max(...[name, ...rows.map((row) => row[column] ?? '')].map((cell) => stringWidth(cell))),
  );
  // Names on the left, figures on the right; a Chinese character takes two places.
  const line = (cells: readonly string[]) =>
    `  ${cells
      .map((cell, column) => {
        const space = ' '.repeat((widths[column] ?? 0) - stringWidth(cell));
        return column === 0 ? cell + space : space + cell;
      })
      .join('  ')}`.trimEnd();
  const rule = `  ${widths.map((width) => '─'.repeat(width)).join('  ')}`;
  return [`\n${title}`, line(head), rule, ...rows.map(line), ''].join('\n');
}

function countedRows(counted: Readonly<Record<string, Counted>>): string[][] {
  return Object.entries(counted).flatMap(([outcome, { count, amountFen, reasons }]) => [
    [outcome, String(count), yuan(amountFen)],
    ...Object.entries(reasons ?? {}).map(([code, part]) => [
      `  ${code} ${reasonNames[code] ?? ''}`,
      String(part.count),
      yuan(part.amountFen),
    ]),
  ]);
}

/** The day as a table for the person at the terminal. Amounts in yuan. */
export function printDay(day: DaySummary, checks: Checks): string {
  return [
    table(`Purchases of ${day.businessDate}`, ['outcome', 'count', 'yuan'], countedRows(day.purchases)),
    table('Loads', ['state', 'count', 'yuan'], countedRows(day.loads)),
    table(
      'Settlement',
      ['participant', 'sales', 'refunds', 'fee', 'other', 'carried in', 'payable', 'state'],
      day.sheets.map((sheet) => [
        `${sheet.participantNo} ${sheet.name}`,
        yuan(sheet.salesFen),
        yuan(sheet.refundFen),
        yuan(sheet.feeFen),
        yuan(sheet.otherFen),
        yuan(sheet.carriedInFen),
        yuan(sheet.payableFen),
        sheet.carryReason === undefined ? sheet.state : `${sheet.state}: ${sheet.carryReason}`,
      ]),
    ),
    table(
      'Industries',
      [
        'industry',
        'purchases',
        'yuan',
        'refunds',
        'fee',
        'payable',
        'earned elsewhere',
        'for nothing',
        'paid by funds',
      ],
      day.industries.map((line) => [
        `${line.code} ${line.name}`,
        String(line.purchaseCount),
        yuan(line.purchaseFen),
        yuan(line.refundFen),
        yuan(line.feeFen),
        yuan(line.netFen),
        yuan(line.elsewhereFen),
        String(line.visitCount),
        yuan(line.fundFen),
      ]),
    ),
    table(
      'Concessions',
      ['category', 'rides', 'full fares', 'paid', 'given back', 'asked of the finance bureau'],
      day.concessions.map((line) => [
        line.category,
        String(line.rideCount),
        yuan(line.fullFen),
        yuan(line.paidFen),
        yuan(line.backFen),
        yuan(line.subsidyFen),
      ]),
    ),
    table(
      'Net positions',
      ['party', 'receives', 'gives', 'net'],
      day.net.map(({ party, receivesFen, givesFen, netFen }) => [
        party,
        yuan(receivesFen),
        yuan(givesFen),
        yuan(netFen),
      ]),
    ),
    table(
      'Proofs',
      ['check', 'result'],
      Object.entries(checks).map(([name, { ok }]) => [name, ok ? 'holds' : 'DOES NOT HOLD']),
    ),
  ].join('');
}
