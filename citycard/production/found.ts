import { open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { createProtection } from '@citycard/card-issuer';
import { ensureCityCa, HOME_CITY, openAccount, openDay } from '@citycard/clearing';
import {
  approveFirstPassword,
  cityDate,
  createPrincipal,
  type Database,
  type Principal,
  proposeFirstPassword,
  SignIn,
  transact,
} from '@citycard/common';
import type { HsmClient } from '@citycard/hsm-sim';
import { companyAccounts } from '../demo/company.ts';
import { writeCompany } from '../installation/company.ts';
import { holdsNothing, readMark, writeMark } from '../installation/mark.ts';
import { productionErrors } from './errors.ts';
import type { FoundingPlan } from './plan.ts';

/** Keys that no founding can do without: personal data is sealed from the first user on. */
const KEYS_BEFORE = ['PERSONAL-DATA', 'BLIND-INDEX'];

/** Pairs made inside the HSM while two custodians hold `generateRsa` open; those that are there stay. */
const PAIRS = [
  { name: 'CITY-CA', usage: 'ca' },
  { name: 'CITY-FILES', usage: 'file-sign' },
  { name: 'REPORTS', usage: 'report-sign' },
] as const;

export interface FoundingDeps {
  readonly db: Database;
  readonly hsm: HsmClient;
  readonly hsmAddress: string;
}

export interface Founded {
  readonly businessDate: string;
  /** Files with the officers' first passwords, one each, for their eyes. */
  readonly passwordFiles: readonly string[];
  /** When the first passwords end. */
  readonly until: Date;
}

/**
 * Makes an empty, migrated database the installation of a city: its CA, the company's accounts, two platform officers, the first
 * business day. All of it or nothing; keys that were made stay, and a repeated founding takes them. Each officer's first password
 * goes into a file of its own, readable by its owner alone, and has to be changed at the first sign-in.
 *
 * @param directory where the passwords' files are written
 * @throws CityCardError `production.password-file`
 */
export async function foundCity(deps: FoundingDeps, plan: FoundingPlan, directory: string): Promise<Founded> {
  const { db, hsm } = deps;
  await ensureCityCa({ db, hsm }, plan.cityCode);
  const seal = createProtection({ db, hsm });
  const signIn = new SignIn({ db, seal });
  await signIn.prepare();

  const [first, second] = plan.officers.map((officer) => ({
    ...officer,
    kind: 'person' as const,
    roles: ['platform'] as const,
    file: join(directory, `first-password-${officer.id}`),
  }));
  if (first === undefined || second === undefined) throw new RangeError('a plan names two officers');
  const files = await Promise.all([first, second].map(({ file }) => createFile(file)));
  try {
    const founded = await transact(db, async (tx) => {
      await writeMark(tx, { kind: 'production', state: 'founded' });
      await writeCompany(tx, plan.company, plan.custody);
      await openAccount(tx, `bank-custody:${plan.custody.accountNo}`, { owner: 'custodian bank' });
      await openAccount(tx, `bank-card-deposits:${plan.cardDepositsAccountNo}`, { owner: 'custodian bank' });
      await openAccount(tx, `bank-own-funds:${plan.ownFundsAccountNo}`, { owner: 'custodian bank' });
      for (const code of companyAccounts) await openAccount(tx, code);
      const businessDate = cityDate(new Date());
      await openDay(tx, businessDate);
      for (const officer of [first, second]) await createPrincipal(tx, officer);
      const given = [
        await firstPassword(tx, { seal, signIn }, first, second),
        await firstPassword(tx, { seal, signIn }, second, first),
      ];
      // On disk before the commit: an officer nobody has a password for could not be helped.
      for (const [at, { password }] of given.entries()) {
        await files[at]?.writeFile(`${password}\n`);
        await files[at]?.sync();
      }
      return { businessDate, until: given[0]?.until ?? new Date() };
    });
    return { ...founded, passwordFiles: [first.file, second.file] };
  } catch (error) {
    await Promise.all([first, second].map(({ file }) => unlink(file)));
    throw error;
  } finally {
    await Promise.all(files.map((file) => file.close()));
  }
}

/**
 * Whether this database and this HSM can become the city of the plan; makes the pairs the city signs with where they are missing.
 * The database may be empty, or hold our schemas and nobody yet: a founding that broke off.
 *
 * @throws CityCardError `production.other-city-planned`, `.founded`, `.keys-missing`; HsmUnavailable
 */
export async function assertFoundable(deps: FoundingDeps, plan: FoundingPlan): Promise<void> {
  const { db } = deps;
  if (plan.cityCode !== HOME_CITY) throw productionErrors.otherCityPlanned({ planned: plan.cityCode, said: HOME_CITY });
  const mark = await readMark(db);
  if (mark !== 'empty' && (mark !== 'unmarked' || !(await holdsNothing(db)))) throw productionErrors.founded();
  await ensureKeys(deps);
}

/** One officer proposes the own, the other approves it: the way every later first password goes. */
async function firstPassword(
  tx: Parameters<typeof proposeFirstPassword>[0],
  deps: Parameters<typeof approveFirstPassword>[1],
  officer: Principal,
  other: Principal,
): Promise<{ password: string; until: Date }> {
  const proposed = await proposeFirstPassword(tx, deps.seal, officer, officer.id);
  const { half, until } = await approveFirstPassword(tx, deps, other, proposed.approvalId, officer.id);
  return { password: `${proposed.half}-${half}`, until };
}

async function createFile(file: string) {
  return open(file, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EEXIST' ? productionErrors.passwordFile({ file }) : error;
  });
}

async function ensureKeys({ hsm, hsmAddress }: FoundingDeps): Promise<void> {
  const present = new Set((await hsm.listKeys()).map(({ name }) => name));
  const missing = KEYS_BEFORE.filter((name) => !present.has(name));
  if (missing.length > 0) throw productionErrors.keysMissing({ address: hsmAddress, keys: missing.join(', ') });
  const pairs = PAIRS.filter(({ name }) => !present.has(name));
  if (pairs.length > 0 && !(await hsm.status()).authorised)
    throw productionErrors.keysMissing({ address: hsmAddress, keys: pairs.map(({ name }) => name).join(', ') });
  for (const pair of pairs) await hsm.generateRsa({ ...pair, bits: 2048 });
}
