import { ref } from 'vue';
import { type Act, act } from '../../parts/act.ts';
import { newKey } from '../../parts/api.ts';

/**
 * Sends an act and keeps its key until it has succeeded: pressed again after a card was pulled out or a line was cut, it is the same act
 * and is done once. `another` begins a new one.
 */
export function useSending() {
  const busy = ref(false);
  const problem = ref<unknown>();
  let key = newKey();

  async function send<Outcome>(work: (key: string) => Promise<Outcome>): Promise<{ outcome: Outcome } | undefined> {
    if (busy.value) return undefined;
    busy.value = true;
    problem.value = undefined;
    try {
      const outcome = await work(key);
      key = newKey();
      return { outcome };
    } catch (error) {
      problem.value = error;
      return undefined;
    } finally {
      busy.value = false;
    }
  }
  const another = () => {
    key = newKey();
    problem.value = undefined;
  };
  return { busy, problem, send, another };
}

/** Asks in the dialog and does it; with the last refusal when the person gave up after one, so that the page can look again. */
export async function confirmed<Outcome>(
  asked: Act<Outcome>,
): Promise<{ readonly said: { readonly outcome: Outcome } | undefined; readonly refusal: unknown }> {
  let refusal: unknown;
  const run: Act<Outcome>['run'] = async (headers) => {
    try {
      return await asked.run(headers);
    } catch (error) {
      refusal = error;
      throw error;
    }
  };
  return { said: await act({ ...asked, run }), refusal };
}
