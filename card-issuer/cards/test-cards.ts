import { clearingMigrations, currentBusinessDate, openAccount, postOrThrow } from '@citycard/clearing';
import {
  addDays,
  cityDate,
  commonMigrations,
  createPrincipal,
  fen,
  type Principal,
  type Role,
  startTestDatabase,
  transact,
} from '@citycard/common';
import { openShift } from '../counter/shifts.ts';
import { issueCard } from '../counter/issue.ts';
import { cardIssuerMigrations } from '../index.ts';
import { composeCardNo } from './batches.ts';

export const TODAY = cityDate(new Date());

/** A database with an open business day, a clerk with an open shift, cards in stock and residents without names. */
export async function startCardWorld() {
  const database = await startTestDatabase([commonMigrations, clearingMigrations, cardIssuerMigrations]);
  const { db } = database;
  const person = async (id: string, ...roles: Role[]): Promise<Principal> => {
    const principal: Principal = { id, name: id, kind: 'person', roles };
    await transact(db, (tx) => createPrincipal(tx, principal));
    return principal;
  };
  const clerk = await person('clerk-t', 'clerk');
  const { shiftId } = await transact(db, async (tx) => {
    await tx.query(`insert into clearing.business_day (business_date, state) values ($1, 'open')`, [TODAY]);
    for (const account of ['bank-custody:B1', 'write-off:main', 'operator-pending:O1']) await openAccount(tx, account);
    await tx.query(
      `insert into issuer.card_batch (product, card_count, prepared_by) values ('standard', 1000, 'generated')`,
    );
    return openShift(tx, clerk);
  });
  let sequence = 0n;
  let keys = 0;

  /** A personalised card in stock. */
  const stockCard = async (validTo = addDays(TODAY, 1000)): Promise<string> => {
    const number = composeCardNo('98', (sequence += 1n));
    await db.query(
      `insert into issuer.card (card_no, batch_id, product, state, valid_from, valid_to, chip_serial)
       values ($1, 1, 'standard', 'personalised', $2, $3, $1)`,
      [number, addDays(TODAY, -3000), validTo],
    );
    return number;
  };
  const resident = async (): Promise<bigint> => {
    const { rows } = await db.query<{ id: bigint }>(
      `insert into issuer.resident (resident_id, sealed, population, registered_by)
       values (nextval('issuer.resident_sequence'), '\\x00', 'permanent', 'generated') returning resident_id as id`,
    );
    return first(rows).id;
  };
  const load = (card: string, amount: number) =>
    transact(db, async (tx) => {
      await postOrThrow(tx, await currentBusinessDate(tx), [
        {
          cardNo: card as never,
          key: `load:test:${(keys += 1)}`,
          reason: 'generated load',
          legs: [{ debit: 'bank-custody:B1', credit: 'purse', amount: fen(amount) }],
        },
      ]);
    });
  /** A card in a resident's hand with this much on it. */
  const cardInHand = async (
    options: { balance?: number; validTo?: typeof TODAY; residentId?: bigint } = {},
  ): Promise<{ number: string; residentId: bigint }> => {
    const number = await stockCard(options.validTo);
    const residentId = options.residentId ?? (await resident());
    await transact(db, (tx) => issueCard(tx, clerk, { cardNo: number, residentId, depositFen: fen(2000), shiftId }));
    if (options.balance) await load(number, options.balance);
    return { number, residentId };
  };
  /** A purchase with a right TAC at this counter, in this state of validation; an accepted one is paid for. */
  const purchase = async (
    card: string,
    counter: number,
    amount: number,
    state: 'accepted' | 'suspicious' = 'accepted',
  ): Promise<bigint> => {
    const { rows } = await db.query<{ id: bigint }>(
      `insert into clearing.intake (source, participant_no, terminal_no, sha256, record_count, amount_fen, received_at, business_date)
       values ('message', 'O1', 'T1', sha256($1::text::bytea), 1, $2, now(), $3) returning intake_id as id`,
      [`${card} ${counter} ${(keys += 1)}`, amount, TODAY],
    );
    const intake = first(rows).id;
    await db.query(
      `insert into clearing.purchase_record (card_no, business_date, intake_id, record_index, raw, issuer_city, offline_counter,
         balance_before_fen, amount_fen, sam_no, sam_transaction_no, tapped_at, flag, industry, hotlist_version, participant_no, state,
         reason_code, decided_at)
       values ($1, $2, $3, 0, decode(repeat('00', 64), 'hex'), '4580', $4, 0, $5, '990000000001', $3, now(), 0, 1, 0, 'O1', $6,
         case $6 when 'suspicious' then '08' end, now())`,
      [card, TODAY, intake, counter, amount, state],
    );
    await db.query(
      `insert into clearing.purchase_identity (card_no, issuer_city, offline_counter, sam_no, sam_transaction_no, content_sha256,
         business_date, intake_id, record_index) values ($1, '4580', $2, '990000000001', $3, '\\x00', $4, $3, 0)`,
      [card, counter, intake, TODAY],
    );
    if (state === 'accepted') {
      await transact(db, async (tx) => {
        await postOrThrow(tx, await currentBusinessDate(tx), [
          {
            cardNo: card as never,
            key: `purchase:${intake}:0`,
            reason: 'offline purchase',
            legs: [{ debit: 'purse', credit: 'operator-pending:O1', amount: fen(amount) }],
          },
        ]);
      });
    }
    return intake;
  };
  return { ...database, clerk, person, shiftId, stockCard, resident, load, cardInHand, purchase };
}

function first<T>(rows: readonly T[]): T {
  const [row] = rows;
  if (row === undefined) throw new Error('the database answered no row');
  return row;
}
