/** The city's zone: what somebody types as a time of day is this city's. */
const ZONE = '+08:00';
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const MINUTE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/;

/** A day or a time of the city as the ledger asks for instants; a day is its beginning. Undefined for anything else. */
export function instantOf(typed: string): string | undefined {
  if (DAY.test(typed)) return `${typed}T00:00:00${ZONE}`;
  return MINUTE.test(typed) ? `${typed}${typed.length === 16 ? ':00' : ''}${ZONE}` : undefined;
}
