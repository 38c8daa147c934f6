import { CityCardError, type Database, type Principal, recordAct, transact, type Transaction } from '@citycard/common';
import { prepareBatch } from '../cards/batches.ts';
import { maskedCardNo } from '../cards/one-card.ts';
import { stepCard } from '../cards/step.ts';
import { findGroup } from './application.ts';
import { groupErrors } from './errors.ts';

/** The most cards the bureau makes in one batch. */
const LARGEST_BATCH = 10_000;
/** Cards handed out in one call: a few seconds; the call is repeated until nothing remains. */
const AT_ONCE = 500;

/**
 * Orders cards for everybody of the group who waits for one, as a batch of the bureau that a second person releases. Cards of
 * earlier batches that are still to come are counted in.
 *
 * @throws card-issuer.groups.group-unknown, nobody; card-issuer.product-unknown
 */
export async function orderGroupCards(
  db: Database,
  officer: Principal,
  groupId: bigint,
): Promise<{ batchId: bigint; cards: number }> {
  const { product } = await findGroup(db, groupId);
  const { rows } = await db.query<{ missing: bigint }>(
    `select (select count(*) from issuer.group_member where group_id = $1 and state = 'registered')
          - (select count(*) from issuer.group_batch b join issuer.card c using (batch_id)
              where b.group_id = $1 and c.state in ('prepared', 'personalising', 'written', 'quarantined', 'personalised')) as missing`,
    [groupId],
  );
  const cards = Math.min(Number(rows[0]?.missing ?? 0n), LARGEST_BATCH);
  if (cards <= 0) throw groupErrors.nobody();
  // A batch that is prepared and not noted here is released by nobody, because nobody knows what it is for.
  const { batchId } = await prepareBatch(db, officer, product, cards);
  await transact(db, async (tx) => {
    await tx.query('insert into issuer.group_batch (batch_id, group_id) values ($1, $2)', [batchId, groupId]);
    await recordAct(tx, officer, { act: 'order-group-cards', subject: `group ${groupId}`, detail: { batchId, cards } });
  });
  return { batchId, cards };
}

/**
 * Gives the finished cards of the group's batches to its people, in the order of the table: in their name from now on, and of no use
 * until received. At most {@link AT_ONCE} per call. Whoever has got a card elsewhere meanwhile leaves the group.
 */
export async function handOutGroupCards(
  db: Database,
  officer: Principal,
  groupId: bigint,
): Promise<{ handedOut: number; withdrawn: number; waiting: number }> {
  await findGroup(db, groupId);
  const cards = await db.query<{ card_no: string }>(
    `select c.card_no from issuer.group_batch b join issuer.card c using (batch_id)
      where b.group_id = $1 and c.state = 'personalised'
        and not exists (select from issuer.group_member m where m.card_no = c.card_no) order by c.card_no limit $2`,
    [groupId, AT_ONCE],
  );
  const members = await db.query<{ resident_id: bigint }>(
    `select resident_id from issuer.group_member where group_id = $1 and state = 'registered' order by line, resident_id limit $2`,
    [groupId, AT_ONCE],
  );
  let [handedOut, withdrawn, next] = [0, 0, 0];
  for (const { resident_id: residentId } of members.rows) {
    const card = cards.rows[next];
    if (card === undefined) break;
    if (await handOut(db, officer, groupId, residentId, card.card_no)) {
      handedOut += 1;
      next += 1;
    } else withdrawn += 1;
  }
  const left = await db.query<{ waiting: bigint }>(
    `select count(*) as waiting from issuer.group_member where group_id = $1 and state = 'registered'`,
    [groupId],
  );
  await transact(db, (tx) =>
    recordAct(tx, officer, {
      act: 'hand-out-group-cards',
      subject: `group ${groupId}`,
      detail: { handedOut, withdrawn },
    }),
  );
  return { handedOut, withdrawn, waiting: Number(left.rows[0]?.waiting ?? 0n) };
}

