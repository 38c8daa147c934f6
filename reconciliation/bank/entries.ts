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
import type { BusinessDate, Transaction } from '@citycard/common';
import type { BankEntry, EntryPart } from './camt.ts';
import { bankErrors } from './errors.ts';
import { recognise, type RecognitionRule } from './recognition.ts';

/** How many of a message's entries ended how. A part of a batch counts as an entry of its own. */
export interface EntryCounts {
  readonly entries: number;
  /** Taken by a reference rule and posted. */
  readonly recognised: number;
  /** Payments of ours, found by their EndToEndId. */
  readonly matched: number;
  readonly unmatched: number;
  /** Reported before, with the same content. */
  readonly repeated: number;
}

export interface EntrySource {
  readonly kind: 'camt.053' | 'camt.054';
  readonly messageId: string;
  readonly accountNo: string;
  /** Set when the entries are those of a day statement. */
  readonly statementDate?: BusinessDate;
}

type Decision =
  | { readonly state: 'recognised'; readonly rule: RecognitionRule; readonly postingKey: string }
  | { readonly state: 'matched'; readonly rule: 'payment' }
  /** Two people have booked it by hand before. */
  | { readonly state: 'matched'; readonly rule: 'former-issuer'; readonly postingKey: string }
  | { readonly state: 'unmatched'; readonly reason: string };

interface Part extends EntryPart {
  readonly entry: BankEntry;
  readonly no: number;
}

