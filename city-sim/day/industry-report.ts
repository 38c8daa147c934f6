import { PARTIES, type Party } from './city.ts';
import { DayFailed } from './errors.ts';
import { acceptedOf } from './expectation.ts';
import type { Office } from './office.ts';
import type { UploadedRecord } from './record.ts';

/** A line of the settlement report by industry, as far as the city can tell what it must be. */
interface Line {
  readonly purchaseCount: number;
  readonly purchaseFen: number;
  readonly refundFen: number;
  /** Fee and what is left of it: what the participants of the industry took in. */
  readonly pricedFen: number;
  readonly fundFen: number;
  readonly findingCount: number;
}

const INDUSTRY_AT = 55;
const NOTHING: Line = { purchaseCount: 0, purchaseFen: 0, refundFen: 0, pricedFen: 0, fundFen: 0, findingCount: 0 };

/** What the report must say, by industry, from what the cards and devices did. `00`: participants of no industry. */
export function linesOf(records: readonly UploadedRecord[]): Readonly<Record<string, Line>> {
  const lines: Record<string, Line> = {};
  const add = (code: string, what: Partial<Line>) => {
    const line = lines[code] ?? NOTHING;
    lines[code] = Object.fromEntries(
      Object.entries(line).map(([name, value]) => [name, value + (what[name as keyof Line] ?? 0)]),
    ) as unknown as Line;
  };
  for (const record of acceptedOf(records)) {
    const { amountFen, participantNo, owedTo, fundFen = 0 } = record;
    add(record.hex.slice(2 * INDUSTRY_AT, 2 * INDUSTRY_AT + 2).toUpperCase(), {
      purchaseCount: 1,
      purchaseFen: amountFen,
      fundFen,
    });
    if (record.way === 'ccip' || amountFen === 0) continue;
    const own = codeOf(participantNo);
    if (record.billRefused) add(own, { refundFen: amountFen });
    else if (owedTo === undefined) add(own, { pricedFen: amountFen });
    else {
      add(own, { refundFen: amountFen });
      add(codeOf(owedTo), { pricedFen: amountFen });
    }
  }
  return lines;
}

function codeOf(participantNo: string): string {
  const party: Party | undefined = Object.values<Party>(PARTIES).find((each) => each.participantNo === participantNo);
  return (party?.industry ?? 0).toString(16).toUpperCase().padStart(2, '0');
}

/** Reads the settlement report of the closed day and holds every line to the fen. Throws DayFailed naming what differs. */
export async function compareIndustries(
  office: Office,
  date: string,
  records: readonly UploadedRecord[],
): Promise<void> {
  const { reports } = await office.get<{ reports: { name: string; content: string }[] }>(
    'auditor',
    `/v1/clearing-days/${date}/reports`,
  );
  const report = reports.find(({ name }) => name === `${date}-industries.json`);
  if (!report) throw new DayFailed(`The reports of ${date} have none by industry.`);
  const { rows } = JSON.parse(report.content) as {
    rows: readonly (Omit<Line, 'pricedFen'> & { code: string; feeFen: number; netFen: number })[];
  };
  const said = Object.fromEntries(
    rows.map(({ code, purchaseCount, purchaseFen, refundFen, feeFen, netFen, fundFen, findingCount }) => [
      code,
      { purchaseCount, purchaseFen, refundFen, pricedFen: feeFen + netFen, fundFen, findingCount },
    ]),
  );
  const expected = linesOf(records);
  for (const code of new Set([...Object.keys(said), ...Object.keys(expected)])) {
    const [is, must] = [JSON.stringify(said[code] ?? NOTHING), JSON.stringify(expected[code] ?? NOTHING)];
    if (is !== must) throw new DayFailed(`The settlement report of industry ${code} says ${is}; it must say ${must}.`);
  }
}
