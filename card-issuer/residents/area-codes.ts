/**
 * Area codes of GB/T 2260 as identity numbers carry them. Old codes stay on old cards for life, so what counts is that the
 * area existed at some time. Shandong, where most holders were born, is checked by county; elsewhere by province and form.
 */
const PROVINCES = new Set(
  '11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83'.split(' '),
);

/**
 * Last two digits of every district, county and county-level city that each prefecture of Shandong has or had, by its
 * first four: current districts first, then those that were merged, renamed or raised to another rank.
 */
const SHANDONG: Readonly<Record<string, string>> = {
  // Jinan; Zhangqiu and Jiyang and Pingyin and Shanghe as counties, later Laiwu's districts as 16 and 17.
  '3701': '01 02 03 04 05 11 12 13 14 15 16 17 21 22 23 24 25 26 81',
  '3702': '01 02 03 04 05 06 11 12 13 14 15 20 21 22 23 24 25 26 27 28 81 82 83 84 85',
  '3703': '01 02 03 04 05 06 20 21 22 23',
  '3704': '01 02 03 04 05 06 20 21 81',
  '3705': '01 02 03 05 20 21 22 23',
  '3706': '01 02 11 12 13 14 20 22 23 24 25 26 27 28 29 30 31 32 33 34 81 82 83 84 85 86 87',
  // Weifang: 潍城 寒亭 坊子 奎文 临朐 昌乐 青州 诸城 寿光 安丘 高密 昌邑, and the counties they were before.
  '3707': '01 02 03 04 05 19 20 21 22 23 24 25 26 27 28 81 82 83 84 85 86',
  '3708': '01 02 11 12 20 21 22 23 25 26 27 28 29 30 31 32 81 82 83',
  '3709': '01 02 03 11 20 21 22 23 24 31 81 82 83',
  '3710': '01 02 03 20 81 82 83',
  '3711': '01 02 03 21 22',
  '3712': '01 02 03',
  '3713': '01 02 11 12 21 22 23 24 25 26 27 28 29',
  '3714': '01 02 03 21 22 23 24 25 26 27 28 81 82',
  '3715': '01 02 03 21 22 23 24 25 26 81',
  '3716': '01 02 03 21 22 23 24 25 26 27 28 81',
  '3717': '01 02 03 21 22 23 24 25 26 27 28',
};

/** Prefectures (地区) of Shandong before they became cities: Changwei, Dezhou, Liaocheng, Linyi, Heze, Huimin, Yantai, Tai'an, Jining … */
const SHANDONG_PREFECTURES = new Set('3720 3721 3722 3723 3724 3725 3726 3727 3728 3729 3730'.split(' '));
/** Highest county number of a prefecture: counties 21 to 59, county-level cities 01 to 19. */
const LAST_COUNTY = 59;
const COUNTY_CITIES = '3790';
/** Public security numbers development zones, which the standard does not know, from 90 on; the statistics bureau from 71 on. */
const ZONES = [
  [71, 79],
  [90, 99],
] as const;

/** Whether an area with this six-digit code existed at any time. */
export function areaEverExisted(code: string): boolean {
  if (!/^[0-9]{6}$/.test(code) || !PROVINCES.has(code.slice(0, 2))) return false;
  const prefecture = code.slice(0, 4);
  const county = Number(code.slice(4));
  if (!code.startsWith('37')) return isPlausible(code);
  if (prefecture === '3700') return county === 0;
  const known = SHANDONG[prefecture];
  if (known !== undefined) return county === 0 || known.split(' ').includes(code.slice(4)) || isZone(county);
  if (SHANDONG_PREFECTURES.has(prefecture)) return county <= LAST_COUNTY;
  // County-level cities that the province governed directly in the 1980s.
  return prefecture === COUNTY_CITIES && county >= 1 && county <= LAST_COUNTY;
}

/** Outside Shandong: prefectures 01 to 70 or 90, counties below each. Taiwan, Hong Kong and Macao carry zeros. */
function isPlausible(code: string): boolean {
  const prefecture = Number(code.slice(2, 4));
  if (/^(71|81|82|83)0000$/.test(code)) return true;
  if (/^(71|81|82|83)/.test(code)) return false;
  return (prefecture >= 1 && prefecture <= 70) || prefecture === 90;
}

function isZone(county: number): boolean {
  return ZONES.some(([from, to]) => county >= from && county <= to);
}
