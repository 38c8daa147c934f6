import { computed, onScopeDispose, reactive, readonly } from 'vue';
import { type Answer, lookInReader, readReaders, readShifts, readTerms, type Shift } from './calls.ts';
import { session } from '../../parts/session.ts';

export type Reader = Answer<typeof readReaders>['readers'][number];
export type SeenCard = Answer<typeof lookInReader>;

const CHOSEN = 'counter-reader';
/** A card that was put in is seen before a hand is back at the keyboard. */
const READERS_EVERY_MS = 1_000;

const noProblem: unknown = undefined;

const state = reactive({
  /** Readers attached by this person. */
  readers: [] as Reader[],
  /** Told or not: until then nothing is known. */
  readersKnown: false,
  chosen: localStorage.getItem(CHOSEN) ?? '',
  shift: undefined as Shift | undefined,
  shiftKnown: false,
  terms: undefined as Answer<typeof readTerms> | undefined,
  /** What lay in the reader when it was last read. */
  seen: undefined as SeenCard | undefined,
  problem: noProblem,
});

/** The desk of the clerk who sits here: reader, till, what is sold today. One for all pages of the counter. */
export const desk = readonly(state);

/** The reader that acts on cards name: the chosen one, or the first until somebody chooses. The frame shows which. */
export const reader = computed(() => {
  const mine = state.readers;
  return mine.find(({ name }) => name === state.chosen) ?? mine[0];
});
export const shiftId = computed(() => state.shift?.shiftId);

export function chooseReader(name: string): void {
  state.chosen = name;
  state.seen = undefined;
  localStorage.setItem(CHOSEN, name);
}

export async function refreshReaders(): Promise<void> {
  const { readers } = await readReaders();
  const before = reader.value;
  state.readers = readers.filter(({ clerk }) => clerk === session.state.me?.id);
  state.readersKnown = true;
  if (before !== undefined && reader.value?.state === 'empty') state.seen = undefined;
}

export async function refreshShift(): Promise<void> {
  const { shifts } = await readShifts();
  state.shift = shifts.find(({ closedAt }) => closedAt === undefined);
  state.shiftKnown = true;
}

/** Reads the card in the reader. @throws Problem when nothing lies there */
export async function readCard(): Promise<SeenCard> {
  if (reader.value === undefined) throw new Error('no reader');
  state.seen = undefined;
  state.seen = await lookInReader(reader.value.name);
  return state.seen;
}

/** Of today: prices change overnight, and blanks are used up and brought. */
export async function refreshTerms(): Promise<void> {
  state.terms = await readTerms();
}

let watchers = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

async function look(): Promise<void> {
  if (document.visibilityState === 'visible')
    await refreshReaders().then(
      () => (state.problem = undefined),
      (error: unknown) => (state.problem = error),
    );
  if (watchers > 0) timer = setTimeout(() => void look(), READERS_EVERY_MS);
}

/** Keeps readers and shift fresh while a page of the counter is open. */
export function useDesk(): void {
  // A registrar has no reader, and is not asked about one.
  if (session.has('clerk', 'bureau')) {
    watchers += 1;
    if (watchers === 1) void look();
    onScopeDispose(() => {
      watchers -= 1;
      if (watchers === 0) clearTimeout(timer);
    });
  }
  if (session.has('clerk')) {
    void refreshShift().catch((error: unknown) => (state.problem = error));
    void refreshTerms().catch((error: unknown) => (state.problem = error));
  }
}
