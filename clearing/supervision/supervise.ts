import type { Database, Logger } from '@citycard/common';
import { gatherAlarms } from '../alarms/cases.ts';
import type { AddressSeal } from '../alarms/channels.ts';
import { deliverNotices } from '../alarms/deliver.ts';
import { moveCasesOn } from '../alarms/escalate.ts';
import type { ChannelSecrets } from '../alarms/send.ts';
import { takeNextDormancy } from '../float/dormancy.ts';
import { type LiveFigures, takeLiveFigures } from '../float/live.ts';
import { completeProofs } from '../float/proofs.ts';
import { repeat } from '../repeat.ts';
import { trySessionLock } from '../session-lock.ts';
import { keepFeeHolds } from './holds.ts';
import { type RuleInForce, rulesInForce } from './rule-book.ts';
import type { RuleName } from './rules.ts';
import { raiseFindings, type Watch } from './watch.ts';
import { CLEARING_WATCHES } from './watches.ts';

export interface SupervisionDeps {
  readonly db: Database;
  readonly logger: Logger;
  readonly seal: Pick<AddressSeal, 'open'>;
  readonly secrets: ChannelSecrets;
  /** Watches of other parts. */
  readonly watches?: readonly Watch[];
}

/** Figures are promised to be no older than two seconds. */
const EVERY_MS = 1_000;
/** Most looks take a few milliseconds. */
const PATIENCE_MS = 250;
/** Statements come once a day, and days close once a day. */
const DAILY_WORK_EVERY_MS = 15_000;
/** One process supervises; the others stand by. */
const LOCK = 7_401_338_220_071n;
/** The daily work has a lock of its own: the dormancy of millions of cards takes longer than figures may be old. */
const DAILY_LOCK = 7_401_338_220_072n;

/** Watches whose looks are not over yet, and how long the rest of supervision waits for one of them. */
interface Looks {
  readonly underWay: Map<RuleName, Promise<void>>;
  readonly patienceMs: number;
}

/** Looks once: figures, rules whose time has come, holds, cases, messages to write. */
export async function superviseOnce(
  deps: SupervisionDeps,
  due: (watch: Watch) => boolean = () => true,
  { underWay, patienceMs }: Looks = { underWay: new Map(), patienceMs: Infinity },
): Promise<LiveFigures> {
  const { db, logger } = deps;
  const live = await takeLiveFigures(db);
  const rules = await rulesInForce(db);
  for (const watch of [...CLEARING_WATCHES, ...(deps.watches ?? [])]) {
    const rule = rules.get(watch.rule);
    if (rule === undefined || underWay.has(watch.rule) || !due(watch)) continue;
    // One rule that cannot be looked after does not blind the others, and one that takes its time does not make figures old.
    const looking = look(db, watch, rule, live)
      .catch((error: unknown) =>
        logger.error({ err: error, rule: watch.rule }, 'a rule of supervision could not be looked after'),
      )
      .finally(() => underWay.delete(watch.rule));
    underWay.set(watch.rule, looking);
    await noLongerThan(patienceMs, looking);
  }
  await keepFeeHolds(db, live, thresholdOf(rules, 'float-shortfall', 'aboveFen'));
  while ((await gatherAlarms(db)) > 0);
  while ((await moveCasesOn(db)) > 0);
  return live;
}

async function look(db: Database, watch: Watch, rule: RuleInForce, live: LiveFigures): Promise<void> {
  await raiseFindings(db, rule, await watch.look({ db, live, thresholds: rule.thresholds }));
}

async function noLongerThan(patienceMs: number, work: Promise<void>): Promise<void> {
  if (patienceMs === Infinity) return work;
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, patienceMs)));
  await Promise.race([work, over]).finally(() => clearTimeout(timer));
}

const thresholdOf = (rules: ReadonlyMap<RuleName, RuleInForce>, rule: RuleName, name: string): number =>
  rules.get(rule)?.thresholds[name] ?? 0;

/**
 * Supervises until stopped: figures every second, rules as often as each asks for, messages as they become due. What it
 * remembers is in PostgreSQL; killed and started again it goes on, and several may run.
 */
export function startSupervision(deps: SupervisionDeps): { stop(): Promise<void> } {
  const lookedAt = new Map<RuleName, number>();
  const due = (watch: Watch): boolean => {
    const now = performance.now();
    if (now - (lookedAt.get(watch.rule) ?? -Infinity) < watch.everyMs) return false;
    lookedAt.set(watch.rule, now);
    return true;
  };
  const looks: Looks = { underWay: new Map(), patienceMs: PATIENCE_MS };
  const supervise = () => trySessionLock(deps.db, LOCK, () => superviseOnce(deps, due, looks));
  const workDaily = () =>
    trySessionLock(deps.db, DAILY_LOCK, async () => {
      await completeProofs(deps.db);
      await takeNextDormancy(deps.db);
    });
  const stops = [
    repeat(deps.logger, 'supervision', 'supervision did not look, will look again', EVERY_MS, supervise),
    repeat(
      deps.logger,
      'daily-proofs',
      'proofs and dormancy were not looked after, will be',
      DAILY_WORK_EVERY_MS,
      workDaily,
    ),
    repeat(deps.logger, 'alarm-messages', 'messages were not sent, will be tried again', EVERY_MS, () =>
      deliverNotices(deps),
    ),
  ];
  return {
    stop: async () => {
      await Promise.all(stops.map((stop) => stop()));
      await Promise.all(looks.underWay.values());
    },
  };
}
