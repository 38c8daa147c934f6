import { computed, type WritableComputedRef } from 'vue';
import { useRoute, useRouter } from 'vue-router';

const waiting = new Map<string, string>();

/**
 * A word of the page's address (`?tab=sheets`): going back brings it back, and a link that is passed on shows the same. Empty and
 * `otherwise` do not stand in the address.
 */
export function useQuery(name: string, otherwise = ''): WritableComputedRef<string> {
  const route = useRoute();
  const router = useRouter();
  return computed({
    get: () => {
      const said = route.query[name];
      return typeof said === 'string' && said !== '' ? said : otherwise;
    },
    set: (value) => {
      // Several words set at once are one step: each would else undo the one before.
      waiting.set(name, value === otherwise ? '' : value);
      queueMicrotask(() => {
        if (waiting.size === 0) return;
        const kept = Object.entries({ ...route.query, ...Object.fromEntries(waiting) });
        waiting.clear();
        void router.replace({ query: Object.fromEntries(kept.filter(([, word]) => word !== '' && word !== null)) });
      });
    },
  });
}
