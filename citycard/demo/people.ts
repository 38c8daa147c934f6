import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  base32,
  createPrincipal,
  newPassword,
  newSecret,
  type Principal,
  type Role,
  type SignIn,
  type Transaction,
} from '@citycard/common';

/** The staff of the demo city. Partners' own systems (operators, agents, bank, neighbour) get their credentials over HTTP. */
const staff: readonly Omit<Principal, 'kind'>[] = [
  { id: 'platform', name: '测试平台甲 Platform officer', roles: ['platform'] },
  { id: 'platform-2', name: '测试平台乙 Second platform officer', roles: ['platform'] },
  { id: 'clerk-1', name: '测试柜员甲 Counter clerk one', roles: ['clerk'] },
  { id: 'clerk-2', name: '测试柜员乙 Counter clerk two', roles: ['clerk'] },
  { id: 'bureau-1', name: '测试制卡甲 Bureau officer one', roles: ['bureau'] },
  { id: 'bureau-2', name: '测试制卡乙 Bureau officer two', roles: ['bureau'] },
  { id: 'stock-1', name: '测试库管甲 Stock keeper one', roles: ['stock-keeper'] },
  { id: 'stock-2', name: '测试库管乙 Stock keeper two', roles: ['stock-keeper'] },
  { id: 'registrar-1', name: '测试登记甲 Registrar of residents one', roles: ['registrar'] },
  { id: 'registrar-2', name: '测试登记乙 Registrar of residents two', roles: ['registrar'] },
  { id: 'custodian-1', name: '测试密钥甲 Key custodian one', roles: ['custodian'] },
  { id: 'custodian-2', name: '测试密钥乙 Key custodian two', roles: ['custodian'] },
  { id: 'finance-maker', name: '测试经办 Finance maker', roles: ['finance-maker'] },
  { id: 'finance-checker', name: '测试复核 Finance checker', roles: ['finance-checker'] },
  { id: 'supervisor', name: '测试监管甲 Finance supervisor', roles: ['supervisor'] },
  { id: 'supervisor-2', name: '测试监管乙 Second finance supervisor', roles: ['supervisor'] },
  { id: 'auditor', name: '测试审计 Auditor', roles: ['auditor'] },
  { id: 'bank-supervisor', name: '测试央行 Central bank branch', roles: ['auditor'] },
];

/** People who act for participants of the day, in the portal. */
const partnerUsers: readonly Omit<Principal, 'kind'>[] = [
  partnerUser('bus-clerk', '测试公交员 Bus company clerk', 'operator-partner', '904458041110001'),
  partnerUser('water-clerk', '测试水务员 Water works clerk', 'biller-partner', '904458049000001'),
  partnerUser('agent-clerk', '测试充值员 Load agent clerk', 'agent-partner', '904458060510001'),
];

/** What speaks to the services with a credential of its own and signs in nowhere: our own processes, and the hotline's dispatching system. */
const services: readonly Omit<Principal, 'kind'>[] = [
  { id: 'resident-desk', name: '居民查询 Desk for residents', roles: ['resident-desk'] },
  { id: 'hotline-12345', name: '12345 热线 Government hotline 12345', roles: ['department-partner'] },
];

function partnerUser(id: string, name: string, role: Role, participantNo: string): Omit<Principal, 'kind'> {
  return { id, name, roles: [role], participantNo };
}

/** Who puts in force what two platform officers have to. */
export const platformOfficers: readonly [Principal, Principal] = [
  { id: 'platform', name: '测试平台甲 Platform officer', kind: 'person', roles: ['platform'] },
  { id: 'platform-2', name: '测试平台乙 Second platform officer', kind: 'person', roles: ['platform'] },
];

/** Who puts fees and settlement terms in force. */
export const financeOffice: readonly [Principal, Principal] = [
  { id: 'finance-maker', name: '测试经办 Finance maker', kind: 'person', roles: ['finance-maker'] },
  { id: 'finance-checker', name: '测试复核 Finance checker', kind: 'person', roles: ['finance-checker'] },
];

/** How one of the demo's people acts: by command line with the token, in the portal with password and codes of the secret. */
export interface Credential {
  readonly token: string;
  readonly name: string;
  readonly roles: readonly Role[];
  /** Absent for services, which do not sign in. */
  readonly password?: string;
  /** Base32, as an authenticator app takes it. */
  readonly secret?: string;
}

export type Credentials = Record<string, Credential>;

/** Creates the demo's people; only hashes of tokens and passwords, and sealed secrets, stay in the database. */
export async function createPeople(tx: Transaction, signIn: SignIn): Promise<Credentials> {
  const credentials: Credentials = {};
  const everybody = [
    ...staff.map((person) => ({ ...person, kind: 'person' as const })),
    ...partnerUsers.map((person) => ({ ...person, kind: 'partner' as const })),
  ];
  const equipment = everybody.map(({ id }) => ({ id, password: newPassword(), secret: newSecret() }));
  for (const [at, person] of everybody.entries()) {
    const { token } = await createPrincipal(tx, person);
    const { password = '', secret = Buffer.alloc(0) } = equipment[at] ?? {};
    credentials[person.id] = { token, name: person.name, roles: person.roles, password, secret: base32(secret) };
  }
  await signIn.equip(tx, equipment);
  for (const service of services) {
    const { token } = await createPrincipal(tx, { ...service, kind: 'service' });
    credentials[service.id] = { token, name: service.name, roles: service.roles };
  }
  return credentials;
}

/** Where the demo's credentials stand, readable by the owner of the installation only. */
export function peopleFile(varDirectory: string): string {
  return join(varDirectory, 'demo', 'people.json');
}

export async function writePeople(varDirectory: string, content: object): Promise<void> {
  const file = peopleFile(varDirectory);
  await mkdir(join(varDirectory, 'demo'), { recursive: true, mode: 0o700 });
  await writeFile(`${file}.new`, JSON.stringify(content, null, 2), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** The credentials written when the demo was founded. */
export async function readPeople(varDirectory: string): Promise<Credentials> {
  const content = JSON.parse(await readFile(peopleFile(varDirectory), 'utf8')) as { people: Credentials };
  return content.people;
}
