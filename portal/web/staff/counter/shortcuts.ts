import { ref, watch } from 'vue';

export type Shortcut = 'search' | 'help' | 'read' | 'register' | 'shift';

/** Name and key, in the order in which they are shown. */
export const shortcuts: readonly (readonly [Shortcut, string])[] = [
  ['search', '/'],
  ['read', 'F2'],
  ['register', 'Alt+N'],
  ['shift', 'Alt+S'],
  ['help', '?'],
];

const KEPT = 'counter-single-keys';
/** Whether `/` and `?` alone do something: people who speak to their computer turn that off. */
export const singleKeys = ref(localStorage.getItem(KEPT) !== 'off');
watch(singleKeys, (on) => localStorage.setItem(KEPT, on ? 'on' : 'off'));

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable="true"]') !== null;

/** What a key means here; nothing while somebody types into a field, except for keys that write nothing. */
export function shortcutOf(event: KeyboardEvent): Shortcut | undefined {
  if (event.ctrlKey || event.metaKey) return undefined;
  if (event.key === 'F2') return 'read';
  if (event.altKey) return event.code === 'KeyN' ? 'register' : event.code === 'KeyS' ? 'shift' : undefined;
  if (isTyping(event.target) || !singleKeys.value) return undefined;
  return event.key === '/' ? 'search' : event.key === '?' ? 'help' : undefined;
}
