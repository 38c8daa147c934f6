import { createInterface } from 'node:readline';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { foundDemo, readConfiguration, startInstallation } from '@citycard/citycard';
import { addDays, type BusinessDate, businessDate, cityDate, fen, transact, WorkingCalendar } from '@citycard/common';
import {
  advanceAsFarAsPossible,
  assignSam,
  cardNo,
  currentBusinessDate,
  daysWithWork,
  HOME_CITY,
  openPurse,
  postOrThrow,
  readDay,
  startValidation,
} from '@citycard/clearing';

/**
 * One city of the ten days, in a process of its own: `CITYCARD_HOME_CITY` says which, `CITYCARD_VAR` and `DATABASE_URL` where it lives. Started again, it
 * finds everything as it was. Of what goes on by itself it has validation and the clearing day, by a calendar of its own; nobody's
 * terminals, no supervision. Prints one line of JSON when it serves; then takes orders, one JSON a line, and answers each.
 */
interface Order {
  /** Cards of this city, opened and loaded from the agent's prefund. */
  readonly cards?: readonly { readonly cardNo: string; readonly loadFen: number }[];
  readonly agent?: string;
  /** Files have come; nobody need wait for the next look. */
  readonly wake?: true;
  /** A day that people end now: it is moved on until it is closed, and days are let alone at other times. */
  readonly end?: string;
  readonly sam?: { readonly samNo: string; readonly participantNo: string; readonly terminalNo: string };
}

const LOOK_EVERY_MS = 10;
const configuration = { ...readConfiguration(process.env), gatewayPort: 0, secureGatewayPort: 0, hsmPort: 0 };
const peopleFile = join(configuration.varDirectory, 'people.json');
const known = await readFile(peopleFile, 'utf8').catch(() => undefined);
const installation = await startInstallation(configuration, { clear: 'never', serve: 'visit' });
const { db, hsm, logger } = installation;
if (known === undefined) await writeFile(peopleFile, JSON.stringify(await foundDemo(installation)));
const people: unknown = JSON.parse(await readFile(peopleFile, 'utf8'));
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

/** Weekends, and a holiday of the city's own where there is one. */
function calendar(closed: readonly [number, number] | undefined): WorkingCalendar {
  const today = cityDate(new Date());
  const year = Number(today.slice(0, 4));
  const holidays = closed === undefined ? [] : [[addDays(today, closed[0]), addDays(today, closed[1])] as const];
  const of = (one: number) => ({ holidays: holidays.filter(([from]) => from.startsWith(String(one))), madeUp: [] });
  return new WorkingCalendar(new Map([year - 1, year, year + 1].map((one) => [one, of(one)])));
}

const custody = {
  accountNo: '6217000000000000001',
  bankLineNo: '313458000011',
  accountName: `custody of ${HOME_CITY} (test)`,
};
const closedDays = process.env['TEST_CLOSED_DAYS']?.split('-').map(Number) as [number, number] | undefined;
const clearingDay = { db, hsm, logger, custody, calendar: calendar(closedDays) };
const validation = startValidation({ db, hsm, logger });
let stopping = false;

async function moveUntilClosed(date: BusinessDate): Promise<void> {
  while (!stopping && (await readDay(db, date)).state !== 'closed') {
    for (const due of await daysWithWork(db)) await advanceAsFarAsPossible(clearingDay, due);
    await pause(LOOK_EVERY_MS);
  }
}
let days: Promise<void> = Promise.resolve();
say({ baseUrl: installation.baseUrl, people, city: HOME_CITY });

async function obey({ cards = [], agent = '', sam, wake, end }: Order): Promise<void> {
  if (wake === true) return validation.wake();
  if (end !== undefined) {
    days = moveUntilClosed(businessDate(end)).catch((error: unknown) => {
      logger.error({ err: error, date: end }, 'a day does not end');
      process.exitCode = 1;
    });
    return;
  }
  const today = cityDate(new Date());
  await transact(db, async (tx) => {
    if (sam !== undefined) await assignSam(tx, { ...sam, validFrom: new Date('2020-01-01') });
    const date = await currentBusinessDate(tx);
    for (const { cardNo: number, loadFen } of cards) {
      const card = cardNo(number);
      const terms = { algorithm: '3des', purseCap: fen(100_000), mainType: 1, subType: 0 } as const;
      await openPurse(tx, {
        cardNo: card,
        ...terms,
        validFrom: businessDate('2020-01-01'),
        validTo: addDays(today, 1000),
      });
      const legs = [{ debit: `agent-prefund:${agent}`, credit: 'purse', amount: fen(loadFen) }];
      await postOrThrow(tx, date, [{ cardNo: card, key: `test-load:${number}`, reason: 'load (test)', legs }]);
    }
  });
}

const orders = createInterface({ input: process.stdin });
orders.on('line', (line) => {
  obey(JSON.parse(line) as Order).then(
    () => say({ done: true }),
    (error: unknown) => say({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
// The end of standard input is the order to stop, whoever is gone.
orders.once('close', () => {
  stopping = true;
  void days
    .then(() => validation.stop())
    .then(() => installation.stop())
    .then(() => process.exit(0));
});
