import {
  addDays,
  answers,
  type BusinessDate,
  businessDate,
  cityDate,
  type Database,
  fen,
  type HttpServer,
  type Principal,
  rolesAllowed,
  Type,
} from '@citycard/common';
import { APPEAL_DAYS } from '../../appeals/appeal.ts';
import { listCertificates } from '../../certificates/register.ts';
import { explainPricing } from '../../pricing/explain.ts';
import { participantErrors } from '../errors.ts';
import { findParticipant } from '../participant.ts';
import * as said from './answers.ts';
import { ownBills } from './bills.ts';
import { ownBalances, ownJournal, ownSheets, ownStatement } from './money.ts';
import { ownRecords } from './records.ts';
import { ownUploads } from './uploads.ts';

const closed = { additionalProperties: false } as const;
const tags = ['own'];
const Day = Type.String({ format: 'date' });
const OneDay = Type.Object({ date: Type.Optional(Day) }, closed);
const Stretch = { from: Type.Optional(Day), to: Type.Optional(Day) };
const CERTIFICATES_AT_MOST = 200;
const partners = { onRequest: rolesAllowed('operator-partner', 'agent-partner', 'biller-partner') };

/**
 * What a participant sees of itself. Nothing here takes a participant's number: whose it is follows from who asks, so that no
 * number somebody types leads to another's figures.
 */
export function registerOwnRoutes(server: HttpServer, { db }: { readonly db: Database }): void {
  server.get(
    '/v1/own/standing',
    {
      ...partners,
      schema: { tags, summary: 'Accounts, held and refused records, objections', ...answers(said.Standing) },
    },
    ({ principal }) => standing(db, ownerOf(principal)),
  );
  server.get(
    '/v1/own/uploads',
    {
      ...partners,
      schema: {
        tags,
        summary: 'What came in on a business day and what did not, by file, line, vehicle and SAM',
        querystring: OneDay,
        ...answers(said.Uploads),
      },
    },
    ({ principal, query }) => ownUploads(db, ownerOf(principal), dayOf(query.date)),
  );
  server.get(
    '/v1/own/records',
    {
      ...partners,
      schema: {
        tags,
        summary: 'Refused and held records with reason, deadline and objection, the newest first',
        querystring: Type.Object(
          {
            ...Stretch,
            state: Type.Optional(Type.Union([Type.Literal('refused'), Type.Literal('held')])),
            after: Type.Optional(Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}\\.[0-9]{1,18}\\.[0-9]{1,9}$' })),
          },
          closed,
        ),
        ...answers(said.Records),
      },
    },
    ({ principal, query: { state, after, ...days } }) => {
      const [date = '', intakeId = '', index = ''] = after?.split('.') ?? [];
      return ownRecords(db, ownerOf(principal), {
        ...stretchOf(days),
        states: [...(state === 'held' ? [] : ['rejected']), ...(state === 'refused' ? [] : ['suspicious', 'routed'])],
        ...(after !== undefined && {
          after: { businessDate: businessDate(date), intakeId: BigInt(intakeId), index: Number(index) },
        }),
      });
    },
  );
  server.get(
    '/v1/own/bills',
    {
      onRequest: rolesAllowed('biller-partner'),
      schema: {
        tags,
        summary: 'Bills paid by card on a day, the newest first',
        querystring: Type.Object(
          {
            date: Type.Optional(Day),
            after: Type.Optional(Type.String({ pattern: '^[0-9]{1,18}\\.[0-9A-Za-z-]{1,64}$' })),
          },
          closed,
        ),
        ...answers(said.Bills),
      },
    },
    ({ principal, query: { date, after } }) => {
      const [place = '', paymentId = ''] = after?.split('.') ?? [];
      return ownBills(db, ownerOf(principal), {
        date: dayOf(date),
        ...(after !== undefined && { after: { place: BigInt(place), paymentId } }),
      });
    },
  );
  moneyRoutes(server, db);
  server.get(
    '/v1/own/certificates',
    {
      ...partners,
      schema: { tags, summary: 'Own certificates, in the order in which they end', ...answers(said.Certificates) },
    },
    async ({ principal }) => {
      const list = await listCertificates(db, { cn: ownerOf(principal), limit: CERTIFICATES_AT_MOST });
      return {
        certificates: list.map(({ serial, kind, notBefore, notAfter, revokedAt, renewedBy }) => ({
          serial,
          kind,
          notBefore,
          notAfter,
          revokedAt,
          renewedBy,
        })),
      };
    },
  );
}

