import {
  type BusinessDate,
  type Database,
  type HttpServer,
  idempotent,
  type Principal,
  rolesAllowed,
  type Transaction,
  Type,
} from '@citycard/common';
import { cardNo as toCardNo, giveBackPass, type Pass, passesOf, sellPass } from '@citycard/clearing';
import { answers, Day, FenAnswer, Numbered } from '../answers.ts';
import { giveReceipt } from '../counter/receipts.ts';
import { type ChipDeps, scriptCard, withKnownCard } from '../counter/old-card.ts';
import { requireCardInReader } from '../readers/recognise.ts';
import { CardParams, ReaderName } from '../request-fields.ts';
import { passErrors } from './errors.ts';
import { passesAreOnCard, writePasses } from './write.ts';

const closed = { additionalProperties: false } as const;
const PassParams = Type.Object({
  cardNo: Type.String({ maxLength: 24 }),
  passNo: Type.String({ pattern: '^[1-9][0-9]{0,17}$' }),
});
const Sale = Type.Object(
  {
    code: Type.String({ pattern: '^[a-z][a-z0-9-]{0,19}$' }),
    payFrom: Type.String({ maxLength: 60 }),
    /** Left out: sold now, written to the chip when it lies in a reader. */
    reader: Type.Optional(ReaderName),
  },
  closed,
);
const GivingBack = Type.Object(
  {
    reason: Type.String({ minLength: 3, maxLength: 200 }),
    lastDay: Type.Optional(Type.String({ format: 'date' })),
    /** Left out for a card that is not there (lost, its holder dead). */
    reader: Type.Optional(ReaderName),
  },
  closed,
);

const PassFields = {
  passNo: Numbered,
  code: Type.String(),
  priceFen: FenAnswer,
  validFrom: Day,
  validTo: Day,
  ridesAllowed: Type.Optional(Type.Integer()),
  ridesUsed: Type.Integer(),
  endedOn: Type.Optional(Day),
  takenOutFen: Type.Optional(FenAnswer),
};

/** Passes at the counter: sold, renewed, written to the card, given back. */
export function registerPassRoutes(server: HttpServer, deps: ChipDeps): void {
  const { db } = deps;
  const clerk = { onRequest: rolesAllowed('clerk') };
  server.get(
    '/v1/cards/:cardNo/passes',
    {
      onRequest: rolesAllowed('clerk', 'auditor'),
      schema: {
        summary: 'Passes of a card, the rides made on them, and whether the chip has them',
        params: CardParams,
        ...answers(Type.Object({ passes: Type.Array(Type.Object(PassFields)), onCard: Type.Boolean() })),
      },
    },
    async ({ params }) => {
      const cardNo = toCardNo(params.cardNo);
      return { passes: await passesOf(db, cardNo), onCard: await passesAreOnCard(db, { cardNo }) };
    },
  );
  server.post(
    '/v1/cards/:cardNo/passes',
    {
      ...clerk,
      schema: {
        summary: 'Sell or renew a pass, and write it to the card',
        params: CardParams,
        body: Sale,
        ...answers(Type.Object({ ...PassFields, onCard: Type.Boolean() }), 201),
      },
    },
    async (request, reply) => {
      const { principal } = request;
      const { reader, code, payFrom } = request.body;
      const cardNo = toCardNo(request.params.cardNo);
      const sell = () =>
        idempotent(db, request, async (tx) => ({
          status: 201,
          body: await soldPass(tx, principal, { cardNo, code, payFrom }),
        }));
      const answer =
        reader === undefined ? await sell() : await soldAndWritten(deps, principal, { cardNo, reader }, sell);
      const onCard = await passesAreOnCard(db, { cardNo });
      return reply.status(answer.status).send({ ...(answer.body as object), onCard });
    },
  );
  // The chip is written as the books say; a repeat writes nothing.
  server.post(
    '/v1/cards/:cardNo/pass-script',
    {
      ...clerk,
      schema: {
        summary: 'Write the passes of the books to the card in the reader',
        params: CardParams,
        body: Type.Object({ reader: ReaderName }, closed),
        ...answers(Type.Object({ cardNo: Type.String(), written: Type.Boolean(), onCard: Type.Boolean() })),
      },
    },
    async ({ principal, params: { cardNo }, body: { reader } }) =>
      withKnownCard(deps, principal, { cardNo, reader }, async (card, about) => {
        if (about.state !== 'active') throw passErrors.cardNotActive({ state: about.state });
        return { cardNo, written: await writePasses(deps, principal, card, about), onCard: true };
      }),
  );
  server.post(
    '/v1/cards/:cardNo/passes/:passNo/return',
    {
      ...clerk,
      schema: {
        summary: 'Take a pass back: unused days or rides become pending credit',
        params: PassParams,
        body: GivingBack,
      },
    },
    async (request, reply) => {
      const { principal, params, body } = request;
      const cardNo = toCardNo(params.cardNo);
      const lastDay = body.lastDay === undefined ? {} : { lastDay: body.lastDay as BusinessDate };
      const terms = { cardNo, passNo: BigInt(params.passNo), reason: body.reason, ...lastDay };
      const { reader } = body;
      const answer = await idempotent(db, request, async (tx) => {
        const given = await giveBackPass(tx, principal, terms);
        await giveReceipt(tx, principal, { cardNo, act: 'pass-return', notes: { pass: params.passNo } });
        // Off the chip before the money is given: a card that keeps the pass would go on riding for nothing.
        if (reader !== undefined) {
          const about = await scriptCard(db, cardNo);
          await deps.readers.withCard(principal, reader, async (card) => {
            await requireCardInReader(card, cardNo);
            await writePasses(deps, principal, card, about, tx);
          });
        }
        return { status: 200, body: given };
      });
      return reply.status(answer.status).send(answer.body);
    },
  );
}

async function soldPass(tx: Transaction, clerk: Principal, sale: Parameters<typeof sellPass>[2]): Promise<Pass> {
  const sold = await sellPass(tx, clerk, sale);
  const shift = /^cash-shift:([0-9]{1,18})$/.exec(sale.payFrom)?.[1];
  await giveReceipt(tx, clerk, {
    cardNo: sale.cardNo,
    act: 'pass',
    ...(shift !== undefined && { shiftId: BigInt(shift) }),
    lines: [{ what: 'pass', amountFen: sold.priceFen, way: shift === undefined ? 'card' : 'in' }],
    notes: { pass: sold.code, 'valid-from': sold.validFrom, 'valid-to': sold.validTo },
  });
  return sold;
}

/** The right card is there before anything is sold; what then goes wrong with the chip leaves the pass sold. */
async function soldAndWritten<T>(
  deps: ChipDeps & { readonly db: Database },
  clerk: Principal,
  where: { readonly cardNo: string; readonly reader: string },
  sell: () => Promise<T>,
): Promise<T> {
  let sold: { readonly answer: T } | undefined;
  try {
    return await withKnownCard(deps, clerk, where, async (card, about) => {
      sold = { answer: await sell() };
      await writePasses(deps, clerk, card, about);
      return sold.answer;
    });
  } catch (error) {
    if (sold === undefined) throw error;
    return sold.answer;
  }
}
