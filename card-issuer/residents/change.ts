import { type Principal, recordAct, type Transaction } from '@citycard/common';
import type { ResidentDeps } from './deps.ts';
import { type NewChange, recordChanges } from './history.ts';
import { addKeys, removeKeys, type TakenDocument } from './index-rows.ts';
import { checkItem } from './item-values.ts';
import { type ItemName, items, type Producer } from './items.ts';
import { type ItemValue, type PersonalDocument, valuesOf } from './personal-document.ts';
import { lockRecord, type ResidentState, writeDocument } from './record.ts';
import { derivedFrom } from './registration.ts';
import { takenError } from './register.ts';
import { indexKeys, type SearchKey, searchKeys } from './search-keys.ts';

/** A new value of an item as a source states it; null takes the value away. */
export interface ItemChange {
  readonly item: ItemName;
  readonly value: string | null;
  readonly source: Producer;
  /** When the source says it was so. */
  readonly at: Date;
}

export type RefusalReason =
  | 'not-the-producer'
  /** The same source has said something newer before. */
  | 'older'
  | 'impossible';

export interface RefusedChange {
  readonly item: ItemName;
  readonly reason: RefusalReason;
  /** For `impossible`: what is wrong with the value, without the value. */
  readonly detail?: string;
}

/** What became of each change: `unchanged` are those that said what was known from the same source. */
export interface ChangeOutcome {
  readonly applied: readonly ItemName[];
  readonly unchanged: readonly ItemName[];
  readonly refused: readonly RefusedChange[];
}

/**
 * Changes items of a resident, each only by the department that produces it; until that department has said something,
 * whoever comes may, and the provenance says who did. Every change goes into the history with the value before and after.
 * Saying the same again changes nothing. Call `deps.protection.prepare()` before opening the transaction.
 *
 * @throws card-issuer.resident-unknown, .resident-exists, card-issuer.residents.document-taken: then the transaction
 *   has to be given up
 */
export async function changeItems(
  tx: Transaction,
  deps: Pick<ResidentDeps, 'protection'>,
  actor: Principal,
  residentId: bigint,
  changes: readonly ItemChange[],
  why: string,
): Promise<ChangeOutcome> {
  const { protection } = deps;
  const record = await lockRecord(tx, protection, residentId);
  const decided = decideChanges(record.document, changes);
  if (decided.lines.length > 0) {
    await moveKeys(tx, deps, residentId, record.document, decided.document, record.state);
    await writeDocument(tx, protection, residentId, decided.document);
    const lines = decided.lines.map((line) => ({ ...line, residentId }));
    await recordChanges(tx, protection, actor, why, lines);
    await recordAct(tx, actor, {
      act: 'change-resident',
      subject: `resident ${residentId}`,
      detail: { items: decided.applied },
    });
  }
  const { applied, unchanged, refused } = decided;
  return { applied, unchanged, refused };
}

/** A new identity number brings its date of birth and sex with it, unless the source states them. */
function withDerived(changes: readonly ItemChange[]): ItemChange[] {
  const stated = new Set(changes.map(({ item }) => item));
  return changes.flatMap((change) => {
    if (change.item !== 'id-number' || change.value === null) return [change];
    const derived = Object.entries(derivedFrom(change.value)) as [ItemName, string][];
    return [
      change,
      ...derived.filter(([item]) => !stated.has(item)).map(([item, value]) => ({ ...change, item, value })),
    ];
  });
}

/** What changes come to: the document after them, and the lines that tell of it in the history. */
export interface DecidedChanges extends ChangeOutcome {
  readonly document: PersonalDocument;
  readonly lines: readonly Omit<NewChange, 'residentId'>[];
}

/** Holds changes against what is known, without writing anything; the rules are those of {@link changeItems}. */
export function decideChanges(before: PersonalDocument, stated: readonly ItemChange[]): DecidedChanges {
  const changes = withDerived(stated);
  const document: Partial<Record<ItemName, ItemValue>> = { ...before };
  const applied: ItemName[] = [];
  const unchanged: ItemName[] = [];
  const refused: RefusedChange[] = [];
  const lines: Omit<NewChange, 'residentId'>[] = [];
  for (const { item, value: text, source, at } of changes) {
    const known = document[item];
    const refusal = refusalOf(item, known, source, at);
    if (refusal !== undefined) {
      refused.push({ item, reason: refusal });
      continue;
    }
    const checked = text === null ? undefined : checkItem(item, text);
    if (checked?.ok === false) {
      refused.push({ item, reason: 'impossible', detail: checked.reason });
      continue;
    }
    if (known?.value === checked?.value && (known === undefined || known.source === source)) {
      unchanged.push(item);
      continue;
    }
    if (checked === undefined) delete document[item];
    else document[item] = { value: checked.value, producer: items[item].producer, source, at };
    applied.push(item);
    lines.push({
      kind: 'changed',
      item,
      ...(known === undefined ? {} : { before: known.value }),
      ...(checked === undefined ? {} : { after: checked.value }),
      source,
      at,
    });
  }
  return { document, applied, unchanged, refused, lines };
}

function refusalOf(
  item: ItemName,
  known: ItemValue | undefined,
  source: Producer,
  at: Date,
): 'not-the-producer' | 'older' | undefined {
  const { producer } = items[item];
  if (source !== producer && known?.source === producer) return 'not-the-producer';
  if (known?.source === source && at < known.at) return 'older';
  return undefined;
}

/** Makes the resident findable by the new values and no longer by the old ones. */
async function moveKeys(
  tx: Transaction,
  deps: Pick<ResidentDeps, 'protection'>,
  residentId: bigint,
  before: PersonalDocument,
  after: PersonalDocument,
  state: ResidentState,
): Promise<void> {
  // A merged record is found through its survivor only.
  if (state === 'merged') return;
  const { gone, come } = movedKeys(before, after);
  const indexed = await indexKeys(deps.protection, [...gone, ...come]);
  await removeKeys(tx, residentId, indexed.slice(0, gone.length));
  const taken: TakenDocument | undefined = await addKeys(tx, residentId, indexed.slice(gone.length));
  if (taken !== undefined) throw takenError(taken);
}

/** The keys that no longer lead to a resident, and those that newly do. */
export function movedKeys(
  before: PersonalDocument,
  after: PersonalDocument,
): { readonly gone: readonly SearchKey[]; readonly come: readonly SearchKey[] } {
  const old = searchKeys(valuesOf(before));
  const now = searchKeys(valuesOf(after));
  const same = (a: SearchKey) => (b: SearchKey) =>
    a.kind === b.kind && a.document === b.document && a.value === b.value;
  return { gone: old.filter((key) => !now.some(same(key))), come: now.filter((key) => !old.some(same(key))) };
}
