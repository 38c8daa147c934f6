import { readFile } from 'node:fs/promises';
import { DayFailed } from './errors.ts';

/** What the simulator is told: where the product is, who may ask it, and how large the day shall be. */
export interface DayConfiguration {
  readonly baseUrl: string;
  readonly gateway: { readonly host: string; readonly port: number };
  /** Bearer tokens by person. */
  readonly people: Readonly<Record<string, { readonly token: string }>>;
  readonly seed: number;
  readonly cards: number;
  readonly purchases: number;
  /** Where the complete record of the day goes, as JSON. */
  readonly recordFile: string;
}

const PEOPLE = [
  'platform',
  'platform-2',
  'clerk-1',
  'clerk-2',
  'bureau-1',
  'bureau-2',
  'finance-maker',
  'finance-checker',
  'auditor',
  'hotline-12345',
] as const;

/** Reads the configuration file. Throws DayFailed naming what is missing. */
export async function readConfiguration(path: string): Promise<DayConfiguration> {
  let read: Partial<DayConfiguration>;
  try {
    read = JSON.parse(await readFile(path, 'utf8')) as Partial<DayConfiguration>;
  } catch (error) {
    throw new DayFailed(
      `The configuration ${path} cannot be read: ${error instanceof Error ? error.message : 'no reason'}.`,
    );
  }
  const { baseUrl, gateway, people, recordFile, ...size } = read;
  if (!baseUrl || !gateway || !people || !recordFile) {
    throw new DayFailed(`The configuration ${path} must have baseUrl, gateway, people and recordFile.`);
  }
  const missing = PEOPLE.filter((person) => !people[person]?.token);
  if (missing.length > 0) throw new DayFailed(`The configuration ${path} has no token for ${missing.join(', ')}.`);
  const whole = (name: 'seed' | 'cards' | 'purchases', least: number): number => {
    const value = size[name];
    if (Number.isSafeInteger(value) && Number(value) >= least) return Number(value);
    throw new DayFailed(`"${name}" in ${path} must be a whole number of at least ${least}.`);
  };
  return {
    baseUrl,
    gateway,
    people,
    recordFile,
    seed: whole('seed', 0),
    cards: whole('cards', 10),
    purchases: whole('purchases', 10),
  };
}
