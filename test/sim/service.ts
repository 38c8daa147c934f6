import {
  advanceAsFarAsPossible,
  approveSettlement,
  type ClearingDayDeps,
  currentBusinessDate,
  cutOff,
  listSheets,
  proposeSettlement,
  readDay,
  settlePayment,
  sheetsSha256,
  validateReceived,
  walkChains,
  secondPass,
} from '@citycard/clearing';
import {
  type BusinessDate,
  chinaCalendar,
  createLogger,
  type Database,
  fen,
  openDatabase,
  transact,
} from '@citycard/common';
import { connectHsm, type HsmClient } from '@citycard/hsm-sim';
import { createHandler, listenForTerminals, type TerminalListener } from '@citycard/terminal-gateway';
import { FaultyLine } from './faulty-line.ts';
import { CUSTODY, type Ground, PEOPLE } from './ground.ts';

const logger = createLogger('sim', { level: 'silent' });
const calendar = chinaCalendar({ provisionalThrough: new Date().getUTCFullYear() + 2 });
/** An HSM that does not answer is given up after this long. */
const HSM_PATIENCE_MS = 400;

/**
 * The product's processes of one life: gateway, validation and clearing over lines of their own to PostgreSQL and the HSM. When it
 * is killed, its lines are cut in the same instant: nothing it still wants to do reaches anybody.
 */
export class Service {
  readonly #databaseLine: FaultyLine;
  readonly #hsmLine: FaultyLine;
  readonly #listener: TerminalListener;
  readonly #db: Database;
  readonly #setsDb: Database;
  readonly #hsm: HsmClient;
  #ended = false;

  private constructor(parts: {
    databaseLine: FaultyLine;
    hsmLine: FaultyLine;
    listener: TerminalListener;
    db: Database;
    setsDb: Database;
    hsm: HsmClient;
  }) {
    this.#databaseLine = parts.databaseLine;
    this.#hsmLine = parts.hsmLine;
    this.#listener = parts.listener;
    this.#db = parts.db;
    this.#setsDb = parts.setsDb;
    this.#hsm = parts.hsm;
  }

  static async start(ground: Ground, databaseUrl: URL): Promise<Service> {
    const [databaseLine, hsmLine] = await Promise.all([
      FaultyLine.open(Number(databaseUrl.port)),
      FaultyLine.open(ground.hsm.port),
    ]);
    const url = new URL(databaseUrl);
    url.port = String(databaseLine.port);
    const db = openDatabase(url.href, { applicationName: 'sim' });
    const setsDb = openDatabase(url.href, { applicationName: 'sim sets', pipelined: true });
    const hsm = connectHsm({ host: '127.0.0.1', port: hsmLine.port, timeoutMs: HSM_PATIENCE_MS });
    const handle = createHandler({ db, setsDb, hsm, logger, billers: () => Promise.resolve(undefined) });
    const listener = await listenForTerminals({ handle, logger, port: 0 });
    return new Service({ databaseLine, hsmLine, listener, db, setsDb, hsm });
  }

  get port(): number {
    return this.#listener.port;
  }

  get databaseLine(): FaultyLine {
    return this.#databaseLine;
  }

  get hsmLine(): FaultyLine {
    return this.#hsmLine;
  }

  /** Judges what waits, as the process that goes on with validation does. */
  async validate(): Promise<void> {
    const deps = { db: this.#db, hsm: this.#hsm };
    while ((await validateReceived(deps)).decided > 0);
    await walkChains(this.#db);
    await secondPass({ db: this.#db });
  }

  /** Takes the open day through all its stages; people and bank do what is theirs. Goes on wherever an earlier try ended. */
  async clear(date: BusinessDate): Promise<void> {
    const db = this.#db;
    const deps: ClearingDayDeps = { db, hsm: this.#hsm, logger, calendar, custody: CUSTODY };
    await cutOff(db, date);
    await advanceAsFarAsPossible(deps, date);
    if ((await readDay(db, date)).state === 'netted') {
      await transact(db, async (tx) => {
        const sha256 = sheetsSha256(await listSheets(tx, date));
        const { approvalId } = await proposeSettlement(tx, PEOPLE.maker, date, sha256);
        await approveSettlement(tx, PEOPLE.checker, date, approvalId);
      });
    }
    await advanceAsFarAsPossible(deps, date);
    const { rows } = await db.query<{ end_to_end_id: string; amount_fen: bigint }>(
      `select end_to_end_id, amount_fen from clearing.payment where state = 'pending'`,
    );
    for (const { end_to_end_id: endToEndId, amount_fen: amount } of rows) {
      const booked = { endToEndId, amountFen: fen(amount), bookedAt: new Date(), bankReference: `BANK ${endToEndId}` };
      // The bank tells twice.
      for (let told = 0; told < 2; told += 1) await transact(db, (tx) => settlePayment(tx, booked));
    }
    await advanceAsFarAsPossible(deps, date);
  }

  async openDate(): Promise<BusinessDate> {
    return transact(this.#db, (tx) => currentBusinessDate(tx));
  }

  /** Every line is cut now; the rest of the process is swept away behind it. */
  kill(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#databaseLine.cut(true);
    this.#hsmLine.cut(true);
  }

  /** What is left of a killed or a healthy process. */
  async bury(): Promise<void> {
    this.kill();
    await Promise.allSettled([this.#listener.drain(), this.#hsm.close(), this.#db.end(), this.#setsDb.end()]);
    await Promise.allSettled([this.#databaseLine.close(), this.#hsmLine.close()]);
  }
}
