import { HsmRefused } from '../errors.ts';
import { FieldWriter } from '../wire/field-writer.ts';
import { COMMAND_PREFIX, MAX_MESSAGE_BYTES } from '../wire/frame.ts';
import { BulkCommand, BULK_PER_LINK, type BulkForm } from './bulk-command.ts';
import { BulkQueue } from './bulk-queue.ts';
import { cardSize, keysOf, wrapAllCardKeys, writeCard } from './card-keys.ts';
import { derivationSize, derivedKey, writeDerivation } from './fields.ts';
import type { CardCommand, HsmClient } from './hsm-client.ts';
import type { LinkPool } from './link-pool.ts';

/** The item count stands before the items. */
const MAX_BULK_BYTES = MAX_MESSAGE_BYTES - COMMAND_PREFIX - 2;

type ScriptCalls = Pick<
  HsmClient,
  | 'wrapCardKey'
  | 'wrapCardKeys'
  | 'wrapCardKeysAll'
  | 'wrapInitialPin'
  | 'cardCommandMac'
  | 'cardCommandMacs'
  | 'cardCommandEncrypt'
  | 'externalAuthenticate'
  | 'pinReloadMac'
>;

const KEY_BYTES = 16;
/** Error 2 before the keys of an item. */
const ERROR_BYTES = 2;

interface WrapItem {
  readonly fields: Buffer;
  readonly keys: number;
}

/** What card scripts and personalisation ask of the HSM. */
export function scriptCalls(pool: LinkPool, connections: number): ScriptCalls {
  const wraps = new BulkQueue<WrapItem, { readonly code: string; readonly keys: Buffer }>({
    maxInFlight: connections * BULK_PER_LINK,
    // Half a message, so that the device's limit of keys in one command holds too.
    maxBytes: MAX_BULK_BYTES / 2,
    bytesOf: (item) => Math.max(item.fields.length, ERROR_BYTES + KEY_BYTES * item.keys),
    send: async (items) => {
      const count = new FieldWriter().uint16(items.length).toBuffer();
      const fields = Buffer.concat([count, ...items.map((item) => item.fields)]);
      return pool.call({ command: 'PM', fields, pure: true }, (answer) =>
        items.map(({ keys }) => ({
          code: answer.ascii(ERROR_BYTES),
          keys: Buffer.from(answer.bytes(KEY_BYTES * keys)),
        })),
      );
    },
  });
  const macs = new BulkCommand(pool, connections, commandMacForm);
  const reloads = new BulkCommand(pool, connections, pinReloadForm);
  return {
    wrapCardKeys: async (item) => {
      const fields = writeCard(item, new FieldWriter(cardSize(item))).toBuffer();
      const { code, keys } = await wraps.add({ fields, keys: item.roots.length });
      if (code !== '00') throw new HsmRefused(code, 'PM');
      return keysOf(keys, item.roots.length);
    },
    wrapCardKeysAll: async (items) => wrapAllCardKeys(pool, connections * BULK_PER_LINK, items),
    wrapCardKey: async (item) => {
      const fields = derivedKey(item.root, item).longText(item.transport).toBuffer();
      return pool.call({ command: 'P8', fields, pure: true }, (answer) => ({
        encrypted: answer.bytes(16),
        kcv: answer.ascii(6),
      }));
    },
    // Asked twice it makes two PINs; whoever asks writes one of them, and nobody knows either.
    wrapInitialPin: async ({ transport }) => {
      const fields = new FieldWriter().longText(transport).toBuffer();
      return pool.call({ command: 'PQ', fields, pure: true }, (answer) => ({ encrypted: answer.bytes(8) }));
    },
    cardCommandMac: (item) => macs.one(item),
    cardCommandMacs: (items) => macs.all(items),
    cardCommandEncrypt: async (item) => {
      const fields = derivedKey(item.root, item).short(item.plaintext).toBuffer();
      return pool.call({ command: 'PG', fields, pure: true }, (answer) => answer.long());
    },
    externalAuthenticate: async (item) => {
      const fields = derivedKey(item.root, item).short(item.challenge).toBuffer();
      return pool.call({ command: 'P6', fields, pure: true }, (answer) => answer.bytes(8));
    },
    pinReloadMac: (item) => reloads.one(item),
  };
}

const MAC_BYTES = 4;
const makesMac = {
  valueLength: MAC_BYTES,
  right: (answer: Buffer, at: number): Buffer => answer.subarray(at, at + MAC_BYTES),
};

const commandMacForm: BulkForm<CardCommand, Buffer> = {
  command: 'P4',
  keyOf: (item) => item.root,
  sizeOf: (item) => {
    const { challenge, data } = item;
    if (challenge.length !== 4 && challenge.length !== 8) throw new RangeError('a challenge has 4 or 8 bytes');
    return derivationSize(item) + 1 + challenge.length + 2 + data.length;
  },
  write: (item, fields) => {
    writeDerivation(item, fields).short(item.challenge).long(item.data);
  },
  ...makesMac,
};

const pinReloadForm: BulkForm<Parameters<HsmClient['pinReloadMac']>[0], Buffer> = {
  command: 'PI',
  keyOf: (item) => item.root,
  sizeOf: (item) => {
    const { pin } = item;
    if (pin.length < 2 || pin.length > 8) throw new RangeError('a PIN has 2 to 8 bytes');
    return derivationSize(item) + 1 + pin.length;
  },
  write: (item, fields) => {
    writeDerivation(item, fields).short(item.pin);
  },
  ...makesMac,
};
