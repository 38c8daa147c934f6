import { type BusinessDate, type Database, transact, type Transaction } from '@citycard/common';
import { walkAgain } from './chain/chain-work.ts';
import { purchaseContentSha256 } from '../purchases/purchase-record.ts';
import { REASON } from '../purchases/reason-codes.ts';
import { readFacts } from './facts.ts';
import { type Decision, replaced, refuted } from './judge.ts';
import { keysOf, readOpenGrays } from './known.ts';
import { lateRefusal, readConfirmedVersions } from './late-refusal.ts';
import { ACCEPTED, type Outcome, type Standing } from './outcome.ts';
import { prepared } from '../prepared.ts';
import { afterPosting, type PostedPurchase, postingDates, postPurchases } from './purchase-posting.ts';
import { type ReceivedPurchase, refKey, type RefRow, withIntakes } from './received-purchase.ts';
import type { RuleBook } from './rules.ts';
import { payablesOf } from './short-purses.ts';
import { type FinalDecision, writeDecisions, writeRemembered } from './write-decisions.ts';

const GRAY: Standing = { state: 'suspicious', code: REASON.gray };

/**
 * Held gray records with counter n of cards that have an accepted purchase with counter n + 1 whose balance before is what
 * the gray one would have left, loads between the two counted in; the oldest of each counter, and only where no complete
 * record has that counter.
 */
const EXPLAINED = `
select distinct on (g.card_no, g.offline_counter) g.card_no, g.business_date, g.intake_id, g.record_index, g.raw
  from clearing.purchase_record g
  join clearing.purchase_identity i
    on i.card_no = g.card_no and i.issuer_city = g.issuer_city and i.offline_counter = g.offline_counter + 1
  join clearing.purchase_record n
    on n.card_no = i.card_no and n.business_date = i.business_date and n.intake_id = i.intake_id
   and n.record_index = i.record_index and n.state = 'accepted'
 where g.state = 'suspicious' and g.reason_code = '05' and g.flag = 1 and g.issuer_city = $1 and g.amount_fen > 0
   and g.decided_at <= now() - $2 * interval '1 millisecond'
   and not exists (select from clearing.purchase_identity o
                    where o.card_no = g.card_no and o.issuer_city = g.issuer_city
                      and (o.offline_counter = g.offline_counter
                           or o.sam_no = g.sam_no and o.sam_transaction_no = g.sam_transaction_no))
   and n.balance_before_fen = g.balance_before_fen - g.amount_fen
       + (select coalesce(sum(l.amount_fen), 0) from clearing.load l
           where l.card_no = g.card_no and l.state = 'posted' and l.opened_at > g.tapped_at and l.opened_at <= n.tapped_at)
 order by g.card_no, g.offline_counter, g.business_date, g.intake_id, g.record_index
 limit $3`;

/**
 * The second look at gray records (domain.md B.5): one whose debit shows in the card's next purchase is paid. Where the
 * balances do not meet it stays held: a balance is a hint, and only the record of another purchase with the same counter
 * refuses it. Resolves to how many were decided.
 */
export async function lookAtGraysAgain(
  db: Database,
  book: RuleBook,
  today: BusinessDate,
  limit: number,
): Promise<number> {
  const rules = book.on(today);
  const { rows } = await db.query<RefRow & { raw: Buffer }>(prepared('purchase-grays-explained', EXPLAINED), [
    rules.homeCity,
    rules.grayWaitMs,
    limit,
  ]);
  if (rows.length === 0) return 0;
  const grays = await withIntakes(db, rows);
  const facts = await readFacts(db, grays, new Map());
  const confirmed = await readConfirmedVersions(db, grays, facts);
  const right: ReceivedPurchase[] = [];
  const refused: Decision[] = [];
  for (const gray of grays) {
    const purse = facts.purses.get(gray.ref.cardNo);
    if (purse === undefined) continue;
    const refusal = lateRefusal(gray, { next: 'tac', purse }, facts, confirmed, book.on(gray.ref.businessDate));
    if (refusal === undefined) right.push(gray);
    else refused.push(decisionOf(gray, refusal));
  }
  const others = await sameCounter(db, right);
  return transact(db, (tx) => commit(tx, db, right, refused, others));
}

function decisionOf({ ref }: Pick<ReceivedPurchase, 'ref'>, outcome: Outcome): Decision {
  return { ref, from: GRAY, outcome };
}

/** What the other gray records with the counter of an accepted one become, by that one's key. */
async function sameCounter(db: Database, accepted: readonly ReceivedPurchase[]): Promise<Map<string, Decision[]>> {
  const open = await readOpenGrays(db, accepted);
  return new Map(
    accepted.map((gray) => {
      const keys = keysOf(gray.record);
      const rest = open.filter(
        (other) => other.keys.counter === keys.counter && refKey(other.ref) !== refKey(gray.ref),
      );
      return [
        refKey(gray.ref),
        rest.map((other) =>
          decisionOf(other, other.keys.transaction === keys.transaction ? replaced(gray.ref) : refuted(gray.ref)),
        ),
      ];
    }),
  );
}

async function commit(
  tx: Transaction,
  db: Database,
  right: readonly ReceivedPurchase[],
  refused: readonly Decision[],
  others: ReadonlyMap<string, readonly Decision[]>,
): Promise<number> {
  const payables = await payablesOf(
    db,
    right.map(({ ref, record, participantNo }) => ({ ref, amountFen: record.amountFen, participantNo })),
  );
  const dates = await postingDates(
    tx,
    right.map(({ ref }) => ref.businessDate),
  );
  const posted = await postPurchases(tx, payables, dates);
  await writeRemembered(
    tx,
    'purchase_identity',
    right.map((gray) => ({ purchase: gray, content: purchaseContentSha256(gray.raw) })),
  );
  await walkAgain(
    tx,
    right.map(({ ref }) => ref),
  );
  const decisions: FinalDecision[] = [
    ...right.map((gray, place) => shown(gray, posted[place])),
    ...right.flatMap(({ ref }) => others.get(refKey(ref)) ?? []).map(withoutDay),
    ...refused.map(withoutDay),
  ];
  await writeDecisions(tx, decisions, 'validation');
  return decisions.length;
}

/** The card has paid; a purse with too little waits for its load like that of any other purchase. */
function shown(gray: ReceivedPurchase, posted: PostedPurchase | undefined): FinalDecision {
  if (posted === undefined) throw new Error('the ledger answers every posting');
  const { outcome, postedDate } = afterPosting(posted);
  const detail = "the debit shows in the card's next purchase";
  return { ...decisionOf(gray, outcome.state === 'accepted' ? { ...ACCEPTED, detail } : outcome), postedDate };
}

function withoutDay(decision: Decision): FinalDecision {
  return { ...decision, postedDate: null };
}
