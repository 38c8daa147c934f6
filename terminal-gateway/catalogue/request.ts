import { decodeManagementField, type ManagementField } from '../codec/management-field.ts';
import type { Message } from '../codec/message.ts';
import { Misfit } from '../codec/parts.ts';
import type { Problem } from '../codec/problem.ts';
import { messages, type MessageDefinition, type MessageKey, type MessageName } from './messages.ts';
import type { Slot, ValuesOf } from './slots.ts';

interface RequestBase {
  readonly message: Message;
  /** Field 11. */
  readonly trace: string;
  /** Field 41. */
  readonly terminalNo: string;
  /** Field 42, as sent: 15 characters. */
  readonly merchantNo: string;
  /** Field 60. */
  readonly management: ManagementField;
  readonly definition: MessageDefinition;
}

/** A request whose every part has been read: `name` tells which message, `values` has what is its own. */
export type TerminalRequest<N extends MessageName = MessageName> = {
  [K in N]: RequestBase & { readonly name: K; readonly values: ValuesOf<(typeof messages)[K]['request']> };
}[N];

export type RequestReading =
  | { readonly ok: true; readonly request: TerminalRequest }
  /** Field 39 to answer with: 12 for a message we do not have, 30 for one that is not as it must be. */
  | {
      readonly ok: false;
      readonly code: '12' | '30';
      readonly problem: Problem;
      /** A message that carries no MAC is refused without asking for one. */
      readonly carriesMac: boolean;
    };

interface Row {
  readonly name: MessageName;
  readonly definition: MessageDefinition;
  readonly key: MessageKey;
  readonly slots: readonly (readonly [string, Slot<unknown>])[];
}

/** MTI → the messages that have it, so that a lookup looks at three rows and not at seventeen. */
const byMti = new Map<string, Row[]>();
for (const name of Object.keys(messages) as MessageName[]) {
  const definition: MessageDefinition = messages[name];
  const rows = byMti.get(definition.mti) ?? [];
  rows.push(...definition.keys.map((key) => ({ name, definition, key, slots: Object.entries(definition.request) })));
  byMti.set(definition.mti, rows);
}

/**
 * Reads a message as one of the message table: which it is, and the values of its own fields.
 *
 * Fields it need not have are left alone. What the values mean together (amounts that must agree, cards that must
 * exist) is not looked at here. Terminal interface, section 3.
 */
export function readRequest(message: Message): RequestReading {
  if (message.problem !== undefined) return refused('30', message.problem.path, message.problem.reason);
  const rows = byMti.get(message.mti);
  if (rows === undefined) return refused('12', 'MTI', `${message.mti} is not supported`);
  const trace = message.text(11);
  const terminalNo = message.text(41);
  const merchantNo = message.text(42);
  const digits60 = message.text(60);
  if (trace === undefined) return missing(11);
  if (terminalNo === undefined) return missing(41);
  if (merchantNo === undefined) return missing(42);
  if (digits60 === undefined) return missing(60);
  const management = decodeManagementField(digits60);
  if (!management.ok) return refused('30', management.problem.path, management.problem.reason);
  const { type, networkManagement } = management.value;
  const row = rows.find(({ key }) => key.type === type && key.networkManagement === networkManagement);
  if (row === undefined) return refused('12', 'field 60', `${type} / ${networkManagement} is no ${message.mti}`);
  const wantedCode = row.key.processingCode;
  if (wantedCode !== undefined) {
    const code = message.text(3);
    if (code === undefined) return missing(3);
    if (code !== wantedCode) return refused('12', 'field 3', `${code} is not ${wantedCode}`);
  }
  const values: Record<string, unknown> = {};
  for (const [key, slot] of row.slots) {
    if (!message.has(slot.field)) {
      if (slot.optional) continue;
      return missing(slot.field, row.definition.mac);
    }
    const value = slot.decode(message);
    if (value instanceof Misfit) {
      const path = [`field ${slot.field}`, ...value.steps].join(' / ');
      return refused(slot.misfitCode, path, value.reason, row.definition.mac);
    }
    values[key] = value;
  }
  const request = {
    message,
    trace,
    terminalNo,
    merchantNo,
    management: management.value,
    definition: row.definition,
    name: row.name,
    values,
  };
  return { ok: true, request: request as unknown as TerminalRequest };
}

function missing(field: number, carriesMac = true): RequestReading {
  return refused('30', `field ${field}`, 'is missing', carriesMac);
}

function refused(code: '12' | '30', path: string, reason: string, carriesMac = true): RequestReading {
  return { ok: false, code, problem: { path, reason }, carriesMac };
}
