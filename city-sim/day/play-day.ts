import { writeFile } from 'node:fs/promises';
import { SimulatedBank } from '../bank/bank.ts';
import { PartnerCity } from '../partner-city/partner-city.ts';
import { askCard } from './card-state.ts';
import { BANK_ACCOUNTS, HOME_CITY, NEIGHBOUR_CITY, PARTIES } from './city.ts';
import { clearDay, openBusinessDate } from './clear.ts';
import { hearResident } from './complaint.ts';
import { compareConcessions } from './concession-lines.ts';
import type { DayConfiguration } from './configuration.ts';
import { equip } from './equip.ts';
import { DayFailed } from './errors.ts';
import type { DayEvents } from './events.ts';
import { exchangeWithNeighbour } from './exchange.ts';
import { expectationOf } from './expectation.ts';
import { compareIndustries } from './industry-report.ts';
import { foundCity } from './found-city.ts';
import { prepareIndustries } from './industries.ts';
import { issueCards } from './issue-cards.ts';
import { Office } from './office.ts';
import { planDay } from './plan.ts';
import { playCards } from './play-cards.ts';
import { prefundAgents } from './prefund.ts';
import { publishedKey } from './published-keys.ts';
import { DayRecord } from './record.ts';
import { settleTerminals } from './settle-terminals.ts';

/** Plays one whole day against the product that the configuration names. Throws DayFailed with a sentence when it cannot. */
export async function playDay(configuration: DayConfiguration, events: DayEvents): Promise<void> {
  const clock = () => new Date();
  const plan = planDay(configuration);
  const office = new Office(configuration.baseUrl, configuration.people);
  const date = await openBusinessDate(office);
  const bank = new SimulatedBank('TESTBANK', Object.values(BANK_ACCOUNTS), clock);
  const neighbour = new PartnerCity({
    city: NEIGHBOUR_CITY,
    partner: HOME_CITY,
    clock,
    secret: `neighbour of seed ${plan.seed}`,
    rootPurchaseKey: publishedKey('DPK'),
  });

  const { signers, caPem, billers } = await foundCity(office, plan, events);
  try {
    await prefundAgents(office, bank, plan, date, events);
    const equipment = await equip(office, configuration.gateway, plan.fleet, clock, events);
    const cards = await issueCards(office, bank, plan, date, events);
    await prepareIndustries(office, plan, cards);
    const record = new DayRecord();
    await playCards({ office, plan, equipment, neighbour, cards, record, clock, events });
    await settleTerminals(office, equipment, signers, date, clock, events);
    const signer = signers.get(PARTIES.neighbour.participantNo);
    if (!signer) throw new DayFailed('The neighbouring city has no certificate to sign its files with.');
    const exchange = await exchangeWithNeighbour(office, neighbour, { signer, caPem }, date, events);
    await clearDay(office, bank, date, events);
    await hearResident(office, date, record.records, events);
    await compareIndustries(office, date, record.records);
    await compareConcessions(office, date, record.records);

    const states = cards.map(({ card }) => askCard(card));
    const expected = expectationOf(record.records, record.loads);
    const result = { businessDate: date, cards: states, expected };
    const bills = Object.fromEntries(Object.entries(billers).map(([name, biller]) => [name, biller.payments]));
    const complete = { seed: plan.seed, ...result, ...record, exchange, bills };
    await writeFile(configuration.recordFile, JSON.stringify(complete, null, 1));
    events.result(result);
  } finally {
    await Promise.all(Object.values(billers).map((biller) => biller.close()));
  }
}
