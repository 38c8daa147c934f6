import type { SimulatedBank } from '../bank/bank.ts';
import { BANK_ACCOUNTS, NEIGHBOUR_CITY, PARTIES } from './city.ts';
import { DayFailed } from './errors.ts';
import type { DayEvents } from './events.ts';
import { nothingReceived } from './exchange.ts';
import type { Office } from './office.ts';
import { notifyOfWire } from './prefund.ts';
import { waitFor } from './waiting.ts';

interface ClearingDay {
  readonly state: string;
  readonly sheetsSha256: string;
  readonly sheets: readonly { readonly participantNo: string; readonly payableFen: number }[];
}

const DAY_MS = 86_400_000;

/** The open business day, YYYY-MM-DD. Throws DayFailed when there is none. */
export async function openBusinessDate(office: Office): Promise<string> {
  const path = '/v1/clearing-days';
  const { days } = await office.get<{ days: { date: string; state: string }[] }>('finance-maker', path);
  const open = days.find((day) => day.state === 'open');
  if (!open) throw new DayFailed('No business day is open.');
  return open.date;
}

/**
 * Ends the business day: cut-off, approval by two people, payment by the bank, statements, closed. The neighbour wires what
 * it owes on the day after.
 */
export async function clearDay(office: Office, bank: SimulatedBank, date: string, events: DayEvents): Promise<void> {
  events.phase('clearing day', 5);
  const path = `/v1/clearing-days/${date}`;
  await nothingReceived(office, date);
  await office.post('finance-maker', `${path}/cut-off`);
  const netted = await reached(office, path, 'netted');
  events.step();

  const { sheetsSha256 } = netted;
  const proposed = { json: { sheetsSha256 } };
  const { approvalId } = await office.post<{ approvalId: number }>('finance-maker', `${path}/approval`, proposed);
  await office.post('finance-checker', `${path}/approval/${approvalId}`);
  events.step();
  await reached(office, path, 'instructed', 'settled', 'closed');

  await payInstructions(office, bank, date);
  events.step();
  for (const accountNo of [BANK_ACCOUNTS.custody, BANK_ACCOUNTS.cardDeposits]) {
    await postXml(office, '/v1/bank/statements', bank.statement(accountNo, date));
  }
  await reached(office, path, 'closed');
  events.step();
  await receiveFromNeighbour(office, bank, netted, date);
  events.step();
}

async function reached(office: Office, path: string, ...states: readonly string[]): Promise<ClearingDay> {
  return waitFor(
    `the business day to be ${states[0] ?? ''}`,
    () => office.get<ClearingDay>('finance-maker', path),
    ({ state }) => states.includes(state),
  );
}

/** The bank fetches every payment message, pays, and says so. Throws DayFailed when it had to refuse one. */
async function payInstructions(office: Office, bank: SimulatedBank, date: string): Promise<void> {
  const pending = await office.get<{ messageId: string }[]>('bank', '/v1/settlement/instructions?status=pending');
  for (const { messageId } of pending) {
    const order = await office.download('bank', `/v1/settlement/instructions/${messageId}`);
    const { status, payments } = bank.pay(order.toString('utf8'), date);
    await postXml(office, '/v1/bank/payment-status', status);
    const refused = payments.filter((payment) => payment.status === 'RJCT');
    if (refused.length > 0)
      throw new DayFailed(`The custody account is too short for ${refused.length} payments of ${messageId}.`);
  }
}

/** What its citizens spent here beyond what ours spent there; the other way round it was paid like everybody else. */
async function receiveFromNeighbour(
  office: Office,
  bank: SimulatedBank,
  { sheets }: ClearingDay,
  date: string,
): Promise<void> {
  const sheet = sheets.find(({ participantNo }) => participantNo === PARTIES.neighbour.participantNo);
  if (sheet === undefined || sheet.payableFen >= 0) return;
  await notifyOfWire(office, bank, {
    accountNo: BANK_ACCOUNTS.custody,
    amountFen: -sheet.payableFen,
    from: PARTIES.neighbour.name,
    remittance: `CITY ${NEIGHBOUR_CITY} ${date}`,
    booked: new Date(Date.parse(`${date}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10),
  });
}

async function postXml(office: Office, path: string, content: string): Promise<void> {
  await office.post('bank', path, { bytes: { content, type: 'application/xml' } });
}
