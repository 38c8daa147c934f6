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
  decodeCcirRow,
  decodeFileHeader,
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
  verifyDetachedCms,
} from '@citycard/clearing';
import {
  addDays,
  businessDate,
  cityDate,
  commonMigrations,
  createHttpServer,
  createLogger,
  createPrincipal,
  fen,
  luhnDigit,
  startTestDatabase,
  type TestDatabase,
  transact,
} from '@citycard/common';
import { connectHsm, type HsmClient, startHsm } from '@citycard/hsm-sim';
import forge from 'node-forge';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reconciliationMigrations, registerReconciliationRoutes } from '../index.ts';
import type { DeliveredCityFile } from './delivery.ts';
import { exchangeWithCity, listCityFiles, readCityFile, takeCityFile } from './exchange.ts';
import { exportRouted } from './purchases-out.ts';

const TODAY = cityDate(new Date());
const BUS = '904458041110001';
const QINGDAO = '904452000000001';
const SAM = '990000000001';
const TERMINAL = 'T9000001';
const DTK = Buffer.from('606162636465666768696a6b6c6d6e6f', 'hex');
const directory = mkdtempSync(path.join(os.tmpdir(), 'cities-test-'));

let database: TestDatabase;
let db: TestDatabase['db'];
let device: Awaited<ReturnType<typeof startHsm>>;
let hsm: HsmClient;
let deps: { db: TestDatabase['db']; hsm: HsmClient };
/** Cities with a key of their own and a certificate of our CA. */
const cities = new Map<string, { key: KeyObject; certificatePem: string }>();

beforeAll(async () => {
  [database, device] = await Promise.all([
    startTestDatabase([commonMigrations, clearingMigrations, reconciliationMigrations]),
    startHsm({ directory, lmk: 'test' }),
  ]);
  db = database.db;
  hsm = connectHsm({ host: '127.0.0.1', port: device.port });
  deps = { db, hsm };
  await ceremony();
  await ensureCityCa(deps, '4580');
  await ensureOwnCertificate(deps, { keyName: 'CITY-FILES', usage: 'file-sign', cn: '4580' });
  for (const city of ['4520', '4530']) cities.set(city, await admit(city));
  await transact(db, async (tx) => {
    await tx.query(`insert into clearing.business_day (business_date, state) values ($1, 'open')`, [TODAY]);
    await createParticipant(tx, { participantNo: BUS, name: 'Test bus', kind: 'operator', industry: 1 });
    await createParticipant(tx, { participantNo: QINGDAO, name: 'Test Qingdao', kind: 'city', cityCode: '4520' });
    await assignSam(tx, { samNo: SAM, participantNo: BUS, terminalNo: TERMINAL, validFrom: new Date('2020-01-01') });
    await openAccount(tx, 'bank-custody:test');
  });
});
afterAll(async () => {
  await hsm.close();
  await Promise.all([device.stop(), database.stop()]);
  rmSync(directory, { recursive: true });
});

function des3(key: Buffer, data: Buffer, mode: 'ecb' | 'cbc' = 'ecb'): Buffer {
  const iv = mode === 'cbc' ? Buffer.alloc(8) : null;
  const name = mode === 'cbc' ? 'des-ede3-cbc' : 'des-ede3';
  const cipher = createCipheriv(name, Buffer.concat([key, key.subarray(0, 8)]), iv).setAutoPadding(false);
  return Buffer.concat([cipher.update(data), cipher.final()]);
}

const xor = (...parts: Buffer[]) =>
  Buffer.from(parts[0]!.map((_, index) => parts.reduce((sum, part) => sum ^ part[index]!, 0)));

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
    await hsm.submitComponent({ ...key, custodian: people[index]!, pin, component, kcv });
  }
  await hsm.formKey({ name: 'DTK' });
}

async function admit(city: string): Promise<{ key: KeyObject; certificatePem: string }> {
  const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const privateKey = forge.pki.privateKeyFromPem(key.export({ type: 'pkcs1', format: 'pem' }).toString());
  const request = forge.pki.createCertificationRequest();
  request.publicKey = forge.pki.rsa.setPublicKey(privateKey.n, privateKey.e);
  request.setSubject([{ name: 'commonName', value: city }]);
  request.sign(privateKey, forge.md.sha256.create());
  const csrPem = forge.pki.certificationRequestToPem(request);
  return { key, ...(await issueCertificate(deps, { csrPem, cn: city, kind: 'city' })) };
}

