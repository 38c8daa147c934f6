import {
  constants,
  createCipheriv,
  createHash,
  generateKeyPairSync,
  type KeyObject,
  privateEncrypt,
  randomBytes,
} from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  accountBalance,
  applicationSerial,
  assignSam,
  cardNo,
  type CardNo,
  type CcirRow,
  clearingMigrations,
  createParticipant,
  encodeCcirRow,
  encodeFileHeader,
  encodePurchaseRecord,
  ensureCityCa,
  ensureOwnCertificate,
  fileNameOf,
  type FileMagic,
  intakeMessage,
  issueCertificate,
  openAccount,
  openPurse,
  post,
  signDetachedCms,
  validateReceived,
} from '@citycard/clearing';
import {
  addDays,
  businessDate,
  cityDate,
  commonMigrations,
  createPrincipal,
  fen,
  luhnDigit,
  startTestDatabase,
  type Database,
  transact,
} from '@citycard/common';
import { connectHsm, type HsmClient, startHsm } from '@citycard/hsm-sim';
import forge from 'node-forge';
import { reconciliationMigrations } from '../index.ts';
import { approveAgreement, type CityAgreement, proposeAgreement, USUAL_AGREEMENT } from './agreements/agreement.ts';
import type { DeliveredCityFile } from './delivery.ts';

export const TODAY = cityDate(new Date());
export const BUS = '904458041110001';
export const QINGDAO = '904452000000001';
const SAM = '990000000001';
const TERMINAL = 'T9000001';
const DTK = Buffer.from('606162636465666768696a6b6c6d6e6f', 'hex');
/** Keys are made once per process: test files that come later find the HSM, and the cities' own keys, as the first left them. */
const directory = mkdtempSync(path.join(os.tmpdir(), 'cities-test-'));
process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
const cityKeys = new Map<string, KeyObject>();

/** Cities with a key of their own and a certificate of our CA. */
const cities = new Map<string, { key: KeyObject; certificatePem: string }>();

/** What the tests of a file share: started once, then used by everything below. */
let db: Database;
let hsm: HsmClient;

/** A home city with one bus company and an agreement with Qingdao, and two cities that sign with certificates of our CA. */
export async function startNeighbours(): Promise<{ db: Database; url: string; hsm: HsmClient; stop(): Promise<void> }> {
  const [database, device] = await Promise.all([
    startTestDatabase([commonMigrations, clearingMigrations, reconciliationMigrations]),
    startHsm({ directory, lmk: 'test' }),
  ]);
  db = database.db;
  hsm = connectHsm({ host: '127.0.0.1', port: device.port });
  if ((await hsm.listKeys()).length === 0) await ceremony();
  await ensureCityCa({ db, hsm }, '4580');
  await ensureOwnCertificate({ db, hsm }, { keyName: 'CITY-FILES', usage: 'file-sign', cn: '4580' });
  for (const city of ['4520', '4530', '0000']) cities.set(city, await admit(city));
  await transact(db, async (tx) => {
    await tx.query(`insert into clearing.business_day (business_date, state) values ($1, 'open')`, [TODAY]);
    await createParticipant(tx, { participantNo: BUS, name: 'Test bus', kind: 'operator', industry: 1 });
    await createParticipant(tx, { participantNo: QINGDAO, name: 'Test Qingdao', kind: 'city', cityCode: '4520' });
    await assignSam(tx, { samNo: SAM, participantNo: BUS, terminalNo: TERMINAL, validFrom: new Date('2020-01-01') });
    for (const code of ['bank-custody:test', 'write-off:main', 'fee-income:main']) await openAccount(tx, code);
    for (const id of ['platform-1', 'platform-2', 'maker-1', 'checker-1'])
      await createPrincipal(tx, { id, name: id, kind: 'person', roles: ['platform'] });
    const partner = { id: 'partner-4520', name: 'Test neighbour', kind: 'partner', roles: ['city-partner'] } as const;
    await createPrincipal(tx, { ...partner, participantNo: QINGDAO });
  });
  const client = hsm;
  return {
    db,
    url: database.url,
    hsm,
    stop: async () => {
      await client.close();
      await Promise.all([device.stop(), database.stop()]);
    },
  };
}

function des3(key: Buffer, data: Buffer, mode: 'ecb' | 'cbc' = 'ecb'): Buffer {
  const iv = mode === 'cbc' ? Buffer.alloc(8) : null;
  const name = mode === 'cbc' ? 'des-ede3-cbc' : 'des-ede3';
  const cipher = createCipheriv(name, Buffer.concat([key, key.subarray(0, 8)]), iv).setAutoPadding(false);
  return Buffer.concat([cipher.update(data), cipher.final()]);
}

