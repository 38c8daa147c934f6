import type { BusinessDate, Database } from '@citycard/common';
import { bankErrors } from './errors.ts';
import { NAME_FORMS, type ReferenceRule, referenceRules } from './reference-rules.ts';

/** What an entry nobody recognised may be, and how it is seen. */
export interface Suggestion {
  /** Where it would be booked; left out when it is a payment of ours that has to be looked at instead. */
  readonly counterAccount?: string;
  readonly payment?: string;
  /** Slips that together are the amount. */
  readonly slips?: readonly string[];
  /** 0 … 100; the best first. */
  readonly score: number;
  /** One sentence, for the person who decides. */
  readonly because: string;
}

interface OpenPart {
  readonly account_no: string;
  readonly bank_reference: string;
  readonly part_no: number;
  readonly direction: 'credit' | 'debit';
  readonly amount_fen: bigint;
  readonly remittance: string;
  readonly counterparty: string;
  readonly booked_on: BusinessDate;
}

interface Candidates {
  readonly accounts: readonly { account_code: string; available_fen: bigint }[];
  readonly participants: readonly {
    participant_no: string;
    name: string;
    kind: string;
    city_code: string | null;
    payee: string | null;
  }[];
  readonly payments: readonly { end_to_end_id: string; open_fen: bigint; state: string; payee: string | null }[];
}

/** More than this many slips are not tried together: beyond it some of them always add up to anything. */
const MOST_SLIPS = 40;
const BEST = 8;

/**
 * What an unmatched entry may be, the likeliest first: a reference that is nearly right, a payer we know, an amount that is exactly what
 * somebody owes, has in transit or was ordered. Only suggested: two persons book it.
 *
 * @throws CityCardError `bank.item-unknown`
 */
export async function suggestionsFor(
  db: Database,
  item: { readonly account: string; readonly reference: string; readonly part: number },
): Promise<Suggestion[]> {
  const { rows } = await db.query<OpenPart>(
    `select p.account_no, p.bank_reference, p.part_no, e.direction, p.amount_fen, p.remittance, p.counterparty, e.booked_on
       from reconciliation.bank_entry_part p join reconciliation.bank_entry e using (account_no, bank_reference)
      where p.account_no = $1 and p.bank_reference = $2 and p.part_no = $3 and p.state = 'unmatched'`,
    [item.account, item.reference, item.part],
  );
  const [part] = rows;
  if (part === undefined) throw bankErrors.itemUnknown({ ...item });
  const [rules, candidates] = [await referenceRules(db), await candidatesOf(db, part)];
  const found =
    part.direction === 'credit'
      ? [
          ...byReference(part, rules, candidates),
          ...byPayer(part, candidates),
          ...bySlips(part, candidates),
          ...byReturn(part, candidates),
        ]
      : byOrder(part, candidates);
  const best = new Map<string, Suggestion>();
  for (const suggestion of found.toSorted((a, b) => b.score - a.score)) {
    const key = suggestion.counterAccount ?? suggestion.payment ?? suggestion.slips?.join(' ') ?? '';
    if (!best.has(key)) best.set(key, suggestion);
  }
  return [...best.values()].slice(0, BEST);
}

async function candidatesOf(db: Database, part: OpenPart): Promise<Candidates> {
  const { rows: accounts } = await db.query<Candidates['accounts'][number]>(
    `select account_code, available_fen from clearing.account
      where kind in ('agent-prefund', 'city-receivable', 'former-issuer-receivable', 'operator-payable', 'concession-receivable')
         or kind = 'cash-in-transit' and available_fen > 0 order by 1`,
  );
  const { rows: participants } = await db.query<Candidates['participants'][number]>(
    `select participant_no, name, kind, city_code, settlement_account ->> 'accountName' as payee from clearing.participant order by 1`,
  );
  const { rows: payments } = await db.query<Candidates['payments'][number]>(
    `select p.end_to_end_id, p.amount_fen - p.booked_fen as open_fen, p.state, s.settlement_account ->> 'accountName' as payee
       from clearing.payment p join clearing.settlement_sheet s using (sheet_no)
      where (p.state = 'pending' and p.amount_fen - p.booked_fen = $1) or (p.state in ('posted', 'short') and p.booked_fen = $1 and p.business_date > $2::date - 40)
      order by p.business_date desc limit 20`,
    [part.amount_fen, part.booked_on],
  );
  return { accounts, participants, payments };
}

