import {
  answers,
  type Database,
  type HttpServer,
  recordAct,
  rolesAllowed,
  transact,
  type Transaction,
  Type,
} from '@citycard/common';
import { acceptanceErrors } from './acceptance-reports/errors.ts';
import { alarmsAfter } from './alarms/alarm.ts';
import { registerCaseRoutes } from './alarms/routes.ts';
import { registerAppealRoutes } from './appeals/routes.ts';
import { registerBiller } from './bills/biller.ts';
import { clearingErrors } from './errors.ts';
import { registerConcessionRuleRoutes } from './concessions/routes.ts';
import { registerHotlistRoutes } from './hotlist/routes.ts';
import { refuseForeignKind } from './industries/participant-rules.ts';
import { registerIndustryRoutes } from './industries/routes.ts';
import { registerTermsRoutes } from './terms/routes.ts';
import { CARD_ACCOUNT_KINDS } from './ledger/accounts.ts';
import { registerFormerIssuerRoutes } from './legacy/routes.ts';
import { cardBalance } from './ledger/balances.ts';
import { registerLedgerRoutes } from './ledger/routes.ts';
import { registerLoadRoutes } from './loads/routes.ts';
import { registerAccountRoutes } from './participants/account-routes.ts';
import { registerParticipantFileRoutes } from './participants/file-routes.ts';
import { registerOwnRoutes } from './participants/own/routes.ts';
import { createParticipant, findParticipant, listParticipants } from './participants/participant.ts';
import { assignSam, endSamAssignment, listSams, participantOfSam } from './participants/sam-assignment.ts';
import { registerStandingRoutes } from './participants/standing-routes.ts';
import { cardNo } from './purses/card-number.ts';
import { registerCorrectionRoutes } from './purses/correction-routes.ts';
import { findPurse } from './purses/purse.ts';
import { pursePage } from './purses/purse-page.ts';
import { registerAuditRoutes } from './audit/routes.ts';
import { registerReceiptRoutes } from './receipts/routes.ts';
import { registerReportFileRoutes } from './report-files/routes.ts';
import { registerSubsidyRoutes } from './subsidies/routes.ts';
import { registerSupervisionRoutes } from './supervision/routes.ts';
import { registerValidationRoutes } from './validation/routes.ts';
import * as said from './participants/answers.ts';

export interface ClearingCoreDeps {
  readonly db: Database;
  /** Participants of a demo may begin in production; everywhere else they begin in test. */
  readonly demo: boolean;
  /** Where the files of archived years of the ledger are written; nowhere, and none is archived. */
  readonly ledgerArchiveDirectory?: string;
}

const closed = { additionalProperties: false } as const;

const ParticipantNo = Type.String({ pattern: '^[0-9A-Za-z.-]{4,15}$' });
const SamNo = Type.String({ pattern: '^[0-9]{12}$' });
const SAM_PAGE = 200;
const NewParticipant = Type.Object(
  {
    participantNo: ParticipantNo,
    name: Type.String({ minLength: 1, maxLength: 100 }),
    kind: Type.Union([
      Type.Literal('operator'),
      Type.Literal('agent'),
      Type.Literal('biller'),
      Type.Literal('bank'),
      Type.Literal('company'),
      Type.Literal('city'),
    ]),
    industry: Type.Optional(Type.Integer({ minimum: 1, maximum: 255 })),
    cityCode: Type.Optional(Type.String({ pattern: '^[0-9]{4}$' })),
    settlementAccount: Type.Optional(
      Type.Object(
        {
          accountNo: Type.String({ pattern: '^[0-9A-Za-z]{1,32}$' }),
          bankLineNo: Type.String({ pattern: '^[0-9]{12}$' }),
          accountName: Type.String({ minLength: 1, maxLength: 70 }),
        },
        closed,
      ),
    ),
    status: Type.Optional(Type.Union([Type.Literal('test'), Type.Literal('production')])),
  },
  closed,
);
const NewAssignment = Type.Object(
  {
    samNo: SamNo,
    participantNo: ParticipantNo,
    terminalNo: Type.Optional(Type.String({ pattern: '^[0-9A-Za-z]{8}$' })),
    validFrom: Type.String({ format: 'date-time' }),
    validTo: Type.Optional(Type.String({ format: 'date-time' })),
  },
  closed,
);
const NewBiller = Type.Object(
  { participantNo: ParticipantNo, baseUrl: Type.Optional(Type.String({ pattern: '^https?://', maxLength: 500 })) },
  closed,
);

