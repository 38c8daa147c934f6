import { type Database, transact, type Transaction } from '@citycard/common';
import { type NewAlarm, raiseAlarm } from '../alarms/alarm.ts';
import { type LockReport, noteCardLocks } from '../hotlist/card-locks.ts';
import { FLAG, purchaseContentSha256 } from '../purchases/purchase-record.ts';
import { walkAgain } from './chain/chain-work.ts';
import { oddOnes } from './chain/quick-look.ts';
import { checkTacs, type TacHsm, type TacQuestion } from './check-tacs.ts';
import { claimKeys } from './claim.ts';
import { assignmentAtTap, examine, type Examined } from './examine.ts';
import { type Facts, NOTHING_KNOWN, readFacts } from './facts.ts';
import { type Decision, type Examinee, type Identity, judge, type Judgement } from './judge.ts';
import { type Earlier, keysOf, readKnown, readLocks, readOpenGrays } from './known.ts';
import { lateRefusal, readConfirmedVersions } from './late-refusal.ts';
import { afterPosting, type Payable, postingDates, postPurchases } from './purchase-posting.ts';
import type { Pass, PassSet } from './pass.ts';
import { writeJudged } from './received.ts';
import { nameOf, type ReceivedPurchase } from './received-purchase.ts';
import type { RuleBook } from './rules.ts';
import { assertAllowed, type FinalDecision, writeDecisions, writeHistory, writeRemembered } from './write-decisions.ts';

/** A set of received records with all that can be read and asked before those in front of it are decided. */
export interface PreparedSet {
  readonly set: PassSet;
  readonly facts: Facts;
  readonly examinees: readonly Examinee[];
}

/** Reads what is known of the cards, SAMs and senders of a set, and asks the HSM for its TACs. Changes nothing. */
export async function prepareSet(db: Database, hsm: TacHsm, book: RuleBook, set: PassSet): Promise<PreparedSet> {
  const { purchases } = set;
  if (purchases.length === 0) return { set, facts: NOTHING_KNOWN, examinees: [] };
  const facts = await readFacts(db, purchases);
  const examined = purchases.map((purchase) => ({
    purchase,
    examined: examine(purchase, facts, book.on(purchase.ref.businessDate)),
  }));
  const right = await rightTacs(hsm, book, examined);
  const confirmed = await readConfirmedVersions(db, purchases, facts);
  const examinees = examined.map(({ purchase, examined: own }): Examinee => ({
    purchase,
    examined: own,
    identity: right.has(purchase) ? identityOf(purchase) : undefined,
    refusal: lateRefusal(purchase, own, facts, confirmed, book.on(purchase.ref.businessDate)),
  }));
  return { set, facts, examinees };
}

const identityOf = ({ record, raw }: ReceivedPurchase): Identity => ({
  keys: keysOf(record),
  content: purchaseContentSha256(raw),
});

async function rightTacs(
  hsm: TacHsm,
  book: RuleBook,
  examined: readonly { readonly purchase: ReceivedPurchase; readonly examined: Examined }[],
): Promise<Set<ReceivedPurchase>> {
  const questions = examined.flatMap((one): TacQuestion[] =>
    one.examined.next === 'tac' ? [{ purchase: one.purchase, purse: one.examined.purse }] : [],
  );
  const [first] = questions;
  if (first === undefined) return new Set();
  const answers = await checkTacs(hsm, book.on(first.purchase.ref.businessDate).tacKey, questions);
  return new Set(questions.filter((_, index) => answers[index] === true).map(({ purchase }) => purchase));
}

/** What a set that is decided has to do with those before and behind it. */
export interface Turn {
  /** Settled when the set in front is written, or could not be. */
  readonly inFront: Promise<unknown>;
  /** From now on the set behind may claim its keys. */
  onClaimed(): void;
}

/** Longer than any set takes: nobody waits for ever, whatever locks what. */
const LOCK_TIMEOUT = '60s';

/**
 * Judges a set and pays for what it accepts, in one transaction. Keys are claimed while the set in front is still being written,
 * unless the two share a card; all else begins when it is written, so that one set after the other counts as decided.
 *
 * @throws Overtaken when one of the records was decided by somebody else meanwhile; nothing is written then. What went wrong with
 * the set in front, for then nothing is known of this one.
 */
export async function decideSet(db: Database, pass: Pass, prepared: PreparedSet, turn: Turn): Promise<void> {
  const { set, examinees } = prepared;
  if (set.continues) await turn.inFront;
  await transact(db, async (tx) => {
    await tx.query(`select set_config('lock_timeout', $1, true)`, [LOCK_TIMEOUT]);
    const claimed = await claimKeys(tx, examinees);
    turn.onClaimed();
    await turn.inFront;
    const judgement = judge(examinees, await readEarlier(tx, examinees, claimed));
    await commit(tx, pass, prepared, judgement, claimed);
  });
}

