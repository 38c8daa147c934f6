import { FLAG, RECORD_VERSION, TRANSACTION_TYPE } from '../purchases/purchase-record.ts';
import { REASON } from '../purchases/reason-codes.ts';
import type { Facts, Participant, Purse, SamAssignment } from './facts.ts';
import { held, type Outcome, rejected } from './outcome.ts';
import type { ReceivedPurchase } from './received-purchase.ts';
import { DAY_MS, type ValidationRules } from './rules.ts';

/** A record that stood the checks of its own: what has to be asked next. */
export type Examined =
  | { readonly next: 'decided'; readonly outcome: Outcome }
  | { readonly next: 'lock' }
  | { readonly next: 'gray' }
  | { readonly next: 'tac'; readonly purse: Purse };

const decided = (outcome: Outcome): Examined => ({ next: 'decided', outcome });

const KNOWN_FLAGS: ReadonlySet<number> = new Set(Object.values(FLAG));
const ALLOWED_TYPES: ReadonlySet<number> = new Set(Object.values(TRANSACTION_TYPE));

/**
 * The checks that need nothing but the record and what is known of card, SAM and participant, in the order of
 * terminal-interface.md §3, "Order of checks": format, test flag, SAM and participant, card.
 */
export function examine(purchase: ReceivedPurchase, facts: Facts, rules: ValidationRules): Examined {
  const purse = facts.purses.get(purchase.ref.cardNo);
  const fault =
    formatFault(purchase, purse, rules) ??
    testFault(purchase, purse, facts.participants.get(purchase.participantNo)) ??
    samFault(purchase, facts);
  if (fault !== undefined) return decided(fault);
  const { record } = purchase;
  if (record.issuerCity !== rules.homeCity) return foreign(purchase, facts);
  if (purse === undefined) return decided(rejected(REASON.cardUnknown, 'no purse has this card number'));
  if (record.flag === FLAG.cardLocked) return { next: 'lock' };
  if (record.flag === FLAG.gray) return { next: 'gray' };
  return { next: 'tac', purse };
}

function formatFault(
  { record, receivedAt }: ReceivedPurchase,
  purse: Purse | undefined,
  rules: ValidationRules,
): Outcome | undefined {
  if (record.version !== RECORD_VERSION)
    return held(REASON.heldForInspection, `unknown record version ${record.version}`);
  if (!KNOWN_FLAGS.has(record.flag) || record.undefinedFlags) return held(REASON.heldForInspection, 'unknown flags');
  if (!ALLOWED_TYPES.has(record.transactionType)) {
    return rejected(REASON.notAllowed, `transaction type ${record.transactionType} is no purchase`);
  }
  const time = timeFault(record.tappedAt, receivedAt, rules);
  if (time !== undefined) return rejected(REASON.timeImpossible, time);
  if (record.flag === FLAG.cardLocked && record.amountFen !== 0n) {
    return rejected(REASON.amountOutOfRange, 'a report of a locked card moves no money');
  }
  const cap = purse?.capFen ?? rules.purseCapFen;
  if (record.amountFen > cap)
    return rejected(REASON.amountOutOfRange, `the amount is above the purse cap of ${cap} fen`);
  return undefined;
}

function timeFault(tappedAt: Date | undefined, receivedAt: Date, rules: ValidationRules): string | undefined {
  if (tappedAt === undefined) return 'date and time do not exist';
  const ageMs = receivedAt.getTime() - tappedAt.getTime();
  if (ageMs < -rules.clockToleranceMs) return 'the card was tapped after the record was received';
  if (ageMs > rules.recordAgeDays * DAY_MS) return `received more than ${rules.recordAgeDays} days after the tap`;
  return undefined;
}

/** Test cards belong to participants that are still being tried out, and other cards do not. */
function testFault(
  { record }: ReceivedPurchase,
  purse: Purse | undefined,
  participant: Participant | undefined,
): Outcome | undefined {
  const onTrial = participant?.status === 'test';
  if (record.testCard && !onTrial) return rejected(REASON.testCard, 'a test card at a participant in production');
  if (!record.testCard && onTrial && purse?.sandbox !== true) {
    return rejected(REASON.testCard, 'a card in production at a participant on trial');
  }
  return undefined;
}

/** In files of other cities the sending city answers for its SAMs. */
function samFault(purchase: ReceivedPurchase, facts: Facts): Outcome | undefined {
  if (purchase.source === 'ccip') return undefined;
  const assignment = assignmentAtTap(purchase, facts);
  if (assignment === undefined) return rejected(REASON.samUnknown, 'the SAM was assigned to nobody at that time');
  if (assignment.participantNo !== purchase.participantNo) {
    return rejected(REASON.samUnknown, 'the SAM was assigned to another participant at that time');
  }
  return undefined;
}

/** Who held the SAM, and in which terminal, when the card was tapped. */
export function assignmentAtTap({ record }: ReceivedPurchase, facts: Facts): SamAssignment | undefined {
  const { tappedAt } = record;
  if (tappedAt === undefined) return undefined;
  return facts.assignments
    .get(record.samNo)
    ?.find(({ from, to }) => tappedAt >= from && (to === null || tappedAt < to));
}

function foreign({ record, source }: ReceivedPurchase, facts: Facts): Examined {
  if (source === 'ccip')
    return decided(rejected(REASON.notOurCard, `the card was issued by city ${record.issuerCity}`));
  if (!facts.cities.has(record.issuerCity)) {
    return decided(rejected(REASON.cardUnknown, `there is no agreement with city ${record.issuerCity}`));
  }
  // A lock moves no money, so there is nothing for the issuing city to settle.
  if (record.flag === FLAG.cardLocked) return { next: 'lock' };
  return decided({ state: 'routed', detail: `for city ${record.issuerCity} to decide` });
}
