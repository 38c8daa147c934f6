import { HOME_CITY, repeat } from '@citycard/clearing';
import type { Logger } from '@citycard/common';
import { listAgreements } from './agreements/agreement.ts';
import type { CityDeps } from './deps.ts';
import { exchangeWithCity, lookAfterCity } from './exchange.ts';

/** Files between cities are a matter of hours; a minute is soon. */
const LOOK_EVERY_MS = 60_000;

/**
 * Exchanges with every city there is an agreement with, again and again, and looks after what waits too long. A city that cannot be
 * reached keeps nobody else waiting for longer than one attempt.
 */
export function startCityExchange(deps: CityDeps & { readonly logger: Logger }): { stop(): Promise<void> } {
  const round = async () => {
    for (const { city } of await listAgreements(deps.db)) {
      if (city === (deps.homeCity ?? HOME_CITY)) continue;
      try {
        await exchangeWithCity(deps, city, false);
        await lookAfterCity(deps, city);
      } catch (error) {
        deps.logger.warn({ err: error, city }, 'the exchange with a city was broken off, will be tried later');
      }
    }
  };
  const complaint = 'agreements with cities could not be read, will be tried later';
  return { stop: repeat(deps.logger, complaint, LOOK_EVERY_MS, round) };
}
