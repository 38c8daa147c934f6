import { onScopeDispose, type Ref, ref } from 'vue';

/** A kiosk waits this long for the next touch; the last seconds it counts aloud. */
const IDLE_SECONDS = 60;
const WARNING_SECONDS = 15;

/**
 * Clears a kiosk that nobody touches.
 *
 * @returns the seconds left while it warns, else 0
 */
export function useIdleReset(clear: () => void): { secondsLeft: Readonly<Ref<number>> } {
  const secondsLeft = ref(0);
  let idle = 0;
  const touched = (): void => {
    idle = 0;
    secondsLeft.value = 0;
  };
  const events = ['pointerdown', 'touchstart', 'keydown', 'input'];
  for (const name of events) addEventListener(name, touched, { passive: true });
  const timer = setInterval(() => {
    idle += 1;
    const left = IDLE_SECONDS - idle;
    if (left <= 0) {
      touched();
      clear();
    } else secondsLeft.value = left <= WARNING_SECONDS ? left : 0;
  }, 1000);
  onScopeDispose(() => {
    clearInterval(timer);
    for (const name of events) removeEventListener(name, touched);
  });
  return { secondsLeft };
}
