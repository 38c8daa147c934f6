import {
  type BusinessDate,
  cityDate,
  type HttpServer,
  recordAct,
  rolesAllowed,
  transact,
  Type,
} from '@citycard/common';
import { cardNo as toCardNo, concessionsOn } from '@citycard/clearing';
import { answers, Day } from '../answers.ts';
import { noteOnCard } from '../cards/history.ts';
import { readConcession, writeConcession } from '../counter/card-scripts.ts';
import { type ChipDeps, withKnownCard } from '../counter/old-card.ts';
import { CardParams, ReaderName, ResidentParams } from '../request-fields.ts';
import type { ResidentDeps } from '../residents/index.ts';
import { ConcessionAnswer } from '../residents/resident-answers.ts';
import { verifyBatch } from './batch.ts';
import { categories, type Category, evidences, SUB_TYPE_OF } from './categories.ts';
import { concessionErrors } from './errors.ts';
import { concessionsOf, verifyConcession, withdrawConcession } from './grant.ts';

const closed = { additionalProperties: false } as const;
const CategoryName = Type.Union(categories.map((each) => Type.Literal(each)));
const EvidenceName = Type.Union(evidences.map((each) => Type.Literal(each)));
/** Lines of one request; a longer list comes in several. */
const LARGEST_BATCH = 5_000;

/** Reduced fares: granted and verified at the counter or for many at once, and written to the card. */
export function registerConcessionRoutes(server: HttpServer, deps: ResidentDeps & ChipDeps): void {
  const { db } = deps;
  const counter = { onRequest: rolesAllowed('clerk', 'registrar') };

  const Verification = Type.Object(
    {
      category: CategoryName,
      evidence: EvidenceName,
      validTo: Type.Optional(Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' })),
    },
    closed,
  );
  server.post(
    '/v1/residents/:residentId/concessions',
    {
      ...counter,
      schema: {
        summary: 'Grant a concession, or verify it again',
        params: ResidentParams,
        body: Verification,
        ...answers(Type.Object({ validTo: Day, cards: Type.Array(Type.String()) }), 201),
      },
    },
    async ({ principal, params, body: { validTo, ...seen } }, reply) => {
      const residentId = BigInt(params.residentId);
      const answer = await transact(db, async (tx) => {
        const verification = {
          ...({ residentId, method: 'counter', ...seen } as const),
          ...(validTo !== undefined && { validTo: validTo as BusinessDate }),
        };
        const granted = await verifyConcession(tx, principal, verification);
        const detail = { ...seen, validTo: granted.validTo };
        await recordAct(tx, principal, { act: 'verify-concession', subject: `resident ${residentId}`, detail });
        return granted;
      });
      return reply.status(201).send(answer);
    },
  );
  server.get(
    '/v1/residents/:residentId/concessions',
    {
      onRequest: rolesAllowed('clerk', 'registrar', 'auditor'),
      schema: {
        summary: 'Everything a resident was ever granted',
        params: ResidentParams,
        ...answers(Type.Object({ concessions: Type.Array(ConcessionAnswer) })),
      },
    },
    async ({ params }) => ({ concessions: await concessionsOf(db, BigInt(params.residentId)) }),
  );
  server.post(
    '/v1/residents/:residentId/concessions/withdrawal',
    {
      ...counter,
      schema: {
        summary: 'End a concession before its day',
        params: ResidentParams,
        body: Type.Object({ reason: Type.String({ minLength: 3, maxLength: 200 }) }, closed),
      },
    },
    async ({ principal, params, body }, reply) => {
      await transact(db, (tx) => withdrawConcession(tx, principal, BigInt(params.residentId), body.reason));
      return reply.status(204).send();
    },
  );

  const Batch = Type.Object(
    {
      category: CategoryName,
      method: Type.Union([Type.Literal('community'), Type.Literal('match')]),
      numbers: Type.Array(Type.String({ maxLength: 40 }), { minItems: 1, maxItems: LARGEST_BATCH }),
    },
    closed,
  );
  server.post(
    '/v1/concession-batches',
    {
      onRequest: rolesAllowed('registrar', 'department-partner'),
      schema: { summary: 'Verify many residents again, by identity number', body: Batch },
    },
    ({ principal, body }) => {
      const evidence = body.method === 'community' ? 'community-visit' : 'department-data';
      return verifyBatch(deps, principal, { ...body, evidence });
    },
  );

  // The chip is written as the books say; a repeat writes the same again.
  server.post(
    '/v1/cards/:cardNo/concession-script',
    {
      ...counter,
      schema: {
        summary: 'Write the concession of the books to the card in the reader',
        params: CardParams,
        body: Type.Object({ reader: ReaderName }, closed),
        ...answers(Type.Object({ cardNo: Type.String(), subType: Type.Integer(), validTo: Type.Optional(Day) })),
      },
    },
    async ({ principal, params: { cardNo }, body: { reader } }) => {
      const number = toCardNo(cardNo);
      const running = (await concessionsOn(db, [number], cityDate(new Date()))).get(cardNo);
      const category = running?.category as Category | undefined;
      return withKnownCard(deps, principal, { cardNo, reader }, async (card, about) => {
        if (about.state !== 'active') throw concessionErrors.cardNotTheirs({ state: about.state });
        await writeConcession(deps.hsm, card, about, {
          subType: category === undefined ? 0 : SUB_TYPE_OF[category],
          ...(running !== undefined && { validTo: running.validTo }),
        });
        const onCard = await readConcession(card);
        await transact(db, async (tx) => {
          const why = running === undefined ? 'full fare' : `${running.category} until ${running.validTo}`;
          await noteOnCard(tx, cardNo, { step: 'write-concession', by: principal.id, why });
          await recordAct(tx, principal, { act: 'write-concession', subject: `card ${cardNo}`, detail: { why } });
        });
        return { cardNo, ...onCard };
      });
    },
  );
}
