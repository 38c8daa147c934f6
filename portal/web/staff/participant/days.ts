const CITY_OFFSET_MS = 8 * 3_600_000;
const DAY_MS = 86_400_000;

/** The city's today, or so many days before. */
export const cityDay = (daysBefore = 0): string =>
  new Date(Date.now() + CITY_OFFSET_MS - daysBefore * DAY_MS).toISOString().slice(0, 10);

/** Whole days from now until an instant; negative when it is over. */
export const daysUntil = (instant: string): number => Math.floor((Date.parse(instant) - Date.now()) / DAY_MS);

/** How a list shows a month when nobody chose. */
export const MONTH = 30;
