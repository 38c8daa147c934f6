import { computed, onScopeDispose, ref, watch } from 'vue';
import { newKey } from '../../../parts/api.ts';
import { type Answer, issueProgress } from '../calls.ts';
import { desk, reader, shiftId } from '../desk.ts';

/** The steps a page shows while a card is made, in their order. */
export const STEPS = ['blank', 'writing', 'written', 'read-back', 'issued'] as const;
export type Step = (typeof STEPS)[number];
/** Answers of a chip in a whole session; more is shown as all but done. */
const COMMANDS = 45;
const LOOK_EVERY_MS = 250;

/** What the clerk chose, with the reader and the till of the moment. */
export interface MakingOrder {
  readonly key: string;
  readonly reader: string;
  readonly shiftId: number;
  readonly product: string;
  readonly depositFen: number;
  readonly stock?: string;
}

/**
 * Makes the blank in the reader a card and follows how far it is. One key for one card: pressed again after a chip was pulled, the
 * same chip goes on with the same number.
 *
 * @param make asks the service, and answers with the card's number
 * @param steps what this making goes through
 * @param wanted the product offered first
 */
export function useMaking(
  make: (order: MakingOrder) => Promise<{ readonly cardNo: string }>,
  { steps, wanted }: { readonly steps: readonly Step[]; readonly wanted: string },
) {
  const product = ref('');
  const place = ref('');
  const problem = ref<unknown>();
  const busy = ref(false);
  const progress = ref<Answer<typeof issueProgress>>();
  const made = ref<string>();
  let key = newKey();
  let timer: ReturnType<typeof setTimeout> | undefined;
  onScopeDispose(() => clearTimeout(timer));

  const chosen = computed(() => desk.terms?.products.find((one) => one.product === product.value));
  const places = computed(() => [...new Set((desk.terms?.places ?? []).map((each) => each.place))]);
  watch(
    () => desk.terms,
    (terms) => {
      if (product.value === '') {
        const { product: first = '' } =
          terms?.products.find((one) => one.product === wanted) ?? terms?.products[0] ?? {};
        product.value = first;
      }
      if (place.value === '') place.value = places.value.find((one) => one === 'bureau') ?? places.value[0] ?? '';
    },
    { immediate: true },
  );
  const reached = computed(() => {
    if (made.value !== undefined) return steps.length;
    return Math.max(0, steps.indexOf(progress.value?.step as Step));
  });
  const percent = computed(() => {
    if (made.value !== undefined) return 100;
    return Math.min(96, Math.round(((progress.value?.commands ?? 0) / COMMANDS) * 100));
  });
  const ready = computed(() => reader.value?.state === 'card' && shiftId.value !== undefined && product.value !== '');

  async function follow(name: string): Promise<void> {
    try {
      const seen = await issueProgress(key, name);
      // What was handed out is not told any more; the answer of the request itself says so.
      if (seen.step !== 'unknown') progress.value = seen;
    } catch {
      // The request itself tells what is wrong.
    }
    if (busy.value) timer = setTimeout(() => void follow(name), LOOK_EVERY_MS);
  }

  async function go(): Promise<void> {
    const [name, shift, terms] = [reader.value?.name, shiftId.value, chosen.value];
    if (name === undefined || shift === undefined || terms === undefined || busy.value) return;
    busy.value = true;
    problem.value = undefined;
    void follow(name);
    try {
      const { depositFen } = terms;
      const stock = place.value === '' ? {} : { stock: place.value };
      const answer = await make({ key, reader: name, shiftId: shift, product: terms.product, depositFen, ...stock });
      made.value = answer.cardNo;
      key = newKey();
    } catch (error) {
      problem.value = error;
    } finally {
      busy.value = false;
    }
  }

  function anew(): void {
    key = newKey();
    made.value = undefined;
    progress.value = undefined;
    problem.value = undefined;
  }
  return { product, place, places, chosen, problem, busy, progress, made, steps, reached, percent, ready, go, anew };
}
export type Making = ReturnType<typeof useMaking>;
