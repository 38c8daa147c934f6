import { createHash, randomBytes } from 'node:crypto';
import { type Database, sqlState, type Transaction } from '../database/pool.ts';
import { identityErrors } from './errors.ts';

export type Role =
  | 'clerk'
  | 'bureau'
  | 'stock-keeper'
  | 'registrar'
  | 'department-partner'
  | 'operator-partner'
  | 'agent-partner'
  | 'city-partner'
  | 'bank-partner'
  | 'biller-partner'
  | 'finance-maker'
  | 'finance-checker'
  | 'supervisor'
  | 'auditor'
  | 'platform'
  | 'custodian'
  | 'resident-desk'
  | 'system';

/** A person, service or partner that acts. A partner's `participantNo` says on whose behalf. */
export interface Principal {
  id: string;
  name: string;
  kind: 'person' | 'service' | 'partner';
  roles: readonly Role[];
  participantNo?: string;
  /** The approver's signature over what was shown, when this request carries one; it is noted with what the request does. */
  signature?: { readonly signatureNo: bigint; readonly sha256: string };
}

const TOKEN_BYTES = 32;
/** What platform.sides_of answers for roles of supervisor and company together. */
const BOTH_SIDES = 3;

/**
 * Registers a principal and makes its token: 32 random bytes, shown this once; the database keeps the SHA-256 only. A
 * fast hash will do, since nobody guesses 256 random bits.
 *
 * A person with two names gives the same number of the staff register for both; a supervisor's and a company officer's roles
 * never meet in one person.
 *
 * @throws CityCardError `identity.principal-exists` (409), the transaction stays usable; `identity.both-sides` (409), it ends.
 */
export async function createPrincipal(
  tx: Transaction,
  principal: Principal & { readonly personNo?: string },
): Promise<{ token: string }> {
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  const { rowCount } = await tx
    .query(
      `INSERT INTO platform.principal (id, name, kind, roles, participant_no, token_sha256, person_no)
       VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING`,
      [
        principal.id,
        principal.name,
        principal.kind,
        [...principal.roles],
        principal.participantNo ?? null,
        tokenSha256(token),
        principal.personNo ?? null,
      ],
    )
    .catch((error: unknown) => {
      throw sqlState(error) === 'CCI01' ? identityErrors.bothSides({ name: principal.name }, error) : error;
    });
  if (rowCount === 0) throw identityErrors.principalExists({ id: principal.id });
  return { token };
}

/**
 * Passes when the person behind the principal stands on one side only, whatever names it has: who answers for the company
 * does not also supervise it. For acts of supervision; roles are asked besides.
 *
 * @throws CityCardError `identity.both-sides` (409)
 */
export async function requireOneSide(tx: Transaction, principal: Principal): Promise<void> {
  const { rows } = await tx.query<{ sides: number }>(
    `SELECT coalesce(bit_or(platform.sides_of(p.roles)), 0) AS sides FROM platform.principal p
      WHERE p.id = $1 OR p.person_no = (SELECT own.person_no FROM platform.principal own WHERE own.id = $1)`,
    [principal.id],
  );
  if (rows[0]?.sides === BOTH_SIDES) throw identityErrors.bothSides({ name: principal.name });
}

/** The principal whose token this is, or undefined. */
export async function authenticate(db: Database | Transaction, token: string): Promise<Principal | undefined> {
  const query = {
    name: 'platform.authenticate',
    text: 'SELECT id, name, kind, roles, participant_no FROM platform.principal WHERE token_sha256 = $1',
    values: [tokenSha256(token)],
  };
  const { rows } = await (db as Database).query<{
    id: string;
    name: string;
    kind: Principal['kind'];
    roles: Role[];
    participant_no: string | null;
  }>(query);
  const row = rows[0];
  if (row === undefined) return undefined;
  const { participant_no: participantNo, ...principal } = row;
  return participantNo === null ? principal : { ...principal, participantNo };
}

function tokenSha256(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** Passes when the principal has one of the roles. @throws CityCardError `identity.role-missing` (403). */
export function requireRole(principal: Principal, ...roles: Role[]): void {
  if (!roles.some((role) => principal.roles.includes(role))) {
    throw identityErrors.roleMissing({ name: principal.name, roles: roles.join(', ') });
  }
}
