import { type Database, type HttpServer, recordAct, rolesAllowed, transact, Type } from '@citycard/common';
import type { HsmClient } from '@citycard/hsm-sim';
import type { CounterReaders } from '../readers/reader.ts';
import { ReaderName } from '../request-fields.ts';
import { CardBooks } from './books.ts';
import { readCardBack } from './personalise.ts';
import { chipInReader } from './reader-chip.ts';

/** `POST /v1/personalisation/read-back`: a written card in a PC/SC reader, read back one at a time. */
export function registerReadBackRoutes(
  server: HttpServer,
  deps: { readonly db: Database; readonly hsm: HsmClient; readonly readers: CounterReaders },
): void {
  server.post(
    '/v1/personalisation/read-back',
    {
      onRequest: rolesAllowed('bureau', 'clerk'),
      schema: {
        summary: 'Read the written card in the reader back; it is personalised then, or set aside',
        body: Type.Object({ reader: ReaderName }, { additionalProperties: false }),
      },
    },
    async ({ principal, body: { reader } }) => {
      const books = new CardBooks(deps.db, { machine: `reader ${reader}` });
      const cardNo = await deps.readers.withCard(principal, reader, (card) =>
        readCardBack({ ...deps, books }, chipInReader(card)),
      );
      await transact(deps.db, (tx) =>
        recordAct(tx, principal, { act: 'read-back-card', subject: `card ${cardNo}`, detail: { reader } }),
      );
      return { cardNo, readBack: 'passed' };
    },
  );
}
