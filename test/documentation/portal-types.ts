import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import type { TestCity } from '../installation.ts';
import { interfaceTypes, TYPES_FILE } from '../portal/interface-types.ts';

/** The portal is written against the interface as it is. */
export function portalTypesTests(city: () => TestCity): void {
  it('the types of the portal are those of the interface (npm run portal:types writes them again)', async () => {
    const { body } = await city().http('nobody', 'GET', '/v1/openapi.json');
    expect((await readFile(TYPES_FILE, 'utf8')) === (await interfaceTypes(body))).toBe(true);
  });
}
