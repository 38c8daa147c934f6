import { X509Certificate } from 'node:crypto';
import { type AcceptanceReport, type CardNo, HOME_CITY } from '@citycard/clearing';
import { type AcceptanceCase, type KitEvent, runCases } from '../case.ts';
import { ExchangeFolder } from '../partner/delivery.ts';
import { patienceOf, reportOf } from '../report.ts';
import { openTestHsm } from '../terminal/test-keys.ts';
import { badPurchaseCases } from './bad-purchases.ts';
import type { CityBench } from './bench.ts';
import { OUR_KEYS, OurCity } from './our-city.ts';
import { ourPurchaseCases } from './our-purchases.ts';
import { theirPurchaseCases } from './their-purchases.ts';

export interface CityOrder {
  readonly participantNo: string;
  /** The candidate's inter-city code, which is the CN of its certificate. */
  readonly city: string;
  /** The code the kit plays; the home city when left out. */
  readonly home?: string;
  /** The candidate finds our files in `out` of this folder and writes its own, and what became of ours, to `in`. */
  readonly folder: string;
  /** The certificate the candidate signs with, PEM. */
  readonly certificatePem: string;
  /** Two test cards of the candidate, made with the published test roots, 100.00 yuan on each and no purchase yet. */
  readonly cards: readonly [CardNo, CardNo];
  readonly only?: string;
  readonly limitMs: number;
  readonly quietMs: number;
  readonly clockLimitMs: number;
  readonly stopping: AbortSignal;
  /** Our certificates are in the folder `our-city`; from here on the candidate is asked. */
  ready?(): void;
  tell(event: KitEvent): void;
}

/** Every mandatory case of a city that settles with ours by signed files. */
export const cityCases: readonly AcceptanceCase<CityBench>[] = [
  ...ourPurchaseCases,
  ...badPurchaseCases,
  ...theirPurchaseCases,
].map((one) => ({
  ...one,
  async run(bench) {
    await bench.folder.discard('.ccir');
    await bench.folder.discard('.json');
    await one.run(bench);
  },
}));

/** Plays our city for a candidate city, by exchange of files through a folder. @returns the report, not yet signed */
export async function runCityKit(order: CityOrder): Promise<AcceptanceReport> {
  const startedAt = new Date();
  const { participantNo, city, home = HOME_CITY, cards, limitMs, quietMs } = order;
  const certificate = new X509Certificate(order.certificatePem);
  const folder = await ExchangeFolder.open(order.folder);
  const { hsm, close } = await openTestHsm(OUR_KEYS);
  try {
    const us = await OurCity.open(hsm, { home, partner: city }, order.folder);
    order.ready?.();
    const seen = new Map<string, Buffer>();
    const shared = { folder, us, cards, certificate, hsm, limitMs, quietMs, seen, travelled: new Set<string>() };
    const cases = await runCases(cityCases, (_one, ask) => ({ ...shared, ask }), {
      ...order,
      kit: 'city',
      functions: [],
    });
    return reportOf({
      kit: 'city',
      candidate: participantNo,
      cases,
      startedAt,
      finishedAt: new Date(),
      conditions: { city, home, ...patienceOf(order) },
    });
  } finally {
    await close();
  }
}
