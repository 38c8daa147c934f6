import type { Database, Transaction } from '@citycard/common';
import type { Protection } from '../protection/protection.ts';
import { maskItem, maskName } from './masking.ts';
import { valuesOf } from './personal-document.ts';
import { readRecords, type ResidentRecord, type ResidentState } from './record.ts';

/** A resident as lists show one: enough to tell two people apart at the counter, too little to know them. */
export interface MaskedResident {
  readonly residentId: bigint;
  readonly name: string;
  readonly idNumber?: string;
  readonly birthYear?: string;
  readonly phone?: string;
  readonly population: string;
  readonly state: ResidentState;
}

export function maskedResident(record: ResidentRecord): MaskedResident {
  const values = valuesOf(record.document);
  const idNumber = values['id-number'];
  return {
    residentId: record.residentId,
    name: maskName(values.name ?? ''),
    ...(idNumber === undefined ? {} : { idNumber: maskItem('id-number', idNumber) }),
    ...(values['birth-date'] === undefined ? {} : { birthYear: values['birth-date'].slice(0, 4) }),
    ...(values.phone === undefined ? {} : { phone: maskItem('phone', values.phone) }),
    population: values.population ?? 'permanent',
    state: record.state,
  };
}

/** Masked names of these residents, for lists of cards and the like; needs no purpose and leaves no line in the log. */
export async function maskedHolders(
  deps: { readonly db: Database | Transaction; readonly protection: Protection },
  residentIds: readonly bigint[],
): Promise<Map<bigint, string>> {
  const records = await readRecords(deps.db, deps.protection, [...new Set(residentIds)]);
  return new Map(records.map((record) => [record.residentId, maskName(record.document.name?.value ?? '')]));
}
