import type { HsmClient, HsmStatus } from '@citycard/hsm-sim';

/** How the HSM answered when it was asked. */
export interface HsmProbe {
  readonly at: Date;
  /** Null when it did not answer. */
  readonly ms: number | null;
}

export interface HsmWatchState {
  readonly status: HsmStatus | undefined;
  /** Since when it has not answered; undefined while it does. */
  readonly silentSince: Date | undefined;
  readonly problem: string | undefined;
  /** The last minutes, oldest first. */
  readonly probes: readonly HsmProbe[];
}

const EVERY_MS = 2_000;
/** Five minutes. */
const KEPT = 150;

/** Asks the HSM how it is, one question at a time, and keeps how long it took. */
export function probeHsm(
  hsm: Pick<HsmClient, 'status'>,
  { everyMs = EVERY_MS, asking: begin = true }: { readonly everyMs?: number; readonly asking?: boolean } = {},
): { state(): HsmWatchState; stop(): void } {
  const probes: HsmProbe[] = [];
  let status: HsmStatus | undefined;
  let silentSince: Date | undefined;
  let problem: string | undefined;
  let asking = false;
  const ask = async () => {
    if (asking) return;
    asking = true;
    const at = new Date();
    const began = performance.now();
    try {
      status = await hsm.status();
      silentSince = undefined;
      problem = undefined;
      probes.push({ at, ms: Math.round((performance.now() - began) * 100) / 100 });
    } catch (error) {
      silentSince ??= at;
      problem = error instanceof Error ? error.message : 'it does not answer';
      probes.push({ at, ms: null });
    } finally {
      asking = false;
    }
    if (probes.length > KEPT) probes.shift();
  };
  const timer = begin ? setInterval(() => void ask(), everyMs).unref() : undefined;
  if (begin) void ask();
  return { state: () => ({ status, silentSince, problem, probes }), stop: () => clearInterval(timer) };
}
