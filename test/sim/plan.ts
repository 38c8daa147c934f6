import { Dice } from './dice.ts';

/** A fault in the service's own world: what is cut, and at which of its messages from the moment the fault begins. */
export type ServiceFault =
  /** The process is killed when it sends its nth message to PostgreSQL: before it arrives, or after. */
  | { readonly what: 'killed'; readonly at: number; readonly arrives: boolean }
  /** PostgreSQL goes away at the nth message and comes back. */
  | { readonly what: 'database-restarted'; readonly at: number; readonly arrives: boolean }
  | { readonly what: 'hsm-gone'; readonly at: number }
  | { readonly what: 'hsm-slow' };

/** What happens to the line of a terminal during one exchange. */
export type LineFault = {
  readonly what: 'line';
  readonly direction: 'there' | 'back';
  readonly fate: 'cut' | 'cut-after' | 'tear' | 'double' | 'swallow' | 'delay';
};

/** What happens to a card: its power fails before the nth write of the command that changes it. */
export type CardFault = { readonly what: 'card-torn'; readonly writes: number };

export type Fault = ServiceFault | LineFault | CardFault;

/** One thing that happens in the city. Plain data, so that a list of them can be shortened and kept. */
export type Step =
  | {
      readonly kind: 'load';
      readonly card: number;
      readonly terminal: number;
      readonly amountFen: number;
      readonly fault?: Fault;
    }
  | {
      readonly kind: 'tap';
      readonly card: number;
      readonly reader: number;
      readonly amountFen: number;
      readonly fault?: CardFault;
    }
  /** The card comes back to the terminal at which a load was torn. */
  | { readonly kind: 'recover'; readonly card: number; readonly terminal: number; readonly fault?: Fault }
  | { readonly kind: 'upload'; readonly reader: number; readonly fault?: Fault }
  /** Records that went up already go up once more. */
  | { readonly kind: 'upload-again'; readonly reader: number }
  /** Records nobody's card ever made. */
  | { readonly kind: 'forge'; readonly reader: number; readonly card: number; readonly amountFen: number }
  | { readonly kind: 'validate'; readonly fault?: ServiceFault }
  /** The bus terminal loses what it had not sent yet. */
  | { readonly kind: 'memory-lost'; readonly reader: number }
  | { readonly kind: 'terminal-restarted'; readonly terminal: number }
  /** The day is cleared as far as it goes; staff and jobs may do the same twice. */
  | { readonly kind: 'clear'; readonly twice: boolean; readonly faults: readonly ServiceFault[] };

export interface Plan {
  readonly seed: number;
  readonly cards: number;
  readonly steps: readonly Step[];
}

export const CARDS = 4;
export const LOAD_TERMINALS = 2;
export const READERS = 2;

const STEPS_OF_A_DAY = 22;

function serviceFault(dice: Dice): ServiceFault {
  const at = dice.between(1, 24);
  switch (dice.below(5)) {
    case 0:
      return { what: 'hsm-gone', at: dice.between(1, 3) };
    case 1:
      return { what: 'hsm-slow' };
    case 2:
      return { what: 'database-restarted', at, arrives: dice.percent(50) };
    default:
      return { what: 'killed', at, arrives: dice.percent(50) };
  }
}

function lineFault(dice: Dice): LineFault {
  const fate = dice.pick(['cut', 'cut-after', 'tear', 'double', 'swallow', 'delay'] as const);
  return { what: 'line', direction: dice.pick(['there', 'back'] as const), fate };
}

function cardFault(dice: Dice): CardFault {
  return { what: 'card-torn', writes: dice.below(6) };
}

function maybe<F>(dice: Dice, often: number, fault: () => F): { fault?: F } {
  return dice.percent(often) ? { fault: fault() } : {};
}

/** The days of a city, drawn from a seed. About every second exchange meets a fault. */
export function planOf(seed: number, days: number): Plan {
  const dice = new Dice(seed);
  const steps: Step[] = [];
  for (let card = 0; card < CARDS; card += 1)
    steps.push({ kind: 'load', card, terminal: card % LOAD_TERMINALS, amountFen: dice.between(20, 60) * 100 });
  for (let day = 0; day < days; day += 1) {
    for (let step = 0; step < STEPS_OF_A_DAY; step += 1) steps.push(stepOf(dice));
    steps.push({
      kind: 'clear',
      twice: dice.percent(30),
      faults: Array.from({ length: dice.below(3) }, () => serviceFault(dice)),
    });
  }
  return { seed, cards: CARDS, steps };
}

function stepOf(dice: Dice): Step {
  const card = dice.below(CARDS);
  const terminal = dice.below(LOAD_TERMINALS);
  const reader = dice.below(READERS);
  const exchangeFault = (): Fault => (dice.percent(50) ? lineFault(dice) : serviceFault(dice));
  const thrown = dice.below(100);
  if (thrown < 45)
    return { kind: 'tap', card, reader, amountFen: dice.between(50, 900), ...maybe(dice, 25, () => cardFault(dice)) };
  if (thrown < 63) {
    const fault = () => (dice.percent(35) ? cardFault(dice) : exchangeFault());
    return { kind: 'load', card, terminal, amountFen: dice.between(10, 50) * 100, ...maybe(dice, 60, fault) };
  }
  if (thrown < 69) return { kind: 'recover', card, terminal, ...maybe(dice, 30, exchangeFault) };
  if (thrown < 81) return { kind: 'upload', reader, ...maybe(dice, 50, exchangeFault) };
  if (thrown < 85) return { kind: 'upload-again', reader };
  if (thrown < 88) return { kind: 'forge', reader, card, amountFen: dice.between(50, 900) };
  if (thrown < 95) return { kind: 'validate', ...maybe(dice, 50, () => serviceFault(dice)) };
  if (thrown < 97) return { kind: 'memory-lost', reader };
  return { kind: 'terminal-restarted', terminal };
}
