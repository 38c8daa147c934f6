import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  businessDate,
  commonMigrations,
  type Database,
  type Fen,
  fen,
  luhnDigit,
  startTestDatabase,
  transact,
} from '@citycard/common';
import { connectHsm, type HsmClient, startHsm } from '@citycard/hsm-sim';
import { openDay } from '../day/days.ts';
import { intakeMessage, type PurchaseMessage } from '../intake/message.ts';
import { openAccount } from '../ledger/accounts.ts';
import { accountBalance, cardBalance } from '../ledger/balances.ts';
import { postOrThrow } from '../ledger/posting.ts';
import { clearingMigrations } from '../migrations.ts';
import { createParticipant } from '../participants/participant.ts';
import { assignSam } from '../participants/sam-assignment.ts';
import { applicationSerial, type CardNo, cardNo } from '../purses/card-number.ts';
import { openPurse } from '../purses/purse.ts';
import { encodePurchaseRecord, type PurchaseRecordFields } from '../purchases/purchase-record.ts';
import type { PurchaseState } from '../purchases/reason-codes.ts';

/** Recognisably generated: participants, SAMs and terminals that exist in tests only. */
export const BUS_ONE = '904458041110001';
export const BUS_TWO = '904458041110002';
export const SAM_ONE = '990000000001';
export const SAM_TWO = '990000000002';
export const TERMINAL_ONE = 'T9000001';
export const QINGDAO = '904520000000001';
export const TODAY = businessDate('2026-11-22');
/** Noon in the city. */
export const NOON = new Date('2026-11-22T04:00:00Z');
const ALL_TIME = new Date('2026-01-01T00:00:00Z');
const DTK = Buffer.from('606162636465666768696A6B6C6D6E6F', 'hex');

export const minutes = (count: number, from: Date = NOON): Date => new Date(from.getTime() + count * 60_000);

/** The card side of the TAC, on its own, so that a mistake of ours cannot confirm itself (domain.md A.4 to A.6). */
function cardTac(card: CardNo, data: Buffer): Buffer {
  const derive = (key: Buffer, factor: Buffer) => {
    const cipher = (block: Buffer) => {
      const des = createCipheriv('des-ede3', Buffer.concat([key, key.subarray(0, 8)]), null).setAutoPadding(false);
      return Buffer.concat([des.update(block), des.final()]);
    };
    return Buffer.concat([cipher(factor), cipher(Buffer.from(factor.map((byte) => ~byte & 0xff)))]);
  };
  const cityKey = derive(DTK, Buffer.from(`${card.slice(3, 7)}ff0000000000`, 'hex'));
  const cardKey = derive(cityKey, Buffer.from(card.slice(-16), 'hex'));
  const tacKey = Buffer.from(cardKey.subarray(0, 8).map((byte, index) => byte ^ (cardKey[8 + index] ?? 0)));
  const padded = Buffer.concat([data, Buffer.from([0x80]), Buffer.alloc(7 - (data.length % 8))]);
  const single = Buffer.concat([tacKey, tacKey, tacKey]);
  const mac = createCipheriv('des-ede3-cbc', single, Buffer.alloc(8)).setAutoPadding(false);
  return Buffer.concat([mac.update(padded), mac.final()]).subarray(-8, -4);
}

export interface Tap extends Partial<Omit<PurchaseRecordFields, 'amountFen' | 'tac'>> {
  readonly amount?: number;
  readonly balanceBefore?: number;
  /** Left out: the right one, or zeros for gray and lock records. */
  readonly tac?: Buffer;
}

let cards = 0;

/** A card number nobody has yet. */
export function newCardNo(city = '4580'): CardNo {
  cards += 1;
  const body = `310${city}99${String(cards).padStart(9, '0')}`;
  return cardNo(body + luhnDigit(body));
}

/** A purchase record as a terminal writes it; every call without a transaction number takes a new one. */
export function tap(card: CardNo, { amount = 200, balanceBefore = 10_000, tac, ...fields }: Tap = {}): Buffer {
  const raw = encodePurchaseRecord({
    issuerCity: card.slice(3, 7),
    applicationSerial: applicationSerial(card),
    offlineCounter: 1,
    samNo: SAM_ONE,
    samTransactionNo: randomBytes(4).readUInt32BE(),
    tappedAt: minutes(-60),
    industry: 1,
    ...fields,
    balanceBeforeFen: fen(balanceBefore),
    amountFen: fen(amount),
  });
  const data = Buffer.concat([raw.subarray(26, 30), raw.subarray(16, 17), raw.subarray(30, 47)]);
  const bare = fields.flag === 1 || fields.flag === 3;
  (tac ?? (bare ? Buffer.alloc(4) : cardTac(card, data))).copy(raw, 47);
  return raw;
}

interface OutcomeRow {
  readonly state: PurchaseState;
  readonly code: string | null;
  readonly detail: string | null;
  readonly postedDate: string | null;
}

export interface PurchaseWorld {
  readonly db: Database;
  readonly url: string;
  readonly hsm: HsmClient;
  /** A purse with this much on it. */
  card(balance?: number, terms?: { validTo?: string; sandbox?: boolean }): Promise<CardNo>;
  load(card: CardNo, amount: number): Promise<void>;
  /** One message; answers its intake id. */
  upload(records: readonly Buffer[], message?: Partial<PurchaseMessage>): Promise<bigint>;
  /** `state` or `state code` of each record of an intake. */
  outcomes(intakeId: bigint): Promise<string[]>;
  rows(intakeId: bigint): Promise<OutcomeRow[]>;
  balance(card: CardNo): Promise<Fen>;
  owed(code: string): Promise<Fen>;
  stop(): Promise<void>;
}