function moneyRoutes(server: HttpServer, db: Database): void {
  server.get(
    '/v1/own/sheets',
    {
      ...partners,
      schema: {
        tags,
        summary: 'Settlement sheets of a stretch of days, once approved',
        querystring: Type.Object(Stretch, closed),
        ...answers(said.Sheets),
      },
    },
    async ({ principal, query }) => {
      const { from, to } = stretchOf(query);
      return { sheets: await ownSheets(db, ownerOf(principal), from, to) };
    },
  );
  server.get(
    '/v1/own/fees',
    {
      ...partners,
      schema: {
        tags,
        summary: 'How the fee or commission of a priced day came about',
        querystring: OneDay,
        ...answers(said.Fees),
      },
    },
    async ({ principal, query }) => {
      const { participantNo: _own, parts, ...line } = await explainPricing(db, dayOf(query.date), ownerOf(principal));
      return {
        ...line,
        parts: parts.map(({ salesCount, salesFen, refundCount, refundFen, feeFen }) => ({
          salesCount,
          salesFen,
          refundCount,
          refundFen,
          feeFen,
        })),
      };
    },
  );
  server.get(
    '/v1/own/journal',
    {
      ...partners,
      schema: { tags, summary: 'Loads of a day by terminal and batch', querystring: OneDay, ...answers(said.Journal) },
    },
    async ({ principal, query }) => ({ lines: await ownJournal(db, ownerOf(principal), dayOf(query.date)) }),
  );
  server.get(
    '/v1/own/statement',
    {
      ...partners,
      schema: {
        tags,
        summary: 'What moved on an own account',
        querystring: Type.Object(
          {
            account: Type.Union([
              Type.Literal('operator-pending'),
              Type.Literal('operator-payable'),
              Type.Literal('biller-payable'),
              Type.Literal('agent-prefund'),
            ]),
            ...Stretch,
            after: Type.Optional(Type.String({ pattern: '^[0-9]{1,18}\\.[0-9]{1,9}$' })),
          },
          closed,
        ),
        ...answers(said.Statement),
      },
    },
    ({ principal, query: { account, after, ...days } }) =>
      ownStatement(db, ownerOf(principal), {
        kind: account,
        ...stretchOf(days),
        ...(after !== undefined && { after }),
      }),
  );
}

/** @throws CityCardError `clearing.participants.nobody-s` for a credential that names no participant */
function ownerOf(principal: Principal): string {
  if (principal.participantNo === undefined) throw participantErrors.actsForNobody({ name: principal.name });
  return principal.participantNo;
}

const dayOf = (date: string | undefined): BusinessDate =>
  date === undefined ? cityDate(new Date()) : businessDate(date);

/** A month when nothing is said, the open business day with it: after a cut-off that is tomorrow's. */
function stretchOf(days: { readonly from?: string; readonly to?: string }): { from: BusinessDate; to: BusinessDate } {
  const to = days.to === undefined ? addDays(cityDate(new Date()), 1) : businessDate(days.to);
  return { from: days.from === undefined ? addDays(to, -APPEAL_DAYS) : businessDate(days.from), to };
}

async function standing(db: Database, participantNo: string): Promise<object> {
  const participant = await findParticipant(db, participantNo);
  if (participant === undefined) throw participantErrors.actsForNobody({ name: participantNo });
  const { rows } = await db.query<
    Record<'held' | 'held_fen' | 'refused' | 'refused_fen' | 'appeals', bigint> & { open_day: string | null }
  >(
    `select count(*) filter (where state in ('suspicious', 'routed')) as held,
            coalesce(sum(amount_fen) filter (where state in ('suspicious', 'routed')), 0)::bigint as held_fen,
            count(*) filter (where state = 'rejected') as refused,
            coalesce(sum(amount_fen) filter (where state = 'rejected'), 0)::bigint as refused_fen,
            (select count(*) from clearing.appeal where participant_no = $1 and state in ('open', 'proposed')) as appeals,
            (select business_date::text from clearing.business_day where state = 'open') as open_day
       from clearing.purchase_record
      where participant_no = $1 and state in ('suspicious', 'routed', 'rejected') and business_date >= $2`,
    [participantNo, addDays(cityDate(new Date()), -APPEAL_DAYS)],
  );
  const row = rows[0];
  return {
    participantNo,
    name: participant.name,
    kind: participant.kind,
    status: participant.status,
    openDay: row?.open_day ?? null,
    balances: await ownBalances(db, participantNo),
    held: { count: Number(row?.held ?? 0n), amountFen: fen(row?.held_fen ?? 0n) },
    refused: { count: Number(row?.refused ?? 0n), amountFen: fen(row?.refused_fen ?? 0n) },
    openAppeals: Number(row?.appeals ?? 0n),
  };
}
