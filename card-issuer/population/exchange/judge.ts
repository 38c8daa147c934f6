import { checkItem } from '../../residents/item-values.ts';
import { isItemName, type ItemName, items, type Producer } from '../../residents/items.ts';
import type { ItemValue, PersonalDocument } from '../../residents/personal-document.ts';
import type { DeltaRow, RowOutcome } from './format.ts';
import type { ConflictRules, Decision } from './rules.ts';

export interface IncomingItem {
  readonly item: ItemName;
  readonly value: string;
  readonly at: Date;
}

/** Why a value of theirs is not simply taken over. */
export type ConflictWhy = 'producer-differs' | 'not-producer' | 'older' | 'withdrawn';

export interface JudgedConflict extends IncomingItem {
  readonly why: ConflictWhy;
  readonly decision: Decision;
  readonly held: ItemValue;
}

/** What a row asks for, held against what is known. */
export interface Judgement {
  readonly apply: readonly IncomingItem[];
  readonly conflicts: readonly JudgedConflict[];
}

/** Why a whole row is refused; a code of the table in docs/reference/population-exchange.md. */
export type RowReason =
  | 'unknown-item'
  | 'not-entitled'
  | 'impossible-value'
  | 'impossible-number'
  | 'time-in-future'
  | 'unknown-person'
  | 'incomplete'
  | 'number-taken'
  | 'kept-ours'
  | 'not-living';

/** A clock of theirs may be this far ahead. */
const CLOCK_SLACK_MS = 86_400_000;

/** The items of a row as they would be kept, or why the row is refused; the values of documents are not repeated. */
export function readItems(
  row: DeltaRow,
  maySpeakOf: (item: ItemName) => boolean,
):
  | { readonly ok: true; readonly items: readonly IncomingItem[] }
  | { readonly ok: false; readonly reason: RowReason; readonly items: readonly string[] } {
  const read: IncomingItem[] = [];
  for (const [name, { value, at }] of Object.entries(row.items)) {
    const refuse = (reason: RowReason) => ({ ok: false as const, reason, items: [name] });
    // The number is what a row goes by; a person with a new number is a case for the registrar.
    if (!isItemName(name) || name === 'id-number') return refuse('unknown-item');
    // Otherwise a department could try values until the answer says "unchanged".
    if (!maySpeakOf(name)) return refuse('not-entitled');
    const moment = new Date(at);
    if (moment.getTime() > Date.now() + CLOCK_SLACK_MS) return refuse('time-in-future');
    if (row.change === 'cancel') {
      read.push({ item: name, value: '', at: moment });
      continue;
    }
    const checked = checkItem(name, value);
    if (!checked.ok) return refuse('impossible-value');
    read.push({ item: name, value: checked.value, at: moment });
  }
  return { ok: true, items: read };
}

/**
 * Holds each item against the value known here. What the producing department says of its own item replaces what it said
 * before; everything that would overwrite somebody else's word is a conflict, decided by rule or left to a person.
 */
export function judge(
  department: Producer,
  change: DeltaRow['change'],
  incoming: readonly IncomingItem[],
  document: PersonalDocument,
  rules: ConflictRules,
): Judgement {
  const apply: IncomingItem[] = [];
  const conflicts: JudgedConflict[] = [];
  for (const item of incoming) {
    const held = document[item.item];
    const verdict = change === 'cancel' ? withdrawal(department, held) : compare(department, item, held, rules);
    if (verdict === 'apply') apply.push(item);
    else if (verdict !== 'nothing' && held !== undefined) conflicts.push({ ...item, ...verdict, held });
  }
  return { apply, conflicts };
}

type Verdict = 'apply' | 'nothing' | { readonly why: ConflictWhy; readonly decision: Decision };

function compare(
  department: Producer,
  { item, value, at }: IncomingItem,
  held: ItemValue | undefined,
  rules: ConflictRules,
): Verdict {
  if (held === undefined) return 'apply';
  const own = items[item].producer === department;
  if (held.value === value) {
    // The same word from the one whose word counts: from now on it is the producer's.
    return own && held.source !== department ? 'apply' : 'nothing';
  }
  if (held.source === department) return at >= held.at ? 'apply' : { why: 'older', decision: 'ours' };
  if (own) return { why: 'producer-differs', decision: rules(item, 'own-item') };
  return { why: 'not-producer', decision: rules(item, 'other-item') };
}

/** Only what the department itself has said can it take back, and a person looks at what is left without it. */
function withdrawal(department: Producer, held: ItemValue | undefined): Verdict {
  return held?.source === department ? { why: 'withdrawn', decision: 'person' } : 'nothing';
}

/** What the row's acknowledgement says. */
export function outcomeOf({ apply, conflicts }: Judgement): {
  outcome: RowOutcome;
  reason?: RowReason;
  items: ItemName[];
} {
  const waiting = conflicts.filter(({ decision }) => decision === 'person');
  if (waiting.length > 0) return { outcome: 'conflict', items: waiting.map(({ item }) => item) };
  const kept = conflicts.filter(({ decision }) => decision === 'ours').map(({ item }) => item);
  const taken = apply.length + conflicts.length - kept.length;
  if (kept.length > 0) return { outcome: taken > 0 ? 'accepted' : 'rejected', reason: 'kept-ours', items: kept };
  return { outcome: taken > 0 ? 'accepted' : 'unchanged', items: [] };
}
