import { ref } from 'vue';
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
