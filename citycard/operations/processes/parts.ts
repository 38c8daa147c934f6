/** A part of the installation: a service in this process, or a process beside it. */
export interface Part {
  readonly name: string;
  /** `off`: not meant to run here. */
  readonly look: () => Promise<PartHealth> | PartHealth;
}

export interface PartHealth {
  readonly state: 'up' | 'down' | 'off';
  /** A short word for people: a port, a version. */
  readonly remark?: string;
}

export interface SeenPart extends PartHealth {
  readonly name: string;
  /** Since when it is in this state, as far as this process has looked. */
  readonly since: Date;
  /** When it last answered. */
  readonly heardAt: Date | undefined;
  readonly ms: number | undefined;
}

/** A part that does not answer within this is down. */
const TIMEOUT_MS = 2_000;
const LOOK_EVERY_MS = 5_000;

/** Looks at the parts again and again, and remembers since when each is as it is. */
export function watchParts(
  parts: readonly Part[],
  { everyMs = LOOK_EVERY_MS }: { readonly everyMs?: number } = {},
): { seen(): readonly SeenPart[]; look(): Promise<void>; stop(): void } {
  const began = new Date();
  const known = new Map<string, SeenPart>();
  const lookAt = async (part: Part) => {
    const before = known.get(part.name);
    const started = performance.now();
    const health = await orDown(part);
    const ms = Math.round((performance.now() - started) * 10) / 10;
    known.set(part.name, {
      name: part.name,
      ...health,
      since: before === undefined ? began : before.state === health.state ? before.since : new Date(),
      heardAt: health.state === 'up' ? new Date() : before?.heardAt,
      ms: health.state === 'up' ? ms : undefined,
    });
  };
  let looking: Promise<void> | undefined;
  const look = () =>
    (looking ??= Promise.all(parts.map(lookAt)).then(() => {
      looking = undefined;
    }));
  const timer = setInterval(() => void look(), everyMs).unref();
  void look();
  return {
    seen: () => parts.flatMap(({ name }) => known.get(name) ?? []),
    look,
    stop: () => clearInterval(timer),
  };
}

async function orDown(part: Part): Promise<PartHealth> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<PartHealth>((resolve) => {
    timer = setTimeout(() => resolve({ state: 'down', remark: `no answer within ${TIMEOUT_MS} ms` }), TIMEOUT_MS);
  });
  try {
    return await Promise.race([Promise.resolve().then(part.look), late]);
  } catch (error) {
    return { state: 'down', remark: error instanceof Error ? error.message : 'it does not answer' };
  } finally {
    clearTimeout(timer);
  }
}
