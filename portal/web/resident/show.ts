/** Fen as yuan: `1,234.50`. Digits are cut, nothing is computed. */
export function yuan(fen: number): string {
  const digits = String(Math.abs(fen));
  const padded = digits.length < 3 ? `00${digits}`.slice(-3) : digits;
  const whole = padded.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ',');
  return `${fen < 0 ? '−' : ''}${whole}.${padded.slice(-2)}`;
}

/** Typed yuan as fen; undefined when it is none. */
export function fenOf(typed: string): number | undefined {
  const parts = /^(\d{1,6})(?:\.(\d{1,2}))?$/.exec(typed.trim());
  if (parts === null) return undefined;
  return Number(`${parts[1] || '0'}${`${parts[2] || ''}00`.slice(0, 2)}`);
}

const CITY_OFFSET_MS = 8 * 3600000;

/** An instant in the city's time: `2026-03-01 08:15`. */
export function cityTime(instant: string): string {
  const at = Date.parse(instant);
  return isNaN(at) ? instant : new Date(at + CITY_OFFSET_MS).toISOString().slice(0, 16).replace('T', ' ');
}

/** Today in the city, or so many days before. */
export const cityDay = (daysBefore = 0): string =>
  new Date(Date.now() + CITY_OFFSET_MS - daysBefore * 86400000).toISOString().slice(0, 10);
