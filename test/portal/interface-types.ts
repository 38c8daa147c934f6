import openapiTs, { astToString } from 'openapi-typescript';
import { format, resolveConfig } from 'prettier';

/** Where the pages find the types of the services' interface. */
export const TYPES_FILE = 'portal/web/api/schema.d.ts';

const HEAD = '// Made from the description of the interface: npm run portal:types\n';

/** TypeScript for a description of the interface, in an order that does not depend on when routes were registered. */
export async function interfaceTypes(description: Readonly<Record<string, unknown>>): Promise<string> {
  const paths = Object.entries(description['paths'] as Record<string, object>);
  const ordered = {
    ...description,
    paths: Object.fromEntries(paths.toSorted(([one], [other]) => (one < other ? -1 : 1))),
  };
  const types = astToString(await openapiTs(JSON.stringify(ordered)));
  return format(`${HEAD}${types}`, { ...(await resolveConfig(TYPES_FILE)), parser: 'typescript' });
}
