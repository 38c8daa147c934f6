import {
  answers,
  approveAct,
  businessDate,
  type Database,
  type HttpServer,
  idempotent,
  proposeAct,
  recordAct,
  rolesAllowed,
  transact,
  type Transaction,
  Type,
} from '@citycard/common';
import { cardNo as toCardNo, clearingErrors, fundLateTap, openLateTaps } from '@citycard/clearing';
import { cardDays } from '../cards/reports.ts';
import { CardNumber } from '../request-fields.ts';

const closed = { additionalProperties: false } as const;
const Day = Type.String({ format: 'date' });
const LateTaps = Type.Object({
  lateTaps: Type.Array(
    Type.Object({
      cardNo: Type.String(),
      businessDate: Type.String(),
      intakeId: Type.Integer(),
      index: Type.Integer(),
      amountFen: Type.Integer(),
    }),
  ),
});
const TapParams = Type.Object({
  cardNo: CardNumber,
  businessDate: Day,
  intakeId: Type.String({ pattern: '^[0-9]{1,18}$' }),
  index: Type.String({ pattern: '^[0-9]{1,9}$' }),
});
const Payer = Type.Union([Type.Literal('company'), Type.Literal('successor')]);

/** Taps that came after the balance had gone, and the daily table of cards and deposits. */
export function registerLateTapRoutes(server: HttpServer, deps: { readonly db: Database }): void {
  const { db } = deps;
  const path = '/v1/late-taps/:cardNo/:businessDate/:intakeId/:index';

  server.get(
    '/v1/late-taps',
    {
      onRequest: rolesAllowed('finance-maker', 'finance-checker', 'supervisor', 'auditor'),
      schema: {
        summary: 'Purchases of replaced or returned cards that nobody has decided on',
        ...answers(LateTaps),
      },
    },
    async () => ({
      lateTaps: (await openLateTaps(db)).map(({ ref, amountFen }) => ({ ...ref, amountFen })),
    }),
  );
  server.post(
    `${path}/decision`,
    {
      onRequest: rolesAllowed('finance-maker'),
      schema: { summary: 'Propose who pays', params: TapParams, body: Type.Object({ payer: Payer }, closed) },
    },
    async ({ principal, params, body }, reply) => {
      const proposal = await transact(db, async (tx) => {
        const known = await openLateTaps(tx, toCardNo(params.cardNo));
        if (!known.some(({ ref }) => String(ref.intakeId) === params.intakeId && String(ref.index) === params.index))
          throw clearingErrors.lateTapUnknown();
        const made = await proposeAct(tx, principal, {
          act: 'pay-late-tap',
          subject: subjectOf(params),
          content: { ...params, payer: body.payer },
        });
        await recordAct(tx, principal, { act: 'propose-late-tap', subject: subjectOf(params), detail: body });
        return made;
      });
      return reply.status(201).send(proposal);
    },
  );
  server.post(
    `${path}/approval`,
    {
      onRequest: rolesAllowed('finance-checker'),
      schema: {
        summary: 'The second person agrees; the operator is paid with the next pass of validation',
        params: TapParams,
        body: Type.Object({ approvalId: Type.Integer({ minimum: 1 }), payer: Payer }, closed),
      },
    },
    async (request, reply) => {
      const { params, principal } = request;
      const { approvalId, payer } = request.body;
      const answer = await idempotent(db, request, async (tx) => {
        const { maker } = await approveAct(tx, principal, BigInt(approvalId), { ...params, payer });
        const ref = {
          cardNo: params.cardNo,
          businessDate: businessDate(params.businessDate),
          intakeId: BigInt(params.intakeId),
          index: Number(params.index),
        };
        const by = payer === 'company' ? { by: payer } : { by: payer, card: await successorOf(tx, params.cardNo) };
        await fundLateTap(tx, ref, by, { maker, checker: principal });
        await recordAct(tx, principal, { act: 'pay-late-tap', subject: subjectOf(params), detail: { payer, maker } });
        return { status: 200, body: { paidBy: payer } };
      });
      return reply.status(answer.status).send(answer.body);
    },
  );

  server.get(
    '/v1/reports/cards',
    {
      onRequest: rolesAllowed('finance-maker', 'finance-checker', 'supervisor', 'auditor'),
      schema: {
        summary: 'Cards issued and returned, deposits taken and given back, by day',
        querystring: Type.Object({ from: Day, to: Day }, closed),
      },
    },
    async ({ query }) => ({ days: await cardDays(db, businessDate(query.from), businessDate(query.to)) }),
  );
}

const subjectOf = ({ cardNo, intakeId, index }: { cardNo: string; intakeId: string; index: string }) =>
  `late tap of card ${cardNo}, record ${index} of intake ${intakeId}`;

/** The card the holder has now. @throws clearing.late-tap-short when there is none: then the company pays */
async function successorOf(tx: Transaction, old: string): Promise<ReturnType<typeof toCardNo>> {
  const { rows } = await tx.query<{ new_card_no: string | null }>(
    `select new_card_no from issuer.balance_move where card_no = $1 order by move_no desc limit 1`,
    [old],
  );
  const next = rows[0]?.new_card_no ?? undefined;
  if (next === undefined) throw clearingErrors.lateTapShort({ availableFen: 0 });
  return toCardNo(next);
}
