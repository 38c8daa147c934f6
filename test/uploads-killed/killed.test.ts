import { randomInt } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createCertificateRequest, type Signer, signDetached } from '@citycard/city-sim';
import {
  clearingMigrations,
  createParticipant,
  encodeFileHeader,
  ensureCityCa,
  fileNameOf,
  issueCertificate,
  openDay,
} from '@citycard/clearing';
import {
  cityDate,
  commonMigrations,
  createPrincipal,
  fen,
  startTestDatabase,
  type TestDatabase,
  transact,
} from '@citycard/common';
import { connectHsm, startHsm } from '@citycard/hsm-sim';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort, type Killable, startKillable } from '../perso/killable.ts';

const DEPOT = '904458041110055';
const RECORD = 64;
const RECORDS = 80_000;
const PART = 512 * 1024;
const KILLS = 3;
/** The longest a process lives once it has begun to take. */
const LONGEST_LIFE_MS = 500;

interface TestFile {
  readonly name: string;
  readonly content: Buffer;
  readonly signature: Buffer;
}

let database: TestDatabase;
let root: string;
let port: number;
let token: string;
let signer: Signer;
let taking: Killable;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'uploads-killed-'));
  database = await startTestDatabase([commonMigrations, clearingMigrations]);
  const { db, url } = database;
  signer = await depotSigner();
  token = await transact(db, async (tx) => {
    await openDay(tx, cityDate(new Date()));
    await createParticipant(tx, { participantNo: DEPOT, name: 'Depot (test)', kind: 'operator', industry: 1 });
    const roles = ['operator-partner'] as const;
    const depot = { id: 'depot', name: 'Depot (test)', kind: 'partner', roles, participantNo: DEPOT } as const;
    return (await createPrincipal(tx, depot)).token;
  });
  await mkdir(join(root, 'in', DEPOT), { recursive: true });
  port = await freePort();
  const main = fileURLToPath(new URL('./taking-process.ts', import.meta.url));
  const folders = { INBOX: join(root, 'in'), OUTBOX: join(root, 'out') };
  taking = await startKillable([main], { DATABASE_URL: url, PORT: String(port), ...folders });
}, 120_000);
afterAll(async () => {
  await taking.stop();
  await database.stop();
  await rm(root, { recursive: true, force: true });
});

/** A certificate of the city CA, as a depot has it; the CA's key is in an HSM that is gone when it is made. */
async function depotSigner(): Promise<Signer> {
  const device = await startHsm({ directory: join(root, 'hsm'), lmk: 'test' });
  const hsm = connectHsm({ host: '127.0.0.1', port: device.port });
  for (const [name, pin] of [['custodian-a', '111111'], ['custodian-b', '222222']] as const) await hsm.createCustodian({ name, pin }); // prettier-ignore
  await hsm.authorise('custodian-a', '111111', 'custodian-b', '222222', ['generateRsa'], 5);
  const deps = { db: database.db, hsm };
  await ensureCityCa(deps, '4580');
  const { privateKeyPem, requestPem } = createCertificateRequest(DEPOT);
  const issued = await issueCertificate(deps, { csrPem: requestPem, cn: DEPOT, kind: 'operator' });
  await hsm.close();
  await device.stop();
  return { certificatePem: issued.certificatePem, privateKeyPem };
}

/** Records that differ in every card; nobody judges them here. */
function fileOf(sequence: number): TestFile {
  const records = Buffer.alloc(RECORDS * RECORD);
  for (let n = 0; n < RECORDS; n += 1) {
    records.writeUInt8(1, n * RECORD);
    records.write('4580', n * RECORD + 2, 'hex');
    records.write(`0310458099${sequence}${String(n).padStart(9, '0')}`, n * RECORD + 4, 'hex');
    records.writeUInt32BE(100, n * RECORD + 26);
    records.writeUInt32BE(n, n * RECORD + 36);
  }
  const header = {
    magic: 'CCPF',
    sender: DEPOT,
    businessDate: cityDate(new Date()),
    sequence,
    count: RECORDS,
    totalFen: fen(100 * RECORDS),
    createdAt: new Date(),
  } as const;
  const content = Buffer.concat([encodeFileHeader(header), records]);
  return { name: fileNameOf(header), content, signature: signDetached(content, signer) };
}

