import { type Database, transact, type Transaction } from '@citycard/common';
import { type NewAlarm, raiseAlarm } from '../alarms/alarm.ts';
import { type LockReport, noteCardLocks } from '../hotlist/card-locks.ts';
import { FLAG } from '../purchases/purchase-record.ts';
import { checkTacs, type TacHsm, type TacQuestion } from './check-tacs.ts';
import { assignmentAtTap, examine, type Examined } from './examine.ts';
import { type Facts, readFacts } from './facts.ts';
import { type Decision, judge, type Judgement } from './judge.ts';
import { lateRefusal, readConfirmedVersions } from './late-refusal.ts';
import { afterPosting, type Payable, postingDates, postPurchases } from './purchase-posting.ts';
import { oldestReceived, writeJudged } from './received.ts';
import { nameOf, type ReceivedPurchase, refKey } from './received-purchase.ts';
import type { RuleBook } from './rules.ts';
import { assertAllowed, type FinalDecision, writeDecisions, writeHistory, writeRemembered } from './write-decisions.ts';

/**
 * Judges the oldest received records and pays for the accepted ones; resolves to how many were judged. Everything is read
 * and asked first; what follows from it is written in one transaction.
 *
 * @throws Overtaken when one of the records was decided by somebody else meanwhile; nothing is written then.
 */
export async function decideOldest(db: Database, hsm: TacHsm, book: RuleBook, limit: number): Promise<number> {
  const purchases = await oldestReceived(db, limit);
  if (purchases.length === 0) return 0;
  const facts = await readFacts(db, purchases);
  const examined = purchases.map((purchase) => ({
    purchase,
    examined: examine(purchase, facts, book.on(purchase.ref.businessDate)),
  }));
  const right = await rightTacs(hsm, book, examined);
  const confirmed = await readConfirmedVersions(db, purchases, facts);
  const judgement = judge(
    examined.map((one) => ({
      ...one,
      tacRight: right.has(one.purchase),
      refusal: lateRefusal(one.purchase, one.examined, facts, confirmed, book.on(one.purchase.ref.businessDate)),
    })),
    facts,
  );
  await transact(db, (tx) => commit(tx, judgement, purchases, facts));
  return purchases.length;
}

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

async function commit(
  tx: Transaction,
  judgement: Judgement,
  purchases: readonly ReceivedPurchase[],
  facts: Facts,
): Promise<void> {
  const byRef = new Map(purchases.map((purchase) => [refKey(purchase.ref), purchase]));
  const accepted = judgement.decisions.flatMap(({ ref, outcome }) => {
    const purchase = byRef.get(refKey(ref));
    return outcome.state === 'accepted' && purchase !== undefined ? [purchase] : [];
  });
  const dates = await postingDates(
    tx,
    judgement.decisions.map(({ ref }) => ref.businessDate),
  );
  const payables = accepted.filter(movesMoney).map((purchase) => payableOf(purchase, facts));
  const posted = await postPurchases(tx, payables, dates);
  const results = new Map(payables.map(({ ref }, place) => [refKey(ref), posted[place]]));
  const free = new Set(accepted.filter(isFreeRide).map(({ ref }) => refKey(ref)));
  const finalOf = (decision: Decision): FinalDecision => {
    const result = results.get(refKey(decision.ref));
    if (result !== undefined) return { ...decision, ...afterPosting(result) };
    return { ...decision, postedDate: free.has(refKey(decision.ref)) ? dates(decision.ref.businessDate) : null };
  };
  await writeRemembered(tx, 'purchase_identity', judgement.identities);
  await writeRemembered(tx, 'purchase_conflict', judgement.conflicts);
  const decisions = judgement.decisions.map(finalOf);
  assertAllowed(decisions);
  await writeJudged(tx, purchases, decisions);
  await writeHistory(tx, decisions, 'validation');
  await writeDecisions(tx, judgement.changes.map(finalOf), 'validation');
  await noteCardLocks(
    tx,
    accepted.flatMap((purchase) => lockReport(purchase, facts)),
  );
  for (const { purchase } of judgement.conflicts) await raiseAlarm(tx, conflictAlarm(purchase));
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