/**
 * Participants, SAMs, billers, hotlist, alarms, purses and ledger over HTTP. Admitting and assigning are acts of the
 * platform and go into the act log; balances and proofs are for those who supervise.
 */
export function registerClearingCoreRoutes(server: HttpServer, deps: ClearingCoreDeps): void {
  participantRoutes(server, deps);
  registerParticipantFileRoutes(server, deps);
  registerAccountRoutes(server, deps);
  registerStandingRoutes(server, deps);
  registerOwnRoutes(server, deps);
  registerAppealRoutes(server, deps);
  samRoutes(server, deps);
  registerLedgerRoutes(server, {
    db: deps.db,
    ...(deps.ledgerArchiveDirectory !== undefined && { archiveDirectory: deps.ledgerArchiveDirectory }),
  });
  registerAuditRoutes(server, deps);
  registerReceiptRoutes(server, deps);
  registerReportFileRoutes(server, deps);
  alarmRoutes(server, deps);
  registerCaseRoutes(server, deps);
  registerSupervisionRoutes(server, deps);
  cardRoutes(server, deps);
  registerHotlistRoutes(server, deps);
  registerFormerIssuerRoutes(server, deps);
  registerLoadRoutes(server, deps);
  registerIndustryRoutes(server, deps);
  registerValidationRoutes(server, deps);
  registerCorrectionRoutes(server, deps);
  registerTermsRoutes(server, deps);
  registerConcessionRuleRoutes(server, deps);
  registerSubsidyRoutes(server, deps);
}

function participantRoutes(server: HttpServer, { db, demo }: ClearingCoreDeps): void {
  const reading = { onRequest: rolesAllowed('platform', 'auditor', 'supervisor', 'finance-maker', 'finance-checker') };
  const platform = { onRequest: rolesAllowed('platform') };
  server.get(
    '/v1/participants',
    { ...reading, schema: { summary: 'All participants', ...answers(said.Participants) } },
    async () => ({
      participants: await listParticipants(db),
    }),
  );
  server.post(
    '/v1/participants',
    { ...platform, schema: { summary: 'Admit a participant and open its accounts', body: NewParticipant } },
    async ({ body, principal }, reply) => {
      if (!demo && body.status === 'production')
        throw acceptanceErrors.beginsInTest({ participantNo: body.participantNo });
      // A city has a code and nobody else has one.
      if ((body.kind === 'city') !== (body.cityCode !== undefined)) throw clearingErrors.cityCodeMisplaced();
      const participant = await transact(db, async (tx) => {
        if (body.industry !== undefined) await refuseForeignKind(tx, body.kind, body.industry);
        await createParticipant(tx, demo ? body : { ...body, status: 'test' });
        await recordAct(tx, principal, {
          act: 'participant.admit',
          subject: body.participantNo,
          detail: { kind: body.kind },
        });
        return findParticipant(tx, body.participantNo);
      });
      return reply.status(201).send(participant);
    },
  );
  server.put(
    '/v1/billers/:billerCode',
    {
      ...platform,
      schema: {
        summary: 'Say where a biller is asked',
        params: Type.Object({ billerCode: Type.String({ pattern: '^[0-9A-Z]{4}$' }) }),
        body: NewBiller,
      },
    },
    async ({ body, params, principal }) => {
      const biller = { ...params, ...body };
      await transact(db, async (tx) => {
        await registerBiller(tx, biller);
        await recordAct(tx, principal, { act: 'biller.register', subject: params.billerCode, detail: body });
      });
      return biller;
    },
  );
}

