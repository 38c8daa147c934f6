import { approveAct, type Principal, proposeAct, recordAct, type Transaction } from '@citycard/common';
import { hotlistErrors } from './errors.ts';
import { addHotlistEntry, isHotlisted } from './hotlist.ts';

/**
 * Puts a card that is not ours (another city's, a number nobody issued) on the hotlist. Our own cards get there by their
 * state, so that loads and terminals never disagree about them.
 *
 * @throws clearing.hotlist.card-is-ours, .listed-already
 */
export async function putOnHotlist(
  tx: Transaction,
  officer: Principal,
  { applicationSerial, reason }: { applicationSerial: string; reason: string },
): Promise<{ version: bigint }> {
  await requireForeign(tx, applicationSerial);
  await lockHead(tx);
  if (await isHotlisted(tx, applicationSerial)) throw hotlistErrors.listedAlready();
  const version = await addHotlistEntry(tx, { action: 'add', applicationSerial, reason, by: officer.id });
  await recordAct(tx, officer, { act: 'put-on-hotlist', subject: `hotlist entry ${version}`, detail: { reason } });
  return { version };
}

/**
 * Proposes to take such a card off again: it can be spent from then on, so a second person approves.
 *
 * @throws clearing.hotlist.card-is-ours, .not-listed
 */
export async function proposeRemoval(
  tx: Transaction,
  officer: Principal,
  { applicationSerial, reason }: { applicationSerial: string; reason: string },
): Promise<{ removalNo: bigint }> {
  await requireForeign(tx, applicationSerial);
  if (!(await isHotlisted(tx, applicationSerial))) throw hotlistErrors.notListed();
  const { rows } = await tx.query<{ no: bigint }>(`select nextval('clearing.hotlist_removal_no') as no`);
  const removalNo = rows[0]?.no ?? 0n;
  const content = { applicationSerial, reason };
  const { approvalId } = await proposeAct(tx, officer, {
    act: 'take-off-hotlist',
    subject: `removal ${removalNo}`,
    content,
  });
  await tx.query(
    'insert into clearing.hotlist_removal (removal_no, approval_id, application_serial, reason, proposed_by) values ($1, $2, $3, $4, $5)',
    [removalNo, approvalId, applicationSerial, reason, officer.id],
  );
  await recordAct(tx, officer, {
    act: 'propose-take-off-hotlist',
    subject: `removal ${removalNo}`,
    detail: { reason },
  });
  return { removalNo };
}

/** Takes the card off. @throws clearing.hotlist.removal-unknown, .removal-done, .not-listed, identity.same-person */
export async function approveRemoval(
  tx: Transaction,
  officer: Principal,
  removalNo: bigint,
): Promise<{ version: bigint }> {
  const { rows } = await tx.query<{
    approval_id: bigint;
    application_serial: string;
    reason: string;
    version: bigint | null;
  }>(
    'select approval_id, application_serial, reason, version from clearing.hotlist_removal where removal_no = $1 for update',
    [removalNo],
  );
  const removal = rows[0];
  if (removal === undefined) throw hotlistErrors.removalUnknown({ removalNo });
  if (removal.version !== null) throw hotlistErrors.removalDone({ removalNo });
  const { application_serial: applicationSerial, reason } = removal;
  await approveAct(tx, officer, removal.approval_id, { applicationSerial, reason });
  await lockHead(tx);
  if (!(await isHotlisted(tx, applicationSerial))) throw hotlistErrors.notListed();
  const version = await addHotlistEntry(tx, { action: 'remove', applicationSerial, reason, by: officer.id });
  await tx.query(
    'update clearing.hotlist_removal set version = $2, approved_by = $3, approved_at = now() where removal_no = $1',
    [removalNo, version, officer.id],
  );
  await recordAct(tx, officer, { act: 'take-off-hotlist', subject: `hotlist entry ${version}`, detail: { reason } });
  return { version };
}

/** Two persons at once with one card: the second waits here and then finds it done. */
async function lockHead(tx: Transaction): Promise<void> {
  await tx.query('select from clearing.hotlist_head for update');
}

async function requireForeign(tx: Transaction, applicationSerial: string): Promise<void> {
  const { rowCount } = await tx.query('select from clearing.purse where card_no = $1', [applicationSerial.slice(1)]);
  if (rowCount !== 0) throw hotlistErrors.cardIsOurs();
}
