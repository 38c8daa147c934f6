import {
  bookReceipt,
  currentBusinessDate,
  type HandBooked,
  post,
  type Posting,
  raiseAlarm,
  settlePayment,
  transfersByHand,
} from '@citycard/clearing';
import type { Transaction } from '@citycard/common';
import type { BankAccount, Decision, Part } from './decision.ts';
import { recognise } from './recognition.ts';
import { type RecognitionRule, referenceRules } from './reference-rules.ts';
import { returnInformationOf, takeReturn, takeWaitingReturns } from './returns.ts';
import { entryKey, withdrawals } from './entry-keys.ts';
import { matchSupply } from './cash-supplies.ts';

/**
 * One decision per part: payments by their EndToEndId first, so that one that came back in the same message is known as paid,
 * then returns, then the reference rules, posted as one set.
 */
export async function decide(
  tx: Transaction,
  accountNo: string,
  account: BankAccount,
  parts: readonly Part[],
): Promise<Decision[]> {
  const postings: (Posting & { readonly part: Part; readonly rule: RecognitionRule; readonly ruleNo: bigint })[] = [];
  const decisions = new Map<Part, Decision>();
  const businessDate = await currentBusinessDate(tx);
  const rules = await referenceRules(tx);
  const withdrawn = await withdrawals(tx, accountNo, [...new Set(parts.map(({ entry }) => entry.reference))]);
  const inTransit = await cashInTransit(tx);
  const byHand = await bookedByHand(tx, account, parts);
  const paid = parts.filter(({ entry }) => entry.direction === 'debit' && !entry.reversal);
  for (const part of paid) {
    if (part.endToEndId !== undefined) decisions.set(part, await settle(tx, account, part, part.endToEndId));
  }
  await takeWaitingReturns(tx, account, accountNo, paid);
  for (const part of parts) {
    if (decisions.has(part)) continue;
    const { entry, remittance } = part;
    const returned = returnInformationOf(part);
    if (returned !== undefined && part.endToEndId !== undefined) {
      const back = { endToEndId: part.endToEndId, amountFen: part.amountFen, bookedAt: entry.booked.at, returned };
      decisions.set(part, await takeReturn(tx, account, { ...back, bankReference: entry.reference, part: part.no }));
      continue;
    }
    const supply = await matchSupply(tx, account, part);
    if (supply !== undefined) {
      decisions.set(part, supply);
      continue;
    }
    const { counterparty } = part;
    const found = recognise(rules, { ...entry, accountKind: account.kind, remittance, counterparty });
    const hand = entry.direction === 'credit' && !entry.reversal ? byHand.get(entry.reference) : undefined;
    if (hand !== undefined || ('rule' in found && found.rule === 'former-issuer')) {
      decisions.set(part, await formerIssuerPays(tx, account, part, hand, 'credit' in found ? found.credit : ''));
      continue;
    }
    const refusal = 'reason' in found ? found.reason : takeFromTransit(inTransit, found.credit, part.amountFen);
    if ('reason' in found || refusal !== undefined) {
      decisions.set(part, { state: 'unmatched', reason: refusal ?? 'no rule' });
      continue;
    }
    const { reference } = entry;
    const key = entryKey({ account: accountNo, reference, part: part.no }, withdrawn.get(reference));
    const leg = { debit: account.code, credit: found.credit, amount: part.amountFen };
    postings.push({
      key,
      reason: `bank credit ${found.rule}`,
      legs: [leg],
      part,
      rule: found.rule,
      ruleNo: found.ruleNo,
    });
  }
  const outcomes = await post(tx, businessDate, postings);
  postings.forEach(({ part, rule, ruleNo, key }, index) => {
    const outcome = outcomes[index];
    if (outcome?.outcome === 'posted' || outcome?.outcome === 'repeat') {
      decisions.set(part, { state: 'recognised', rule, ruleNo, postingKey: key });
    } else if (outcome?.outcome === 'no-account') {
      decisions.set(part, { state: 'unmatched', reason: `there is no account ${outcome.account}` });
    } else {
      throw new Error(`the ledger answered ${outcome?.outcome ?? 'nothing'} to posting ${key}`);
    }
  });
  return parts.map((part) => decisions.get(part) ?? { state: 'unmatched', reason: 'not looked at' });
}

