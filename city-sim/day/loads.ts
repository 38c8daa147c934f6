import type { VirtualCard } from '../card/virtual-card.ts';
import type { LoadOrder, LoadOutcome } from '../terminal/load.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { askCard } from './card-state.ts';
import type { Equipment } from './equip.ts';
import { DayFailed } from './errors.ts';
import type { LoadStep } from './plan.ts';
import type { DayRecord, LoadAttempt } from './record.ts';
import { expectDone, type Station } from './station.ts';
import { waitFor } from './waiting.ts';

/** Request and repeat of a load. */
const REQUESTS_PER_LOAD = 2;
/** The account that pays is short. */
const SHORT = '51';

/** Loads at the agents' terminals, with all that may go wrong. */
export class Loads {
  readonly #equipment: Equipment;
  readonly #record: DayRecord;

  constructor(equipment: Equipment, record: DayRecord) {
    this.#equipment = equipment;
    this.#record = record;
  }

  /** One load of the plan. Throws DayFailed when it comes to something else than planned. */
  async load(cardNo: string, card: VirtualCard, step: LoadStep): Promise<void> {
    const station = this.#equipment.agents[step.terminal];
    if (!station) throw new DayFailed(`There is no agent's terminal ${step.terminal}.`);
    const order: LoadOrder = { amountFen: step.amountFen, from: step.from };
    const attempt = this.#attemptOf(cardNo, card, step, station);
    switch (step.fault) {
      case undefined:
        if (step.from === 'bound-account') await loadWhenCredited(station, card, order, cardNo);
        else await station.run((terminal) => credit(terminal, card, order, cardNo));
        break;
      case 'answer-lost':
        await station.run((terminal) => {
          terminal.loseNextAnswers(1);
          return credit(terminal, card, order, cardNo);
        });
        break;
      case 'reversed':
        await station.run((terminal) => reverse(terminal, card, order, cardNo));
        this.#record.loads.push({ ...attempt, credited: false });
        await station.run((terminal) => credit(terminal, card, order, cardNo));
        break;
      case 'result-lost':
        await station.run((terminal) => creditAndForget(terminal, card, order, cardNo));
        break;
      case 'torn':
        await station.run((terminal) => tearAndProve(terminal, card, order, cardNo));
        break;
    }
    this.#record.loads.push(attempt);
  }

  #attemptOf(cardNo: string, card: VirtualCard, step: LoadStep, station: Station): LoadAttempt {
    return {
      cardNo,
      from: step.from,
      participantNo: station.participantNo,
      amountFen: step.amountFen,
      counterBefore: askCard(card).onlineCounter,
      credited: true,
      ...(step.fault && { fault: step.fault }),
    };
  }
}

async function credit(terminal: Terminal, card: VirtualCard, order: LoadOrder, cardNo: string): Promise<void> {
  const outcome = await terminal.load(card, order);
  if (outcome.kind !== 'credited') throw unexpected(cardNo, 'credited', outcome);
  expectDone(`The load result of card ${cardNo}`, outcome.forwarded);
}

/** What a refused bill gave back comes when the purchase is validated: until then there is nothing to load from. */
async function loadWhenCredited(station: Station, card: VirtualCard, order: LoadOrder, cardNo: string): Promise<void> {
  const outcome = await waitFor(
    `the pending credit of card ${cardNo}`,
    () => station.run((terminal) => terminal.load(card, order)),
    (seen) => !(seen.kind === 'refused' && seen.code === SHORT),
  );
  if (outcome.kind !== 'credited') throw unexpected(cardNo, 'credited', outcome);
  expectDone(`The load result of card ${cardNo}`, outcome.forwarded);
}

/** Neither the answer nor that to the repeat arrives: the terminal takes the load back. */
async function reverse(terminal: Terminal, card: VirtualCard, order: LoadOrder, cardNo: string): Promise<void> {
  terminal.loseNextAnswers(REQUESTS_PER_LOAD);
  const outcome = await terminal.load(card, order);
  if (outcome.kind !== 'reversed') throw unexpected(cardNo, 'reversed', outcome);
  expectDone(`The reversal of a load of card ${cardNo}`, outcome.forwarded);
}

/** The card is credited, and the result is lost with the terminal's memory. */
async function creditAndForget(terminal: Terminal, card: VirtualCard, order: LoadOrder, cardNo: string): Promise<void> {
  const outcome = await terminal.load(card, { ...order, holdResult: true });
  if (outcome.kind !== 'credited') throw unexpected(cardNo, 'credited', outcome);
  terminal.memory.forward = terminal.memory.forward.filter(({ purpose }) => purpose !== 'load-result');
}

/** The card is pulled while it is credited, put back, and proves it. */
async function tearAndProve(terminal: Terminal, card: VirtualCard, order: LoadOrder, cardNo: string): Promise<void> {
  card.powerCutAfterWrites(1);
  const outcome = await terminal.load(card, order);
  if (outcome.kind !== 'torn') throw unexpected(cardNo, 'torn', outcome);
  card.powerOn();
  const recovered = await terminal.recoverLoad(card);
  if (recovered?.outcome !== 'credited') {
    throw new DayFailed(
      `The torn load of card ${cardNo} should be proved; it came to "${recovered?.outcome ?? 'nothing'}".`,
    );
  }
  expectDone(`The load result of card ${cardNo}`, recovered.forwarded);
}

function unexpected(cardNo: string, wanted: string, outcome: LoadOutcome): DayFailed {
  const code = outcome.kind === 'refused' ? ` with code ${outcome.code}` : '';
  return new DayFailed(`A load of card ${cardNo} should be "${wanted}"; it came to "${outcome.kind}"${code}.`);
}
