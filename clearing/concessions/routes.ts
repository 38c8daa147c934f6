import {
  answers,
  businessDate,
  cityDate,
  type Database,
  type HttpServer,
  rolesAllowed,
  transact,
  Type,
} from '@citycard/common';
import { codeOfIndustry } from '../industries/code.ts';
import { findOpenBusinessDate } from '../ledger/business-day.ts';
import { cardNo } from '../purses/card-number.ts';
import { holdsOn } from '../terms/dated.ts';
import { approveTerms, proposeTerms, termsVersions, withdrawTerms } from '../terms/versions.ts';
import { ConcessionDocument, CONCESSIONS } from './document.ts';
import { registerPassRoutes } from './pass-routes.ts';
import { listConcessionRules } from './rule.ts';
import { ridesOfCard } from './rides-of-card.ts';
import * as said from './answers.ts';

const closed = { additionalProperties: false } as const;
const Day = Type.String({ format: 'date' });
const VersionParams = Type.Object({ version: Type.String({ pattern: '^[1-9][0-9]{0,5}$' }) });
const CardParams = Type.Object({ cardNo: Type.String({ maxLength: 24 }) });
const READERS = ['finance-maker', 'finance-checker', 'supervisor', 'auditor'] as const;

interface Deps {
  readonly db: Database;
}

/** Concessions, transfer discounts, daily caps and passes over HTTP (docs/concessions.md). */
export function registerConcessionRuleRoutes(server: HttpServer, deps: Deps): void {
  ruleRoutes(server, deps);
  registerPassRoutes(server, deps);
}

function ruleRoutes(server: HttpServer, { db }: Deps): void {
  const reading = { onRequest: rolesAllowed(...READERS) };
  const making = { onRequest: rolesAllowed('finance-maker') };
  server.get(
    '/v1/concession-rules',
    {
      ...reading,
      schema: {
        summary: 'Concessions, transfer discounts, daily caps and passes in force on a day (the open one)',
        querystring: Type.Object({ date: Type.Optional(Day) }, closed),
        ...answers(said.RulesInForce),
      },
    },
    ({ query }) =>
      transact(db, async (tx) => {
        const date =
          query.date === undefined
            ? ((await findOpenBusinessDate(tx)) ?? cityDate(new Date()))
            : businessDate(query.date);
        const rules = (await listConcessionRules(tx)).filter((rule) => holdsOn(rule, date));
        return {
          date,
          rules: rules.map(({ ruleId: _id, subject, category, ...rest }) => ({
            for:
              'participantNo' in subject
                ? { participant: subject.participantNo }
                : { industry: codeOfIndustry(subject.industry) },
            ...(rest.kind === 'pass' ? { code: category } : category !== '' && { category }),
            ...rest,
          })),
        };
      }),
  );
  server.get(
    '/v1/concession-rules/versions',
    {
      ...reading,
      schema: { summary: 'Every document of concessions proposed, the newest first', ...answers(said.RuleVersions) },
    },
    async () => ({ versions: await termsVersions(db, CONCESSIONS) }),
  );
  server.post(
    '/v1/concession-rules',
    {
      ...making,
      schema: {
        summary: 'Propose concessions from a day on',
        body: Type.Object({ validFrom: Day, document: ConcessionDocument }, closed),
      },
    },
    async ({ body, principal }, reply) => {
      const from = businessDate(body.validFrom);
      return reply
        .status(201)
        .send(await transact(db, (tx) => proposeTerms(tx, principal, CONCESSIONS, from, body.document)));
    },
  );
  server.post(
    '/v1/concession-rules/:version/approval',
    {
      onRequest: rolesAllowed('finance-checker'),
      schema: { summary: 'Put proposed concessions in force', params: VersionParams },
    },
    ({ params, principal }) => transact(db, (tx) => approveTerms(tx, principal, CONCESSIONS, Number(params.version))),
  );
  server.delete(
    '/v1/concession-rules/:version',
    { ...making, schema: { summary: 'Withdraw proposed concessions', params: VersionParams } },
    async ({ params, principal }, reply) => {
      await transact(db, (tx) => withdrawTerms(tx, principal, CONCESSIONS, Number(params.version)));
      return reply.status(204).send();
    },
  );
  server.get(
    '/v1/cards/:cardNo/concession-rides',
    {
      onRequest: rolesAllowed('clerk', 'finance-maker', 'finance-checker', 'supervisor', 'auditor'),
      schema: {
        summary: 'What rules made of the rides of a card on a day of taps, to be added up by hand',
        params: CardParams,
        querystring: Type.Object({ date: Day }, closed),
        ...answers(said.RidesOfCard),
      },
    },
    async ({ params, query }) => ({
      rides: await ridesOfCard(db, cardNo(params.cardNo), businessDate(query.date)),
    }),
  );
}
