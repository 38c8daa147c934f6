import { packDigits } from '../bytes/bcd.ts';
import { unsigned } from '../bytes/integers.ts';
import type { VirtualCard } from '../card/virtual-card.ts';
import type { Fare } from '../purchase/fare.ts';
import { encodeRecord } from '../purchase/record.ts';
import type { Equipment } from './equip.ts';
import { DayFailed } from './errors.ts';
import type { IssuedCard } from './issue-cards.ts';
import type { Office } from './office.ts';
import type { DayPlan } from './plan.ts';
import type { IndustryStep, TreatmentStep } from './plan-industries.ts';
import type { Rides } from './rides.ts';
import type { Station } from './station.ts';

/** A record of file 1Eh: what the road's own lanes read in it. */
const TRIP_LENGTH = 48;
const TOLL_ACT = { entry: 1, exit: 2 } as const;
const FUND_CODES = { hospital: '0A', socialSecurity: '0B' } as const;

/** Year cards for those who will visit, and what the funds credit to those who will be treated: two people each. */
export async function prepareIndustries(office: Office, plan: DayPlan, cards: readonly IssuedCard[]): Promise<void> {
  const stepsOf = <K extends IndustryStep['kind']>(kind: K) =>
    plan.cards.flatMap(({ steps }, card) =>
      steps
        .filter((step): step is Extract<IndustryStep, { kind: K }> => step.kind === kind)
        .map((step) => ({ step, cardNo: cards[card]?.cardNo ?? '' })),
    );
  const visits = new Map<string, number>();
  for (const { cardNo } of stepsOf('visit')) visits.set(cardNo, (visits.get(cardNo) ?? 0) + 1);
  for (const [cardNo, visitsAllowed] of visits) {
    await office.post('tourism', `/v1/cards/${cardNo}/entitlements`, {
      json: {
        industry: '05',
        validFrom: '2026-01-01',
        validTo: '2099-12-31',
        visitsAllowed,
        reference: 'TEST-YEAR-CARD',
      },
      headers: { 'idempotency-key': `year-card-${cardNo}` },
    });
  }
  for (const place of ['hospital', 'socialSecurity'] as const) {
    const lines = stepsOf('treatment')
      .filter(({ step }) => step.place === place)
      .map(({ cardNo, step }) => ({ cardNo, amountFen: step.fundFen }));
    await creditFund(office, FUND_CODES[place], lines);
  }
}

async function creditFund(office: Office, code: string, lines: readonly object[]): Promise<void> {
  const { listNo } = await office.post<{ listNo: number }>('finance-maker', `/v1/industries/${code}/fund-credits`, {
    json: { reference: `TEST-FUND-${code}`, lines },
    headers: { 'idempotency-key': `fund-${code}` },
  });
  await office.post('finance-checker', `/v1/fund-credits/${listNo}/approval`, {
    headers: { 'idempotency-key': `fund-${code}-approval` },
  });
}

/** A trip, a visit or a treatment of the plan. Throws DayFailed when card and reader do something else. */
export function playIndustry(equipment: Equipment, rides: Rides, card: VirtualCard, step: IndustryStep): void {
  switch (step.kind) {
    case 'trip': {
      const { entryStation, exitStation, vehicleClass, amountFen } = step;
      const data = (act: number, exit: string) =>
        Buffer.concat([unsigned(act, 1), packDigits(entryStation), packDigits(exit), unsigned(vehicleClass, 1)], 8);
      const entry = { amountFen: 0, industryData: data(TOLL_ACT.entry, '0000'), trip: noted(entryStation) };
      pay(rides, equipment.tollEntry, card, entry);
      pay(rides, equipment.tollExit, card, {
        amountFen,
        industryData: data(TOLL_ACT.exit, exitStation),
        trip: noted('0000'),
      });
      return;
    }
    case 'visit':
      pay(rides, equipment.tourism, card, { amountFen: 0, industryData: Buffer.concat([packDigits(step.site)], 8) });
      return;
    case 'treatment':
      treat(equipment, rides, card, step);
  }
}

function treat(equipment: Equipment, rides: Rides, card: VirtualCard, step: TreatmentStep): void {
  const { amountFen, totalFen, fundFen } = step;
  const industryData = Buffer.concat([unsigned(totalFen, 4), unsigned(fundFen, 4)]);
  pay(rides, equipment[step.place], card, { amountFen, industryData }, fundFen);
}

const noted = (station: string): Buffer => Buffer.concat([packDigits(station)], TRIP_LENGTH);

function pay(rides: Rides, station: Station, card: VirtualCard, fare: Fare, fundFen?: number): void {
  const result = station.reader.tap(card, fare);
  const [record] = result.records;
  if (result.kind !== 'paid' || !record)
    throw new DayFailed(
      `A tap at ${station.terminal.settings.terminalNo} should be paid; it came to "${result.kind}".`,
    );
  const { participantNo } = station;
  rides.note(record, { origin: 'tap', way: '0320', participantNo, cardPaid: true, ...(fundFen && { fundFen }) });
  station.keep(encodeRecord(record));
}
