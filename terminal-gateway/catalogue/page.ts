import { fieldName, fieldRows } from '../codec/field-table.ts';
import { type NamedPart, words } from '../codec/parts.ts';
import { messages, type MessageDefinition, type MessageName } from './messages.ts';
import { isStoredAnswer, responseCodes, type ResponseCode } from './response-codes.ts';
import type { Slot, Slots } from './slots.ts';

/** The message catalogue as a page: what the codec does, told from the data it does it by. */
export function messageCataloguePage(): string {
  return [
    '# Message catalogue',
    '',
    'Every message, field, layout and answer code as the gateway reads and writes them. This page is made from the tables in',
    '`terminal-gateway/catalogue` and `terminal-gateway/codec`; `npx vitest run terminal-gateway/catalogue --update` makes it anew,',
    'and a test holds it in step. What the messages mean is in [terminal-interface.md](terminal-interface.md).',
    '',
    '## Fields',
    '',
    'Digits are packed decimal, left aligned unless it says right. LL and LLL are packed decimal and count digits for digits and',
    'track data, bytes for all others.',
    '',
    ...table(
      ['field', 'name', 'format', 'prefix', 'places'],
      fieldRows.map(([field, name, format, prefix, limit]) => [
        String(field),
        name,
        format,
        prefix,
        `${prefix === '' ? '' : 'up to '}${limit}`,
      ]),
    ),
    '',
    '## Messages',
    '',
    'Fields 11, 41, 42 and 60 are in every request. Every answer has 11, 41, 42 and 60 as they came, and 12, 13, 37, 39. An answer',
    'with another code than 00 leaves out what is its own.',
    '',
    ...(Object.keys(messages) as MessageName[]).flatMap(messageSection),
    '## Answer codes',
    '',
    'A kept answer is given again when the request is repeated; after the others the request is decided afresh.',
    '',
    ...table(
      ['field 39', 'when', 'kept'],
      (Object.keys(responseCodes) as ResponseCode[])
        .sort()
        .map((code) => [code, responseCodes[code], isStoredAnswer(code) ? 'yes' : 'no']),
    ),
    '',
  ].join('\n');
}

function messageSection(name: MessageName): string[] {
  const { number, mti, keys, request, answer, mac, stored }: MessageDefinition = messages[name];
  const told = keys.map(({ processingCode, type, networkManagement }) =>
    [
      ...(processingCode === undefined ? [] : [`field 3 \`${processingCode}\``]),
      `60.1 \`${type}\``,
      `60.3 \`${networkManagement}\``,
    ].join(', '),
  );
  return [
    `### ${number} ${words(name)}`,
    '',
    `MTI \`${mti}\`, answer \`${String(Number(mti) + 10).padStart(4, '0')}\`; ${told.join('; or ')}.`,
    `${mac ? 'Field 64 in request and answer.' : 'No field 64.'} ${stored ? 'The answer is kept for repeats.' : 'The answer is made anew each time.'}`,
    '',
    ...slotTable('Request', request),
    ...slotTable('Answer', answer),
  ];
}

function slotTable(title: string, slots: Slots): string[] {
  const rows = Object.values<Slot<unknown>>(slots).flatMap(slotRows);
  if (rows.length === 0) return [`${title}: nothing of its own.`, ''];
  return [...table([title, 'bytes', 'format'], rows), ''];
}

function slotRows(slot: Slot<unknown>): string[][] {
  const name = `${slot.field} ${fieldName(slot.field) ?? ''}${slot.optional ? ', optional' : ''}`;
  const size = slot.part === undefined ? '' : slot.part.size === undefined ? 'the rest' : String(slot.part.size);
  return [[name, size, slot.format], ...(slot.part?.parts ?? []).flatMap((part) => partRows(part, 1))];
}

function partRows({ name, part }: NamedPart, depth: number): string[][] {
  const size = part.size === undefined ? 'the rest' : String(part.size);
  const row = [`${'– '.repeat(depth)}${name}`, size, part.format];
  return [row, ...(part.parts ?? []).flatMap((inner) => partRows(inner, depth + 1))];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