/** Bank messages are few; one at a time, so that two of them cannot both clear the same cash in transit. */
export async function lockBankEntries(tx: Transaction): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('reconciliation bank entries', 0))`);
}

/**
 * Records entries of one account, each once per bank reference, and posts those that are new. An entry known from a
 * notification is only ticked off when the statement brings it again.
 *
 * @throws CityCardError `bank.account-unknown`, `bank.entry-differs`, `bank.entry-in-two-statements`
 */
export async function recordEntries(
  tx: Transaction,
  source: EntrySource,
  entries: readonly BankEntry[],
): Promise<EntryCounts> {
  const account = await bankAccount(tx, source.accountNo);
  const fresh = await insertNew(tx, source, entries);
  await compareWithKnown(tx, source, entries);
  if (source.statementDate !== undefined) await tickOff(tx, source, source.statementDate, entries);
  const parts = entries
    .filter(({ reference }) => fresh.has(reference))
    .flatMap((entry) => entry.parts.map((part, index) => ({ ...part, entry, no: index + 1 })));
  const decisions = await decide(tx, source.accountNo, account, parts);
  await insertParts(tx, source.accountNo, parts, decisions);
  const count = (state: Decision['state']) => decisions.filter((decision) => decision.state === state).length;
  return {
    entries: entries.length,
    recognised: count('recognised'),
    matched: count('matched'),
    unmatched: count('unmatched'),
    repeated: entries.length - fresh.size,
  };
}

interface BankAccount {
  readonly code: string;
  readonly kind: string;
}

async function bankAccount(tx: Transaction, accountNo: string): Promise<BankAccount> {
  const { rows } = await tx.query<BankAccount>(
    `select account_code as code, kind from clearing.account where kind like 'bank-%' and account_code = kind || ':' || $1`,
    [accountNo],
  );
  const [account] = rows;
  if (account === undefined) throw bankErrors.accountUnknown({ account: accountNo });
  return account;
}

async function insertNew(tx: Transaction, source: EntrySource, entries: readonly BankEntry[]): Promise<Set<string>> {
  const { rows } = await tx.query<{ bank_reference: string }>(
    `insert into reconciliation.bank_entry
       (account_no, bank_reference, direction, amount_fen, booked_on, reversal, first_kind, first_message)
     select $1, r.reference, r.direction, r.amount, r.booked, r.reversal, $2, $3
       from unnest($4::text[], $5::text[], $6::bigint[], $7::date[], $8::boolean[]) as r (reference, direction, amount, booked, reversal)
      order by r.reference
     on conflict (account_no, bank_reference) do nothing
     returning bank_reference`,
    [
      source.accountNo,
      source.kind,
      source.messageId,
      entries.map((entry) => entry.reference),
      entries.map((entry) => entry.direction),
      entries.map((entry) => entry.amountFen),
      entries.map((entry) => entry.booked.date),
      entries.map((entry) => entry.reversal),
    ],
  );
  return new Set(rows.map((row) => row.bank_reference));
}

async function compareWithKnown(tx: Transaction, source: EntrySource, entries: readonly BankEntry[]): Promise<void> {
  const { rows } = await tx.query<{ reference: string; kind: string; message_id: string }>(
    `select known.bank_reference as reference, known.first_kind as kind, known.first_message as message_id
       from unnest($2::text[], $3::text[], $4::bigint[], $5::boolean[]) as said (reference, direction, amount, reversal)
       join reconciliation.bank_entry known on known.account_no = $1 and known.bank_reference = said.reference
      where (known.direction, known.amount_fen, known.reversal) is distinct from (said.direction, said.amount, said.reversal)
      order by known.bank_reference limit 1`,
    [
      source.accountNo,
      entries.map((entry) => entry.reference),
      entries.map((entry) => entry.direction),
      entries.map((entry) => entry.amountFen),
      entries.map((entry) => entry.reversal),
    ],
  );
  const [other] = rows;
  if (other === undefined) return;
  const { reference, kind, message_id: messageId } = other;
  throw bankErrors.entryDiffers({ reference, account: source.accountNo, kind, messageId });
}

async function tickOff(
  tx: Transaction,
  source: EntrySource,
  date: BusinessDate,
  entries: readonly BankEntry[],
): Promise<void> {
  const references = entries.map((entry) => entry.reference);
  const { rows } = await tx.query<{ bank_reference: string; statement_date: string }>(
    `select bank_reference, statement_date from reconciliation.bank_entry
      where account_no = $1 and bank_reference = any($2) and statement_date is not null order by bank_reference limit 1`,
    [source.accountNo, references],
  );
  if (rows[0] !== undefined) {
    const { bank_reference: reference, statement_date: other } = rows[0];
    throw bankErrors.entryInTwoStatements({ reference, account: source.accountNo, date: other });
  }
  await tx.query(
    'update reconciliation.bank_entry set statement_date = $3 where account_no = $1 and bank_reference = any($2)',
    [source.accountNo, references, date],
  );
}

/** One decision per part, in order: payments by their EndToEndId first, then the reference rules, posted as one set. */
async function decide(
  tx: Transaction,
  accountNo: string,
  account: BankAccount,
  parts: readonly Part[],
): Promise<Decision[]> {
  const postings: (Posting & { readonly part: Part; readonly rule: RecognitionRule })[] = [];
  const decisions = new Map<Part, Decision>();
  const businessDate = await currentBusinessDate(tx);
  const inTransit = await cashInTransit(tx);
  const byHand = await bookedByHand(tx, account, parts);
  for (const part of parts) {
    const { entry, remittance } = part;
    if (entry.direction === 'debit' && !entry.reversal && part.endToEndId !== undefined) {
      decisions.set(part, await settle(tx, part, part.endToEndId));
      continue;
    }
    const found = recognise({ ...entry, accountKind: account.kind, remittance });
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
    const key = `bank:${accountNo}:${entry.reference}:${part.no}`;
    const leg = { debit: account.code, credit: found.credit, amount: part.amountFen };
    postings.push({ key, reason: `bank credit ${found.rule}`, legs: [leg], part, rule: found.rule });
  }
  const outcomes = await post(tx, businessDate, postings);
  postings.forEach(({ part, rule, key }, index) => {
    const outcome = outcomes[index];
    if (outcome?.outcome === 'posted' || outcome?.outcome === 'repeat') {
      decisions.set(part, { state: 'recognised', rule, postingKey: key });
    } else if (outcome?.outcome === 'no-account') {
      decisions.set(part, { state: 'unmatched', reason: `there is no account ${outcome.account}` });
    } else {
      throw new Error(`the ledger answered ${outcome?.outcome ?? 'nothing'} to posting ${key}`);
    }
  });
  return parts.map((part) => decisions.get(part) ?? { state: 'unmatched', reason: 'not looked at' });
}

async function settle(tx: Transaction, part: Part, endToEndId: string): Promise<Decision> {
  const { entry, amountFen } = part;
  const settled = await settlePayment(tx, {
    endToEndId,
    amountFen,
    bookedAt: entry.booked.at,
    bankReference: entry.reference,
  });
  switch (settled.outcome) {
    case 'settled':
    case 'repeat':
      return { state: 'matched', rule: 'payment' };
    case 'unknown':
      return { state: 'unmatched', reason: `no payment of ours is called ${endToEndId}` };
    case 'amount-differs':
      return { state: 'unmatched', reason: `payment ${endToEndId} was ordered with ${settled.instructedFen} fen` };
    case 'decided-before':
      return { state: 'unmatched', reason: `payment ${endToEndId} was ${settled.state} before` };
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

async function insertParts(
  tx: Transaction,
  accountNo: string,
  parts: readonly Part[],
  decisions: readonly Decision[],
): Promise<void> {
  await tx.query(
    `insert into reconciliation.bank_entry_part
       (account_no, bank_reference, part_no, amount_fen, end_to_end_id, remittance, counterparty, state, rule, posting_key, reason)
     select $1, * from unnest($2::text[], $3::integer[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
       $10::text[], $11::text[])`,
    [
      accountNo,
      parts.map((part) => part.entry.reference),
      parts.map((part) => part.no),
      parts.map((part) => part.amountFen),
      parts.map((part) => part.endToEndId ?? null),
      parts.map((part) => part.remittance),
      parts.map((part) => part.counterparty),
      decisions.map((decision) => decision.state),
      decisions.map((decision) => ('rule' in decision ? decision.rule : null)),
      decisions.map((decision) => ('postingKey' in decision ? decision.postingKey : null)),
      decisions.map((decision) => ('reason' in decision ? decision.reason : null)),
    ],
  );
}
