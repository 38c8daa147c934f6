import { HsmUnavailable, type KeyRef } from '@citycard/hsm-sim';
import type { OutgoingFrame } from '../codec/frame-writer.ts';
import type { MessageName } from '../catalogue/messages.ts';
import type { LinkHandler } from '../link/terminal-link.ts';
import { findTerminals, type Terminal } from '../terminals/estate.ts';
import { noteSeen } from '../terminals/last-seen.ts';
import {
  answerChecked,
  answerSignOn,
  answerUnreadable,
  checkAlone,
  type Gateway,
  type Known,
  seal,
  tryNextMak,
} from './alone.ts';
import { Arrival } from './arrival.ts';
import { ArrivalQueue } from './arrival-queue.ts';
import type { GatewayDeps } from './context.ts';
import { createDecider } from './decide.ts';

/**
 * Handles the messages of links: who is it, is its MAC right, what does it ask. Nothing is decided before the MAC is
 * known to be right (terminal interface, section 2).
 *
 * Messages that come together go together as far as they are alike: one query for their terminals, one list to the HSM for
 * their MACs, one for the MACs of answers that are known at once. Whatever takes longer goes its own way and is waited for
 * by nobody else. Of a terminal nothing is remembered: one that was suspended, or got new keys, is seen so by its next
 * message, at whichever gateway it arrives.
 */
export function createHandler(deps: GatewayDeps): LinkHandler {
  const gateway = { deps, decide: createDecider(deps) };
  const queue = new ArrivalQueue((set) => handleSet(gateway, set));
  return (message, link) =>
    new Promise((resolve, reject) => queue.add(new Arrival(deps, message, link, resolve, reject)));
}

/** A message whose field 64 is to be checked under the MAK in force. */
interface Unchecked extends Known {
  readonly mak: KeyRef;
  readonly mac: Buffer;
}

/** An answer that waits for its field 64. */
interface Unsealed extends Known {
  readonly mak: KeyRef;
  readonly frame: OutgoingFrame;
}

async function handleSet(gateway: Gateway, set: readonly Arrival[]): Promise<void> {
  const terminals = await findTerminals(gateway.deps.db, [...new Set(set.map(({ terminalNo }) => terminalNo))]);
  const unchecked: Unchecked[] = [];
  const found = performance.now();
  for (const arrival of set) {
    try {
      arrival.trail.stage('terminal', found);
      admit(gateway, arrival, terminals.get(arrival.terminalNo), unchecked);
    } catch (error) {
      arrival.fail(error);
    }
  }
  if (unchecked.length === 0) return;
  const right = await checkSet(gateway, unchecked);
  if (right === undefined) return;
  const unsealed: Unsealed[] = [];
  const checked = performance.now();
  for (let index = 0; index < unchecked.length; index++) {
    const one = unchecked[index] as Unchecked;
    try {
      if (right[index] === true) decide(gateway, one, checked, unsealed);
      else one.arrival.follow(tryNextMak(gateway, one));
    } catch (error) {
      one.arrival.fail(error);
    }
  }
  if (unsealed.length > 0) await sealSet(gateway, unsealed);
}

/** Answers those who are turned away, or need no MAC; the others are to be checked. */
function admit(gateway: Gateway, arrival: Arrival, terminal: Terminal | undefined, unchecked: Unchecked[]): void {
  const { message, link, reading } = arrival;
  arrival.trail.terminal = terminal;
  if (terminal === undefined || !terminal.active) {
    arrival.answer(arrival.pack(message.problem === undefined ? '97' : '30', false));
    return;
  }
  if (link.secure ? link.certificateName !== terminal.terminalNo : terminal.tlsOnly) {
    arrival.answer(arrival.pack('97', false));
    return;
  }
  const known = { arrival, terminal };
  const mac = message.bytes(64);
  if (message.problem !== undefined) {
    arrival.follow(answerUnreadable(gateway.deps, known, message.problem.reason));
  } else if (reading.ok && !reading.request.definition.mac) {
    arrival.follow(answerSignOn(gateway.deps, known, reading.request));
  } else if (!reading.ok && !reading.carriesMac) {
    arrival.answer(arrival.pack(reading.code, false));
  } else if (mac === undefined || terminal.mak === undefined) {
    arrival.follow(checkAlone(gateway, known));
  } else {
    unchecked.push({ arrival, terminal, mak: terminal.mak, mac });
  }
}

/** Which are right under the MAK in force; undefined when they were dealt with otherwise. */
async function checkSet(gateway: Gateway, unchecked: readonly Unchecked[]): Promise<readonly boolean[] | undefined> {
  try {
    return await gateway.deps.hsm.verifyTerminalMacs(
      unchecked.map(({ arrival, terminal, mak, mac }) => ({
        mak,
        algorithm: terminal.macAlgorithm,
        data: arrival.message.macInput,
        mac,
      })),
    );
  } catch (error) {
    for (const one of unchecked) {
      // A list is refused for the sake of one of them: each is asked about alone, so that nobody fails for another.
      if (error instanceof HsmUnavailable) one.arrival.fail(error);
      else one.arrival.follow(checkAlone(gateway, one));
    }
    return undefined;
  }
}

/** Messages that are answered 00 with nothing to decide. */
const acknowledged: ReadonlySet<MessageName> = new Set<MessageName>(['echo', 'signOff']);

/** What a right MAC leads to: acknowledgements wait for their MAC together, the others are decided on their own. */
function decide(gateway: Gateway, one: Unchecked, at: number, unsealed: Unsealed[]): void {
  const { arrival, terminal, mak } = one;
  const { reading, trail } = arrival;
  trail.stage('check MAC', at);
  if (
    !reading.ok ||
    !acknowledged.has(reading.request.name) ||
    reading.request.merchantNo.trimEnd() !== terminal.merchantNo
  ) {
    arrival.follow(answerChecked(gateway, one, mak));
    return;
  }
  noteSeen(gateway.deps.db, terminal.terminalNo, arrival.now);
  unsealed.push({ arrival, terminal, mak, frame: arrival.pack('00', true) });
  trail.stage('decide', at);
}

async function sealSet({ deps }: Gateway, unsealed: readonly Unsealed[]): Promise<void> {
  try {
    const macs = await deps.hsm.terminalMacs(
      unsealed.map(({ terminal, mak, frame }) => ({ mak, algorithm: terminal.macAlgorithm, data: frame.macInput })),
    );
    const now = performance.now();
    for (let index = 0; index < unsealed.length; index++) {
      const { arrival, frame } = unsealed[index] as Unsealed;
      const mac = macs[index];
      if (mac === undefined) throw new Error('the HSM client gave fewer MACs than messages');
      arrival.trail.stage('make MAC', now);
      arrival.answer(frame.setMac(mac));
    }
  } catch (error) {
    for (const one of unsealed) {
      if (error instanceof HsmUnavailable) one.arrival.fail(error);
      else one.arrival.follow(seal(deps, one, one.mak, one.frame));
    }
  }
}