const xor = (...parts: Buffer[]) =>
  Buffer.from(
    (parts[0] ?? Buffer.alloc(0)).map((_, index) => parts.reduce((sum, part) => sum ^ (part[index] ?? 0), 0)),
  );

async function ceremony(): Promise<void> {
  const people = ['test-one', 'test-two', 'test-three'] as const;
  const pin = '123456';
  await hsm.createCustodian({ name: people[0], pin });
  await hsm.createCustodian({ name: people[1], pin });
  await hsm.authorise(people[0], pin, people[1], pin, ['createCustodian', 'formKey', 'generateRsa'], 5);
  await hsm.createCustodian({ name: people[2], pin });
  const [first, second] = [randomBytes(16), randomBytes(16)];
  for (const [index, component] of [first, second, xor(DTK, first, second)].entries()) {
    const kcv = des3(component, Buffer.alloc(8)).toString('hex', 0, 3).toUpperCase();
    const key = { name: 'DTK', usage: 'tac', algorithm: '3des', exportable: false } as const;
    await hsm.submitComponent({ ...key, custodian: people[index] ?? '', pin, component, kcv });
  }
  await hsm.formKey({ name: 'DTK' });
}

async function admit(city: string): Promise<{ key: KeyObject; certificatePem: string }> {
  const key = cityKeys.get(city) ?? generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  cityKeys.set(city, key);
  const privateKey = forge.pki.privateKeyFromPem(key.export({ type: 'pkcs1', format: 'pem' }).toString());
  const request = forge.pki.createCertificationRequest();
  request.publicKey = forge.pki.rsa.setPublicKey(privateKey.n, privateKey.e);
  request.setSubject([{ name: 'commonName', value: city }]);
  request.sign(privateKey, forge.md.sha256.create());
  const csrPem = forge.pki.certificationRequestToPem(request);
  return { key, ...(await issueCertificate({ db, hsm }, { csrPem, cn: city, kind: 'city' })) };
}

/** A city signs with its own key; DigestInfo of SHA-256 as RFC 8017 9.2 has it. */
async function signAs(city: string, content: Buffer): Promise<Buffer> {
  const signer = cities.get(city);
  if (signer === undefined) throw new Error(`city ${city} has no key`);
  const { key, certificatePem } = signer;
  const digestInfo = Buffer.from('3031300d060960864801650304020105000420', 'hex');
  const padding = constants.RSA_PKCS1_PADDING;
  const device = {
    sign: ({ digest }: { digest: Buffer }) =>
      Promise.resolve(privateEncrypt({ key, padding }, Buffer.concat([digestInfo, digest]))),
  };
  return signDetachedCms(device, { keyName: city, certificatePem, content });
}

let cards = 0;
export function newCard(city: string): CardNo {
  const body = `310${city}99${String((cards += 1)).padStart(9, '0')}`;
  return cardNo(body + luhnDigit(body));
}

export async function purse(balance: number): Promise<CardNo> {
  const card = newCard('4580');
  const [validFrom, validTo] = [businessDate('2020-01-01'), addDays(TODAY, 1000)];
  const terms = { algorithm: '3des', purseCap: fen(100_000), mainType: 1, subType: 0, validFrom, validTo } as const;
  await transact(db, (tx) => openPurse(tx, { cardNo: card, ...terms }));
  if (balance > 0) await load(card, balance);
  return card;
}

export async function load(card: CardNo, amount: number): Promise<void> {
  const leg = { debit: 'bank-custody:test', credit: 'purse', amount: fen(amount) };
  const key = `test-load:${randomBytes(4).toString('hex')}`;
  await transact(db, (tx) => post(tx, TODAY, [{ cardNo: card, key, reason: 'test load', legs: [leg] }]));
}

/** A record as a terminal writes it, with the TAC the card would make (domain.md A.4 to A.6). */
export function tap(card: CardNo, amount: number, over: { tac?: Buffer } = {}): Buffer {
  const raw = encodePurchaseRecord({
    issuerCity: card.slice(3, 7),
    applicationSerial: applicationSerial(card),
    offlineCounter: 1,
    samNo: SAM,
    // Text rows have nine digits for it.
    samTransactionNo: randomBytes(4).readUInt32BE() % 1_000_000_000,
    tappedAt: new Date(Date.now() - 3_600_000),
    industry: 1,
    balanceBeforeFen: fen(50_000),
    amountFen: fen(amount),
  });
  const derive = (key: Buffer, factor: Buffer) =>
    Buffer.concat([des3(key, factor), des3(key, xor(factor, Buffer.alloc(8, 0xff)))]);
  const cityKey = derive(DTK, Buffer.from(`${card.slice(3, 7)}ff0000000000`, 'hex'));
  const cardKey = derive(cityKey, Buffer.from(card.slice(-16), 'hex'));
  const tacKey = xor(cardKey.subarray(0, 8), cardKey.subarray(8));
  const data = Buffer.concat([
    raw.subarray(26, 30),
    raw.subarray(16, 17),
    raw.subarray(30, 47),
    Buffer.from('8000', 'hex'),
  ]);
  const mac = des3(Buffer.concat([tacKey, tacKey]), data, 'cbc').subarray(-8, -4);
  (over.tac ?? mac).copy(raw, 47);
  return raw;
}

