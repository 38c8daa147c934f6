import {
  answers,
  businessDate,
  cityDate,
  type Database,
  type HttpServer,
  rolesAllowed,
  type Transaction,
  transact,
  Type,
} from '@citycard/common';
import { HOLIDAYS, HolidayDocument } from '../calendar/holiday-document.ts';
import { storedHolidays } from '../calendar/in-force.ts';
import { codeOfIndustry } from '../industries/code.ts';
import { findOpenBusinessDate } from '../ledger/business-day.ts';
import { SETTLEMENT, SettlementDocument, listSettlementTerms } from '../netting/settlement-terms.ts';
import { explainPricing } from '../pricing/explain.ts';
import { FEES, FeeDocument } from '../pricing/fee-document.ts';
import { listTariffs } from '../pricing/tariff-table.ts';
import { holdsOn } from './dated.ts';
import { registerExampleRoutes } from './example-routes.ts';
import { documentOfSubject } from './subject.ts';
import { approveTerms, proposeTerms, type TermsKind, termsVersions, withdrawTerms } from './versions.ts';
import * as said from './answers.ts';

const closed = { additionalProperties: false } as const;
const VersionParams = Type.Object({ version: Type.String({ pattern: '^[1-9][0-9]{0,5}$' }) });
const Day = Type.String({ format: 'date' });
const OnDate = Type.Object({ date: Type.Optional(Day) }, closed);
const READERS = ['finance-maker', 'finance-checker', 'supervisor', 'auditor'] as const;

/**
 * Fees, settlement terms and bank holidays over HTTP (docs/fees.md, docs/clearing-day.md): read by date, changed by two
 * persons of the finance office.
 */
export function registerTermsRoutes(server: HttpServer, { db }: { readonly db: Database }): void {
  feeRoutes(server, db);
  settlementRoutes(server, db);
  holidayRoutes(server, db);
  registerExampleRoutes(server);
}

function feeRoutes(server: HttpServer, db: Database): void {
  const reading = { onRequest: rolesAllowed(...READERS) };
  server.get(
    '/v1/fee-tables',
    {
      ...reading,
      schema: { summary: 'Fees in force on a day (the open one)', querystring: OnDate, ...answers(said.Fees) },
    },
    ({ query }) =>
      onDate(db, query.date, async (tx, date) => ({
        date,
        rules: (await listTariffs(tx))
          .filter((row) => holdsOn(row, date))
          .map(({ tariffId: _id, subject, recordIndustry, ...rest }) => ({
            for: documentOfSubject(subject),
            ...(recordIndustry !== undefined && { recordIndustry: codeOfIndustry(recordIndustry) }),
            ...rest,
          })),
      })),
  );
  server.get(
    '/v1/fee-tables/versions',
    { ...reading, schema: { summary: 'Every fee table proposed, the newest first', ...answers(said.FeeVersions) } },
    async () => ({ versions: await termsVersions(db, FEES) }),
  );
  const change = changes(db, FEES);
  server.post(
    '/v1/fee-tables',
    {
      ...change.making,
      schema: {
        summary: 'Propose fees from a day on',
        body: proposal(FeeDocument),
        ...answers(said.ProposedVersion, 201),
      },
    },
    async ({ body, principal }, reply) => reply.status(201).send(await change.propose(principal, body)),
  );
  server.post(
    '/v1/fee-tables/:version/approval',
    {
      ...change.checking,
      schema: { summary: 'Put proposed fees in force', params: VersionParams, ...answers(said.versionOf(FeeDocument)) },
    },
    ({ params, principal }) => change.approve(principal, params),
  );
  server.delete(
    '/v1/fee-tables/:version',
    { ...change.making, schema: { summary: 'Withdraw proposed fees', params: VersionParams } },
    async ({ params, principal }, reply) => {
      await change.withdraw(principal, params);
      return reply.status(204).send();
    },
  );
  server.get(
    '/v1/clearing-days/:date/pricing/:participantNo',
    {
      ...reading,
      schema: {
        summary: 'How a participant’s fee of a day came about, to be added up by hand',
        params: Type.Object({ date: Day, participantNo: Type.String({ pattern: '^[0-9A-Za-z.-]{4,15}$' }) }),
        ...answers(said.Pricing),
      },
    },
    ({ params }) => explainPricing(db, businessDate(params.date), params.participantNo),
  );
}

