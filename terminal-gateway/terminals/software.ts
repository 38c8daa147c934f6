import type { TerminalRequest } from '../catalogue/request.ts';
import { decodeGb18030 } from '../codec/gb18030.ts';

/** More of the free text of a sign-on is not kept. */
const LONGEST = 100;

/**
 * What a terminal says of its software: field 62 of the sign-on is free text; by our convention it begins with
 * `MODEL/VERSION` and a blank (docs/terminal-estate.md). Undefined when it is no readable text.
 */
export function softwareOf(request: TerminalRequest): string | undefined {
  if (request.name !== 'signOn') return undefined;
  const text = decodeGb18030(request.values.terminalText);
  const readable = text
    ?.replaceAll(/\p{Cc}/gu, ' ')
    .trim()
    .slice(0, LONGEST);
  return readable === undefined || readable === '' ? undefined : readable;
}