/** A city signs with its own key; DigestInfo of SHA-256 as RFC 8017 9.2 has it. */
async function signAs(city: string, content: Buffer): Promise<Buffer> {
  const { key, certificatePem } = cities.get(city)!;
  const digestInfo = Buffer.from('3031300d060960864801650304020105000420', 'hex');
  const padding = constants.RSA_PKCS1_PADDING;
  const signer = {
    sign: ({ digest }: { digest: Buffer }) =>
      Promise.resolve(privateEncrypt({ key, padding }, Buffer.concat([digestInfo, digest]))),
  };
  return signDetachedCms(signer, { keyName: city, certificatePem, content });
}

let cards = 0;
function newCard(city: string): CardNo {
  const body = `310${city}99${String((cards += 1)).padStart(9, '0')}`;
  return cardNo(body + luhnDigit(body));
}

async function purse(balance: number): Promise<CardNo> {
  const card = newCard('4580');
  const [validFrom, validTo] = [businessDate('2020-01-01'), addDays(TODAY, 1000)];
  const terms = { algorithm: '3des', purseCap: fen(100_000), mainType: 1, subType: 0, validFrom, validTo } as const;
  await transact(db, (tx) => openPurse(tx, { cardNo: card, ...terms }));
  if (balance > 0) await load(card, balance);
  return card;
}

async function load(card: CardNo, amount: number): Promise<void> {
  const leg = { debit: 'bank-custody:test', credit: 'purse', amount: fen(amount) };
  const key = `test-load:${randomBytes(4).toString('hex')}`;
  await transact(db, (tx) => post(tx, TODAY, [{ cardNo: card, key, reason: 'test load', legs: [leg] }]));
}

