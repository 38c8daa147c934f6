import { HsmUnavailable, type KeyRef } from '@citycard/hsm-sim';
import type { FieldValues } from '../codec/field-table.ts';
import type { OutgoingFrame } from '../codec/frame-writer.ts';
import type { Message } from '../codec/message.ts';
import { packAnswer } from '../catalogue/answer.ts';
import { readRequest, type TerminalRequest } from '../catalogue/request.ts';
import type { ResponseCode } from '../catalogue/response-codes.ts';
import type { LinkHandler, LinkInfo } from '../link/terminal-link.ts';
import { MessageTrail } from '../observation/trail.ts';
import { sealAnswer, verifyMac } from '../sessions/keys.ts';
import { signOn } from '../sessions/sign-on.ts';
import { createTerminalLookup, type TerminalLookup } from '../sessions/terminal-lookup.ts';
import type { Terminal } from '../terminals/estate.ts';
import { noteSeen } from '../terminals/last-seen.ts';
import { reportUnreadableUpload } from '../uploads/messages.ts';
import { type GatewayDeps, newReference } from './context.ts';
import { createDecider, type Decider } from './decide.ts';

/**
 * Handles one message from a link: who is it, is its MAC right, what does it ask. Nothing is decided before the MAC is
 * known to be right (terminal interface, section 2). When the HSM cannot make our MAC the link is closed without an
 * answer: what was committed is committed, and the repeat gets its answer.
 */
export function createHandler(deps: GatewayDeps): LinkHandler {
  const parts = { decide: createDecider(deps), findTerminal: createTerminalLookup(deps.db) };
  return async (message, link) => {
    const now = new Date();
    const trail = new MessageTrail(message, link, now);
    let outcome: OutgoingFrame | 'close' = 'close';
    try {
      outcome = await handle(deps, parts, message, link, now, trail);
    } catch (error) {
      if (!(error instanceof HsmUnavailable)) throw error;
      trail.remark = error.message;
      deps.logger.warn({ link: link.id, error: error.message }, 'HSM not reachable, the terminal will repeat');
    } finally {
      deps.observeMessage?.(trail.end(outcome));
    }
    return outcome;
  };
}

/** What the messages of one gateway share: each gathers what arrives together. */
interface GatewayParts {
  readonly decide: Decider;
  readonly findTerminal: TerminalLookup;
}

async function handle(
  deps: GatewayDeps,
  { decide, findTerminal }: GatewayParts,
  message: Message,
  link: LinkInfo,
  now: Date,
  trail: MessageTrail,
): Promise<OutgoingFrame> {
  const plain = (code: ResponseCode, fields: FieldValues = {}) =>
    packAnswer(message, { code, at: now, reference: newReference(now), fields }, false);

  const reading = readRequest(message);
  if (reading.ok) trail.kind = reading.request.name;
  else trail.remark = `${reading.problem.path}: ${reading.problem.reason}`;
  const terminal = await findTerminal(message.text(41) ?? '');
  trail.terminal = terminal;
  trail.stage('terminal');
  if (terminal === undefined || !terminal.active) return plain(message.problem === undefined ? '97' : '30');
  if (link.secure ? link.certificateName !== terminal.terminalNo : terminal.tlsOnly) return plain('97');
  const sealed = (code: ResponseCode, mak: KeyRef | undefined) =>
    mak === undefined
      ? Promise.resolve(plain(code))
      : seal(deps, terminal, mak, packAnswer(message, { code, at: now, reference: newReference(now) }, true), trail);

  // A message that cannot be read whole cannot be checked either; its refusal is made under the key in force.
  if (message.problem !== undefined) {
    await noteUnreadable(deps, terminal, message, message.problem.reason);
    return sealed('30', terminal.mak);
  }
  if (reading.ok && !reading.request.definition.mac) {
    const frame = await signOn(deps, terminal, reading.request, plain);
    trail.stage('new keys');
    return frame;
  }

  const mak = await verifyMac(deps, terminal, message);
  trail.stage('check MAC');
  if (mak === undefined) return sealed('A0', terminal.mak);
  noteSeen(deps.db, terminal.terminalNo, now);
  if (!reading.ok) {
    if (reading.code === '30') await noteUnreadable(deps, terminal, message, reading.problem.reason);
    return sealed(reading.code, mak);
  }
  if (reading.request.merchantNo.trimEnd() !== terminal.merchantNo) return sealed('03', mak);
  return answerWith(deps, decide, terminal, reading.request, mak, now, trail);
}

/** Decides; a fault of ours becomes 96 with nothing changed, because every change is one transaction. */
async function answerWith(
  deps: GatewayDeps,
  decide: Decider,
  terminal: Terminal,
  request: TerminalRequest,
  mak: KeyRef,
  now: Date,
  trail: MessageTrail,
): Promise<OutgoingFrame> {
  const refuse = (code: ResponseCode) =>
    packAnswer(request.message, { code, at: now, reference: newReference(now) }, true);
  let frame: OutgoingFrame;
  try {
    frame = await decide({ deps, terminal, request, mak, now, trail });
  } catch (error) {
    if (error instanceof HsmUnavailable) frame = refuse('98');
    else {
      deps.logger.error(
        { message: request.name, terminal: terminal.terminalNo, trace: request.trace, err: error },
        'request failed',
      );
      frame = refuse('96');
    }
  }
  trail.stage('decide');
  return seal(deps, terminal, mak, frame, trail);
}

async function seal(
  deps: GatewayDeps,
  terminal: Terminal,
  mak: KeyRef,
  frame: OutgoingFrame,
  trail: MessageTrail,
): Promise<OutgoingFrame> {
  const sealed = await sealAnswer(deps, terminal, mak, frame);
  trail.stage('make MAC');
  return sealed;
}

const UPLOAD_MTI = '0320';

async function noteUnreadable(deps: GatewayDeps, terminal: Terminal, message: Message, reason: string): Promise<void> {
  deps.logger.warn({ terminal: terminal.terminalNo, mti: message.mti, reason }, 'message refused for its format');
  if (message.mti === UPLOAD_MTI) await reportUnreadableUpload(deps, terminal, reason);
}
