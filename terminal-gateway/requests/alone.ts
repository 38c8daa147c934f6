import { HsmUnavailable, type KeyRef } from '@citycard/hsm-sim';
import type { OutgoingFrame } from '../codec/frame-writer.ts';
import type { TerminalRequest } from '../catalogue/request.ts';
import type { ResponseCode } from '../catalogue/response-codes.ts';
import { adoptNextMak, sealAnswer, verifyMac } from '../sessions/keys.ts';
import { signOn } from '../sessions/sign-on.ts';
import type { Terminal } from '../terminals/estate.ts';
import { noteSeen } from '../terminals/last-seen.ts';
import { reportUnreadableUpload } from '../uploads/messages.ts';
import type { Arrival } from './arrival.ts';
import type { GatewayDeps } from './context.ts';
import type { Decider } from './decide.ts';

/** A message whose terminal is known and active. */
export interface Known {
  readonly arrival: Arrival;
  readonly terminal: Terminal;
}

/** What the messages of one gateway share. */
export interface Gateway {
  readonly deps: GatewayDeps;
  readonly decide: Decider;
}

/**
 * A message that cannot be read whole cannot be checked either; its refusal is made under the key in force. It is logged and
 * counted, and raises no alarm: anybody who knows the number of a terminal may have sent it.
 */
export async function answerUnreadable(deps: GatewayDeps, known: Known, reason: string): Promise<OutgoingFrame> {
  logUnreadable(deps, known, reason);
  return refuse(deps, known, '30', known.terminal.mak);
}

/** Message 1, the one without a MAC. */
export async function answerSignOn(
  deps: GatewayDeps,
  { arrival, terminal }: Known,
  request: TerminalRequest,
): Promise<OutgoingFrame> {
  const frame = await signOn(deps, terminal, request, (code, fields) => arrival.pack(code, false, fields));
  arrival.trail.stage('new keys');
  return frame;
}

/** Checks the MAC of one message under both keys, then answers it. */
export async function checkAlone(gateway: Gateway, known: Known): Promise<OutgoingFrame> {
  return answerUnder(gateway, known, await verifyMac(gateway.deps, known.terminal, known.arrival.message));
}

/** Answers a message that was not right under the MAK in force: it may be the first under the next. */
export async function tryNextMak(gateway: Gateway, known: Known): Promise<OutgoingFrame> {
  return answerUnder(gateway, known, await adoptNextMak(gateway.deps, known.terminal, known.arrival.message));
}

async function answerUnder(gateway: Gateway, known: Known, mak: KeyRef | undefined): Promise<OutgoingFrame> {
  known.arrival.trail.stage('check MAC');
  if (mak === undefined) return refuse(gateway.deps, known, 'A0', known.terminal.mak);
  return answerChecked(gateway, known, mak);
}

/** Answers a message whose MAC was right under that key. */
export async function answerChecked({ deps, decide }: Gateway, known: Known, mak: KeyRef): Promise<OutgoingFrame> {
  const { arrival, terminal } = known;
  const { reading } = arrival;
  noteSeen(deps.db, terminal.terminalNo, arrival.now);
  if (!reading.ok) {
    if (reading.code === '30') await noteUnreadable(deps, known, reading.problem.reason);
    return refuse(deps, known, reading.code, mak);
  }
  if (reading.request.merchantNo.trimEnd() !== terminal.merchantNo) return refuse(deps, known, '03', mak);
  const frame = await decided(deps, decide, known, reading.request, mak);
  arrival.trail.stage('decide');
  return seal(deps, known, mak, frame);
}

/** Decides; a fault of ours becomes 96 with nothing changed, because every change is one transaction. */
async function decided(
  deps: GatewayDeps,
  decide: Decider,
  { arrival, terminal }: Known,
  request: TerminalRequest,
  mak: KeyRef,
): Promise<OutgoingFrame> {
  const { now, trail } = arrival;
  try {
    return await decide({ deps, terminal, request, mak, now, trail });
  } catch (error) {
    if (error instanceof HsmUnavailable) return arrival.pack('98', true);
    deps.logger.error(
      { message: request.name, terminal: terminal.terminalNo, trace: request.trace, err: error },
      'request failed',
    );
    return arrival.pack('96', true);
  }
}

/** An answer of a code alone, under a key when there is one. */
async function refuse(
  deps: GatewayDeps,
  known: Known,
  code: ResponseCode,
  mak: KeyRef | undefined,
): Promise<OutgoingFrame> {
  if (mak === undefined) return known.arrival.pack(code, false);
  return seal(deps, known, mak, known.arrival.pack(code, true));
}

/** Makes field 64. @throws HsmUnavailable */
export async function seal(
  deps: GatewayDeps,
  { arrival, terminal }: Known,
  mak: KeyRef,
  frame: OutgoingFrame,
): Promise<OutgoingFrame> {
  const sealed = await sealAnswer(deps, terminal, mak, frame);
  arrival.trail.stage('make MAC');
  return sealed;
}

const UPLOAD_MTI = '0320';

/** Of a message whose MAC was right: purchases that a terminal holds and cannot deliver are an alarm. */
async function noteUnreadable(deps: GatewayDeps, known: Known, reason: string): Promise<void> {
  logUnreadable(deps, known, reason);
  if (known.arrival.message.mti === UPLOAD_MTI) await reportUnreadableUpload(deps, known.terminal, reason);
}

function logUnreadable({ logger }: GatewayDeps, { arrival, terminal }: Known, reason: string): void {
  const { mti } = arrival.message;
  logger.warn({ terminal: terminal.terminalNo, mti, reason }, 'message refused for its format');
}
