import { BANK_ACCOUNTS, type DayCity } from './day-city.ts';

interface Standing {
  readonly state: string;
  readonly sheetsSha256: string;
  readonly stages: readonly { readonly stage: string; readonly evidence: Readonly<Record<string, unknown>> }[];
}

const LOOK_EVERY_MS = 100;
/** A stage that takes longer than this has stopped. */
const PATIENCE_MS = 3_600_000;

const STATES = ['open', 'cut-off', 'validated', 'priced', 'netted', 'approved', 'instructed', 'settled', 'closed'];

const path = (date: string) => `/v1/clearing-days/${date}`;

/**
 * Clears a day as its people and its bank do: cut-off, sheets approved by two persons, payments, their answers and the bank's
 * statement; everything between is the product's own doing. `passed` hears of every state that was reached.
 */
export async function clearDay(city: DayCity, date: string, passed: (state: string) => void): Promise<Standing> {
  await city.ask('finance-maker', 'POST', `${path(date)}/cut-off`, {});
  passed('cut-off');
  await through(city, date, ['validated', 'priced', 'netted'], passed);
  const { sheetsSha256 } = await standing(city, date);
  const proposed = await city.ask<{ approvalId: number }>('finance-maker', 'POST', `${path(date)}/approval`, {
    sheetsSha256,
  });
  await city.ask('finance-checker', 'POST', `${path(date)}/approval/${proposed.approvalId}`, {});
  passed('approved');
  await through(city, date, ['instructed'], passed);
  const pending = await city.ask<readonly { messageId: string }[]>(
    'bank',
    'GET',
    '/v1/settlement/instructions?status=pending',
  );
  for (const { messageId } of pending) {
    const order = await city.text('bank', `/v1/settlement/instructions/${messageId}`);
    await city.ask('bank', 'POST', '/v1/bank/payment-status', city.bank.pay(order, date).status);
  }
  for (const account of Object.values(BANK_ACCOUNTS)) {
    await city.ask('bank', 'POST', '/v1/bank/statements', city.bank.statement(account, date));
  }
  await through(city, date, ['settled', 'closed'], passed);
  return standing(city, date);
}

async function standing(city: DayCity, date: string): Promise<Standing> {
  return city.ask<Standing>('finance-maker', 'GET', path(date));
}

/** Waits for one state after another. Asks PostgreSQL alone: the page of a day is for people. */
async function through(
  city: DayCity,
  date: string,
  states: readonly string[],
  passed: (state: string) => void,
): Promise<void> {
  const db = city.db();
  for (const state of states) {
    await until(`the day to be ${state}`, async () => {
      const { rows } = await db.query<{ state: string }>(
        'select state from clearing.business_day where business_date = $1',
        [date],
      );
      return STATES.indexOf(rows[0]?.state ?? '') >= STATES.indexOf(state);
    });
    passed(state);
  }
}

/** Nothing waits to be judged. */
export async function allJudged(city: DayCity, tell: (waiting: number) => void): Promise<void> {
  const db = city.db();
  let toldAt = Date.now();
  await until('all records to be judged', async () => {
    const { rows } = await db.query<{ waiting: bigint }>(
      'select coalesce(sum(record_count), 0)::bigint as waiting from clearing.undecided_day',
    );
    const waiting = Number(rows[0]?.waiting ?? 0n);
    if (Date.now() - toldAt > 10_000) tell(waiting);
    if (Date.now() - toldAt > 10_000) toldAt = Date.now();
    return waiting === 0;
  });
}

/** No card's chain waits to be looked at. */
export async function allWalked(city: DayCity): Promise<void> {
  const db = city.db();
  await until('all chains to be walked', async () => {
    const { rows } = await db.query<{ waiting: boolean }>('select exists (select from clearing.chain_work) as waiting');
    return rows[0]?.waiting === false;
  });
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const last = Date.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (Date.now() > last) throw new Error(`waited for ${what} in vain`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
