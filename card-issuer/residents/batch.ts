import type { Principal, Transaction } from '@citycard/common';
import type { Protection } from '../protection/protection.ts';
import { type DecidedChanges, movedKeys } from './change.ts';
import { noteDuplicatesOf } from './duplicates.ts';
import { GaveWay } from './gave-way.ts';
import { type NewChange, recordChanges, type WrittenChanges } from './history.ts';
import type { ItemName, Producer } from './items.ts';
import { encodeDocument, type PersonalDocument, valuesOf } from './personal-document.ts';
import { documentContext, lockRecords, plainColumns, type ResidentState } from './record.ts';
import { nextResidentIds } from './register.ts';
import { type IndexedKey, indexKeys, isUnique, type SearchKey, searchKeys } from './search-keys.ts';

interface Kept {
  readonly residentId: bigint;
  readonly state: ResidentState;
  /** As it was found; empty for a newcomer. */
  readonly before: PersonalDocument;
  document: PersonalDocument;
  readonly isNew: boolean;
  changes: number;
}

/** Written: how many people came and how many changed, and where the history tells of it. */
export interface WrittenBatch {
  readonly registered: number;
  readonly changed: number;
  readonly history?: WrittenChanges;
}

/**
 * Many residents registered and changed in one transaction: each decision is taken in memory, in the order of the calls,
 * and {@link write} puts all of it down, table by table. Whoever is registered here needs no hook: a department names them.
 */
export class ResidentBatch {
  readonly #tx: Transaction;
  readonly #protection: Protection;
  readonly #kept = new Map<bigint, Kept>();
  readonly #lines: NewChange[] = [];
  readonly #indexes = new Map<string, IndexedKey>();
  /** Whose a number is by now, by the hexadecimal form of its index. */
  readonly #holders = new Map<string, bigint | undefined>();
  readonly #freeIds: bigint[] = [];

  private constructor(tx: Transaction, protection: Protection) {
    this.#tx = tx;
    this.#protection = protection;
  }

  /** Locks these residents and makes ready for so many newcomers. */
  static async open(
    tx: Transaction,
    protection: Protection,
    residentIds: readonly bigint[],
    newcomers: number,
  ): Promise<ResidentBatch> {
    const batch = new ResidentBatch(tx, protection);
    for (const { residentId, document, state } of await lockRecords(tx, protection, residentIds))
      batch.#kept.set(residentId, { residentId, state, before: document, document, isNew: false, changes: 0 });
    if (newcomers > 0) batch.#freeIds.push(...(await nextResidentIds(tx, newcomers)));
    return batch;
  }

  /** What is known of a resident of this batch at the moment. */
  documentOf(residentId: bigint): PersonalDocument | undefined {
    return this.#kept.get(residentId)?.document;
  }

  /** Fetches at once what these values will probably be found by; what is missed is fetched when it is needed. */
  async expect(people: readonly { residentId?: bigint; values: Partial<Record<ItemName, string>> }[]): Promise<void> {
    const keys = people.flatMap(({ residentId, values }) => {
      const held = residentId === undefined ? undefined : this.#kept.get(residentId);
      if (held === undefined) return searchKeys(values);
      const before = valuesOf(held.document);
      const moves = Object.entries(values).some(([item, value]) => before[item as ItemName] !== value);
      if (!moves) return [];
      const old = searchKeys(before);
      const now = searchKeys({ ...before, ...values });
      const names = new Set(old.map(nameOf));
      const come = now.filter((key) => !names.has(nameOf(key)));
      const left = new Set(now.map(nameOf));
      return [...come, ...old.filter((key) => !left.has(nameOf(key)))];
    });
    await this.#fetch(keys);
  }

  /** Registers somebody with this document; answers who has one of the numbers already, if anybody. */
  async register(document: PersonalDocument, source: Producer): Promise<{ residentId: bigint } | { takenBy: bigint }> {
    const residentId = this.#freeIds.pop() ?? (await nextResidentIds(this.#tx, 1))[0];
    if (residentId === undefined) throw new Error('a sequence gave no number');
    const kept: Kept = { residentId, state: 'living', before: {}, document: {}, isNew: true, changes: 0 };
    const takenBy = await this.#take(kept, document);
    if (takenBy !== undefined) return { takenBy };
    this.#kept.set(residentId, kept);
    this.#lines.push({ residentId, kind: 'registered', source });
    return { residentId };
  }

