import { HsmRefused } from '../errors.ts';
import type { FieldWriter } from '../wire/field-writer.ts';
import { exactly } from './checks.ts';
import { derivedKey } from './fields.ts';
import type { HsmClient, SamPurchase } from './hsm-client.ts';
import type { LinkPool } from './link-pool.ts';
import { BULK_PER_LINK, loadFields, macQueue, readAuthorisation } from './purse-calls.ts';
import { readVerdict } from './tac-batch.ts';

type SamCalls = Pick<HsmClient, 'samPurchaseMac1' | 'samVerifyMac2' | 'unloadAuthorise' | 'verifyUnloadMac3'>;

/** The HSM in the place of a SAM at the counter: purchases and unloads. */
export function samCalls(pool: LinkPool, connections: number): SamCalls {
  const maxInFlight = connections * BULK_PER_LINK;
  const purchases = macQueue(pool, 'PA', maxInFlight);
  const purchaseChecks = macQueue(pool, 'PC', maxInFlight);
  const unloads = macQueue(pool, 'PE', maxInFlight);
  const unloadChecks = macQueue(pool, 'PK', maxInFlight);
  return {
    samPurchaseMac1: async (item) => {
      const { code, mac } = await purchases.add(purchaseFields(item).toBuffer());
      if (code !== '00') throw new HsmRefused(code, 'PA');
      return mac;
    },
    samVerifyMac2: async (item) => {
      const fields = purchaseFields(item).bytes(exactly(item.mac2, 4, 'MAC2'));
      return readVerdict((await purchaseChecks.add(fields.toBuffer())).code, 'PC');
    },
    unloadAuthorise: async (item) => readAuthorisation(await unloads.add(loadFields(item.dulk, item)), 'PE'),
    verifyUnloadMac3: async (item) => {
      const fields = derivedKey(item.dulk, item)
        .bytes(exactly(item.cardRandom, 4, 'a card random'))
        .uint16(item.onlineCounter)
        .uint32(item.balanceAfter)
        .uint32(item.amount)
        .byte(item.type)
        .bytes(exactly(item.samNo, 6, 'a SAM number'))
        .bytes(exactly(item.date, 4, 'a BCD date'))
        .bytes(exactly(item.time, 3, 'a BCD time'))
        .bytes(exactly(item.mac3, 4, 'MAC3'));
      return readVerdict((await unloadChecks.add(fields.toBuffer())).code, 'PK');
    },
  };
}

/** In the order of the device's purchase fields. */
function purchaseFields(item: SamPurchase): FieldWriter {
  return derivedKey(item.dpk, item)
    .bytes(exactly(item.cardRandom, 4, 'a card random'))
    .uint16(item.offlineCounter)
    .uint32(item.transactionNo)
    .uint32(item.amount)
    .byte(item.type)
    .bytes(exactly(item.samNo, 6, 'a SAM number'))
    .bytes(exactly(item.date, 4, 'a BCD date'))
    .bytes(exactly(item.time, 3, 'a BCD time'));
}
