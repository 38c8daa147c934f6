import {
  type Database,
  parseResidentId,
  type Principal,
  recordAct,
  transact,
  upgradeResidentId,
} from '@citycard/common';
import { issuerErrors } from '../errors.ts';

/** What a clerk enters at registration. */
export interface Registration {
  /** 18 digits of GB 11643, or 15 of the older form. */
  readonly idNumber: string;
  readonly name: string;
  readonly population: 'permanent' | 'floating';
  readonly residencePermitNo?: string;
  readonly phone?: string;
  readonly address?: string;
}

/**
 * Registers a resident once; the birth date, sex and area follow from the number (domain facts E.1).
 *
 * @throws card-issuer.impossible-id-number, card-issuer.permit-missing, card-issuer.resident-exists (with the number of
 *   the resident who is registered)
 */
export async function registerResident(
  db: Database,
  clerk: Principal,
  registration: Registration,
): Promise<{ residentId: bigint }> {
  const idNumber =
    registration.idNumber.length === 15
      ? (upgradeResidentId(registration.idNumber) ?? registration.idNumber)
      : registration.idNumber.toUpperCase();
  const parsed = parseResidentId(idNumber);
  if (!parsed.ok) throw issuerErrors.impossibleIdNumber(parsed.reason);
  if (registration.population === 'floating' && registration.residencePermitNo === undefined)
    throw issuerErrors.permitMissing();

  return transact(db, async (tx) => {
    const inserted = await tx.query<{ resident_id: bigint }>(
      `insert into issuer.resident (id_number, name, birth_date, sex, area_code, population, residence_permit_no, phone, address, registered_by)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
       on conflict (id_number) do nothing
       returning resident_id`,
      [
        idNumber,
        registration.name,
        parsed.birthDate,
        parsed.sex,
        parsed.areaCode,
        registration.population,
        registration.residencePermitNo ?? null,
        registration.phone ?? null,
        registration.address ?? null,
        clerk.id,
      ],
    );
    const row = inserted.rows[0];
    if (row === undefined) {
      const existing = await tx.query<{ resident_id: bigint }>(
        'select resident_id from issuer.resident where id_number = $1',
        [idNumber],
      );
      throw issuerErrors.residentExists({ residentId: Number(existing.rows[0]?.resident_id) });
    }
    await recordAct(tx, clerk, { act: 'register-resident', subject: `resident ${row.resident_id}` });
    return { residentId: row.resident_id };
  });
}

/** The name as lists may show it: the first character, the rest hidden. */
export function maskName(name: string): string {
  const [first = '', ...rest] = [...name];
  return first + '*'.repeat(Math.max(1, rest.length));
}
