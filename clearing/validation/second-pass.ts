import { type BusinessDate, cityDate, type Database, type Logger, transact } from '@citycard/common';
import { alarmOverdueAppeals } from '../appeals/appeal.ts';
import { lookAtGraysAgain } from './gray.ts';
import { alarmLongHeld, resolveByRule } from './held/by-rule.ts';
import { alarmSilentCities, resolveSilentCities } from './held/silent-cities.ts';
import { readRuleBook, type ValidationRules } from './rules.ts';
import { unlessOvertaken } from './validate.ts';
import { withValidationLock } from './validation-lock.ts';

export interface SecondPassOptions {
  /** The city's today; another day only to see what the rules will do by then. */
  readonly today?: BusinessDate;
  readonly rules?: Partial<ValidationRules>;
}

export interface SecondPass {
  /** Gray records that a later purchase of the card explained. */
  readonly graysResolved: number;
  /** Held records, and those that waited for another city, whose wait a rule ended. */
  readonly decidedByRule: number;
}

/** Held records decided in one transaction. */
const AT_ONCE = 5_000;

/**
 * The second pass over held records (domain.md B.5), whole: balances speak for gray records whose time has come, then rules end
 * the wait of what has waited long enough, and people are told, once a day, of what waits for them. Killed anywhere, it goes on
 * where it stopped; run twice, the second changes nothing.
 *
 * @throws CityCardError `clearing-validation.overtaken`, `clearing.no-open-business-day`
 */
export async function secondPass(
  deps: { readonly db: Database; readonly logger?: Logger },
  options: SecondPassOptions = {},
): Promise<SecondPass> {
  const { db } = deps;
  const today = options.today ?? cityDate(new Date());
  return withValidationLock(db, async () => {
    const book = await readRuleBook(db, options.rules);
    const graysResolved = await untilNone(() => lookAtGraysAgain(db, book, today, AT_ONCE));
    const rules = book.on(today);
    const ofOurs = await untilNone(() => resolveByRule(db, rules, today, AT_ONCE));
    const ofOthers = await untilNone(() => resolveSilentCities(db, rules, today, AT_ONCE));
    const decidedByRule = ofOurs + ofOthers;
    await alarmLongHeld(db, rules, today);
    await alarmSilentCities(db, rules, today);
    await transact(db, (tx) => alarmOverdueAppeals(tx, today));
    await lookAtBreaksAgain(db);
    if (graysResolved + decidedByRule > 0) deps.logger?.info({ graysResolved, decidedByRule }, 'held records decided');
    return { graysResolved, decidedByRule };
  });
}

async function untilNone(work: () => Promise<number>): Promise<number> {
  let total = 0;
  for (let some = 1; some > 0; total += some) some = await unlessOvertaken(work);
  return total;
}

/** A load that was proved after its purchases had been compared may explain what they had against each other. */
async function lookAtBreaksAgain(db: Database): Promise<void> {
  await db.query(
    `insert into clearing.chain_work
     select b.business_date, b.intake_id, b.record_index, b.record_index + 1 from clearing.chain_break b
      where exists (select from clearing.load l where l.card_no = b.card_no and l.state = 'posted' and l.resolved_at > b.noticed_at
                       and l.resolved_at > now() - interval '1 day')
     on conflict do nothing`,
  );
}