/** False when the resident has a card already. */
async function handOut(
  db: Database,
  officer: Principal,
  groupId: bigint,
  residentId: bigint,
  cardNo: string,
): Promise<boolean> {
  try {
    await transact(db, async (tx) => {
      const taken = await tx.query(
        `update issuer.group_member set state = 'handed-out', card_no = $3, handed_out_at = clock_timestamp()
          where resident_id = $1 and group_id = $2 and state = 'registered'`,
        [residentId, groupId, cardNo],
      );
      if (taken.rowCount !== 1) throw groupErrors.nobody();
      await stepCard(tx, cardNo, 'hand-out', { actor: officer, residentId, why: `group ${groupId}` });
    });
    return true;
  } catch (error) {
    if (!(error instanceof CityCardError) || !error.code.endsWith('one-card-per-resident')) throw error;
    await db.query(
      `update issuer.group_member set state = 'withdrawn', ended_at = clock_timestamp()
        where resident_id = $1 and group_id = $2 and state = 'registered'`,
      [residentId, groupId],
    );
    return false;
  }
}

/**
 * The holder has signed for the card: it works from now on. Receiving it again changes nothing.
 *
 * @throws card-issuer.groups.member-unknown, card-issuer.card-not-ready
 */
export async function receiveCard(tx: Transaction, clerk: Principal, cardNo: string, why: string): Promise<void> {
  const { rows } = await tx.query<{ resident_id: bigint; state: string }>(
    'select resident_id, state from issuer.group_member where card_no = $1 for update',
    [cardNo],
  );
  const [member] = rows;
  if (member?.state === 'received') return;
  if (member?.state !== 'handed-out') throw groupErrors.memberUnknown({ card: maskedCardNo(cardNo) });
  await stepCard(tx, cardNo, 'receive', { actor: clerk, why });
  await endMember(tx, cardNo, 'received');
}

/**
 * Cards nobody came for: taken back to the counter, where their holder can still fetch one, or destroyed when the time to
 * collect them is over.
 *
 * @throws card-issuer.groups.member-unknown for a card that was received or is back
 */
export async function takeBack(tx: Transaction, officer: Principal, cardNo: string): Promise<void> {
  const { rows } = await tx.query<{ state: string }>(
    'select state from issuer.group_member where card_no = $1 for update',
    [cardNo],
  );
  if (rows[0]?.state !== 'handed-out') throw groupErrors.memberUnknown({ card: maskedCardNo(cardNo) });
  await stepCard(tx, cardNo, 'take-back', { actor: officer, why: 'not collected' });
  await endMember(tx, cardNo, 'taken-back');
}

/** Destroys what was not collected in time, also of what was taken back; answers how many cards. */
export async function destroyUncollected(db: Database, officer: Principal, groupId: bigint): Promise<number> {
  await findGroup(db, groupId);
  return transact(db, async (tx) => {
    const { rows } = await tx.query<{ card_no: string }>(
      `select m.card_no from issuer.group_member m join issuer.group_application g using (group_id) join issuer.card c using (card_no)
        where m.group_id = $1 and m.state in ('handed-out', 'taken-back') and c.state in ('issued', 'personalised')
          and m.handed_out_at < clock_timestamp() - make_interval(days => g.collect_days)
        order by m.card_no limit ${AT_ONCE} for update of m`,
      [groupId],
    );
    for (const { card_no: cardNo } of rows) {
      await stepCard(tx, cardNo, 'destroy', { actor: officer, why: 'not collected in time' });
      await endMember(tx, cardNo, 'destroyed');
    }
    await recordAct(tx, officer, {
      act: 'destroy-uncollected-cards',
      subject: `group ${groupId}`,
      detail: { cards: rows.map((row) => maskedCardNo(row.card_no)) },
    });
    return rows.length;
  });
}

const endMember = (tx: Transaction, cardNo: string, state: 'received' | 'taken-back' | 'destroyed') =>
  tx.query('update issuer.group_member set state = $2, ended_at = clock_timestamp() where card_no = $1', [
    cardNo,
    state,
  ]);
