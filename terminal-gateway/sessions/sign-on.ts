import { HsmUnavailable } from '@citycard/hsm-sim';
import type { FieldValues } from '../codec/field-table.ts';
import type { OutgoingFrame } from '../codec/frame-writer.ts';
import { answerFields } from '../catalogue/answer.ts';
import type { TerminalRequest } from '../catalogue/request.ts';
import type { ResponseCode } from '../catalogue/response-codes.ts';
import type { Terminal } from '../terminals/estate.ts';
import { softwareOf } from '../terminals/software.ts';
import { newWorkingKeys, type SessionDeps } from './keys.ts';

/**
 * Message 1: new working keys under the terminal's master key. The request carries no MAC, so it takes nothing away: the
 * old keys stay in force until a message is right under the new MAK (terminal interface, section 2).
 */
export async function signOn(
  deps: SessionDeps,
  terminal: Terminal,
  request: TerminalRequest,
  plain: (code: ResponseCode, fields?: FieldValues) => OutgoingFrame,
): Promise<OutgoingFrame> {
  if (request.merchantNo.trimEnd() !== terminal.merchantNo) return plain('03');
  const { tmk } = terminal;
  if (tmk === undefined) return plain('97');
  try {
    const keys = await newWorkingKeys(deps, { ...terminal, tmk }, softwareOf(request));
    return keys === undefined ? plain('97') : plain('00', answerFields('signOn', { keys }));
  } catch (error) {
    if (!(error instanceof HsmUnavailable)) throw error;
    return plain('98');
  }
}
