import { writeFile } from 'node:fs/promises';
import { startTestCity } from '../installation.ts';
import { interfaceTypes, TYPES_FILE } from './interface-types.ts';

/** Writes the types again from the routes as they are now. */
const city = await startTestCity({ jobs: false });
try {
  const { body } = await city.http('nobody', 'GET', '/v1/openapi.json');
  await writeFile(TYPES_FILE, await interfaceTypes(body));
} finally {
  await city.stop();
}
