import { endCardLocks } from '@citycard/clearing';
import { type HttpServer, type Principal, recordAct, rolesAllowed, transact, Type } from '@citycard/common';
import { answers } from '../answers.ts';
import { noteOnCard } from '../cards/history.ts';
import { CardParams, ReaderName } from '../request-fields.ts';
import { blockApplication, chipState, type ScriptCard, unblockApplication } from './card-scripts.ts';
import { type ChipDeps, withKnownCard } from './old-card.ts';
import { changePin, pinBytes, setPin, unblockPin } from './pin.ts';
import { cardScriptErrors } from './script-errors.ts';

const closed = { additionalProperties: false } as const;
/** Shape only; what a PIN may be is said in one place. Its digits are never stored, so these routes keep no answers either. */
const Digits = Type.String({ minLength: 1, maxLength: 20 });

/** Scripts to the card in a counter's reader: PIN, application block and unblock. */
export function registerChipRoutes(server: HttpServer, deps: ChipDeps): void {
  const { db, hsm } = deps;
  const clerk = { onRequest: rolesAllowed('clerk') };
  const note = (actor: Principal, cardNo: string, act: string, why: string) =>
    transact(db, async (tx) => {
      await noteOnCard(tx, cardNo, { step: act, by: actor.id, why });
      if (act === 'chip-unblock') await endCardLocks(tx, cardNo, actor.id);
      await recordAct(tx, actor, { act, subject: `card ${cardNo}` });
    });

  const Pin = Type.Union([
    Type.Object({ act: Type.Literal('set'), reader: ReaderName, pin: Digits }, closed),
    Type.Object({ act: Type.Literal('change'), reader: ReaderName, oldPin: Digits, pin: Digits }, closed),
    Type.Object({ act: Type.Literal('unblock'), reader: ReaderName, pin: Digits }, closed),
  ]);
  server.post(
    '/v1/cards/:cardNo/pin',
    {
      ...clerk,
      schema: { summary: 'Set, change or unblock the PIN of the card in the reader', params: CardParams, body: Pin },
    },
    async ({ principal, params: { cardNo }, body }, reply) => {
      // Before a card is asked: a try with a PIN that cannot be one would cost it a try.
      pinBytes(body.pin);
      await withKnownCard(deps, principal, { cardNo, reader: body.reader }, async (card, about) => {
        requireUsable(about);
        if (body.act === 'set') await setPin(hsm, card, about, body.pin);
        else if (body.act === 'unblock') await unblockPin(hsm, card, about, body.pin);
        else await changePin(card, { old: body.oldPin, fresh: body.pin });
      });
      await note(principal, cardNo, `pin-${body.act}`, 'by script at the counter');
      return reply.status(204).send();
    },
  );

  server.post(
    '/v1/cards/:cardNo/chip-block',
    {
      ...clerk,
      schema: {
        summary: 'Block the application on the chip in the reader',
        params: CardParams,
        body: Type.Object({ reader: ReaderName, forGood: Type.Boolean() }, closed),
        ...answers(Type.Object({ cardNo: Type.String(), chip: Type.String() })),
      },
    },
    async ({ principal, params: { cardNo }, body: { reader, forGood } }) => {
      await withKnownCard(deps, principal, { cardNo, reader }, async (card, about) => {
        // For good only what the books are done with: an open card would lose what it holds for its holder.
        if (forGood && isUsable(about)) throw cardScriptErrors.stillInUse({ state: about.state });
        await blockApplication(hsm, card, about, forGood ? 'for good' : 'for now');
      });
      await note(principal, cardNo, 'chip-block', forGood ? 'application blocked for good' : 'application blocked');
      return { cardNo, chip: forGood ? 'blocked for good' : 'blocked' };
    },
  );
  server.post(
    '/v1/cards/:cardNo/chip-unblock',
    {
      ...clerk,
      schema: {
        summary: 'Open the application on the chip in the reader, when the books say the card is open',
        params: CardParams,
        body: Type.Object({ reader: ReaderName }, closed),
        ...answers(Type.Object({ cardNo: Type.String(), chip: Type.String() })),
      },
    },
    async ({ principal, params: { cardNo }, body: { reader } }) => {
      await withKnownCard(deps, principal, { cardNo, reader }, async (card, about) => {
        requireUsable(about);
        const chip = await chipState(card);
        if (chip === 'blocked for good') throw cardScriptErrors.blockedForGood();
        if (chip === 'blocked') await unblockApplication(hsm, card, about);
      });
      await note(principal, cardNo, 'chip-unblock', 'application opened');
      return { cardNo, chip: 'open' };
    },
  );
}

type InBooks = ScriptCard & { readonly state: string };
const isUsable = ({ state }: InBooks): boolean => ['personalised', 'issued', 'active', 'expired'].includes(state);

function requireUsable(about: InBooks): void {
  if (!isUsable(about)) throw cardScriptErrors.closedInBooks({ state: about.state });
}
