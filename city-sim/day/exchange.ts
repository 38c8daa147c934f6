import type { PartnerCity } from '../partner-city/partner-city.ts';
import { verifyDetached } from '../partner-city/signed-file.ts';
import type { NamedFile } from '../purchase/purchase-file.ts';
import { signDetached, type Signer } from '../purchase/signature.ts';
import type { AnswerRow } from '../purchase/inter-city-file.ts';
import { HOME_CITY, NEIGHBOUR_CITY } from './city.ts';
import { DayFailed } from './errors.ts';
import type { DayEvents } from './events.ts';
import type { Office } from './office.ts';
import { waitFor } from './waiting.ts';

/** What the two cities told each other. */
export interface Exchange {
  /** Our answers to purchases in the neighbouring city. */
  readonly answered: readonly AnswerRow[];
  /** The neighbour's answers to purchases of its cards here. */
  readonly given: readonly AnswerRow[];
}

/**
 * Purchases and answers go both ways by signed files: the neighbour delivers what our cards did there, fetches what its own
 * cards did here, judges and answers it, and reads our answer.
 */
export async function exchangeWithNeighbour(
  office: Office,
  neighbour: PartnerCity,
  keys: { readonly signer: Signer; readonly caPem: string },
  date: string,
  events: DayEvents,
): Promise<Exchange> {
  events.phase('inter-city exchange', 3);
  const businessDate = date.replaceAll('-', '');
  const deliver = async (file: NamedFile) => {
    const headers = { 'x-signature': signDetached(file.bytes, keys.signer).toString('base64') };
    const bytes = { content: file.bytes, type: 'application/octet-stream' };
    await office.post('neighbour', `/v1/city-files?name=${file.name}`, { bytes, headers });
  };
  const ours = neighbour.writePurchases(businessDate);
  if (ours) await deliver(ours);
  await nothingReceived(office, date);
  events.step();

  await office.post('platform', `/v1/cities/${NEIGHBOUR_CITY}/exchange`);
  const path = `/v1/cities/${NEIGHBOUR_CITY}/files`;
  const { files } = await office.get<{ files: { name: string }[] }>('neighbour', `${path}?direction=out`);
  const answered: AnswerRow[] = [];
  const given: AnswerRow[] = [];
  for (const { name } of files) {
    const content = await office.download('neighbour', `${path}/${name}`);
    verifyDetached(content, await office.download('neighbour', `${path}/${name}.p7s`), HOME_CITY, keys.caPem);
    if (name.endsWith('.ccir')) answered.push(...neighbour.readAnswer(content));
    else {
      const { file, rows } = neighbour.answerPurchases(content, businessDate);
      given.push(...rows);
      await deliver(file);
    }
  }
  events.step();
  if (ours && answered.length === 0)
    throw new DayFailed(`City ${HOME_CITY} did not answer the purchases of its cards.`);
  await waitFor(
    'the purchases of foreign cards to be decided',
    () => readSummary(office, date),
    ({ purchases }) => purchases.routed.count === 0,
  );
  events.step();
  return { answered, given };
}

interface Summary {
  readonly purchases: Readonly<Record<'received' | 'routed', { readonly count: number }>>;
}

function readSummary(office: Office, date: string): Promise<Summary> {
  return office.get<Summary>('auditor', `/v1/days/${date}/summary`);
}

/** Waits until every record of the day was judged. */
export async function nothingReceived(office: Office, date: string): Promise<void> {
  await waitFor(
    'all purchase records to be validated',
    () => readSummary(office, date),
    ({ purchases }) => purchases.received.count === 0,
  );
}
