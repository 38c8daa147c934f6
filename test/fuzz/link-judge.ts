import {
  Message,
  messages,
  type MessageDefinition,
  readAnswer,
  readRequest,
  responseCodes,
} from '@citycard/terminal-gateway';
import { Finding } from './codec-judge.ts';
import { type FuzzTerminal, macOf } from './fuzz-city.ts';
import type { Ending, LinkRun } from './link-run.ts';
import { splitStream } from './splitting.ts';

/** What came of the frames of a link, for the summary. */
export interface LinkVerdict {
  readonly frames: number;
  readonly codes: readonly string[];
}

const MTI_OFFSET = 11;

/** Codes for a message whose MAC is not right, when it is no sign-on: nothing has been decided. */
const UNDECIDED = ['30', '97', 'A0'];
const OF_A_SIGN_ON = ['00', '03', '30', '97', '98'];

/**
 * Holds what a link answered against what was sent over it: one answer for every frame that can be answered, for no other;
 * each with a code of the table, the fields of the interface, a right MAC; the link closed. Throws a {@link Finding}.
 */
export function judgeLink(
  stream: Buffer,
  run: LinkRun,
  ending: Ending,
  terminals: readonly FuzzTerminal[],
): LinkVerdict {
  if (run.hung) throw new Finding('the link was not closed');
  const requests = answerable(stream);
  const open = new Map<string, Message[]>();
  for (const request of requests) {
    const key = answerKey(request);
    open.set(key, [...(open.get(key) ?? []), request]);
  }
  const codes = run.answers.map((content) => {
    const answer = Message.read(content);
    const key = content.subarray(0, MTI_OFFSET + 2).toString('hex') + answer.text(11) + answer.text(41);
    const request = open.get(key)?.shift();
    if (request === undefined) throw new Finding(`an answer nobody asked for: ${content.toString('hex')}`);
    return judgeAnswer(request, answer, terminals);
  });
  if (ending !== 'reset') {
    if (run.rest > 0) throw new Finding(`the answers end with ${run.rest} bytes that are no frame`);
    if (codes.length !== requests.length) {
      throw new Finding(`${codes.length} answers to ${requests.length} frames that can be answered`);
    }
  }
  return { frames: splitStream(stream).frames.length, codes };
}

/** The frames the gateway owes an answer: those before the first that is none or has no readable field 11 or 41. */
function answerable(stream: Buffer): Message[] {
  const readable = splitStream(stream).frames.map((frame) => Message.read(frame));
  const end = readable.findIndex((message) => !message.has(11) || !message.has(41));
  return end < 0 ? readable : readable.slice(0, end);
}

/** TPDU with its addresses swapped, header, MTI + 10, trace and terminal number: what a terminal matches an answer by. */
function answerKey(request: Message): string {
  const { tpdu } = request;
  const envelope = Buffer.concat([tpdu.subarray(0, 1), tpdu.subarray(3), tpdu.subarray(1, 3), request.header]);
  const mti = String(Number(request.mti) + 10).padStart(4, '0');
  return `${envelope.toString('hex')}${mti}${request.text(11)}${request.text(41)}`;
}

function judgeAnswer(request: Message, answer: Message, terminals: readonly FuzzTerminal[]): string {
  const code = answer.text(39) ?? '';
  const say = (sentence: string) => new Finding(`${sentence}: ${answer.frame.toString('hex')}`);
  if (answer.problem !== undefined) throw say(`${answer.problem.path} of an answer ${answer.problem.reason}`);
  if (!(code in responseCodes)) throw say(`code "${code}" is not in the table`);
  // Database and HSM are there, so nothing a terminal sends may make a fault of ours.
  if (code === '96' || code === '98') throw say(`${code}, a fault of ours`);
  if (!answer.has(12) || !answer.has(13) || !answer.has(37)) throw say('an answer without field 12, 13 or 37');
  for (const field of [42, 60] as const) {
    if (request.has(field) && answer.text(field) !== request.text(field)) throw say(`field ${field} did not come back`);
  }
  const terminal = terminals.find((one) => one.registered && one.terminalNo === request.text(41));
  const isSignOn = request.mti === '0800' && request.text(60)?.slice(8, 11) === '003';
  judgeSeal(answer, code, isSignOn, terminal, say);
  if (!isAuthentic(request, terminal)) {
    const allowed = isSignOn ? [...OF_A_SIGN_ON, ...UNDECIDED] : UNDECIDED;
    if (!allowed.includes(code)) throw say(`code ${code} without a right MAC`);
  }
  judgeContent(request, answer, code, say);
  return code;
}

/** Field 64 is right, or rightly not there (terminal interface, section 2). */
function judgeSeal(
  answer: Message,
  code: string,
  isSignOn: boolean,
  terminal: FuzzTerminal | undefined,
  say: (sentence: string) => Finding,
): void {
  const mac = answer.bytes(64);
  if (mac === undefined) {
    if (terminal?.mak !== undefined && code !== '97' && !isSignOn) throw say('an answer without field 64');
    return;
  }
  if (terminal === undefined) throw say('field 64 for a terminal that is not known');
  const right = macOf(terminal, answer.frame.subarray(MTI_OFFSET));
  if (right === undefined || !right.equals(mac)) throw say('an answer with a wrong field 64');
}

function isAuthentic(request: Message, terminal: FuzzTerminal | undefined): boolean {
  const mac = request.bytes(64);
  if (mac === undefined || terminal === undefined) return false;
  return macOf(terminal, request.frame.subarray(MTI_OFFSET))?.equals(mac) === true;
}

/** A 00 has all that its message answers with, and what is there can be read. */
function judgeContent(request: Message, answer: Message, code: string, say: (sentence: string) => Finding): void {
  const reading = readRequest(request);
  if (!reading.ok) {
    if (code === '00') throw say(`00 to a request that is none: ${reading.problem.path} ${reading.problem.reason}`);
    return;
  }
  const { name } = reading.request;
  const read = readAnswer(name, answer);
  if (!read.ok) throw say(`${read.problem.path} of an answer ${read.problem.reason}`);
  const definition: MessageDefinition = messages[name];
  const missing = Object.values(definition.answer).find((slot) => code === '00' && !answer.has(slot.field));
  if (missing !== undefined) throw say(`00 without field ${missing.field}`);
}
