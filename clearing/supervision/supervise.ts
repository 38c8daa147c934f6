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
/** Statements come once a day, and days close once a day. */
const DAILY_WORK_EVERY_MS = 15_000;
/** One process supervises; the others stand by. */
const LOCK = 7_401_338_220_071n;

/** Looks once: figures, rules whose time has come, holds, cases, messages to write. */
export async function superviseOnce(
  deps: SupervisionDeps,
  due: (watch: Watch) => boolean = () => true,
): Promise<LiveFigures> {
  const { db, logger } = deps;
  const live = await takeLiveFigures(db);
  const rules = await rulesInForce(db);
  for (const watch of [...CLEARING_WATCHES, ...(deps.watches ?? [])]) {
    if (!due(watch)) continue;
    const rule = rules.get(watch.rule);
    // One rule that cannot be looked after does not blind the others.
    if (rule !== undefined)
      await look(db, watch, rule, live).catch((error: unknown) =>
        logger.error({ err: error, rule: watch.rule }, 'a rule of supervision could not be looked after'),
      );
  }
  await keepFeeHolds(db, live, thresholdOf(rules, 'float-shortfall', 'aboveFen'));
  while ((await gatherAlarms(db)) > 0);
  while ((await moveCasesOn(db)) > 0);
  return live;
}

async function look(db: Database, watch: Watch, rule: RuleInForce, live: LiveFigures): Promise<void> {
  await raiseFindings(db, rule, await watch.look({ db, live, thresholds: rule.thresholds }));
}

const thresholdOf = (rules: ReadonlyMap<RuleName, RuleInForce>, rule: RuleName, name: string): number =>
  rules.get(rule)?.thresholds[name] ?? 0;

/**
 * Supervises until stopped: figures every second, rules as often as each asks for, messages as they become due. What it
 * remembers is in PostgreSQL; killed and started again it goes on, and several may run.
 */
export function startSupervision(deps: SupervisionDeps): { stop(): Promise<void> } {
  const lookedAt = new Map<RuleName, number>();
  let dailyAt = -Infinity;
  const due = (watch: Watch): boolean => {
    const now = performance.now();
    if (now - (lookedAt.get(watch.rule) ?? -Infinity) < watch.everyMs) return false;
    lookedAt.set(watch.rule, now);
    return true;
  };
  const supervise = async () => {
    await trySessionLock(deps.db, LOCK, async () => {
      await superviseOnce(deps, due);
      if (performance.now() - dailyAt < DAILY_WORK_EVERY_MS) return;
      dailyAt = performance.now();
      await completeProofs(deps.db);
      await takeNextDormancy(deps.db);
    });
  };
  const stops = [
    repeat(deps.logger, 'supervision did not look, will look again', EVERY_MS, supervise),
    repeat(deps.logger, 'messages were not sent, will be tried again', EVERY_MS, () => deliverNotices(deps)),
  ];
  return { stop: async () => void (await Promise.all(stops.map((stop) => stop()))) };
}
