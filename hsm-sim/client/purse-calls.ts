import { HsmRefused } from '../errors.ts';
import { FieldWriter } from '../wire/field-writer.ts';
import { COMMAND_PREFIX, MAX_MESSAGE_BYTES } from '../wire/frame.ts';
import { BulkQueue } from './bulk-queue.ts';
import { exactly } from './checks.ts';
import { derivedKey } from './fields.ts';
import type { HsmClient, KeyRef, LoadAuthorisation, LoadTac, TacItem } from './hsm-client.ts';
import type { LinkPool } from './link-pool.ts';
import { packTacs, readVerdict, type TacBatch } from './tac-batch.ts';

/** Bulk commands under way per link: one computed, one travelling. */
export const BULK_PER_LINK = 2;
/** The item count stands before the items. */
export const MAX_BULK_BYTES = MAX_MESSAGE_BYTES - COMMAND_PREFIX - 2;
/** Bytes of a TAC item besides its key, factors and input; the largest item still fits. */
const TAC_ITEM_BYTES = 16;

type PurseCalls = Pick<HsmClient, 'loadAuthorise' | 'verifyLoadTac' | 'verifyTacs'>;

/** The purse part of the client. */
export function purseCalls(pool: LinkPool, connections: number): PurseCalls {
  const maxInFlight = connections * BULK_PER_LINK;

  const sendTacs = async ({ fields, count }: TacBatch) =>
    pool.call({ command: 'P2', fields, pure: true }, (answer) => readVerdictCodes(answer.ascii(2 * count)));

  const tacs = new BulkQueue<TacItem, string>({
    maxInFlight,
    maxBytes: MAX_BULK_BYTES,
    bytesOf: (item) => TAC_ITEM_BYTES + item.dtk.length + 8 * item.factors.length + item.data.length,
    send: async (items) => {
      const codes: string[] = [];
      while (codes.length < items.length) codes.push(...(await sendTacs(packTacs(items, codes.length))));
      return codes;
    },
  });

  const loads = macQueue(pool, 'P0', maxInFlight);

  return {
    loadAuthorise: async (item) => {
      return readAuthorisation(await loads.add(loadFields(item.dlk, item)), 'P0');
    },
    verifyLoadTac: async (item) => readVerdict(await tacs.add(loadTacItem(item)), 'P2'),
    verifyTacs: async (items) => {
      const verdicts: boolean[] = [];
      let next = 0;
      const worker = async () => {
        while (next < items.length) {
          const start = next;
          const batch = packTacs(items, start);
          next += batch.count;
          (await sendTacs(batch)).forEach((code, index) => (verdicts[start + index] = readVerdict(code, 'P2')));
        }
      };
      await Promise.all(Array.from({ length: maxInFlight }, worker));
      return verdicts;
    },
  };
}

/** An item's error, and its MAC when the error is 00. */
export interface MacAnswer {
  readonly code: string;
  readonly mac: Buffer;
}

/** Joins items of a bulk command that is answered with error 2 ‖ MAC 4 each. */
export function macQueue(pool: LinkPool, command: string, maxInFlight: number): BulkQueue<Buffer, MacAnswer> {
  return new BulkQueue<Buffer, MacAnswer>({
    maxInFlight,
    maxBytes: MAX_BULK_BYTES,
    bytesOf: (item) => item.length,
    send: async (items) => {
      const fields = Buffer.concat([new FieldWriter().uint16(items.length).toBuffer(), ...items]);
      return pool.call({ command, fields, pure: true }, (answer) =>
        items.map(() => ({ code: answer.ascii(2), mac: Buffer.from(answer.bytes(4)) })),
      );
    },
  });
}

/** MAC2, or that MAC1 was wrong; throws HsmRefused when the HSM refused the item. */
export function readAuthorisation(
  { code, mac }: MacAnswer,
  command: string,
): { ok: true; mac2: Buffer } | { ok: false } {
  if (code === '01') return { ok: false };
  if (code !== '00') throw new HsmRefused(code, command);
  return { ok: true, mac2: mac };
}

/** Item of P0 and PE, in the order of the device's load fields. */
export function loadFields(key: KeyRef, item: Omit<LoadAuthorisation, 'dlk'>): Buffer {
  return derivedKey(key, item)
    .bytes(exactly(item.cardRandom, 4, 'a card random'))
    .uint16(item.onlineCounter)
    .uint32(item.balanceBefore)
    .uint32(item.amount)
    .byte(item.type)
    .bytes(exactly(item.samNo, 6, 'a SAM number'))
    .bytes(exactly(item.mac1, 4, 'MAC1'))
    .bytes(exactly(item.date, 4, 'a BCD date'))
    .bytes(exactly(item.time, 3, 'a BCD time'))
    .toBuffer();
}

/** Load TAC input: new balance 4 ‖ old online counter 2 ‖ amount 4 ‖ type 1 ‖ SAM 6 ‖ date 4 ‖ time 3 (domain.md A.4). */
function loadTacItem(item: LoadTac): TacItem {
  const data = new FieldWriter()
    .uint32(item.balanceAfter)
    .uint16(item.onlineCounterBefore)
    .uint32(item.amount)
    .byte(item.type)
    .bytes(exactly(item.samNo, 6, 'a SAM number'))
    .bytes(exactly(item.date, 4, 'a BCD date'))
    .bytes(exactly(item.time, 3, 'a BCD time'))
    .toBuffer();
  const { dtk, factors, algorithm, tac } = item;
  for (const factor of factors) exactly(factor, 8, 'a derivation factor');
  return { dtk, factors, algorithm, data, tac: exactly(tac, 4, 'a TAC') };
}

function readVerdictCodes(codes: string): string[] {
  return codes.match(/../g) ?? [];
}