/** A database with one open day, two bus companies with a SAM each, a neighbouring city, and an HSM that holds the TAC key. */
export async function startPurchaseWorld(): Promise<PurchaseWorld> {
  const { db, url, stop } = await startTestDatabase([commonMigrations, clearingMigrations]);
  await transact(db, async (tx) => {
    await openDay(tx, TODAY);
    await createParticipant(tx, { participantNo: BUS_ONE, name: 'Test bus one', kind: 'operator', industry: 1 });
    await createParticipant(tx, { participantNo: BUS_TWO, name: 'Test bus two', kind: 'operator', industry: 1 });
    await createParticipant(tx, { participantNo: QINGDAO, name: 'Test Qingdao', kind: 'city', cityCode: '4520' });
    await assignSam(tx, { samNo: SAM_ONE, participantNo: BUS_ONE, terminalNo: TERMINAL_ONE, validFrom: ALL_TIME });
    await assignSam(tx, { samNo: SAM_TWO, participantNo: BUS_TWO, validFrom: ALL_TIME });
    await openAccount(tx, 'bank-custody:test');
  });
  const machine = await startTestHsm();
  let loads = 0;
  const world: PurchaseWorld = {
    db,
    url,
    hsm: machine.client,
    card: async (balance = 10_000, terms = {}) => {
      const card = newCardNo();
      await transact(db, (tx) =>
        openPurse(tx, {
          cardNo: card,
          algorithm: '3des',
          validFrom: businessDate('2026-01-01'),
          validTo: businessDate(terms.validTo ?? '2036-12-31'),
          purseCap: fen(100_000),
          mainType: 1,
          subType: 0,
          sandbox: terms.sandbox ?? false,
        }),
      );
      if (balance > 0) await world.load(card, balance);
      return card;
    },
    load: async (card, amount) => {
      loads += 1;
      const legs = [{ debit: 'bank-custody:test', credit: 'purse', amount: fen(amount) }];
      const posting = { cardNo: card, key: `test-load:${loads}`, reason: 'test load', legs };
      await transact(db, (tx) => postOrThrow(tx, TODAY, [posting]));
    },
    upload: async (records, message = {}) => {
      const sha256 = createHash('sha256').update(Buffer.concat(records)).digest();
      const defaults = {
        source: 'message',
        participantNo: BUS_ONE,
        terminalNo: TERMINAL_ONE,
        batchNo: '000001',
      } as const;
      const whole = { ...defaults, records, sha256, receivedAt: NOON, ...message };
      const { intakeId } = await transact(db, (tx) => intakeMessage(tx, whole));
      return intakeId;
    },
    rows: async (intakeId) => {
      const { rows } = await db.query<OutcomeRow>(
        `select state, reason_code as code, detail, posted_date as "postedDate" from (
           select record_index, state, reason_code, detail, posted_date from clearing.purchase_record where intake_id = $1
           union all
           select record_index, 'received', null, null, null from clearing.undecided_records() where intake_id = $1) r
          order by record_index`,
        [intakeId],
      );
      return rows;
    },
    outcomes: async (intakeId) => {
      const rows = await world.rows(intakeId);
      return rows.map(({ state, code }) => (code === null ? state : `${state} ${code}`));
    },
    balance: async (card) => (await cardBalance(db, card)).posted,
    owed: async (code) => (await accountBalance(db, code)).posted,
    stop: async () => {
      await machine.stop();
      await stop();
    },
  };
  return world;
}

async function startTestHsm(): Promise<{ client: HsmClient; stop(): Promise<void> }> {
  const directory = mkdtempSync(path.join(tmpdir(), 'purchase-hsm-'));
  const hsm = await startHsm({ directory, lmk: 'test' });
  const client = connectHsm({ host: '127.0.0.1', port: hsm.port });
  const pins = { 'test-one': '100001', 'test-two': '200002', 'test-three': '300003' };
  const [[first, firstPin], [second, secondPin], [third, thirdPin]] = Object.entries(pins) as [
    [string, string],
    [string, string],
    [string, string],
  ];
  await client.createCustodian({ name: first, pin: firstPin });
  await client.createCustodian({ name: second, pin: secondPin });
  await client.authorise(first, firstPin, second, secondPin, ['createCustodian', 'formKey'], 5);
  await client.createCustodian({ name: third, pin: thirdPin });
  const parts = [randomBytes(16), randomBytes(16)];
  const last = Buffer.from(DTK.map((byte, index) => byte ^ (parts[0]?.[index] ?? 0) ^ (parts[1]?.[index] ?? 0)));
  for (const [index, component] of [...parts, last].entries()) {
    const [custodian, pin] = Object.entries(pins)[index] ?? [first, firstPin];
    const kcv = checkValue(component);
    await client.submitComponent({
      name: 'DTK',
      usage: 'tac',
      algorithm: '3des',
      exportable: false,
      custodian,
      pin,
      component,
      kcv,
    });
  }
  await client.formKey({ name: 'DTK' });
  return {
    client,
    stop: async () => {
      await client.close();
      await hsm.stop();
      rmSync(directory, { recursive: true });
    },
  };
}

function checkValue(key: Buffer): string {
  const cipher = createCipheriv('des-ede3', Buffer.concat([key, key.subarray(0, 8)]), null);
  return cipher.update(Buffer.alloc(8)).toString('hex', 0, 3).toUpperCase();
}
