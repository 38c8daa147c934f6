import { join } from 'node:path';
import {
  createProtection,
  httpResponder,
  type MachineAddresses,
  noReaders,
  type ReaderPort,
  registerCardLifeJobs,
  startIdentityChecks,
  startMachine,
  startReaderPort,
} from '@citycard/card-issuer';
import {
  billerDirectory,
  type ClearingDayDeps,
  type OpenBankLine,
  registerClearingJobs,
  registerReportJobs,
  registerVerificationJobs,
  startBillWork,
  startCertificateUpkeep,
  startExpiry,
  startInbox,
  startReceipts,
  startValidation,
} from '@citycard/clearing';
import { type BusinessDate, type Database, type Logger, openJobSystem, type QueueWatch } from '@citycard/common';
import type { HsmClient } from '@citycard/hsm-sim';
import {
  missingEntries,
  caseFigures,
  dayFilesOfInbox,
  registerDailyReconciliation,
  startCases,
  reconciliationReports,
  registerMatchJobs,
  registerCityExchange,
  unmatchedEntries,
} from '@citycard/reconciliation';
import type { Company } from './company.ts';
import type { Configuration } from './configuration.ts';

/** What goes on by itself in an installation: validation, the clearing day's jobs, the personalisation machines. */
export interface Workers {
  /** Purchase records have come in. */
  readonly onPurchases: () => void;
  /** A clearing day can move. */
  readonly onClearingDay: () => Promise<void>;
  /** Readers of the counters. */
  readonly readers: ReaderPort;
  readonly machines: MachineAddresses;
  /** The job queues, where jobs run. */
  readonly queues: QueueWatch | undefined;
}

interface Engines {
  readonly db: Database;
  readonly hsm: HsmClient;
  readonly logger: Logger;
}

export function clearingDayDeps(
  engines: Engines,
  configuration: Configuration,
  { calendar, custody }: Company,
): ClearingDayDeps {
  const reportsDirectory = join(configuration.varDirectory, 'reports');
  return { ...engines, calendar, custody, reportsDirectory };
}

/** Starts them; what has to be stopped again is pushed onto `undo`, last things last. */
export async function startWorkers(
  engines: Engines,
  configuration: Configuration,
  company: Company,
  databaseUrl: string,
  undo: (() => Promise<unknown>)[],
): Promise<Workers> {
  const { host, redisUrl } = configuration;
  const jobs = await openJobSystem({
    databaseUrl,
    logger: engines.logger,
    ...(redisUrl === undefined ? {} : { redisUrl }),
  });
  undo.push(() => jobs.close());
  const validation = startValidation(engines);
  undo.push(() => validation.stop());
  const inbox = startInbox({
    ...engines,
    folders: inboxFolders(configuration),
    others: dayFilesOfInbox(engines),
    onPurchases: validation.wake,
  });
  undo.push(() => inbox.stop());
  const clearingJobs = registerClearingJobs(jobs, clearingDayDeps(engines, configuration, company));
  undo.push(() => clearingJobs.close());
  const expiry = startExpiry(engines);
  undo.push(() => expiry.stop());
  const certificates = startCertificateUpkeep(engines);
  undo.push(() => certificates.stop());
  const receipts = startReceipts({ ...engines, directory: authoritiesDirectory(configuration) });
  undo.push(() => receipts.stop());
  const reports = registerReportJobs(jobs, {
    ...engines,
    openAtBank,
    complaints: caseFigures,
    reconciliation: reconciliationReports,
  });
  undo.push(() => reports.close());
  const proofs = registerVerificationJobs(jobs, engines);
  undo.push(() => proofs.close());
  const matches = registerMatchJobs(jobs, engines);
  undo.push(() => matches.close());
  const cases = startCases(engines);
  undo.push(() => cases.stop());
  const reconciliation = registerDailyReconciliation(jobs, engines);
  undo.push(() => reconciliation.close());
  const cardLife = registerCardLifeJobs(jobs, engines);
  undo.push(() => cardLife.close());
  if (configuration.identityLine !== undefined) {
    const responder = httpResponder(configuration.identityLine);
    const checks = startIdentityChecks({ ...engines, protection: createProtection(engines), responder });
    undo.push(() => checks.stop());
  }
  const bills = startBillWork({ ...engines, billers: billerDirectory(engines.db, configuration.billerTokens) });
  undo.push(() => bills.stop());
  const cities = registerCityExchange(jobs, { ...engines, cityTokens: configuration.cityTokens });
  undo.push(() => cities.close());
  const cards = await startMachine(engines, 'cards', { host, port: 0, readBack: configuration.readBack });
  undo.push(() => cards.stop());
  const sams = await startMachine(engines, 'sams', { host, port: 0 });
  undo.push(() => sams.stop());
  const readBack = await startMachine(engines, 'read-back', { host, port: 0 });
  undo.push(() => readBack.stop());
  const readers = await startReaderPort(engines, { host, port: configuration.readerPort });
  undo.push(() => readers.stop());
  return {
    onPurchases: validation.wake,
    onClearingDay: clearingJobs.wake,
    machines: { cards, sams, readBack },
    readers,
    queues: jobs.watch,
  };
}

/** What nobody recognised of what the bank booked, and what it announced and did not book. */
async function openAtBank(db: Database, date: BusinessDate): Promise<OpenBankLine[]> {
  const [unmatched, missing] = [await unmatchedEntries(db, date), await missingEntries(db, date)];
  return [
    ...unmatched.map((entry) => ({ ...lineOf(entry), reason: entry.reason })),
    ...missing.map((entry) => ({ ...lineOf(entry), reason: 'notified, in no statement' })),
  ];
}

const lineOf = (entry: { account: string; reference: string; bookedOn: BusinessDate; amountFen: bigint }) => ({
  partner: entry.account,
  reference: entry.reference,
  since: entry.bookedOn,
  amountFen: entry.amountFen,
});

/** What finance bureau and central bank branch are sent, a folder for each. */
const authoritiesDirectory = ({ varDirectory }: Configuration): string => join(varDirectory, 'authorities');

/** Where files come in and answers go out. */
function inboxFolders({ varDirectory, inboxDirectory, outboxDirectory }: Configuration) {
  return {
    inbox: inboxDirectory ?? join(varDirectory, 'inbox'),
    outbox: outboxDirectory ?? join(varDirectory, 'outbox'),
  };
}

/** For a short visit of the command line: nothing moves that it did not ask for. */
export function noWorkers(host: string): Workers {
  const closed = { host, port: 0 };
  return {
    onPurchases: () => undefined,
    onClearingDay: () => Promise.resolve(),
    machines: { cards: closed, sams: closed, readBack: closed },
    readers: noReaders(host),
    queues: undefined,
  };
}