async function commit(
  tx: Transaction,
  pass: Pass,
  { set, facts }: PreparedSet,
  judgement: Judgement,
  claimed: ReadonlySet<ReceivedPurchase>,
): Promise<void> {
  const { purchases } = set;
  const accepted = purchases.filter((_, place) => judgement.decisions[place]?.outcome.state === 'accepted');
  const dates = await postingDates(
    tx,
    judgement.decisions.map(({ ref }) => ref.businessDate),
  );
  const payables = accepted.filter(movesMoney).map((purchase) => payableOf(purchase, facts));
  const posted = await postPurchases(tx, payables, dates, facts.tight);
  const results = new Map(payables.map(({ ref }, place) => [ref, posted[place]]));
  const free = new Set(accepted.filter(isFreeRide).map(({ ref }) => ref));
  const finalOf = (decision: Decision): FinalDecision => {
    const result = results.get(decision.ref);
    if (result !== undefined) return { ...decision, ...afterPosting(result) };
    return { ...decision, postedDate: free.has(decision.ref) ? dates(decision.ref.businessDate) : null };
  };
  const late = judgement.identities.filter(({ purchase }) => !claimed.has(purchase));
  await writeRemembered(tx, 'purchase_identity', late);
  await writeRemembered(tx, 'purchase_conflict', judgement.conflicts);
  const decisions = judgement.decisions.map(finalOf);
  assertAllowed(decisions);
  await writeJudged(tx, purchases, decisions);
  await walkAgain(tx, [...(await oddOnes(tx, [...claimed])), ...late.map(({ purchase }) => purchase.ref)]);
  await writeHistory(tx, decisions, 'validation');
  await writeDecisions(tx, judgement.changes.map(finalOf), 'validation');
  await noteCardLocks(
    tx,
    accepted.flatMap((purchase) => lockReport(purchase, facts)),
  );
  for (const { purchase } of judgement.conflicts) await raiseAlarm(tx, conflictAlarm(purchase));
  await pass.takeOff(tx, set);
}

/** What was judged earlier and bears on this set. Of purchases that have claimed their keys nothing was. */
async function readEarlier(
  tx: Transaction,
  examinees: readonly Examinee[],
  claimed: ReadonlySet<ReceivedPurchase>,
): Promise<Earlier> {
  const asking = examinees.filter(({ identity, examined }) => identity !== undefined || examined.next === 'gray');
  const purchases = asking.map(({ purchase }) => purchase);
  return {
    known: await readKnown(
      tx,
      purchases.filter((purchase) => !claimed.has(purchase)),
    ),
    openGrays: await readOpenGrays(tx, purchases),
    locks: await readLocks(
      tx,
      examinees.map(({ purchase }) => purchase),
    ),
  };
}

/** Two right TACs under one key: a cloned card or SAM, or a counter set back. */
function conflictAlarm({ ref, record, participantNo }: ReceivedPurchase): NewAlarm {
  const { offlineCounter, samNo, samTransactionNo } = record;
  const evidence = { intakeId: ref.intakeId, index: ref.index, participantNo, offlineCounter, samNo, samTransactionNo };
  return { kind: 'purchase-conflict', severity: 'warning', subject: nameOf(ref), evidence };
}

function lockReport(purchase: ReceivedPurchase, facts: Facts): LockReport[] {
  const { ref, record, participantNo, receivedAt } = purchase;
  if (record.flag !== FLAG.cardLocked || record.tappedAt === undefined) return [];
  return [
    {
      cardNo: ref.cardNo,
      applicationSerial: record.applicationSerial,
      samNo: record.samNo,
      participantNo,
      terminalNo: purchase.terminalNo ?? assignmentAtTap(purchase, facts)?.terminalNo ?? undefined,
      lockedAt: record.tappedAt,
      reportedAt: receivedAt,
    },
  ];
}

function movesMoney({ record }: ReceivedPurchase): boolean {
  return record.flag !== FLAG.cardLocked && record.amountFen > 0n;
}

/** A ride at fare 0 is a purchase of its day like any other; it only moves no money. */
function isFreeRide({ record }: ReceivedPurchase): boolean {
  return record.flag !== FLAG.cardLocked && record.amountFen === 0n;
}

function payableOf({ ref, record, source, participantNo }: ReceivedPurchase, facts: Facts): Payable {
  const sender = facts.participants.get(participantNo);
  const city = source === 'ccip' ? (sender?.cityCode ?? undefined) : undefined;
  return { ref, from: 'purse', to: city === undefined ? { participantNo } : { city }, amountFen: record.amountFen };
}
