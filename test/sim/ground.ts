import { createDecipheriv, randomBytes } from 'node:crypto';
import {
  assignSam,
  cardNo,
  type CardNo,
  clearingMigrations,
  createParticipant,
  FEES,
  openAccount,
  openDay,
  openPurses,
  postOrThrow,
  proposeTerms,
  approveTerms,
} from '@citycard/clearing';
import {
  addDays,
  type BusinessDate,
  cityDate,
  commonMigrations,
  createPrincipal,
  type Database,
  fen,
  luhnDigit,
  openDatabase,
  type Principal,
  startTestDatabase,
  transact,
} from '@citycard/common';
import { gatewayMigrations } from '@citycard/terminal-gateway';
import pg from 'pg';
import { type BenchHsm, formKey, startBenchHsm } from '../bench/hsm-process.ts';
import { CARDS, LOAD_TERMINALS, READERS } from './plan.ts';

export const AGENT = '904458060510001';
export const OPERATOR = '904458041110001';
export const CUSTODY = {
  accountNo: '6217000000000000001',
  bankLineNo: '102458000011',
  accountName: 'City Card Company (test)',
};

/** A terminal of the city as its own side knows it; the key in hex. */
export interface CityTerminal {
  readonly terminalNo: string;
  readonly merchantNo: string;
  readonly samNo: string;
  readonly mak: string;
}

export const PEOPLE = {
  maker: { id: 'finance-maker', name: 'Maker (test)', kind: 'person', roles: ['finance-maker'] },
  checker: { id: 'finance-checker', name: 'Checker (test)', kind: 'person', roles: ['finance-checker'] },
} as const satisfies Record<string, Principal>;

/** What all seeds of one run stand on: a founded city as a database to copy, and an HSM. */
export interface Ground {
  readonly hsm: BenchHsm;
  readonly today: BusinessDate;
  readonly cards: readonly CardNo[];
  readonly loadTerminals: readonly CityTerminal[];
  readonly busTerminals: readonly CityTerminal[];
  readonly roots: { readonly purchase: Buffer; readonly load: Buffer; readonly tac: Buffer };
  /** A copy of the founded city; the address leads to PostgreSQL's TCP port. */
  copy(): Promise<{ readonly url: URL; drop(): Promise<void> }>;
  stop(): Promise<void>;
}

const PREFUND_FEN = 100_000_000n;

export async function startGround(): Promise<Ground> {
  const [database, hsm] = await Promise.all([
    startTestDatabase([commonMigrations, clearingMigrations, gatewayMigrations]),
    startBenchHsm(),
  ]);
  const today = cityDate(new Date());
  const cards = Array.from({ length: CARDS }, (_, n) => simCard(n + 1));
  const load = await formKey(hsm.client, 'DLK', 'load', '3des');
  const tac = await formKey(hsm.client, 'DTK', 'tac', '3des');
  const tmk = await formKey(hsm.client, 'TMK', 'terminal-master', '3des');
  // Connections to a database that is copied must be gone, so the pool that came with it is left alone.
  const db = openDatabase(database.url);
  await foundCity(db, today, cards);
  const found = { db, hsm, tmk };
  const loadTerminals = await equip(found, LOAD_TERMINALS, { prefix: 'SIML', merchantNo: AGENT, sam: 1 });
  const busTerminals = await equip(found, READERS, { prefix: 'SIMB', merchantNo: OPERATOR, sam: 101 });
  await db.end();
  const admin = new URL(database.url);
  const original = admin.pathname.slice(1);
  admin.pathname = '/postgres';
  const client = new pg.Client({ connectionString: admin.href });
  await client.connect();
  let copies = 0;
  return {
    hsm,
    today,
    cards,
    loadTerminals,
    busTerminals,
    roots: { purchase: randomBytes(16), load, tac },
    copy: async () => {
      const name = `test_${randomBytes(8).toString('hex')}`;
      copies += 1;
      await client.query(`CREATE DATABASE ${name} TEMPLATE ${original} STRATEGY file_copy`);
      const url = new URL(admin);
      url.pathname = `/${name}`;
      url.search = '';
      return { url, drop: () => client.query(`DROP DATABASE ${name} WITH (FORCE)`).then(() => undefined) };
    },
    stop: async () => {
      await client.end();
      await hsm.stop();
      await database.stop();
    },
  };
}