/** Uploads purchases here with cards of Qingdao; clearing routes them. */
export async function routed(amounts: readonly number[]): Promise<{ intakeId: bigint; records: Buffer[] }> {
  const records = amounts.map((amount) => tap(newCard('4520'), amount));
  const sha256 = createHash('sha256').update(Buffer.concat(records)).digest();
  const { intakeId } = await transact(db, (tx) =>
    intakeMessage(tx, {
      source: 'message',
      participantNo: BUS,
      terminalNo: TERMINAL,
      batchNo: '000001',
      records,
      sha256,
      receivedAt: new Date(),
    }),
  );
  await validateReceived({ db, hsm });
  const found = await outcomes(intakeId);
  if (found.some((outcome) => outcome !== 'routed')) throw new Error(`not routed: ${found.join(', ')}`);
  return { intakeId, records };
}

export async function outcomes(intakeId: bigint): Promise<string[]> {
  const { rows } = await db.query<{ outcome: string }>(
    `select concat_ws(' ', state, reason_code) as outcome from clearing.purchase_record where intake_id = $1 order by record_index`,
    [intakeId],
  );
  return rows.map((row) => row.outcome);
}

/** Two officers put in force what is to hold with a city. */
export async function agreeOn(agreement: Partial<CityAgreement> & { city: string }): Promise<void> {
  const whole = { ...USUAL_AGREEMENT, ...agreement };
  const officer = (id: string) => ({ id, name: id, kind: 'person' as const, roles: ['platform' as const] });
  const { approvalId } = await transact(db, (tx) => proposeAgreement(tx, officer('platform-1'), whole));
  await transact(db, (tx) => approveAgreement(tx, officer('platform-2'), whole, approvalId));
}

/** A file of any name and content, signed by a city or the centre. */
export async function signedFile(
  name: string,
  content: Buffer | string,
  signedBy = '4520',
): Promise<DeliveredCityFile> {
  const bytes = Buffer.from(content);
  return { name, content: bytes, signature: await signAs(signedBy, bytes), receivedAt: new Date() };
}

let theirSequence = 0;
/** The neighbour's next file has the number after this one. */
export function countFrom(sequence: number): void {
  theirSequence = sequence;
}

export async function theirFile(
  magic: Extract<FileMagic, 'CCIP' | 'CCIR'>,
  rows: readonly Buffer[],
  totalFen: bigint,
  over: { from?: string; to?: string; sequence?: number; signedBy?: string; count?: number } = {},
): Promise<DeliveredCityFile> {
  const { from = '4520', to = '4580', sequence = (theirSequence += 1), signedBy = from } = over;
  const header = {
    magic,
    sender: from + to,
    businessDate: TODAY,
    sequence,
    count: over.count ?? rows.length,
    totalFen: fen(totalFen),
    createdAt: new Date(),
  };
  const content = Buffer.concat([encodeFileHeader(header), ...rows]);
  const signature = await signAs(signedBy, content);
  return { name: fileNameOf(header), content, signature, deliveredBy: QINGDAO, receivedAt: new Date() };
}

export type Answer = readonly [ccip: number, index: number, outcome: CcirRow['outcome'], acceptedFen?: number];
export function answers(rows: readonly Answer[], over: Parameters<typeof theirFile>[3] & { total?: bigint } = {}) {
  const sum = rows.reduce((total, [, , , accepted = 0]) => total + BigInt(accepted), 0n);
  const encoded = rows.map(([ccipSequence, index, outcome, accepted = 0]) =>
    encodeCcirRow({ ccipSequence, index, outcome, acceptedFen: fen(accepted) }),
  );
  return theirFile('CCIR', encoded, over.total ?? sum, over);
}

export const sequenceOf = (name: string | undefined) => Number(name?.slice(19, 27));
export const receivable = async () => (await accountBalance(db, 'city-receivable:4520')).posted;