async function settle(tx: Transaction, account: BankAccount, part: Part, endToEndId: string): Promise<Decision> {
  const { entry, amountFen } = part;
  const settled = await settlePayment(tx, {
    endToEndId,
    amountFen,
    bookedAt: entry.booked.at,
    bankReference: entry.reference,
    part: part.no,
    account: account.code,
  });
  const unmatched = async (reason: string): Promise<Decision> => {
    // Our money has moved otherwise than ordered: somebody asks the bank today, not at the month's end.
    await raiseAlarm(tx, {
      kind: 'payment-booked-otherwise',
      severity: 'critical',
      subject: endToEndId,
      evidence: { account: account.code, bankReference: entry.reference, amountFen, reason },
    });
    return { state: 'unmatched', reason };
  };
  switch (settled.outcome) {
    case 'settled':
    case 'partial':
    case 'repeat':
      return { state: 'matched', rule: 'payment' };
    case 'unknown':
      return { state: 'unmatched', reason: `no payment of ours is called ${endToEndId}` };
    case 'other-account':
      return unmatched(`payment ${endToEndId} was ordered from ${settled.orderedFrom}`);
    case 'amount-differs':
      return unmatched(
        settled.openFen === settled.instructedFen
          ? `payment ${endToEndId} was ordered with ${settled.instructedFen} fen`
          : `of payment ${endToEndId} only ${settled.openFen} fen were still open`,
      );
    case 'decided-before':
      return unmatched(`payment ${endToEndId} was ${settled.state} before`);
  }
}

async function bookedByHand(
  tx: Transaction,
  account: BankAccount,
  parts: readonly Part[],
): Promise<Map<string, HandBooked>> {
  const references = new Set(parts.map(({ entry }) => entry.reference));
  return transfersByHand(tx, account.code, [...references]);
}

/** What a former issuer pays is booked by its entry or by hand, whichever comes first, and is one and the same. */
async function formerIssuerPays(
  tx: Transaction,
  account: BankAccount,
  part: Part,
  hand: HandBooked | undefined,
  credit: string,
): Promise<Decision> {
  const { entry, amountFen } = part;
  if (hand !== undefined) {
    if (hand.amountFen === entry.amountFen)
      return { state: 'matched', rule: 'former-issuer', postingKey: hand.postingKey };
    await raiseAlarm(tx, {
      kind: 'former-issuer-entry-differs',
      severity: 'warning',
      subject: hand.participantNo,
      evidence: {
        account: account.code,
        bankReference: entry.reference,
        amountFen: entry.amountFen,
        bookedByHandFen: hand.amountFen,
      },
    });
    return {
      state: 'unmatched',
      reason: `booked by hand as a payment of former issuer ${hand.participantNo} with ${hand.amountFen} fen`,
    };
  }
  const participantNo = credit.slice(credit.indexOf(':') + 1);
  const receipt = await bookReceipt(tx, participantNo, {
    account: account.code,
    bankReference: entry.reference,
    part: part.no,
    amountFen,
    bookedOn: entry.booked.date,
  });
  if (receipt.outcome === 'unknown-issuer')
    return { state: 'unmatched', reason: `no former issuer ${participantNo} has been opened` };
  return { state: 'recognised', rule: 'former-issuer', postingKey: receipt.postingKey };
}

/** What each slip still has in transit; more than that is not the cash of that slip. */
async function cashInTransit(tx: Transaction): Promise<Map<string, bigint>> {
  const { rows } = await tx.query<{ account_code: string; available_fen: bigint }>(
    `select account_code, available_fen from clearing.account where kind = 'cash-in-transit' and available_fen > 0`,
  );
  return new Map(rows.map((row) => [row.account_code, row.available_fen]));
}

function takeFromTransit(inTransit: Map<string, bigint>, credit: string, amount: bigint): string | undefined {
  if (!credit.startsWith('cash-in-transit:')) return undefined;
  const left = inTransit.get(credit) ?? 0n;
  if (amount > left) return `${credit} has only ${left} fen in transit`;
  inTransit.set(credit, left - amount);
  return undefined;
}
