import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compactDate, createLogger, openDatabase, type Transaction } from '@citycard/common';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cutOff } from '../day/days.ts';
import type { SignatureCheck } from '../intake/file-checks.ts';
import { sumOfRecords } from '../intake/message.ts';
import { listTextAnswers, readTextAnswer } from '../operator-text/answers.ts';
import { encodeFileHeader, fileNameOf } from '../purchases/purchase-file.ts';
import {
  BUS_ONE,
  newCardNo,
  NOON,
  type PurchaseWorld,
  startPurchaseWorld,
  tap,
  TODAY,
} from '../validation/purchase-fixture.ts';
import { validateReceived } from '../validation/validate.ts';
import type { Folders, Looks } from './folders.ts';
import { type InboxDeps, lookOnce } from './inbox.ts';

let world: PurchaseWorld;
beforeAll(async () => {
  world = await startPurchaseWorld();
});
afterAll(() => world.stop());

let root: string;
let folders: Folders;
let own: string;
let looks: Looks;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'inbox-'));
  folders = { inbox: join(root, 'inbox'), outbox: join(root, 'outbox') };
  own = join(folders.inbox, BUS_ONE);
  looks = new Map();
  await mkdir(own, { recursive: true });
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** Stands in for the city CA: a "signature" is the signer's name and the hash of the file. */
const standIn: SignatureCheck = (_, { content, signatureDer, expectedCn }) => {
  const [cn = '', digest] = signatureDer.toString().split(' ');
  const sha256 = 'sha256' in content ? content.sha256.toString('hex') : '';
  if (cn !== expectedCn) return Promise.resolve({ ok: false, reason: `the certificate is of "${cn}"` });
  return Promise.resolve(digest === sha256 ? { ok: true, serial: '01' } : { ok: false, reason: 'of another file' });
};

const deps = (change: Partial<InboxDeps> = {}): InboxDeps => ({
  db: world.db,
  logger: createLogger('inbox-test', { level: 'silent' }),
  folders,
  verifySignature: standIn,
  claimedDigest: (signature) => Buffer.from(signature.toString().split(' ')[1] ?? '', 'hex'),
  quietMs: 0,
  ...change,
});
/** What has not changed between two looks is whole. */
const lookTwice = async (change: Partial<InboxDeps> = {}) => {
  await lookOnce(deps(change), looks);
  await lookOnce(deps(change), looks);
};

let sequence = 0;

function fileOf(records: readonly Buffer[]): { name: string; content: Buffer } {
  sequence += 1;
  const header = {
    magic: 'CCPF',
    sender: BUS_ONE,
    businessDate: TODAY,
    sequence,
    count: records.length,
    totalFen: sumOfRecords(records),
    createdAt: NOON,
  } as const;
  return { name: fileNameOf(header), content: Buffer.concat([encodeFileHeader(header), ...records]) };
}

const sign = (content: Buffer) => `${BUS_ONE} ${createHash('sha256').update(content).digest('hex')}`;

async function put({ name, content }: { name: string; content: Buffer }, signature = sign(content)): Promise<void> {
  await writeFile(join(own, name), content);
  await writeFile(join(own, `${name.replace(/\.ccpf$/, '')}.p7s`), signature);
}

const inInbox = async () => (await readdir(own)).sort();
const outbox = async () => (await readdir(join(folders.outbox, BUS_ONE))).sort();
const told = (name: string) => readFile(join(folders.outbox, BUS_ONE, name), 'utf8');
const taken = async (name: string) =>
  (await world.db.query('select from clearing.intake where file_name = $1', [name])).rowCount;