/** A record as a terminal writes it, with the TAC the card would make (domain.md A.4 to A.6). */
function tap(card: CardNo, amount: number, over: { tac?: Buffer } = {}): Buffer {
  const raw = encodePurchaseRecord({
    issuerCity: card.slice(3, 7),
    applicationSerial: applicationSerial(card),
    offlineCounter: 1,
    samNo: SAM,
    samTransactionNo: randomBytes(4).readUInt32BE(),
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
async function routed(amounts: readonly number[]): Promise<{ intakeId: bigint; records: Buffer[] }> {
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
  await validateReceived(deps);
  expect(await outcomes(intakeId)).toEqual(amounts.map(() => 'routed'));
  return { intakeId, records };
}

async function outcomes(intakeId: bigint): Promise<string[]> {
  const { rows } = await db.query<{ outcome: string }>(
    `select concat_ws(' ', state, reason_code) as outcome from clearing.purchase_record where intake_id = $1 order by record_index`,
    [intakeId],
  );
  return rows.map((row) => row.outcome);
}

let theirSequence = 0;
async function theirFile(
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

type Answer = readonly [ccip: number, index: number, outcome: CcirRow['outcome'], acceptedFen?: number];
function answers(rows: readonly Answer[], over: Parameters<typeof theirFile>[3] & { total?: bigint } = {}) {
  const sum = rows.reduce((total, [, , , accepted = 0]) => total + BigInt(accepted), 0n);
  const encoded = rows.map(([ccipSequence, index, outcome, accepted = 0]) =>
    encodeCcirRow({ ccipSequence, index, outcome, acceptedFen: fen(accepted) }),
  );
  return theirFile('CCIR', encoded, over.total ?? sum, over);
}

const sequenceOf = (name: string | undefined) => Number(name?.slice(19, 27));
const receivable = async () => (await accountBalance(db, 'city-receivable:4520')).posted;

describe('purchases with cards of a neighbour', () => {
  it('travel once, signed, in files whose numbers have no holes', async () => {
    const { records } = await routed([100, 0, 250]);
    const files = await exchangeWithCity(deps, '4520');
    expect(files).toMatchObject([{ kind: 'ccip', records: 3, amountFen: 350n }]);
    const { content, signature } = await readCityFile(db, '4520', files[0]!.name);
    expect(decodeFileHeader(content, 'CCIP')).toMatchObject({
      ok: true,
      header: { sender: '45804520', count: 3, totalFen: 350n, sequence: 1, businessDate: TODAY },
    });
    expect(content.subarray(64)).toEqual(Buffer.concat(records));
    const asked = { content, signatureDer: signature, expectedCn: '4580', at: new Date() };
    expect(await verifyDetachedCms(db, asked)).toMatchObject({ ok: true });

    expect(await exchangeWithCity(deps, '4520')).toEqual([]);
    await routed([70]);
    const both = await Promise.all([exchangeWithCity(deps, '4520'), exchangeWithCity(deps, '4520')]);
    expect(both.flat().map(({ name }) => sequenceOf(name))).toEqual([2]);
  });

  it('wait for their signature when the HSM was gone, and are not shown before', async () => {
    await routed([10]);
    const before = await listCityFiles(db, '4520', 'out');
    expect(await exportRouted(deps, '4520')).toBe(1);
    expect(await listCityFiles(db, '4520', 'out')).toEqual(before);
    expect(await exchangeWithCity(deps, '4520')).toMatchObject([{ records: 1, amountFen: 10n }]);
    expect(await listCityFiles(db, '4520', 'out')).toHaveLength(before.length + 1);
  });

  it('are not sent to a city we have no agreement with', async () => {
    await expect(exchangeWithCity(deps, '4530')).rejects.toMatchObject({ code: 'cities.city-unknown' });
    await expect(exchangeWithCity(deps, '4580')).rejects.toMatchObject({ code: 'cities.city-unknown' });
  });
});

describe('answers of the neighbour', () => {
  let intakeId: bigint;
  let ccip: number;
  beforeAll(async () => {
    ({ intakeId } = await routed([100, 200, 400]));
    ccip = sequenceOf((await exchangeWithCity(deps, '4520'))[0]?.name);
  });

  it('that are wrong in any way are refused whole', async () => {
    const right: Answer[] = [
      [ccip, 0, '00', 100],
      [ccip, 1, '0F'],
      [ccip, 2, '01'],
    ];
    const refused = async (file: DeliveredCityFile | Promise<DeliveredCityFile>, code: string) => {
      await expect(takeCityFile(deps, await file)).rejects.toMatchObject({ code: `cities.${code}` });
      theirSequence = 100;
    };
    theirSequence = 100;
    await refused(answers(right, { signedBy: '4530' }), 'signature-bad');
    await refused({ ...(await answers(right)), signature: Buffer.from('none') }, 'signature-bad');
    const other = { ...(await answers(right)), content: (await answers(right, { total: 101n })).content };
    await refused(other, 'name-and-header-differ');
    await refused(answers(right, { to: '4520', from: '4580', signedBy: '4520' }), 'not-for-us');
    await refused(answers(right, { from: '4530' }), 'city-unknown');
    await refused({ ...(await answers(right)), deliveredBy: BUS }, 'not-your-city');
    await refused({ ...(await answers(right)), name: '../4520.ccir' }, 'name-bad');
    await refused(answers(right, { total: 99n }), 'total-bad');
    await refused(answers(right, { count: 4 }), 'length-bad');
    await refused(answers(right.slice(0, 2)), 'rows-incomplete');
    await refused(answers([right[1]!, right[0]!, right[2]!]), 'rows-incomplete');
    await refused(answers([right[0]!, right[0]!, right[2]!]), 'row-answered');
    await refused(answers([...right, [ccip, 3, '00', 5]]), 'row-never-sent');
    await refused(answers([[ccip + 50, 0, '00', 100]]), 'row-never-sent');
    await refused(answers([[ccip, 0, '00', 99], right[1]!, right[2]!]), 'row-bad');
    await refused(answers([[ccip, 0, '01', 100], right[1]!, right[2]!]), 'row-bad');
    const unknownOutcome = Buffer.from('00000001000000006300000000000000', 'hex');
    await refused(theirFile('CCIR', [unknownOutcome], 0n), 'row-bad');
    expect(await outcomes(intakeId)).toEqual(['routed', 'routed', 'routed']);
    expect(await listCityFiles(db, '4520', 'in')).toEqual([]);
  });

  it('decide every row, and a held one again, once', async () => {
    const before = await receivable();
    const first = await answers([
      [ccip, 0, '00', 100],
      [ccip, 1, '0F'],
      [ccip, 2, '01'],
    ]);
    expect(await takeCityFile(deps, first)).toMatchObject({ status: 'accepted', records: 3, amountFen: 100n });
    expect(await outcomes(intakeId)).toEqual(['accepted', 'suspicious 0F', 'rejected 01']);
    expect(await receivable()).toBe(before + 100n);

    expect(await takeCityFile(deps, first)).toMatchObject({ status: 'repeat', records: 3 });
    const sequence = sequenceOf(first.name);
    await expect(takeCityFile(deps, await answers([[ccip, 1, '00', 200]], { sequence }))).rejects.toMatchObject({
      code: 'cities.other-content',
      status: 409,
    });
    const code = async (rows: Answer[]) => {
      const result = await takeCityFile(deps, await answers(rows)).catch((error: { code: string }) => error);
      return 'code' in result ? result.code : result.status;
    };
    expect(await code([[ccip, 0, '00', 100]])).toBe('cities.row-answered');
    expect(await code([[ccip, 1, '0F']])).toBe('cities.row-answered');
    expect(await code([[ccip, 1, '00', 200]])).toBe('accepted');
    expect(await code([[ccip, 1, '00', 200]])).toBe('cities.row-answered');
    expect(await outcomes(intakeId)).toEqual(['accepted', 'accepted', 'rejected 01']);
    expect(await receivable()).toBe(before + 300n);
  });

  it('arriving several times at once count once', async () => {
    const { intakeId: another } = await routed([33]);
    const sent = sequenceOf((await exchangeWithCity(deps, '4520'))[0]?.name);
    const before = await receivable();
    const file = await answers([[sent, 0, '00', 33]]);
    const results = await Promise.all([1, 2, 3].map(() => takeCityFile(deps, file)));
    expect(results.map(({ status }) => status).sort()).toEqual(['accepted', 'repeat', 'repeat']);
    expect(await outcomes(another)).toEqual(['accepted']);
    expect(await receivable()).toBe(before + 33n);
  });
});

describe('purchases of our cards at the neighbour', () => {
  const rowsOf = (content: Buffer) =>
    Array.from({ length: (content.length - 64) / 16 }, (_, index) =>
      decodeCcirRow(content.subarray(64 + index * 16, 80 + index * 16)),
    );

  it('are answered when all are decided, and held ones again when they are', async () => {
    const [rich, poor] = [await purse(1_000), await purse(50)];
    const records = [tap(rich, 300), tap(rich, 40, { tac: randomBytes(4) }), tap(poor, 60), tap(newCard('4530'), 5)];
    const file = await theirFile('CCIP', records, 405n);
    expect(await takeCityFile(deps, file)).toMatchObject({
      status: 'accepted',
      kind: 'ccip',
      records: 4,
      amountFen: 405n,
    });
    expect(await takeCityFile(deps, file)).toMatchObject({ status: 'repeat', kind: 'ccip' });
    // Not before every row is decided.
    expect(await exchangeWithCity(deps, '4520')).toEqual([]);
    await validateReceived(deps);
    const [first] = await exchangeWithCity(deps, '4520');
    expect(first).toMatchObject({ kind: 'ccir', records: 4, amountFen: 300n });
    const { content, signature } = await readCityFile(db, '4520', first!.name);
    const ccipSequence = sequenceOf(file.name);
    expect(rowsOf(content)).toEqual([
      { ccipSequence, index: 0, outcome: '00', acceptedFen: 300n },
      { ccipSequence, index: 1, outcome: '01', acceptedFen: 0n },
      { ccipSequence, index: 2, outcome: '0F', acceptedFen: 0n },
      { ccipSequence, index: 3, outcome: '0A', acceptedFen: 0n },
    ]);
    const asked = { content, signatureDer: signature, expectedCn: '4580', at: new Date() };
    expect(await verifyDetachedCms(db, asked)).toMatchObject({ ok: true });

    expect(await exchangeWithCity(deps, '4520')).toEqual([]);
    await load(poor, 100);
    await validateReceived(deps);
    const [second] = await exchangeWithCity(deps, '4520');
    expect(sequenceOf(second?.name)).toBe(sequenceOf(first?.name) + 1);
    expect(rowsOf((await readCityFile(db, '4520', second!.name)).content)).toEqual([
      { ccipSequence, index: 2, outcome: '00', acceptedFen: 60n },
    ]);
    expect(await exchangeWithCity(deps, '4520')).toEqual([]);
    expect((await accountBalance(db, 'city-payable:4520')).posted).toBe(360n);
  });

  it('in a wrong file are refused whole', async () => {
    const record = tap(newCard('4580'), 5);
    const refused = async (file: DeliveredCityFile, code: string) => {
      await expect(takeCityFile(deps, file)).rejects.toMatchObject({ code: `cities.${code}` });
    };
    await refused(await theirFile('CCIP', [record], 6n), 'purchases-refused');
    await refused(await theirFile('CCIP', [record], 5n, { signedBy: '4530' }), 'signature-bad');
    await refused(await theirFile('CCIP', [record, record], 5n, { count: 1 }), 'purchases-refused');
    const used = (await listCityFiles(db, '4520', 'in')).find(({ kind }) => kind === 'ccip')!;
    await refused(await theirFile('CCIP', [record], 5n, { sequence: used.sequence }), 'other-content');
  });
});

describe('routes', () => {
  it('let a city deliver and fetch its own files and nobody else', async () => {
    const server = createHttpServer({ logger: createLogger('test', { level: 'silent' }), db, title: 'test' });
    registerReconciliationRoutes(server, deps);
    const bearer = async (id: string, roles: ('city-partner' | 'platform')[], participantNo?: string) => {
      const principal = { id, name: id, kind: 'partner', roles, ...(participantNo && { participantNo }) } as const;
      return { authorization: `Bearer ${(await transact(db, (tx) => createPrincipal(tx, principal))).token}` };
    };
    const qingdao = await bearer('test-city', ['city-partner'], QINGDAO);
    const stranger = await bearer('test-stranger', ['city-partner'], BUS);
    const platform = await bearer('test-platform', ['platform']);

    await routed([15]);
    const exchange = await server.inject({ method: 'POST', url: '/v1/cities/4520/exchange', headers: platform });
    const { files } = exchange.json<{ files: { name: string; amountFen: number }[] }>();
    expect(files).toMatchObject([{ amountFen: 15 }]);
    const url = `/v1/cities/4520/files/${files[0]!.name}`;
    const fetched = await server.inject({ url, headers: qingdao });
    expect(fetched.rawPayload.toString('latin1', 0, 4)).toBe('CCIP');
    expect((await server.inject({ url: `${url}.p7s`, headers: qingdao })).rawPayload[0]).toBe(0x30);
    expect((await server.inject({ url, headers: stranger })).statusCode).toBe(403);
    expect((await server.inject({ url: `${url}x`, headers: qingdao })).statusCode).toBe(404);
    const list = await server.inject({ url: '/v1/cities/4520/files?direction=out', headers: qingdao });
    expect(list.json<{ files: { name: string }[] }>().files.at(-1)?.name).toBe(files[0]!.name);

    const file = await answers([[sequenceOf(files[0]!.name), 0, '00', 15]]);
    const deliver = (headers: { authorization: string }) =>
      server.inject({
        method: 'POST',
        url: `/v1/city-files?name=${file.name}`,
        headers: {
          ...headers,
          'content-type': 'application/octet-stream',
          'x-signature': file.signature.toString('base64'),
        },
        payload: file.content,
      });
    expect((await deliver(stranger)).statusCode).toBe(403);
    expect((await deliver(qingdao)).statusCode).toBe(201);
    const repeat = await deliver(qingdao);
    expect([repeat.statusCode, repeat.json()]).toMatchObject([200, { status: 'repeat', amountFen: 15 }]);
    await server.close();
  });
});
