import type { BusinessDate, Transaction } from '@citycard/common';
import type { BankEntry } from './camt.ts';
import { decide } from './decide.ts';
import type { BankAccount, Decision, Part } from './decision.ts';
import { bankErrors } from './errors.ts';
import { returnInformationOf } from './returns.ts';

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

async function insertParts(
  tx: Transaction,
  accountNo: string,
  parts: readonly Part[],
  decisions: readonly Decision[],
): Promise<void> {
  await tx.query(
    `insert into reconciliation.bank_entry_part
       (account_no, bank_reference, part_no, amount_fen, end_to_end_id, remittance, counterparty, state, rule, posting_key, reason,
        return_code, return_text, reference_rule_no)
     select $1, * from unnest($2::text[], $3::integer[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
       $10::text[], $11::text[], $12::text[], $13::text[], $14::bigint[])`,
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
      parts.map((part) => returnInformationOf(part)?.code ?? null),
      parts.map((part) => returnInformationOf(part)?.text ?? null),
      decisions.map((decision) => ('ruleNo' in decision ? (decision.ruleNo ?? null) : null)),
    ],
  );
}