function settlementRoutes(server: HttpServer, db: Database): void {
  const reading = { onRequest: rolesAllowed(...READERS) };
  server.get(
    '/v1/settlement-terms',
    {
      ...reading,
      schema: {
        summary: 'Settlement terms in force on a day (the open one)',
        querystring: OnDate,
        ...answers(said.Terms),
      },
    },
    ({ query }) =>
      onDate(db, query.date, async (tx, date) => ({
        date,
        rules: (await listSettlementTerms(tx))
          .filter((row) => holdsOn(row, date))
          .map(({ subject, ...rest }) => ({ for: documentOfSubject(subject), ...rest })),
      })),
  );
  server.get(
    '/v1/settlement-terms/versions',
    {
      ...reading,
      schema: { summary: 'Every document of settlement terms, the newest first', ...answers(said.SettlementVersions) },
    },
    async () => ({ versions: await termsVersions(db, SETTLEMENT) }),
  );
  const change = changes(db, SETTLEMENT);
  server.post(
    '/v1/settlement-terms',
    {
      ...change.making,
      schema: {
        summary: 'Propose settlement terms',
        body: proposal(SettlementDocument),
        ...answers(said.ProposedVersion, 201),
      },
    },
    async ({ body, principal }, reply) => reply.status(201).send(await change.propose(principal, body)),
  );
  server.post(
    '/v1/settlement-terms/:version/approval',
    {
      ...change.checking,
      schema: {
        summary: 'Put proposed settlement terms in force',
        params: VersionParams,
        ...answers(said.versionOf(SettlementDocument)),
      },
    },
    ({ params, principal }) => change.approve(principal, params),
  );
  server.delete(
    '/v1/settlement-terms/:version',
    { ...change.making, schema: { summary: 'Withdraw proposed settlement terms', params: VersionParams } },
    async ({ params, principal }, reply) => {
      await change.withdraw(principal, params);
      return reply.status(204).send();
    },
  );
}

function holidayRoutes(server: HttpServer, db: Database): void {
  const reading = { onRequest: rolesAllowed(...READERS) };
  server.get(
    '/v1/holiday-years',
    {
      ...reading,
      schema: {
        summary: 'Bank holidays put in force here, by year, and every proposal',
        ...answers(said.HolidayYears),
      },
    },
    async () => ({
      years: [...(await storedHolidays(db))].map(([year, days]) => ({ year, ...days })),
      versions: await termsVersions(db, HOLIDAYS),
    }),
  );
  const change = changes(db, HOLIDAYS);
  server.post(
    '/v1/holiday-years',
    {
      ...change.making,
      schema: {
        summary: 'Propose the bank holidays of a year',
        body: proposal(HolidayDocument),
        ...answers(said.ProposedVersion, 201),
      },
    },
    async ({ body, principal }, reply) => reply.status(201).send(await change.propose(principal, body)),
  );
  server.post(
    '/v1/holiday-years/:version/approval',
    {
      ...change.checking,
      schema: {
        summary: 'Put proposed holidays in force',
        params: VersionParams,
        ...answers(said.versionOf(HolidayDocument)),
      },
    },
    ({ params, principal }) => change.approve(principal, params),
  );
  server.delete(
    '/v1/holiday-years/:version',
    { ...change.making, schema: { summary: 'Withdraw proposed holidays', params: VersionParams } },
    async ({ params, principal }, reply) => {
      await change.withdraw(principal, params);
      return reply.status(204).send();
    },
  );
}

const proposal = <S extends Parameters<typeof Type.Object>[0][string]>(document: S) =>
  Type.Object({ validFrom: Day, document }, closed);

type Person = Parameters<typeof proposeTerms>[1];

/** What the routes of one kind of document do, and who may. */
function changes<D>(db: Database, kind: TermsKind<D>) {
  return {
    making: { onRequest: rolesAllowed('finance-maker') },
    checking: { onRequest: rolesAllowed('finance-checker') },
    propose: (maker: Person, { validFrom, document }: { readonly validFrom: string; readonly document: D }) =>
      transact(db, (tx) => proposeTerms(tx, maker, kind, businessDate(validFrom), document)),
    approve: (checker: Person, { version }: { readonly version: string }) =>
      transact(db, (tx) => approveTerms(tx, checker, kind, Number(version))),
    withdraw: (actor: Person, { version }: { readonly version: string }) =>
      transact(db, (tx) => withdrawTerms(tx, actor, kind, Number(version))),
  };
}

/** Reads what is in force on a day: the one asked for, else the open one, else today. */
function onDate<T>(
  db: Database,
  date: string | undefined,
  read: (tx: Transaction, date: ReturnType<typeof businessDate>) => Promise<T>,
): Promise<T> {
  return transact(db, async (tx) =>
    read(tx, date === undefined ? ((await findOpenBusinessDate(tx)) ?? cityDate(new Date())) : businessDate(date)),
  );
}
