import { ensureCityCa, HOME_CITY, openAccount, openDay } from '@citycard/clearing';
import { cityDate, type Database, SignIn, transact } from '@citycard/common';
import type { HsmClient } from '@citycard/hsm-sim';
import { createProtection, openStock } from '@citycard/card-issuer';
import { writeMark } from '../installation/mark.ts';
import { bankAccounts, companyAccounts, openingStock } from './company.ts';
import { holdCeremony } from './ceremony.ts';
import { foundIndustries } from './industries.ts';
import { createPeople, type Credentials, financeOffice, platformOfficers } from './people.ts';
import { foundServicePoints } from './service-points.ts';
import { foundTerms } from './terms.ts';

/**
 * Makes an empty installation a demo city: keys by ceremony, the city CA, people, bank accounts, the first business day.
 * Everything else (participants, terminals, cards) is done over HTTP by the people made here.
 */
export async function foundDemo(
  deps: { readonly db: Database; readonly hsm: HsmClient },
  onKey?: (done: number, of: number) => void,
): Promise<Credentials> {
  await holdCeremony(deps.hsm, onKey);
  await ensureCityCa(deps, HOME_CITY);
  const signIn = new SignIn({ db: deps.db, seal: createProtection(deps) });
  await signIn.prepare();
  return transact(deps.db, async (tx) => {
    const people = await createPeople(tx, signIn);
    for (const code of bankAccounts) await openAccount(tx, code, { owner: 'custodian bank' });
    for (const code of companyAccounts) await openAccount(tx, code);
    const today = cityDate(new Date());
    await openDay(tx, today);
    await foundIndustries(tx, today, platformOfficers);
    await foundTerms(tx, today, financeOffice);
    await openStock(tx, openingStock);
    await foundServicePoints(tx, platformOfficers[0]);
    await writeMark(tx, { state: 'founded' });
    return people;
  });
}
