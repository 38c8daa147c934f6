import { watchPart } from '@citycard/common';
import { settleBills } from '../bills/settle-bills.ts';
import { lookAgain } from '../industries/second-look/second-look.ts';
import { walkChains } from './chain/walk.ts';
import { secondPass } from './second-pass.ts';
import { validateReceived, type ValidationDeps } from './validate.ts';

export interface ContinuousValidation {
  /** Looks now: records have been stored. */
  wake(): void;
  /** Lets the pass that is running end; nothing starts after it. */
  stop(): Promise<void>;
}

/** How often PostgreSQL is asked for undecided records that nobody woke us for (another process took them in). */
const LOOK_EVERY_MS = 1_000;
/** The second look reads all of a day this often: for purchases that were paid long after they came. */
const WHOLE_DAY_EVERY_MS = 600_000;
/** Held records wait for days: whether one's time has come is asked this often. */
const SECOND_PASS_EVERY_MS = 600_000;
/** Records of many messages are judged together: a pass costs the same for one as for a hundred. */
const GATHER_MS = 50;

/**
 * Validates records soon after they come in, so that balances are right during the day and the cut-off finds little left.
 * Several processes may do this; a pass runs in one of them at a time.
 */
export function startValidation(
  deps: ValidationDeps & { readonly logger: NonNullable<ValidationDeps['logger']> },
): ContinuousValidation {
  let stopped = false;
  let wholeDayAt = 0;
  let secondPassAt = 0;
  let running: Promise<void> | undefined;
  let again = false;
  let gathering: NodeJS.Timeout | undefined;

  const part = watchPart('validation', { everyMs: LOOK_EVERY_MS });
  const work = async () => {
    for (let decided = 1; decided > 0 && !stopped;) {
      ({ decided } = await validateReceived(deps));
      part.sign();
      await settleBills(deps.db);
      await lookAgain(deps.db, { justDecided: Date.now() < wholeDayAt });
      if (Date.now() >= wholeDayAt) wholeDayAt = Date.now() + WHOLE_DAY_EVERY_MS;
    }
    if (Date.now() >= secondPassAt && !stopped) {
      await secondPass(deps);
      secondPassAt = Date.now() + SECOND_PASS_EVERY_MS;
    }
    // When nothing waits to be judged; what comes meanwhile goes first.
    while (!again && !stopped && (await walkChains(deps.db)) > 0) part.sign();
  };
  const pass = async () => {
    try {
      await part.round(work);
    } catch (error) {
      if (!stopped) deps.logger.warn({ err: error }, 'validation did not run, will be tried again');
    }
  };
  const run = () => {
    gathering = undefined;
    if (stopped) return;
    if (running !== undefined) {
      again = true;
      return;
    }
    running = pass().finally(() => {
      running = undefined;
      if (again) {
        again = false;
        wake();
      }
    });
  };
  const wake = () => {
    if (!stopped) gathering ??= setTimeout(run, GATHER_MS);
  };
  const timer = setInterval(run, LOOK_EVERY_MS);
  timer.unref();
  return {
    wake,
    stop: async () => {
      stopped = true;
      clearInterval(timer);
      clearTimeout(gathering);
      await running;
      part.end();
    },
  };
}
