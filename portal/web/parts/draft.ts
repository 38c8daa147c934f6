import { onScopeDispose, type Reactive, watch } from 'vue';

const PREFIX = 'draft:';

/**
 * Keeps what is typed into a form over a reload, an ended session and a wrong click, in this browser tab only. Never give
 * it identity numbers, PINs or passwords: leave those out of `form`, or name them in `except`.
 *
 * @returns `forget`, for when the form was sent
 */
export function useDraft<Form extends object>(
  name: string,
  form: Reactive<Form>,
  except: readonly (keyof Form & string)[] = [],
): { forget: () => void } {
  const key = PREFIX + name;
  const kept: unknown = read(key);
  if (typeof kept === 'object' && kept !== null) {
    for (const [field, value] of Object.entries(kept)) if (field in form) Object.assign(form, { [field]: value });
  }
  let sent = false;
  const stop = watch(
    form,
    () => {
      if (sent) return;
      const entries = Object.entries(form).filter(([field]) => !(except as readonly string[]).includes(field));
      sessionStorage.setItem(key, JSON.stringify(Object.fromEntries(entries)));
    },
    { deep: true, flush: 'sync' },
  );
  onScopeDispose(stop);
  return {
    forget: () => {
      sent = true;
      sessionStorage.removeItem(key);
    },
  };
}

function read(key: string): unknown {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? 'null');
  } catch {
    return undefined;
  }
}

/** Nothing typed by one person is offered to the next. */
export function forgetDrafts(): void {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
}
