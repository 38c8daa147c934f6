import {
  REPORT_COLUMNS,
  type ReportCell as Cell,
  type ReportPeriod,
  type ReportTable as Table,
} from '@citycard/clearing';
import type { Transaction } from '@citycard/common';
import type { ClosingReport } from '../differences/closing.ts';
import { overdueTable, receivedTable, sentTable } from './city-exchange-tables.ts';
import { CITY_COLUMNS, type KnownCity } from './city-lines.ts';
import { disputeTable, positionTable } from './city-position-tables.ts';

const { text, count, amount } = REPORT_COLUMNS;

/**
 * 城际: what was exchanged with other cities in these days (files by the date they bear), what was answered and what is overdue, what each
 * owes against what it may owe, disputes, and differences. Nothing when the city has no neighbour.
 */
export async function cityTables(
  tx: Transaction,
  { first, last }: ReportPeriod,
  closing: ClosingReport,
): Promise<readonly Table[]> {
  const { rows: cities } = await tx.query<KnownCity>(
    `select city_code as city, name, participant_no as "participantNo" from clearing.participant where kind = 'city' order by 1`,
  );
  if (cities.length === 0) return [];
  return [
    await sentTable(tx, cities, first, last),
    await receivedTable(tx, cities, first, last),
    await positionTable(tx, cities, last),
    await overdueTable(tx, cities, last),
    await disputeTable(tx, cities, first, last),
    differenceTable(cities, closing),
  ];
}

function differenceTable(cities: readonly KnownCity[], { lines }: ClosingReport): Table {
  const known = new Map(cities.map((each) => [each.participantNo, each]));
  return {
    name: 'city-differences',
    zh: '城际差异',
    en: 'Differences with cities',
    columns: [
      ...CITY_COLUMNS,
      text('kind', '差异', 'Difference'),
      count('openBefore', '期初', 'Open before'),
      count('found', '新增', 'Found'),
      count('ended', '已结', 'Ended'),
      count('openAfter', '期末', 'Open after'),
      amount('adjustedFen', '调账金额', 'Adjusted'),
    ],
    rows: lines
      .filter(({ counterpartKind }) => counterpartKind === 'city')
      .map((line): Cell[] => [
        known.get(line.counterpart)?.city ?? line.counterpart,
        known.get(line.counterpart)?.name ?? '',
        line.kind,
        line.openBefore,
        line.found,
        line.endedByMatch + line.endedByRule + line.endedByPeople,
        line.openAfter,
        line.adjustedFen,
      ]),
  };
}
