import { createPrincipal, type Database, type Principal, residentIdCheck, type Role, transact } from '@citycard/common';

let numbers = 0;

/** An identity number that nobody has: area 370799, which the standard does not know, counted on. */
export function testNumber(birth = '19900301'): string {
  numbers += 1;
  const day = String(10 + (Math.floor(numbers / 999) % 18));
  const body = `370799${birth.slice(0, 6)}${numbers < 999 ? birth.slice(6) : day}${String(numbers % 999).padStart(3, '0')}`;
  return body + residentIdCheck(body);
}

/** A person with this role, known to the database as such. */
export async function testPerson(
  db: Database,
  id: string,
  role: Role,
  kind: Principal['kind'] = 'person',
): Promise<Principal & { readonly token: string }> {
  const person: Principal = { id, name: `Test ${id}`, kind, roles: [role] };
  const { token } = await transact(db, (tx) => createPrincipal(tx, person));
  return { ...person, token };
}
