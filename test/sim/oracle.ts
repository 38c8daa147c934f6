import { decodeRecord, RECORD_FLAG } from '@citycard/city-sim';
import { floatPosition, listDays, trialBalance, verifyLedger } from '@citycard/clearing';
import type { Database } from '@citycard/common';
import { chipBalance, type City, keyOfRecord } from './city.ts';

interface BookedRecord {
  readonly raw: Buffer;
  readonly card_no: string;
  readonly offline_counter: number;
  readonly amount_fen: bigint;
  readonly state: string;
  readonly reason_code: string | null;
}

/** What is not as the cards' own memories say it must be; empty when all is well. */
export async function complaints(db: Database, city: City): Promise<string[]> {
  const said: string[] = [];
  const expect = (holds: boolean, sentence: string) => {
    if (!holds) said.push(sentence);
  };
  const { rows: records } = await db.query<BookedRecord>(
    'select raw, card_no, offline_counter, amount_fen, state, reason_code from clearing.purchase_record',
  );
  const debited = new Map(city.taps.filter((tap) => tap.debited).map((tap) => [`${tap.cardNo} ${tap.counter}`, tap]));
  const acceptedOf = new Map<string, BookedRecord[]>();
  for (const record of records) {
    expect(record.state !== 'received', `a record of ${record.card_no} was never judged`);
    if (record.state !== 'accepted') continue;
    const key = `${record.card_no} ${record.offline_counter}`;
    acceptedOf.set(key, [...(acceptedOf.get(key) ?? []), record]);
  }
  for (const [key, accepted] of acceptedOf) {
    expect(accepted.length === 1, `purchase ${key} was accepted ${accepted.length} times`);
    const tap = debited.get(key);
    expect(tap !== undefined, `purchase ${key} was accepted although the card never paid`);
    expect(
      tap === undefined || accepted.every((one) => one.amount_fen === BigInt(tap.amountFen)),
      `purchase ${key} has another amount`,
    );
  }
  sayAcknowledged(city, records, acceptedOf, debited, expect);
  await sayCards(db, city, acceptedOf, expect);
  await sayBooks(db, expect);
  return said;
}

type Expect = (holds: boolean, sentence: string) => void;

/** Nothing acknowledged is missing, and what a card proves to have paid is accepted. */
function sayAcknowledged(
  city: City,
  records: readonly BookedRecord[],
  acceptedOf: ReadonlyMap<string, unknown>,
  debited: ReadonlyMap<string, unknown>,
  expect: Expect,
): void {
  const stored = new Set(records.map(({ raw }) => raw.toString('hex')));
  const forged = new Set(city.forged.map((raw) => raw.toString('hex')));
  for (const { acknowledged } of city.readers) {
    for (const hex of acknowledged) {
      expect(stored.has(hex), `an acknowledged record is missing: ${hex}`);
      const record = decodeRecord(Buffer.from(hex, 'hex'));
      const key = keyOfRecord(record);
      if (record.flag === RECORD_FLAG.gray || !debited.has(key)) continue;
      const booked = records.find(({ raw }) => raw.toString('hex') === hex);
      expect(
        acceptedOf.has(key),
        `purchase ${key} was acknowledged and proved, and is ${booked?.state} ${booked?.reason_code ?? ''}`,
      );
    }
  }
  for (const { raw, state, card_no: cardNo } of records)
    expect(!forged.has(raw.toString('hex')) || state !== 'accepted', `a forged record of ${cardNo} was accepted`);
}

/** Card by card: what it holds, what is on its way, and what the books say. */
async function sayCards(
  db: Database,
  city: City,
  acceptedOf: ReadonlyMap<string, readonly BookedRecord[]>,
  expect: Expect,
): Promise<void> {
  const { rows } = await db.query<{ card_no: string; posted: bigint; pending: bigint; short: boolean }>(
    `select card_no, (credits_posted - debits_posted)::bigint as posted, credits_pending as pending, debits_posted > credits_posted as short
       from clearing.card_account where kind = 'purse'`,
  );
  const { rows: loads } = await db.query<{ card_no: string; state: string; amount_fen: bigint }>(
    'select card_no, state, amount_fen from clearing.load',
  );
  for (const card of city.cards) {
    const { cardNo } = card;
    const purse = rows.find((row) => row.card_no === cardNo);
    const accepted = [...acceptedOf].filter(([key]) => key.startsWith(`${cardNo} `)).flatMap(([, all]) => all);
    const acceptedFen = accepted.reduce((sum, { amount_fen: amount }) => sum + amount, 0n);
    const own = loads.filter((load) => load.card_no === cardNo);
    const postedFen = own.filter(({ state }) => state === 'posted').reduce((sum, load) => sum + load.amount_fen, 0n);
    const onItsWay = BigInt(card.paidFen) - acceptedFen;
    const chip = BigInt(chipBalance(card));
    expect(chip === BigInt(card.loadedFen - card.paidFen), `the city has miscounted card ${cardNo}`);
    expect(
      postedFen === BigInt(card.loadedFen),
      `card ${cardNo} was loaded with ${card.loadedFen} fen, the books say ${postedFen}`,
    );
    expect(onItsWay >= 0n, `card ${cardNo} has paid ${card.paidFen} fen, and ${acceptedFen} were taken from its purse`);
    expect(
      purse !== undefined && purse.posted === chip + onItsWay,
      `card ${cardNo} holds ${chip} fen and ${onItsWay} are on their way, the books say ${purse?.posted}`,
    );
    expect(purse?.pending === 0n, `card ${cardNo} has ${purse?.pending} fen pending`);
    expect(purse?.short === false, `the purse of ${cardNo} is below zero`);
    expect(!own.some(({ state }) => state === 'pending'), `a load of ${cardNo} never ended`);
  }
}

/** Zero-sum, chain, float, and every day but the open one closed. */
async function sayBooks(db: Database, expect: Expect): Promise<void> {
  const verified = await verifyLedger(db);
  expect(
    verified.ok,
    `the ledger does not verify: ${JSON.stringify(verified, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))}`,
  );
  expect((await trialBalance(db)).sumFen === 0n, 'the books do not sum to zero');
  const days = await listDays(db);
  for (const day of days) {
    if (day.state === 'open') continue;
    expect(day.state === 'closed', `the day ${day.date} is ${day.state}`);
    const position = await floatPosition(db, day.date);
    expect(position.unexplainedFen === 0n, `on ${day.date} the float lacks ${position.unexplainedFen} fen`);
  }
}