describe('an inbox folder', () => {
  it('is emptied of whole pairs, each answered and moved away; what was not accepted is told when all is judged', async () => {
    const card = await world.card();
    const file = fileOf([tap(card), tap(card, { offlineCounter: 2, tac: Buffer.alloc(4, 9) })]);
    await put(file);
    await lookOnce(deps(), looks);
    expect(await inInbox()).toContain(file.name);
    await lookOnce(deps(), looks);
    expect(await inInbox()).toEqual(['taken']);
    expect((await readdir(join(own, 'taken'))).sort()).toEqual([file.name, file.name.replace('.ccpf', '.p7s')]);
    expect(await told(`${file.name}.taken.txt`)).toMatch(
      /^file .*\r\nresult {8}taken\r\nrecords {7}2\r\namount {8}400 fen\r\n/,
    );
    expect(await outbox()).toEqual([`${file.name}.taken.txt`]);
    await validateReceived(world);
    await lookOnce(deps(), looks);
    expect(await outbox()).toContain(`${file.name}.exceptions.csv`);
    const lines = (await told(`${file.name}.exceptions.csv`)).split('\r\n');
    expect(lines).toHaveLength(3);
    expect(lines[1]).toMatch(/^1,rejected,01,TAC wrong/);
  });

  it('gives back what is wrong, with a sentence; a corrected file of that name is taken', async () => {
    const file = fileOf([tap(newCardNo())]);
    await put(file, sign(Buffer.from('something else')));
    await lookTwice();
    expect(await told(`${file.name}.refused.txt`)).toMatch(
      /reason {2}signature\r\n {8}of another file\r\nCorrect this/,
    );
    expect(await inInbox()).toEqual(['refused']);
    await put(file, sign(Buffer.from('something else again')));
    await lookTwice();
    expect(await readdir(join(own, 'refused'))).toHaveLength(4);
    await put(file);
    await lookTwice();
    expect(await outbox()).toEqual([`${file.name}.refused.txt`, `${file.name}.taken.txt`]);
    expect(await taken(file.name)).toBe(1);
  });

  it('answers the same file again with the first result, and takes nothing twice', async () => {
    const file = fileOf([tap(newCardNo())]);
    await put(file);
    await lookTwice();
    const first = await told(`${file.name}.taken.txt`);
    await rm(join(folders.outbox, BUS_ONE, `${file.name}.taken.txt`));
    await put(file);
    await lookTwice();
    expect(await told(`${file.name}.taken.txt`)).toBe(first);
    expect(await taken(file.name)).toBe(1);
    expect(await inInbox()).toEqual(['taken']);
  });

  it('is left alone where something is half written, hidden, a link or nothing of ours', async () => {
    const [growing, alone, linked] = [1, 2, 3].map(() => fileOf([tap(newCardNo()), tap(newCardNo())]));
    await put(growing!);
    await truncate(join(own, growing!.name), 128);
    await writeFile(join(own, alone!.name), alone!.content);
    await writeFile(join(root, 'elsewhere'), linked!.content);
    await symlink(join(root, 'elsewhere'), join(own, linked!.name));
    await writeFile(join(own, `${linked!.name}.p7s`), sign(linked!.content));
    await writeFile(join(own, 'notes.txt'), 'for myself');
    const before = await inInbox();
    await lookTwice();
    expect(await inInbox()).toEqual(before);
    expect(await outbox()).toEqual([]);
    await writeFile(join(own, growing!.name), growing!.content);
    await lookTwice();
    expect(await outbox()).toEqual([`${growing!.name}.taken.txt`]);
  });

  it('gives a file back that stays shorter than its header says', async () => {
    const file = fileOf([tap(newCardNo()), tap(newCardNo())]);
    const cut = { ...file, content: file.content.subarray(0, 128) };
    await put(cut);
    const long = new Date(Date.now() - 120_000);
    await utimes(join(own, cut.name), long, long);
    await lookTwice();
    expect(await told(`${file.name}.refused.txt`)).toMatch(/2 records make a file of 192 bytes; this one has 128/);
  });

  it('waits until a file has rested', async () => {
    await put(fileOf([tap(newCardNo())]));
    await lookTwice({ quietMs: 60_000 });
    expect(await outbox()).toEqual([]);
  });

  it('loses nothing and takes nothing twice wherever its work is cut off', async () => {
    const card = newCardNo();
    const records = Array.from({ length: 4_200 }, (_, n) => tap(card, { offlineCounter: n, tac: Buffer.alloc(4) }));
    const file = fileOf(records);
    await put(file);
    await lookOnce(deps(), looks);
    let cut = 0;
    for (let statement = 1; ; statement += 1) {
      const db = breakingBefore(statement);
      await lookOnce(deps({ db }), looks).catch(() => undefined);
      await db.end();
      if (!(await inInbox()).includes(file.name)) break;
      cut += 1;
      expect(await outbox().catch(() => [])).toEqual([]);
    }
    expect(cut).toBeGreaterThan(6);
    expect(await taken(file.name)).toBe(1);
    const { rows } = await world.db.query<{ raw: Buffer }>(
      `select raw from clearing.undecided_records($1) order by record_index`,
      [card],
    );
    expect(Buffer.concat(rows.map(({ raw }) => raw)).equals(file.content.subarray(64))).toBe(true);
    const { rows: left } = await world.db.query(
      `select from clearing.received_content c where not exists (select from clearing.intake i where i.content_id = c.content_id)`,
    );
    expect(left).toEqual([]);
    await world.db.query('delete from clearing.undecided_intake');
  }, 120_000);
});