function samRoutes(server: HttpServer, { db }: ClearingCoreDeps): void {
  const platform = { onRequest: rolesAllowed('platform') };
  const assignmentAt = async (tx: Database | Transaction, samNo: string, at: Date) => {
    const found = await participantOfSam(tx, samNo, at);
    if (found === undefined) throw clearingErrors.samUnassigned({ samNo });
    return found;
  };
  server.post(
    '/v1/sam-assignments',
    { ...platform, schema: { summary: 'Give a SAM to a participant for a time', body: NewAssignment } },
    async ({ body, principal }, reply) => {
      const { validFrom, validTo, ...rest } = body;
      const from = new Date(validFrom);
      const to = validTo === undefined ? undefined : new Date(validTo);
      if (to !== undefined && to <= from) throw clearingErrors.samTimesReversed();
      const assignment = { ...rest, validFrom: from, ...(to && { validTo: to }) };
      await transact(db, async (tx) => {
        await assignSam(tx, assignment);
        await recordAct(tx, principal, { act: 'sam.assign', subject: body.samNo, detail: body });
      });
      return reply.status(201).send(assignment);
    },
  );
  server.get(
    '/v1/sam-assignments',
    {
      onRequest: rolesAllowed('platform', 'auditor'),
      schema: {
        summary: 'SAMs by number, and who holds each',
        querystring: Type.Object(
          { participantNo: Type.Optional(Type.String({ maxLength: 15 })), cursor: Type.Optional(SamNo) },
          { additionalProperties: false },
        ),
        ...answers(said.SamList),
      },
    },
    async ({ query: { cursor = '', participantNo } }) => {
      const whose = participantNo === undefined ? {} : { participantNo };
      const sams = await listSams(db, { after: cursor, limit: SAM_PAGE, ...whose });
      const last = sams.length === SAM_PAGE ? sams.at(-1) : undefined;
      return { sams, ...(last !== undefined && { next: last.samNo }) };
    },
  );
  server.get(
    '/v1/sam-assignments/:samNo',
    { ...platform, schema: { summary: 'Who holds a SAM now', params: Type.Object({ samNo: SamNo }) } },
    async ({ params }) => assignmentAt(db, params.samNo, new Date()),
  );
  server.post(
    '/v1/sam-assignments/:samNo/end',
    { ...platform, schema: { summary: 'End the assignment in force', params: Type.Object({ samNo: SamNo }) } },
    async ({ params, principal }) =>
      transact(db, async (tx) => {
        const now = new Date();
        const assignment = await assignmentAt(tx, params.samNo, now);
        await endSamAssignment(tx, params.samNo, now);
        await recordAct(tx, principal, { act: 'sam.end', subject: params.samNo });
        return { ...assignment, validTo: now };
      }),
  );
}

function alarmRoutes(server: HttpServer, { db }: ClearingCoreDeps): void {
  server.get(
    '/v1/alarms',
    {
      onRequest: rolesAllowed('auditor', 'supervisor', 'platform', 'finance-maker', 'finance-checker'),
      schema: {
        summary: 'Alarms, oldest first',
        querystring: Type.Object({
          after: Type.Optional(Type.String({ pattern: '^[0-9]{1,18}$' })),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
        }),
      },
    },
    async ({ query }) => ({ alarms: await alarmsAfter(db, BigInt(query.after ?? '0'), query.limit) }),
  );
}

function cardRoutes(server: HttpServer, { db }: ClearingCoreDeps): void {
  server.get(
    '/v1/purses',
    {
      onRequest: rolesAllowed('auditor'),
      schema: {
        summary: 'Purses in the order of card numbers, for comparing them with the cards',
        querystring: Type.Object({ cursor: Type.Optional(Type.String({ maxLength: 24 })) }),
      },
    },
    ({ query }) => pursePage(db, query.cursor ?? ''),
  );
  server.get(
    '/v1/purses/:cardNo',
    {
      onRequest: rolesAllowed('auditor', 'platform'),
      schema: { summary: 'A purse and its accounts', params: Type.Object({ cardNo: Type.String({ maxLength: 24 }) }) },
    },
    async ({ params }) => {
      const card = cardNo(params.cardNo);
      const purse = await findPurse(db, card);
      if (purse === undefined) throw clearingErrors.purseUnknown();
      const balances = await Promise.all(CARD_ACCOUNT_KINDS.map((kind) => cardBalance(db, card, kind)));
      const accounts = CARD_ACCOUNT_KINDS.map((kind, index) => ({ kind, ...balances[index] }));
      return { ...purse, accounts };
    },
  );
}
