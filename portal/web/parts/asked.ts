import { onScopeDispose, type Ref, ref, shallowRef, watch, type WatchSource } from 'vue';

/** What a page asked for: the newest answer, what went wrong with the newest question, and a way to ask again. */
export interface Asked<Answer> {
  readonly answer: Ref<Answer | undefined>;
  readonly problem: Ref<unknown>;
  readonly busy: Ref<boolean>;
  readonly again: () => Promise<void>;
}

/**
 * Asks when the page opens, when `when` changes, and every so often. A later question overtakes an earlier one; what was known stays
 * on the page while it is asked again, and when nobody answers.
 */
export function useAsked<Answer>(
  ask: () => Promise<Answer>,
  options: { readonly when?: WatchSource<unknown>; readonly everyMs?: number } = {},
): Asked<Answer> {
  const answer = shallowRef<Answer>();
  const problem = ref<unknown>();
  const busy = ref(false);
  let newest = 0;
  async function again(): Promise<void> {
    const mine = ++newest;
    busy.value = true;
    try {
      const got = await ask();
      if (mine !== newest) return;
      answer.value = got;
      problem.value = undefined;
    } catch (error) {
      if (mine === newest) problem.value = error;
    } finally {
      if (mine === newest) busy.value = false;
    }
  }
  if (options.when !== undefined)
    watch(options.when, () => {
      answer.value = undefined;
      void again();
    });
  void again();
  const timer =
    options.everyMs === undefined
      ? undefined
      : setInterval(() => {
          if (!busy.value && document.visibilityState === 'visible') void again();
        }, options.everyMs);
  onScopeDispose(() => {
    newest++;
    clearInterval(timer);
  });
  return { answer, problem, busy, again };
}