/** The reference, read as a person reads it: in any case, with or without what separates, a letter wrong, anywhere in the line. */
function byReference(part: OpenPart, rules: readonly ReferenceRule[], { accounts }: Candidates): Suggestion[] {
  const words = part.remittance
    .toUpperCase()
    .split(/[\s:：/#,，;；]+/u)
    .filter((word) => word !== '');
  const plain = part.remittance.toUpperCase().replaceAll(/[^0-9A-Z]/g, '');
  return rules.flatMap((rule) => {
    if (rule.reads !== 'reference' || rule.nameForm === undefined) return [];
    const form = NAME_FORMS[rule.nameForm];
    const keyword = rule.begins.trim().toUpperCase();
    const said =
      words.some((word) => distance(word, keyword) <= (keyword.length > 4 ? 2 : 1)) || plain.includes(keyword);
    return accounts.flatMap(({ account_code: code }): Suggestion[] => {
      const name = code.slice(code.indexOf(':') + 1);
      if (code !== `${rule.accountKind}:${name}` || !form.test(name)) return [];
      const named = words.includes(name.toUpperCase()) || (name.length >= 6 && plain.includes(name.toUpperCase()));
      const nearly =
        name.length >= 8 && words.some((word) => word.length >= 8 && distance(word, name.toUpperCase()) <= 1);
      if (named && said)
        return [{ counterAccount: code, score: 95, because: `the text names ${rule.begins}${name} in another form` }];
      if (named && name.length >= 6)
        return [{ counterAccount: code, score: 70, because: `the text names ${name} without a reference` }];
      if (nearly && said)
        return [
          { counterAccount: code, score: 60, because: `the text is one character away from ${rule.begins}${name}` },
        ];
      return [];
    });
  });
}

/** The payer is called as a participant is, or as the account it is paid to. */
function byPayer(part: OpenPart, { participants, accounts }: Candidates): Suggestion[] {
  const open = new Set(accounts.map(({ account_code: code }) => code));
  const payer = part.counterparty.trim();
  if (payer === '') return [];
  return participants
    .filter(({ name, payee }) => name === payer || payee === payer)
    .flatMap(({ participant_no: no, kind, city_code: city, name }): Suggestion[] => {
      const code =
        kind === 'agent'
          ? `agent-prefund:${no}`
          : kind === 'city'
            ? `city-receivable:${city ?? no}`
            : `operator-payable:${no}`;
      return open.has(code)
        ? [{ counterAccount: code, score: 65, because: `the payer is called as ${name} (${no}) is` }]
        : [];
    });
}

/** Cash on its way: one slip of exactly this amount, or two or three that are it together. */
function bySlips(part: OpenPart, { accounts }: Candidates): Suggestion[] {
  const slips = accounts.filter(({ account_code: code }) => code.startsWith('cash-in-transit:')).slice(0, MOST_SLIPS);
  const single = slips
    .filter(({ available_fen: open }) => open === part.amount_fen)
    .map(({ account_code: code }): Suggestion => ({
      counterAccount: code,
      score: 80,
      because: `${code} has exactly this amount in transit`,
    }));
  return [...single, ...sumsOf(slips, part.amount_fen)];
}

function sumsOf(slips: readonly { account_code: string; available_fen: bigint }[], amount: bigint): Suggestion[] {
  const found: Suggestion[] = [];
  const told = (...codes: readonly string[]) =>
    found.push({ slips: codes, score: 50, because: `${codes.join(', ')} are this amount together` });
  slips.forEach((a, i) => {
    slips.slice(i + 1).forEach((b, j) => {
      const rest = amount - a.available_fen - b.available_fen;
      if (rest === 0n) told(a.account_code, b.account_code);
      if (rest <= 0n) return;
      const third = slips.slice(i + j + 2).find(({ available_fen: open }) => open === rest);
      if (third !== undefined) told(a.account_code, b.account_code, third.account_code);
    });
  });
  return found.slice(0, BEST);
}

/** A payment of ours that came back without saying so. */
function byReturn(part: OpenPart, { payments }: Candidates): Suggestion[] {
  return payments
    .filter(({ state }) => state !== 'pending')
    .map(({ end_to_end_id: id, payee }) => {
      const same = payee !== null && payee === part.counterparty.trim();
      return {
        payment: id,
        score: same ? 75 : 30,
        because: `payment ${id} of this amount was booked lately${same ? ' to this very payer' : ''}; it may have come back`,
      };
    });
}

/** Money that left: a payment of this amount that is still out. */
function byOrder(part: OpenPart, { payments }: Candidates): Suggestion[] {
  return payments
    .filter(({ state }) => state === 'pending')
    .map(({ end_to_end_id: id, payee }) => {
      const same = payee !== null && payee === part.counterparty.trim();
      const named = part.remittance.includes(id);
      return {
        payment: id,
        score: named ? 90 : same ? 75 : 45,
        because: `payment ${id} of this amount is still out${same ? ', to this very payee' : ''}`,
      };
    });
}

/** Levenshtein distance, ended early: only small ones matter. */
export function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 3;
}
