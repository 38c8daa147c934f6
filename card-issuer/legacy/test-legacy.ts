import { createHash } from 'node:crypto';
import {
  clearingMigrations,
  createParticipant,
  ensureCityCa,
  ensureOwnCertificate,
  openAccount,
  signDetachedCms,
} from '@citycard/clearing';
import { commonMigrations, startTestDatabase, transact } from '@citycard/common';
import { composeCardNo } from '../cards/batches.ts';
import { stepCard } from '../cards/step.ts';
import { cardIssuerMigrations } from '../index.ts';
import { startTestProtection } from '../protection/test-protection.ts';
import { registerResident } from '../residents/index.ts';
import { testPerson } from '../residents/test-residents.ts';
import { openLegacyIssuer } from './import.ts';

/** A former issuer whose number is at the same time a name that our own HSM may hold a certificate for. */
export const FORMER = '4599';
export const CUSTODY = 'bank-custody:622800000001';

/** A database with an open business day, a former issuer that signs, people of the roles, and cards given to residents. */
export async function startTestLegacy() {
  const [database, device] = await Promise.all([
    startTestDatabase([commonMigrations, clearingMigrations, cardIssuerMigrations]),
    startTestProtection(),
  ]);
  const { db } = database;
  const { hsm } = device;
  await hsm.authorise('a', '123456', 'b', '123456', ['generateRsa'], 5);
  await ensureCityCa({ db, hsm }, '4580');
  const { certificatePem } = await ensureOwnCertificate(
    { db, hsm },
    { keyName: 'CITY-FILES', usage: 'file-sign', cn: FORMER },
  );
  await hsm.cancelAuthorisation();
  const people = {
    maker: await testPerson(db, 'finance-1', 'finance-maker'),
    checker: await testPerson(db, 'finance-2', 'finance-checker'),
    clerk: await testPerson(db, 'clerk-1', 'clerk'),
    other: await testPerson(db, 'clerk-2', 'clerk'),
  };
  await transact(db, async (tx) => {
    await tx.query(`insert into clearing.business_day (business_date, state) values (current_date, 'open')`);
    await openAccount(tx, CUSTODY);
    await createParticipant(tx, { participantNo: FORMER, name: '测试燃气', kind: 'operator', industry: 4 });
    await openLegacyIssuer(tx, people.maker, FORMER, true);
  });
  const deps = { db, protection: device.protection(db) };
  let cards = 0n;
  return {
    database,
    db,
    hsm,
    deps,
    people,
    protection: deps.protection,
    /** Manifest and file as the former issuer hands them in, with whatever the test wants changed. */
    handIn: async (sequence: number, lines: readonly string[], changes: Record<string, unknown> = {}) => {
      const content = Buffer.from(['cardNo,name,documentNo,phone,balanceFen', ...lines].join('\r\n'));
      const total = lines.reduce(
        (sum, line) => sum + BigInt(/^[0-9]+$/.exec(line.split(',').at(-1) ?? '')?.[0] ?? 0),
        0n,
      );
      const manifest = Buffer.from(
        JSON.stringify({
          formerIssuer: FORMER,
          sequence,
          madeOn: '2026-11-20',
          rows: lines.length,
          totalFen: String(total),
          sha256: createHash('sha256').update(content).digest('hex'),
          ...changes,
        }),
      );
      const signature = await signDetachedCms(hsm, { keyName: 'CITY-FILES', certificatePem, content: manifest });
      return { participantNo: FORMER, manifest, signature, content };
    },
    /** A card in use in the hand of a resident who is registered for it. */
    cardOf: async (name: string, idNumber: string) => {
      const { residentId } = await registerResident(deps, people.clerk, { idNumber, name, population: 'permanent' });
      const cardNo = composeCardNo('98', (cards += 1n));
      await transact(db, async (tx) => {
        await tx.query(
          `insert into issuer.card (card_no, batch_id, product, state, valid_from, valid_to, chip_serial)
           values ($1, 0, 'standard', 'personalised', current_date, current_date + 3000, $2)`,
          [cardNo, `TEST${cards}`],
        );
        await stepCard(tx, cardNo, 'issue', { residentId, actor: people.clerk });
      });
      return { residentId, cardNo };
    },
    stop: async () => {
      await Promise.all([database.stop(), device.stop()]);
    },
  };
}
