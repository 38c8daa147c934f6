import type { CeremonyKey } from '../custody/ceremony.ts';
import { isStoreName } from '../store/store-name.ts';
import { CommandRefused } from '../errors.ts';
import { checkValue } from '../keys/check-value.ts';
import { algorithmCodes, algorithmOfCode } from '../keys/key-algorithm.ts';
import { isKeyUsage, usageAllows, usageFamily, type SymmetricUsage } from '../keys/key-usage.ts';
import type { FieldReader } from '../wire/field-reader.ts';
import { MAX_FACTORS, readFlag, type Command } from './command.ts';
import { newKey } from './terminal-commands.ts';

/** As many as a ceremony needs: they are created before anybody could open commands. */
const FOUNDING_CUSTODIANS = 3;
/** Keys described in one answer to K0. */
const KEYS_PER_PAGE = 400;

/** Name ‖ usage ‖ algorithm 1 ‖ exportable 1 ‖ levels 1 (1 to 4 for roots of card keys, else 0). */
function readKeyAttributes(fields: FieldReader): CeremonyKey {
  const name = readName(fields);
  const usage = fields.shortText();
  if (!isKeyUsage(usage)) throw new CommandRefused('04');
  const family = usageFamily(usage);
  if (family === 'signature' || family === 'component') throw new CommandRefused('04');
  const algorithm = algorithmOfCode(fields.ascii(1));
  if (algorithm === undefined || algorithm === 'rsa' || !usageAllows(usage, algorithm)) throw new CommandRefused('15');
  const exportable = readFlag(fields);
  const levels = fields.byte();
  if (family === 'card' ? levels < 1 || levels > MAX_FACTORS : levels !== 0) throw new CommandRefused('15');
  return { name, usage: usage as SymmetricUsage, algorithm, exportable, levels };
}

export function readName(fields: FieldReader): string {
  const name = fields.shortText();
  if (!isStoreName(name)) throw new CommandRefused('15');
  return name;
}

/** U0: name ‖ PIN. */
const createCustodian: Command = {
  code: 'U0',
  name: 'createCustodian',
  changes: true,
  run({ custodians, authorised }, fields, _answer, note) {
    const name = readName(fields);
    const pin = fields.shortText();
    fields.end();
    note.subject = name;
    if (custodians.count >= FOUNDING_CUSTODIANS) authorised.require('createCustodian');
    custodians.create(name, pin);
  },
};

/** U2: name ‖ PIN ‖ name ‖ PIN ‖ minutes 2 ‖ count 1 ‖ commands. */
const authorise: Command = {
  code: 'U2',
  name: 'authorise',
  changes: true,
  run({ authorised, commandNames }, fields, _answer, note) {
    const first = { name: readName(fields), pin: fields.shortText() };
    const second = { name: readName(fields), pin: fields.shortText() };
    const minutes = fields.uint16();
    const commands: string[] = [];
    for (let left = fields.byte(); left > 0; left--) commands.push(fields.shortText());
    fields.end();
    note.subject = `${first.name} and ${second.name}`;
    if (!commands.every((command) => commandNames.has(command))) throw new CommandRefused('15');
    note.subject += ` open ${commands.join(' ')} for ${minutes} min`;
    authorised.open(first, second, commands, minutes);
  },
};

/** K0: first index 2 → more 1 ‖ count 2 ‖ keys (name ‖ usage ‖ algorithm 1 ‖ exportable 1 ‖ levels 1 ‖ check value 6). */
const listKeys: Command = {
  code: 'K0',
  name: 'listKeys',
  run({ store, ring }, fields, answer) {
    const first = fields.uint16();
    fields.end();
    const page = store.content.keys.slice(first, first + KEYS_PER_PAGE);
    answer.byte(first + page.length < store.content.keys.length ? 1 : 0).uint16(page.length);
    for (const { name } of page) {
      const { usage, algorithm, exportable, levels, kcv } = ring.listed(name);
      answer.shortText(name).shortText(usage).ascii(algorithmCodes[algorithm]);
      answer
        .byte(exportable ? 1 : 0)
        .byte(levels)
        .ascii(kcv);
    }
  },
};

/** KA: first index 2 → more 1 ‖ count 2 ‖ last uses (name ‖ seconds since 1970, 4; 0: not since the start). */
const keyUses: Command = {
  code: 'KA',
  name: 'keyUses',
  run({ store, ring }, fields, answer) {
    const first = fields.uint16();
    fields.end();
    const page = store.content.keys.slice(first, first + KEYS_PER_PAGE);
    answer.byte(first + page.length < store.content.keys.length ? 1 : 0).uint16(page.length);
    for (const { name } of page) answer.shortText(name).uint32(ring.lastUse(name));
  },
};

/** K2: key attributes → check value 6. Authorised. */
const generateKey: Command = {
  code: 'K2',
  name: 'generateKey',
  changes: true,
  run({ ring, authorised }, fields, answer, note) {
    const key = readKeyAttributes(fields);
    fields.end();
    note.subject = `${key.name} ${key.usage}`;
    authorised.require('generateKey');
    const bytes = newKey(key.algorithm);
    ring.add(key.name, key, bytes);
    answer.ascii(checkValue(key.algorithm, bytes));
  },
};

/** K4: key attributes ‖ custodian ‖ PIN ‖ component ‖ check value in hexadecimal. The PIN opens this one command. */
const submitComponent: Command = {
  code: 'K4',
  name: 'submitComponent',
  changes: true,
  run({ custodians, ceremony }, fields, _answer, note) {
    const key = readKeyAttributes(fields);
    const custodian = readName(fields);
    const pin = fields.shortText();
    const component = fields.short();
    const kcv = fields.shortText();
    fields.end();
    note.subject = `${key.name} ${key.usage} by ${custodian}`;
    custodians.check(custodian, pin);
    ceremony.submit(key, custodian, component, kcv);
  },
};

/** K6: name → check value 6. Authorised. */
const formKey: Command = {
  code: 'K6',
  name: 'formKey',
  changes: true,
  run({ ceremony, authorised }, fields, answer, note) {
    const name = readName(fields);
    fields.end();
    note.subject = name;
    authorised.require('formKey');
    answer.ascii(ceremony.form(name));
  },
};

/** K8: name. Authorised. */
const discardComponents: Command = {
  code: 'K8',
  name: 'discardComponents',
  changes: true,
  run({ ceremony, authorised }, fields, _answer, note) {
    const name = readName(fields);
    fields.end();
    note.subject = name;
    authorised.require('discardComponents');
    ceremony.discard(name);
  },
};

export const custodyCommands: readonly Command[] = [
  createCustodian,
  authorise,
  listKeys,
  keyUses,
  generateKey,
  submitComponent,
  formKey,
  discardComponents,
];