  /** Takes decided changes over; answers who has one of the numbers already, if anybody: then nothing changes. */
  async change(residentId: bigint, decided: DecidedChanges, why: string): Promise<{ takenBy: bigint } | undefined> {
    const kept = this.#kept.get(residentId);
    if (kept === undefined) throw new Error(`resident ${residentId} is not in the batch`);
    if (decided.lines.length === 0) return undefined;
    const takenBy = await this.#take(kept, decided.document);
    if (takenBy !== undefined) return { takenBy };
    kept.changes += 1;
    for (const line of decided.lines) this.#lines.push({ ...line, residentId, why });
    return undefined;
  }

  /** Writes everything down. Call it late: writers of the history wait from here on. */
  async write(actor: Principal, reason: string): Promise<WrittenBatch> {
    const all = [...this.#kept.values()];
    const newcomers = all.filter(({ isNew }) => isNew);
    const changed = all.filter(({ isNew, changes }) => !isNew && changes > 0);
    const keys = await this.#moveKeys([...newcomers, ...changed]);
    await this.#insert(newcomers, actor);
    await this.#update(changed);
    await noteDuplicatesOf(
      this.#tx,
      newcomers.map(({ residentId }) => ({ residentId, keys: keys.get(residentId) ?? [] })),
    );
    const history = await recordChanges(this.#tx, this.#protection, actor, reason, this.#lines);
    return {
      registered: newcomers.length,
      changed: changed.length,
      ...(history === undefined ? {} : { history }),
    };
  }

  async #take(kept: Kept, document: PersonalDocument): Promise<bigint | undefined> {
    const { gone, come } = movedKeys(kept.document, document);
    // A merged record is found through its survivor only.
    if (kept.state !== 'merged') {
      const [free, wanted] = [await this.#indexed(gone.filter(isUnique)), await this.#indexed(come.filter(isUnique))];
      for (const key of wanted) {
        const holder = this.#holders.get(hex(key));
        if (holder !== undefined && holder !== kept.residentId) return holder;
      }
      for (const key of free) {
        if (this.#holders.get(hex(key)) === kept.residentId) this.#holders.set(hex(key), undefined);
      }
      for (const key of wanted) this.#holders.set(hex(key), kept.residentId);
    }
    kept.document = document;
    return undefined;
  }

  async #indexed(keys: readonly SearchKey[]): Promise<IndexedKey[]> {
    await this.#fetch(keys);
    return keys.flatMap((key) => this.#indexes.get(nameOf(key)) ?? []);
  }

  async #fetch(keys: readonly SearchKey[]): Promise<void> {
    const missing = new Map(keys.map((key) => [nameOf(key), key]));
    for (const name of missing.keys()) if (this.#indexes.has(name)) missing.delete(name);
    if (missing.size === 0) return;
    const indexed = await indexKeys(this.#protection, [...missing.values()]);
    for (const key of indexed) this.#indexes.set(nameOf(key), key);
    const unique = indexed.filter(isUnique);
    if (unique.length === 0) return;
    const { rows } = await this.#tx.query<{ index_value: Buffer; resident_id: bigint }>(
      'select index_value, resident_id from issuer.resident_document where index_value = any($1::bytea[])',
      [unique.map(({ index }) => index)],
    );
    for (const key of unique) this.#holders.set(hex(key), undefined);
    for (const row of rows) this.#holders.set(row.index_value.toString('hex'), row.resident_id);
  }

  /** Makes everybody findable by the values they have now, and no longer by the old ones. */
  async #moveKeys(people: readonly Kept[]): Promise<Map<bigint, IndexedKey[]>> {
    const moved = people
      .filter(({ state }) => state !== 'merged')
      .map(({ residentId, before, document }) => ({ residentId, ...movedKeys(before, document) }));
    await this.#fetch(moved.flatMap(({ gone, come }) => [...gone, ...come]));
    const gone: Placed[] = [];
    const come: Placed[] = [];
    const keysOf = new Map<bigint, IndexedKey[]>();
    for (const each of moved) {
      const { residentId } = each;
      for (const key of await this.#indexed(each.gone)) gone.push({ residentId, key });
      const keys = await this.#indexed(each.come);
      keysOf.set(residentId, keys);
      for (const key of keys) come.push({ residentId, key });
    }
    await this.#remove(gone);
    await this.#add(come);
    return keysOf;
  }

  async #remove(gone: readonly Placed[]): Promise<void> {
    for (const [table, unique] of TABLES) {
      const rows = gone.filter(({ key }) => isUnique(key) === unique);
      if (rows.length === 0) continue;
      await this.#tx.query(
        `delete from issuer.${table} t using unnest($1::bytea[], $2::bigint[]) as k (index_value, resident_id)
          where t.index_value = k.index_value and t.resident_id = k.resident_id`,
        [rows.map(({ key }) => key.index), rows.map(({ residentId }) => residentId)],
      );
    }
  }

  /** In the order of the indexes: two batches then wait for each other instead of in a circle. */
  async #add(come: readonly Placed[]): Promise<void> {
    for (const [table, unique, column] of TABLES) {
      const rows = come.filter(({ key }) => isUnique(key) === unique);
      if (rows.length === 0) continue;
      rows.sort((a, b) => Buffer.compare(a.key.index, b.key.index));
      const { rowCount } = await this.#tx.query(
        `insert into issuer.${table} (index_value, ${column}, resident_id)
         select * from unnest($1::bytea[], $2::text[], $3::bigint[]) on conflict do nothing`,
        [
          rows.map(({ key }) => key.index),
          rows.map(({ key }) => (unique ? key.document : key.kind)),
          rows.map(({ residentId }) => residentId),
        ],
      );
      // A counter registered the same number since the choice: choose again.
      if (unique && rowCount !== rows.length) throw new GaveWay();
    }
  }

  async #insert(people: readonly Kept[], actor: Principal): Promise<void> {
    if (people.length === 0) return;
    await this.#tx.query(
      `insert into issuer.resident (resident_id, sealed, population, district, permit_valid_to, registered_by)
       select id, sealed, population, district, permit_valid_to, $6
         from unnest($1::bigint[], $2::bytea[], $3::text[], $4::text[], $5::date[])
           as r (id, sealed, population, district, permit_valid_to)`,
      [...(await this.#columns(people)), actor.id],
    );
  }

  async #update(people: readonly Kept[]): Promise<void> {
    if (people.length === 0) return;
    await this.#tx.query(
      `update issuer.resident r
          set sealed = n.sealed, population = n.population, district = n.district, permit_valid_to = n.permit_valid_to,
              version = r.version + n.changes
         from unnest($1::bigint[], $2::bytea[], $3::text[], $4::text[], $5::date[], $6::int[])
           as n (id, sealed, population, district, permit_valid_to, changes)
        where r.resident_id = n.id`,
      [...(await this.#columns(people)), people.map(({ changes }) => changes)],
    );
  }

  async #columns(people: readonly Kept[]): Promise<unknown[][]> {
    const sealed = await this.#protection.sealAll(
      people.map(({ residentId, document }) => ({
        context: documentContext(residentId),
        clear: encodeDocument(document),
      })),
    );
    const plain = people.map(({ document }) => plainColumns(document));
    return [
      people.map(({ residentId }) => residentId),
      sealed,
      plain.map(({ population }) => population),
      plain.map(({ district }) => district),
      plain.map(({ permitValidTo }) => permitValidTo),
    ];
  }
}

interface Placed {
  readonly residentId: bigint;
  readonly key: IndexedKey;
}

const TABLES = [
  ['resident_document', true, 'document'],
  ['resident_search', false, 'kind'],
] as const;

const nameOf = ({ kind, document, value }: SearchKey): string => `${document ?? kind}\0${value}`;
const hex = ({ index }: IndexedKey): string => index.toString('hex');
