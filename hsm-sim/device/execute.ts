import type { Logger } from '@citycard/common';
import { CommandRefused, type HsmErrorCode } from '../errors.ts';
import { HostRefused, type HostErrorCode } from '../host/errors.ts';
import { hostCommands } from '../host/host-commands.ts';
import { FieldReader, FieldsEndWrong } from '../wire/field-reader.ts';
import { FieldWriter } from '../wire/field-writer.ts';
import { answerCode, COMMAND_PREFIX, frameOf, HEADER_BYTES, type Frame } from '../wire/frame.ts';
import type { AuditNote, Command, Device } from './command.ts';
import { custodyCommands } from './custody-commands.ts';
import { dataCommands } from './data-commands.ts';
import { faultCommands } from './fault-commands.ts';
import { generalCommands } from './general-commands.ts';
import { purseCommands } from './purse-commands.ts';
import { rsaCommands } from './rsa-commands.ts';
import { scriptCommands } from './script-commands.ts';
import { terminalCommands } from './terminal-commands.ts';

const commands: ReadonlyMap<string, Command> = new Map(
  [
    ...purseCommands,
    ...scriptCommands,
    ...terminalCommands,
    ...custodyCommands,
    ...rsaCommands,
    ...dataCommands,
    ...generalCommands,
    ...faultCommands,
    ...hostCommands,
  ].map((command) => [command.code, command]),
);

export const commandNames: ReadonlySet<string> = new Set([...commands.values()].map(({ name }) => name));

/** Stands for a command that did not come whole. */
const NO_COMMAND = '??';

/**
 * Runs one message and returns its answer frame, or undefined when an injected fault cuts the link instead. Never throws
 * for anything a caller sends.
 */
export async function execute(device: Device, frame: Frame, logger: Logger | undefined): Promise<Buffer | undefined> {
  const began = performance.now();
  const { message, overlong } = frame;
  const header = message.subarray(0, HEADER_BYTES);
  const code = message.length < COMMAND_PREFIX ? NO_COMMAND : message.toString('latin1', HEADER_BYTES, COMMAND_PREFIX);
  const command = commands.get(code);
  const note: AuditNote = {};
  const fate = device.faults.concern(code) ? await device.faults.fate() : 'carry-out';
  const answer = new FieldWriter();
  let error: HsmErrorCode | HostErrorCode = '00';
  let trailer: Buffer = Buffer.alloc(0);
  try {
    if (overlong || code === NO_COMMAND) throw new CommandRefused('80');
    if (!command) throw new CommandRefused('42');
    if (fate === 'fail') throw new InjectedFault();
    const running = command.run(device, new FieldReader(message, COMMAND_PREFIX), answer, note);
    // Most commands end at once; waiting for those would only cost turns of the event loop.
    if (running) await running;
  } catch (thrown) {
    error = errorOf(thrown);
    if (thrown instanceof HostRefused) trailer = thrown.trailer;
    if (thrown instanceof InjectedFault) note.subject = 'injected fault';
    else if (error === '41') logger?.error({ err: thrown, command: code }, 'command failed inside the HSM');
  }
  device.audit.append({ command: printable(code), error, ...note });
  if (command?.changes === true) {
    device.audit.flush();
    if (error === '00') device.store.replace({ auditAnchor: device.audit.head });
  }
  device.metrics.observe(command ? code : NO_COMMAND, error, note.count ?? 0, (performance.now() - began) / 1000);
  if (fate === 'cut') return undefined;
  const head = Buffer.from(answerCode(code) + error, 'latin1');
  return error === '00' ? frameOf(header, head, answer.toBuffer()) : frameOf(header, head, trailer);
}

/** The device was told to fail at this command. */
class InjectedFault extends Error {}

function errorOf(thrown: unknown): HsmErrorCode | HostErrorCode {
  if (thrown instanceof CommandRefused || thrown instanceof HostRefused) return thrown.code;
  return thrown instanceof FieldsEndWrong ? '80' : '41';
}

function printable(code: string): string {
  return /^[0-9A-Z]{2}$/.test(code) ? code : NO_COMMAND;
}