/** Sends on from the byte the process names, until the file has ended or the process is gone. */
async function send({ name, content, signature }: TestFile): Promise<string> {
  const headers = { authorization: `Bearer ${token}` };
  const url = `http://127.0.0.1:${port}/v1/purchase-uploads`;
  const body = { fileName: name, bytes: content.length, signature: signature.toString('base64') };
  const json = { ...headers, 'content-type': 'application/json' };
  const opened = await fetch(url, { method: 'POST', headers: json, body: JSON.stringify(body) });
  let standing = (await opened.json()) as { uploadId: number; offset: number; state: string };
  while (standing.state === 'receiving') {
    const part = new Uint8Array(content.subarray(standing.offset, standing.offset + PART));
    const bytes = { ...headers, 'content-type': 'application/octet-stream', 'upload-offset': String(standing.offset) };
    const answer = await fetch(`${url}/${standing.uploadId}/content`, { method: 'PUT', headers: bytes, body: part });
    if (!answer.ok) throw new Error(await answer.text());
    standing = (await answer.json()) as typeof standing;
  }
  return standing.state;
}

/** How often a file was taken, and the bytes behind it. */
async function taken(name: string): Promise<{ times: number; records: Buffer }> {
  const { rows } = await database.db.query<{ content_id: bigint }>(
    'select content_id from clearing.intake where file_name = $1',
    [name],
  );
  const pieces = await database.db.query<{ bytes: Buffer }>(
    'select bytes from clearing.received_content where content_id = $1 order by start',
    [rows[0]?.content_id ?? 0n],
  );
  return { times: rows.length, records: Buffer.concat(pieces.rows.map(({ bytes }) => bytes)) };
}

it('a process that is killed while it takes files takes each whole or not at all, and its successor goes on', async () => {
  const [sent, dropped] = [fileOf(1), fileOf(2)];
  const folder = join(root, 'in', DEPOT);
  await writeFile(join(folder, dropped.name), dropped.content);
  await writeFile(join(folder, dropped.name.replace('.ccpf', '.p7s')), dropped.signature);
  const lives: number[] = [];
  let interrupted = 0;
  for (let kills = 0; kills < KILLS; kills += 1) {
    const life = randomInt(10, LONGEST_LIFE_MS);
    lives.push(life);
    const sending = send(sent).catch(() => 'cut off');
    await new Promise((resolve) => setTimeout(resolve, life));
    await taking.killAndStart();
    if ((await sending) === 'cut off') interrupted += 1;
    for (const file of [sent, dropped]) {
      const { times, records } = await taken(file.name);
      const whole = records.equals(file.content.subarray(RECORD));
      expect({ lives, times, whole: times === 0 || whole }).toEqual({ lives, times: Math.min(times, 1), whole: true });
    }
  }
  expect(interrupted, `lives of ${lives.join(', ')} ms`).toBeGreaterThan(0);

  await expect.poll(() => send(sent).catch(() => 'cut off'), { timeout: 20_000 }).toMatch(/^(taken|repeat)$/);
  const outbox = join(root, 'out', DEPOT);
  await expect.poll(() => readdir(outbox), { timeout: 20_000 }).toEqual([`${dropped.name}.taken.txt`]);
  expect(await readFile(join(outbox, `${dropped.name}.taken.txt`), 'latin1')).toContain(`records       ${RECORDS}`);
  await expect.poll(() => readdir(folder)).toEqual(['taken']);
  for (const file of [sent, dropped]) {
    const { times, records } = await taken(file.name);
    expect({ lives, times, whole: records.equals(file.content.subarray(RECORD)) }).toEqual({ lives, times: 1, whole: true }); // prettier-ignore
  }
  // Delivered once more, it is what it was; and no byte is left that is nobody's.
  expect(await send(sent)).toBe('repeat');
  const { rows } = await database.db.query<{ count: bigint; uploads: bigint }>(
    `select (select count(*) from clearing.received_content c
              where not exists (select from clearing.intake i where i.content_id = c.content_id)) as count,
            (select count(*) from clearing.upload where state = 'receiving') as uploads`,
  );
  expect(rows).toEqual([{ count: 0n, uploads: 0n }]);
}, 240_000);
