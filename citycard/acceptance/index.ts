import type { Kit } from '@citycard/clearing';
import type { AcceptanceCase } from './case.ts';
import { cityCases } from './city/kit.ts';
import { billerCases } from './partner/biller-kit.ts';
import { operatorCases } from './partner/operator-kit.ts';
import { terminalCases } from './terminal/kit.ts';

export type { KitEvent } from './case.ts';
export { type CityOrder, runCityKit } from './city/kit.ts';
export { runBillerKit } from './partner/biller-kit.ts';
export { runOperatorKit } from './partner/operator-kit.ts';
export { testKeysInHex } from './terminal/test-keys.ts';
export { TERMINAL_FUNCTIONS } from './terminal/bench.ts';
export { runTerminalKit, TEST_IDENTITY, type TerminalOrder, type TerminalSettings } from './terminal/kit.ts';

type CaseText = Pick<AcceptanceCase, 'id' | 'title' | 'document' | 'about'>;

const CASES: Readonly<Record<Kit, readonly CaseText[]>> = {
  terminal: terminalCases,
  biller: billerCases,
  operator: operatorCases,
  city: cityCases,
};

/** The mandatory cases of a kit, in the order they are played. */
export function casesOf(kit: Kit): readonly CaseText[] {
  return CASES[kit];
}
