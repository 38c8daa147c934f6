/** The key with which somebody signs on this computer. Only its use is kept: the browser does not give the key itself away. */
export interface OwnKey {
  readonly privateKey: CryptoKey;
  /** Serial number of its certificate. */
  readonly certificate: string;
  readonly notAfter: string;
}

const DATABASE = 'citycard';
const STORE = 'keys';

/** The person's key on this computer, if there is one whose certificate has not run out. */
export async function ownKey(person: string): Promise<OwnKey | undefined> {
  const kept = await inStore<OwnKey | undefined>('readonly', (store) => store.get(person));
  return kept !== undefined && new Date(kept.notAfter) > new Date() ? kept : undefined;
}

export const keepKey = (person: string, key: OwnKey): Promise<unknown> =>
  inStore('readwrite', (store) => store.put(key, person));

export const dropKey = (person: string): Promise<unknown> => inStore('readwrite', (store) => store.delete(person));

function inStore<Result>(
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<Result>,
): Promise<Result> {
  return new Promise((done, fail) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onerror = () => fail(opening.error ?? new Error('no store'));
    opening.onsuccess = () => {
      const database = opening.result;
      const asked = work(database.transaction(STORE, mode).objectStore(STORE));
      asked.onsuccess = () => {
        done(asked.result);
        database.close();
      };
      asked.onerror = () => fail(asked.error ?? new Error('no answer of the store'));
    };
  });
}
