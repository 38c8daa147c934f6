import { type Database, transact, type Transaction } from '@citycard/common';
import { type NewAlarm, raiseAlarm } from '../alarms/alarm.ts';
import { type LockReport, noteCardLocks } from '../hotlist/card-locks.ts';
import { FLAG } from '../purchases/purchase-record.ts';
import { walkAgain } from './chain/chain-work.ts';
import { oddOnes } from './chain/quick-look.ts';
import { checkTacs, type TacHsm, type TacQuestion } from './check-tacs.ts';
import { claimKeys } from './claim.ts';
import { assignmentAtTap, examine, type Examined } from './examine.ts';
import { type Facts, type KnownAssignments, NOTHING_KNOWN, readFacts } from './facts.ts';
import { type Examinee, judge, type Judgement } from './judge.ts';
import { type Earlier, readKnown, readLocks, readOpenGrays } from './known.ts';
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
export async function prepareSet(
  db: Database,
  hsm: TacHsm,
  book: RuleBook,
  set: PassSet,
  assignments: KnownAssignments,
): Promise<PreparedSet> {
  const { purchases } = set;
  if (purchases.length === 0) return { set, facts: NOTHING_KNOWN, examinees: [] };
  const facts = await readFacts(db, purchases, assignments);
  const examined = purchases.map((purchase) => examine(purchase, facts, book.on(purchase.ref.businessDate)));
  const right = await rightTacs(hsm, book, purchases, examined);
  const confirmed = await readConfirmedVersions(db, purchases, facts);
  const examinees = purchases.map((purchase, place): Examinee => {
    const own = examined[place];
    if (own === undefined) throw new Error('every record was looked at');
    return {
      purchase,
      examined: own,
      isProven: right[place] === true,
      refusal: lateRefusal(purchase, own, facts, confirmed, book.on(purchase.ref.businessDate)),
    };
  });
  return { set, facts, examinees };
}

/** By place in the set: whether the TAC was asked for and is right. */
async function rightTacs(
  hsm: TacHsm,
  book: RuleBook,
  purchases: readonly ReceivedPurchase[],
  examined: readonly Examined[],
): Promise<boolean[]> {
  const questions: TacQuestion[] = [];
  const places: number[] = [];
  purchases.forEach((purchase, place) => {
    const own = examined[place];
    if (own?.next !== 'tac') return;
    questions.push({ purchase, purse: own.purse });
    places.push(place);
  });
  const [first] = questions;
  if (first === undefined) return [];
  const answers = await checkTacs(hsm, book.on(first.purchase.ref.businessDate).tacKey, questions);
  const right = new Array<boolean>(purchases.length).fill(false);
  places.forEach((place, n) => (right[place] = answers[n] === true));
  return right;
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
    const judgement = judge(examinees, await readEarlier(tx, examinees, claimed), claimed);
    await commit(tx, pass, prepared, judgement, claimed);
  });
}

interface Judged {
  readonly purchase: ReceivedPurchase;
  decision: FinalDecision;
}

async function commit(
  tx: Transaction,
  pass: Pass,
  { set, facts }: PreparedSet,
  judgement: Judgement,
  claimed: ReadonlySet<ReceivedPurchase>,
): Promise<void> {
  const { purchases } = set;
  const dates = await postingDates(
    tx,
    judgement.decisions.map(({ ref }) => ref.businessDate),
  );
  const judged = judgement.decisions.map((decision, place): Judged => {
    const purchase = purchases[place];
    if (purchase === undefined) throw new Error('every decision is about a record');
    const { ref, from, outcome } = decision;
    return { purchase, decision: { ref, from, outcome, postedDate: null } };
  });
  const accepted = judged.filter(({ decision }) => decision.outcome.state === 'accepted');
  for (const one of accepted.filter(isFreeRide))
    one.decision = { ...one.decision, postedDate: dates(one.decision.ref.businessDate) };
  const paying = accepted.filter(movesMoney);
  const posted = await postPurchases(
    tx,
    paying.map((one) => payableOf(one, facts)),
    dates,
    facts.tight,
  );
  paying.forEach((one, place) => {
    const result = posted[place];
    if (result === undefined) return;
    const { outcome, postedDate } = afterPosting(result);
    one.decision = { ref: one.decision.ref, from: one.decision.from, outcome, postedDate };
  });
  const decisions = judged.map(({ decision }) => decision);
  const late = judgement.identities.filter(({ purchase }) => !claimed.has(purchase));
  await writeRemembered(tx, 'purchase_identity', late);
  await writeRemembered(tx, 'purchase_conflict', judgement.conflicts);
  assertAllowed(decisions);
  await writeJudged(tx, purchases, decisions);
  await walkAgain(tx, [...(await oddOnes(tx, [...claimed])), ...late.map(({ purchase }) => purchase.ref)]);
  await writeHistory(tx, decisions, 'validation');
  const changes = judgement.changes.map((change): FinalDecision => ({ ...change, postedDate: null }));
  await writeDecisions(tx, changes, 'validation');
  await noteCardLocks(
    tx,
    accepted.flatMap(({ purchase }) => lockReport(purchase, facts)),
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
  const asking = examinees.filter(({ isProven, examined }) => isProven || examined.next === 'gray');
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

function movesMoney({ purchase: { record } }: Judged): boolean {
  return record.flag !== FLAG.cardLocked && record.amountFen > 0n;
}

/** A ride at fare 0 is a purchase of its day like any other; it only moves no money. */
function isFreeRide({ purchase: { record } }: Judged): boolean {
  return record.flag !== FLAG.cardLocked && record.amountFen === 0n;
}

function payableOf({ purchase }: Judged, facts: Facts): Payable {
  const { ref, record, source, participantNo } = purchase;
  const sender = facts.participants.get(participantNo);
  const city = source === 'ccip' ? (sender?.cityCode ?? undefined) : undefined;
  return { ref, from: 'purse', to: city === undefined ? { participantNo } : { city }, amountFen: record.amountFen };
}
