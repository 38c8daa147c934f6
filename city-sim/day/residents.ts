import type { Dice } from './dice.ts';

/** A person of the demo city: every one is made up, and says so in the name. */
export interface Resident {
  /** 18 characters, valid by GB 11643. */
  readonly idNumber: string;
  readonly name: string;
  readonly population: 'permanent' | 'floating';
  readonly residencePermitNo?: string;
}

/** Districts and counties of Weifang (domain page E.2). */
const AREAS = [
  '370702',
  '370703',
  '370704',
  '370705',
  '370724',
  '370725',
  '370781',
  '370782',
  '370783',
  '370784',
  '370785',
  '370786',
];
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK_CHARACTERS = '10X98765432';
const FLOATING_PER_MILLE = 150;
const FIRST_BIRTH_DAY = Date.UTC(1940, 0, 1);
const BIRTH_DAYS = 24_000;
const DAY_MS = 86_400_000;
const ORDERS_PER_DAY = 999;

/** The check character of an identity number (domain page E.1). `body` has 17 digits. */
export function idCheckCharacter(body: string): string {
  const sum = WEIGHTS.reduce((total, weight, at) => total + weight * Number(body[at]), 0);
  return CHECK_CHARACTERS.charAt(sum % 11);
}

/** Born before this day, a resident of the demo rides as a senior. */
const SENIORS_BORN_BEFORE = '19600101';

/** Whether a resident is old enough to ride buses at half the fare: the day of birth stands in the identity number. */
export const isSenior = ({ idNumber }: Resident): boolean => idNumber.slice(6, 14) < SENIORS_BORN_BEFORE;

/** The n-th resident, n from 0. No two have the same number. */
export function makeResident(index: number, dice: Dice): Resident {
  const area = AREAS[index % AREAS.length] ?? '370702';
  // Area and order of birth alone tell the first 12 × 999 people apart; the day of birth tells the rest.
  const turn = Math.floor(index / AREAS.length);
  const order = (turn % ORDERS_PER_DAY) + 1;
  const generation = Math.floor(turn / ORDERS_PER_DAY);
  const day = dice.below(Math.floor(BIRTH_DAYS / 100)) * 100 + (generation % 100);
  const birth = new Date(FIRST_BIRTH_DAY + day * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '');
  const body = `${area}${birth}${String(order).padStart(3, '0')}`;
  const floating = dice.perMille(FLOATING_PER_MILLE);
  const number = String(index + 1).padStart(5, '0');
  return {
    idNumber: body + idCheckCharacter(body),
    name: `测试居民${number}`,
    population: floating ? 'floating' : 'permanent',
    ...(floating && { residencePermitNo: `TEST-PERMIT-${number}` }),
  };
}
