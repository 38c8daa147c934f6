import { derivedKey } from './fields.ts';
import type { HsmClient } from './hsm-client.ts';
import type { LinkPool } from './link-pool.ts';

type ScriptCalls = Pick<
  HsmClient,
  'wrapCardKey' | 'cardCommandMac' | 'cardCommandEncrypt' | 'externalAuthenticate' | 'pinReloadMac'
>;

/** What card scripts and personalisation ask of the HSM. */
export function scriptCalls(pool: LinkPool): ScriptCalls {
  return {
    wrapCardKey: async (item) => {
      const fields = derivedKey(item.root, item).longText(item.transport).toBuffer();
      return pool.call({ command: 'P8', fields, pure: true }, (answer) => ({
        encrypted: answer.bytes(16),
        kcv: answer.ascii(6),
      }));
    },
    cardCommandMac: async (item) => {
      const fields = derivedKey(item.root, item).short(item.challenge).long(item.data).toBuffer();
      return pool.call({ command: 'P4', fields, pure: true }, (answer) => answer.bytes(4));
    },
    cardCommandEncrypt: async (item) => {
      const fields = derivedKey(item.root, item).short(item.plaintext).toBuffer();
      return pool.call({ command: 'PG', fields, pure: true }, (answer) => answer.long());
    },
    externalAuthenticate: async (item) => {
      const fields = derivedKey(item.root, item).short(item.challenge).toBuffer();
      return pool.call({ command: 'P6', fields, pure: true }, (answer) => answer.bytes(8));
    },
    pinReloadMac: async (item) => {
      const fields = derivedKey(item.root, item).short(item.pin).toBuffer();
      return pool.call({ command: 'PI', fields, pure: true }, (answer) => answer.bytes(4));
    },
  };
}
