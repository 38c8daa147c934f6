import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BusinessDate, createPrincipal, type Database, fen, type Principal, transact } from '@citycard/common';
import { connectHsm, startHsm } from '@citycard/hsm-sim';
import { ensureCityCa } from '../certificates/city-ca.ts';
import { advanceAsFarAsPossible } from '../day/advance.ts';
import type { ClearingDayDeps } from '../day/deps.ts';
import { instruct, startTestCity } from '../day/test-city.ts';
import { settlePayment } from '../settlement/payment-outcome.ts';

/** Those who look, and one who may not. */
export const LOOKERS = {
  supervisor: { id: 'supervisor', name: 'Supervisor (test)', kind: 'person', roles: ['supervisor'] },
  auditor: { id: 'auditor', name: 'Auditor (test)', kind: 'person', roles: ['auditor'] },
  clerk: { id: 'clerk', name: 'Clerk (test)', kind: 'person', roles: ['clerk'] },
} satisfies Record<string, Principal>;

/** The city of the clearing day's tests with an HSM, its CA and the key of its reports. */
export async function startSigningCity() {
  const directory = mkdtempSync(join(tmpdir(), 'citycard-signing-'));
  const [city, device] = await Promise.all([
    startTestCity(),
    startHsm({ directory: join(directory, 'hsm'), lmk: 'test' }),
  ]);
  const hsm = connectHsm({ host: '127.0.0.1', port: device.port });
  await hsm.createCustodian({ name: 'custodian-a', pin: '111111' });
  await hsm.createCustodian({ name: 'custodian-b', pin: '222222' });
  await hsm.authorise('custodian-a', '111111', 'custodian-b', '222222', ['generateRsa'], 5);
  const { caPem } = await ensureCityCa({ db: city.db, hsm }, '4580');
  await hsm.generateRsa({ name: 'REPORTS', usage: 'report-sign', bits: 2048 });
  await hsm.cancelAuthorisation();
  const tokens: Record<string, string> = { ...city.tokens };
  await transact(city.db, async (tx) => {
    for (const person of Object.values(LOOKERS)) tokens[person.id] = (await createPrincipal(tx, person)).token;
  });
  return {
    ...city,
    hsm,
    hsmPort: device.port,
    caPem,
    directory,
    tokens,
    stop: async () => {
      await hsm.close();
      await Promise.all([device.stop(), city.stop()]);
      rmSync(directory, { recursive: true });
    },
  };
}

/** Takes a day from open to closed: approval, and the bank books every payment. */
export async function closeDay(deps: ClearingDayDeps, date: BusinessDate): Promise<void> {
  await instruct(deps, date);
  await bookPayments(deps.db, date);
  await advanceAsFarAsPossible(deps, date);
}

export async function bookPayments(db: Database, date: BusinessDate): Promise<void> {
  const { rows } = await db.query<{ id: string; amount: bigint }>(
    'select end_to_end_id as id, amount_fen as amount from clearing.payment where business_date = $1',
    [date],
  );
  for (const { id, amount } of rows) {
    const booked = {
      endToEndId: id,
      amountFen: fen(amount),
      bookedAt: new Date(`${date}T09:00:00Z`),
      bankReference: id,
    };
    await transact(db, (tx) => settlePayment(tx, booked));
  }
}
