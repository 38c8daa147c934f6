import { HOME_CITY, type Party, PARTIES, type PartyName } from './city.ts';
import { DayFailed } from './errors.ts';
import type { DayEvents } from './events.ts';
import type { Office } from './office.ts';
import type { UploadedRecord } from './record.ts';

/** The number the hotline gives its order. */
const ORDER = '12345-DEMO-0001';

interface Order {
  readonly caseNo: number | string;
  readonly state: string;
}

/**
 * A resident calls the government hotline 12345 about a fare: the hotline dispatches an order, the bus company that is asked answers,
 * the company ends the case with a written reason, and the hotline reads it. Throws DayFailed when the case did not end.
 */
export async function hearResident(
  office: Office,
  date: string,
  records: readonly UploadedRecord[],
  events: DayEvents,
): Promise<void> {
  const operators = new Set<string>([PARTIES.busOne.participantNo, PARTIES.busTwo.participantNo]);
  const ride = records.find(
    ({ origin, issuerCity, participantNo, amountFen }) =>
      origin === 'tap' && issuerCity === HOME_CITY && amountFen > 0 && operators.has(participantNo),
  );
  // A day of few rides may have none of ours.
  if (ride === undefined) return;
  events.phase('a call to 12345', 3);
  const path = `/v1/hotline-orders/${ORDER}`;
  const said = { words: '测试来电:车费好像不对。', contact: '13800000000' };
  const matter = { kind: 'wrong-fare', cardNo: ride.cardNo, occurredOn: date, amountFen: ride.amountFen };
  const { caseNo } = await office.put<Order>('hotline-12345', path, { json: { ...matter, ...said } });
  events.step();
  const asked = await office.get<{ participantNo?: string }>('clerk-1', `/v1/cases/${caseNo}`);
  const operator = nameOf(asked.participantNo);
  if (operator !== undefined)
    await office.post(operator, `/v1/cases/${caseNo}/answer`, {
      json: { finding: 'disagrees', answer: 'The line has this fare; the reader showed it.' },
    });
  events.step();
  await office.post('finance-maker', `/v1/cases/${caseNo}/end`, {
    json: { reason: 'The fare of the line was charged once, as the record of the card shows.' },
  });
  const { state } = await office.get<Order>('hotline-12345', path);
  if (state !== 'ended') throw new DayFailed(`The order ${ORDER} of the hotline is ${state} after its case was ended.`);
  events.step();
}

function nameOf(participantNo: string | undefined): PartyName | undefined {
  const parties = Object.entries(PARTIES) as [PartyName, Party][];
  return parties.find(([, party]) => party.participantNo === participantNo && party.kind === 'operator')?.[0];
}