/** A pool whose connection is cut just before the statement of that number, and every one after it. */
function breakingBefore(statement: number) {
  const pool = openDatabase(world.url);
  let left = statement;
  const patched = new WeakSet<Transaction>();
  pool.on('acquire', (client: Transaction) => {
    if (patched.has(client)) return;
    patched.add(client);
    client.on('error', () => undefined);
    const query = client.query.bind(client) as (...parameters: unknown[]) => unknown;
    const { stream } = (client as unknown as { connection: { stream: { destroy(): void } } }).connection;
    Object.assign(client, {
      query: (...parameters: unknown[]) => {
        left -= 1;
        if (left <= 0) stream.destroy();
        return query(...parameters);
      },
    });
  });
  return pool;
}

/** Last in this file: it cuts the day off. */
describe('decisions that come later', () => {
  it('are told once, after the cut-off, in a file that appears with its signature or not at all', async () => {
    const card = await world.card(1_000);
    const keys = { offlineCounter: 0, samTransactionNo: 9_001 };
    const file = fileOf([tap(card, { ...keys, flag: 1, amount: 300 }), tap(newCardNo('4520'), { amount: 50 })]);
    await put(file);
    await lookTwice();
    await validateReceived(world);
    await lookTwice();
    const recovered = fileOf([tap(card, { ...keys, flag: 2, amount: 300 })]);
    await put(recovered);
    await lookTwice();
    await validateReceived(world);
    await lookTwice();
    const decisions = async () => (await outbox()).filter((name) => name.startsWith('decisions-'));
    expect(await decisions()).toEqual([]);

    await cutOff(world.db, TODAY);
    await lookTwice({ sign: () => Promise.reject(new Error('the HSM does not answer')) });
    expect(await decisions()).toEqual([]);
    expect(await listTextAnswers(world.db, BUS_ONE)).toEqual([]);
    const signed = { sign: (content: Buffer) => Promise.resolve(Buffer.from(sign(content))) };
    await lookTwice(signed);
    const name = `decisions-${compactDate(TODAY)}-${BUS_ONE}-00001.csv`;
    expect(await decisions()).toEqual([name, `${name}.p7s`]);
    const lines = (await told(name)).split('\r\n');
    expect(lines[0]).toMatch(/^\uFEFFfile,record,outcome,reason,/);
    expect(lines[1]).toContain(`${file.name},0,duplicate,03,`);
    expect(lines.slice(2)).toEqual(['']);
    const content = await readTextAnswer(world.db, name, BUS_ONE);
    expect(content?.toString()).toBe(await told(name));
    expect((await readTextAnswer(world.db, `${name}.p7s`, BUS_ONE))?.toString()).toBe(sign(content!).toString());
    expect(await readTextAnswer(world.db, `${name}.p7s`, 'SOMEBODY')).toBeUndefined();
    await lookTwice(signed);
    expect(await listTextAnswers(world.db, BUS_ONE)).toMatchObject([{ kind: 'CD', fileName: name }]);
    // The other city has not answered yet: that is told another day.
    const { rows } = await world.db.query<{ record_index: number }>(
      'select record_index from clearing.held_file_record where participant_no = $1',
      [BUS_ONE],
    );
    expect(rows).toEqual(expect.arrayContaining([{ record_index: 1 }]));
  });
});