/** Issuer 97 is nobody's: generated cards. */
function simCard(sequence: number): CardNo {
  const body = `310458097${String(sequence).padStart(9, '0')}`;
  return cardNo(body + luhnDigit(body));
}

async function foundCity(db: Database, today: BusinessDate, cards: readonly CardNo[]): Promise<void> {
  await transact(db, async (tx) => {
    for (const person of Object.values(PEOPLE)) await createPrincipal(tx, person);
    const accounts = [
      `bank-custody:${CUSTODY.accountNo}`,
      'bank-own-funds:6217000000000000003',
      'fee-income:main',
      'rounding:main',
      'suspense:main',
      'write-off:main',
      'unclaimed-refund:main',
    ];
    for (const code of accounts) await openAccount(tx, code);
    await openDay(tx, today);
    await createParticipant(tx, { participantNo: AGENT, name: 'Agent (test)', kind: 'agent' });
    await createParticipant(tx, {
      participantNo: OPERATOR,
      name: 'Bus company (test)',
      kind: 'operator',
      industry: 1,
      settlementAccount: { accountNo: '6222000000000000001', bankLineNo: '105458000018', accountName: 'Bus (test)' },
    });
    const leg = { debit: accounts[0] ?? '', credit: `agent-prefund:${AGENT}`, amount: fen(PREFUND_FEN) };
    await postOrThrow(tx, today, [{ key: 'sim-prefund', reason: 'prefund of the simulated agent', legs: [leg] }]);
    await openPurses(tx, [...cards], {
      algorithm: '3des',
      validFrom: addDays(today, -365),
      validTo: addDays(today, 3650),
      purseCap: fen(100_000),
      mainType: 1,
      subType: 0,
    });
  });
  await agreeOnFees(db, today);
}

/** What a bus company pays for being cleared: every day has a fee, and a rest of a fen to round. */
async function agreeOnFees(db: Database, today: BusinessDate): Promise<void> {
  await transact(db, async (tx) => {
    const { version } = await proposeTerms(tx, PEOPLE.maker, FEES, today, {
      note: 'fees of the simulated city',
      rules: [{ for: { everybody: true }, kind: 'by-amount', rate: '3333', validFrom: today }],
    });
    await approveTerms(tx, PEOPLE.checker, FEES, version);
  });
}

async function equip(
  { db, hsm, tmk }: { db: Database; hsm: BenchHsm; tmk: Buffer },
  count: number,
  kind: { prefix: string; merchantNo: string; sam: number },
): Promise<CityTerminal[]> {
  const terminals: CityTerminal[] = [];
  for (let n = 0; n < count; n += 1) {
    const terminalNo = `${kind.prefix}${String(n + 1).padStart(4, '0')}`;
    const samNo = `88880000${String(kind.sam + n).padStart(4, '0')}`;
    const keys = await hsm.client.createWorkingKeys('name:TMK');
    const decipher = createDecipheriv('des-ede-ecb', tmk, null).setAutoPadding(false);
    const mak = Buffer.concat([decipher.update(keys.makUnderTmk), decipher.final()]);
    await db.query(
      `insert into gateway.terminal (terminal_no, merchant_no, industry, sam_no, functions, mac_algorithm, mak, pik)
       values ($1, $2, 1, $3, '{load,load-bound,purchase-upload,bill,enquiry}', 'x9.19', $4, $5)`,
      [terminalNo, kind.merchantNo, samNo, keys.mak, keys.pik],
    );
    await transact(db, (tx) =>
      assignSam(tx, {
        samNo,
        participantNo: kind.merchantNo,
        terminalNo,
        validFrom: new Date(Date.now() - 86_400_000),
      }),
    );
    terminals.push({ terminalNo, merchantNo: kind.merchantNo, samNo, mak: mak.toString('hex') });
  }
  return terminals;
}
