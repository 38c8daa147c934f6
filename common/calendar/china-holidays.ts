/** A closed range of days, both ends included. */
type Range = readonly [first: string, last: string];

export interface HolidayYear {
  readonly holidays: readonly Range[];
  /** Saturdays and Sundays on which the country works (调休). */
  readonly madeUp: readonly string[];
}

/**
 * Public holidays as the General Office of the State Council gives notice of them each autumn: for 2025 by 国办发明电
 * 〔2024〕12号, for 2026 by 国办发明电〔2025〕7号. A year is added when its notice is out.
 */
export const CHINA_HOLIDAYS: Readonly<Record<number, HolidayYear>> = {
  2025: {
    holidays: [
      ['2025-01-01', '2025-01-01'], // New Year
      ['2025-01-28', '2025-02-04'], // Spring Festival
      ['2025-04-04', '2025-04-06'], // Qingming
      ['2025-05-01', '2025-05-05'], // Labour Day
      ['2025-05-31', '2025-06-02'], // Dragon Boat
      ['2025-10-01', '2025-10-08'], // National Day and Mid-Autumn
    ],
    madeUp: ['2025-01-26', '2025-02-08', '2025-04-27', '2025-09-28', '2025-10-11'],
  },
  2026: {
    holidays: [
      ['2026-01-01', '2026-01-03'], // New Year
      ['2026-02-15', '2026-02-23'], // Spring Festival
      ['2026-04-04', '2026-04-06'], // Qingming
      ['2026-05-01', '2026-05-05'], // Labour Day
      ['2026-06-19', '2026-06-21'], // Dragon Boat
      ['2026-09-25', '2026-09-27'], // Mid-Autumn
      ['2026-10-01', '2026-10-07'], // National Day
    ],
    madeUp: ['2026-01-04', '2026-02-14', '2026-02-28', '2026-05-09', '2026-09-20', '2026-10-10'],
  },
};

/** The holidays that keep their date every year, for years without a notice: 1 January, 1–2 May, 1–3 October. */
export function fixedHolidays(year: number): HolidayYear {
  return {
    holidays: [
      [`${year}-01-01`, `${year}-01-01`],
      [`${year}-05-01`, `${year}-05-02`],
      [`${year}-10-01`, `${year}-10-03`],
    ],
    madeUp: [],
  };
}
