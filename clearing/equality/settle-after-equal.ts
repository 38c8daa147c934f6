import {
  approveAct,
  type BusinessDate,
  businessDate,
  type Database,
  type Principal,
  proposeAct,
  recordAct,
  type Transaction,
} from '@citycard/common';
import { equalityErrors } from './errors.ts';

/** Whether a participant is settled only after both sides are equal. */
export interface SettleAfterEqual {
  readonly participantNo: string;
  readonly afterEqual: boolean;
  /** The first business day it is about; when it ends, the last. */
  readonly from: BusinessDate;
}

const ACT = 'settle-after-equal';
const contentOf = ({ participantNo, afterEqual, from }: SettleAfterEqual) => ({ participantNo, afterEqual, from });

/** Proposes that a participant is, or is no longer, settled only after equal. @throws `clearing.equality.participant-unknown`, `.nothing-changes` */
export async function proposeSettleAfterEqual(
  tx: Transaction,
  maker: Principal,
  change: SettleAfterEqual,
): Promise<{ approvalId: bigint }> {
  await requireChange(tx, change);
  const proposal = await proposeAct(tx, maker, { act: ACT, subject: change.participantNo, content: contentOf(change) });
  await recordAct(tx, maker, { act: `propose-${ACT}`, subject: change.participantNo, detail: contentOf(change) });
  return proposal;
}

/** The second person says the same. @throws as {@link proposeSettleAfterEqual}, `identity.same-person`, `.content-differs` */
export async function approveSettleAfterEqual(
  tx: Transaction,
  checker: Principal,
  approvalId: bigint,
  change: SettleAfterEqual,
): Promise<void> {
  const { participantNo, afterEqual, from } = change;
  await requireChange(tx, change);
  const people = await approveAct(tx, checker, approvalId, contentOf(change));
  if (afterEqual) {
    await tx.query(
      'insert into clearing.settle_after_equal (participant_no, valid_from, set_by, approved_by) values ($1, $2, $3, $4)',
      [participantNo, from, people.maker, people.checker],
    );
  } else {
    await tx.query(
      'update clearing.settle_after_equal set ended_on = greatest($2::date, valid_from) where participant_no = $1 and ended_on is null',
      [participantNo, from],
    );
  }
  await recordAct(tx, checker, { act: `approve-${ACT}`, subject: participantNo, detail: contentOf(change) });
}

async function requireChange(tx: Transaction, { participantNo, afterEqual }: SettleAfterEqual): Promise<void> {
  const { rows } = await tx.query<{ holds: boolean }>(
    `select exists (select from clearing.settle_after_equal s where s.participant_no = p.participant_no and s.ended_on is null) as holds
       from clearing.participant p where participant_no = $1 and kind in ('agent', 'biller', 'operator') for update`,
    [participantNo],
  );
  if (rows[0] === undefined) throw equalityErrors.participantUnknown({ participantNo });
  if (rows[0].holds === afterEqual) throw equalityErrors.nothingChanges({ participantNo });
}

/** Says that a participant and we are equal on a day, or that they no longer are; settlement follows with its next sheet. */
export async function declareEqual(
  tx: Transaction,
  participantNo: string,
  date: BusinessDate,
  equal: boolean,
): Promise<void> {
  await tx.query(
    equal
      ? 'insert into clearing.equal_day (participant_no, business_date) values ($1, $2) on conflict do nothing'
      : 'delete from clearing.equal_day where participant_no = $1 and business_date = $2',
    [participantNo, date],
  );
}

/** The first day a participant's settlement waits for on a business day; undefined when it waits for none. */
export async function unequalSince(
  db: Database | Transaction,
  participantNo: string,
  date: BusinessDate,
): Promise<BusinessDate | undefined> {
  const { rows } = await (db as Database).query<{ since: string | null }>(
    'select clearing.unequal_since($1, $2) as since',
    [participantNo, date],
  );
  const since = rows[0]?.since ?? null;
  return since === null ? undefined : businessDate(since);
}
