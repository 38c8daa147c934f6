import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeFileHeader, fileNameOf, type PurchaseFileHeader } from '../../purchases/purchase-file.ts';
import {
  BUS_ONE,
  BUS_TWO,
  newCardNo,
  NOON,
  type PurchaseWorld,
  startPurchaseWorld,
  tap,
  TODAY,
} from '../../validation/purchase-fixture.ts';
import { validateReceived } from '../../validation/validate.ts';
import type { SignatureCheck } from '../file-checks.ts';
import { fileOutcomes, findFile, outcomesCsv } from '../file-standing.ts';
import { sumOfRecords } from '../message.ts';
import { appendToUpload } from './append.ts';
import { completeUpload } from './complete.ts';
import { dropStaleUploads, listUploads } from './list.ts';
import { openUpload, readUpload, type Upload, type UploadDeps } from './upload.ts';

let world: PurchaseWorld;
let deps: UploadDeps;
const revoked = new Set<string>();
beforeAll(async () => {
  world = await startPurchaseWorld();
  deps = { db: world.db, verifySignature: standIn, claimedDigest: claimed };
});
afterAll(() => world.stop());

/** Stands in for the city CA: a "signature" is the signer's name and the hash of the file. */
const standIn: SignatureCheck = (_, { content, signatureDer, expectedCn }) => {
  const [cn = '', digest] = signatureDer.toString().split(' ');
  if (cn !== expectedCn) return Promise.resolve({ ok: false, reason: `the certificate is of "${cn}"` });
  if (revoked.has(cn)) return Promise.resolve({ ok: false, reason: 'the certificate was revoked' });
  const sha256 = 'sha256' in content ? content.sha256.toString('hex') : '';
  if (digest !== sha256) return Promise.resolve({ ok: false, reason: 'the signature is of another file' });
  return Promise.resolve({ ok: true, serial: '01' });
};
const claimed = (signature: Buffer) => Buffer.from(signature.toString().split(' ')[1] ?? '', 'hex');

let sequence = 0;

function fileOf(records: readonly Buffer[], header: Partial<PurchaseFileHeader> = {}) {
  sequence += 1;
  const whole: PurchaseFileHeader = {
    magic: 'CCPF',
    sender: BUS_ONE,
    businessDate: TODAY,
    sequence,
    count: records.length,
    totalFen: sumOfRecords(records),
    createdAt: NOON,
    ...header,
  };
  const content = Buffer.concat([encodeFileHeader(whole), ...records]);
  return { fileName: fileNameOf(whole), content, signature: signed(content, whole.sender) };
}

function signed(content: Buffer, cn: string): Buffer {
  return Buffer.from(`${cn} ${createHash('sha256').update(content).digest('hex')}`);
}

interface TestFile {
  readonly fileName: string;
  readonly content: Buffer;
  readonly signature: Buffer;
}

async function open(file: TestFile, bytes = file.content.length): Promise<Upload> {
  const { fileName, signature } = file;
  const opened = await openUpload(deps, {
    participantNo: BUS_ONE,
    channel: 'session',
    fileName,
    bytes,
    signature,
    at: NOON,
  });
  if (opened.status !== 'open') throw new Error(`not opened: ${JSON.stringify(opened, (_, v) => String(v))}`);
  return opened.upload;
}

/** Bytes from one place to another in pieces nobody cut on purpose, then, when asked, a broken line. */
function piecesOf(content: Buffer, from: number, to = content.length, broken = false): Readable {
  return Readable.from(
    (function* () {
      for (let at = from; at < to;) {
        const next = Math.min(to, at + 70_001);
        yield content.subarray(at, next);
        at = next;
      }
      if (broken) throw new Error('the line broke');
    })(),
  );
}

async function send(file: TestFile, upload: Upload): Promise<Upload> {
  await appendToUpload(
    world.db,
    { uploadId: upload.uploadId, offset: upload.receivedBytes },
    piecesOf(file.content, upload.receivedBytes),
  );
  return completeUpload(deps, upload.uploadId, NOON);
}

async function contentRows(): Promise<number> {
  const { rows } = await world.db.query<{ count: bigint }>('select count(*) as count from clearing.received_content');
  return Number(rows[0]?.count);
}

/** 11 000 records: two whole pieces and most of a third. */
function longFile(): TestFile {
  const one = tap(newCardNo());
  return fileOf(
    Array.from({ length: 11_000 }, (_, n) => {
      const raw = Buffer.from(one);
      raw.writeUInt32BE(n, 36);
      return raw;
    }),
  );
}

describe('an upload', () => {
  it('goes on where the line broke, as often as it breaks: what had come is read back from where it is stored', async () => {
    const file = longFile();
    let upload = await open(file);
    for (const to of [30, 64, 65, 100_000, 400_000, file.content.length]) {
      const broken = to < file.content.length;
      const from = { uploadId: upload.uploadId, offset: upload.receivedBytes };
      const sent = appendToUpload(world.db, from, piecesOf(file.content, upload.receivedBytes, to, broken));
      if (broken) await expect(sent).rejects.toThrow('the line broke');
      else await sent;
      upload = await open(file);
      expect(upload.receivedBytes).toBe(to);
    }
    const ended = await completeUpload(deps, upload.uploadId, NOON);
    expect(ended).toMatchObject({ state: 'taken', receivedBytes: file.content.length });
    const { rows } = await world.db.query<{ raw: Buffer }>(
      'select raw from clearing.undecided_records() where intake_id = $1 order by record_index',
      [ended.intakeId],
    );
    expect(Buffer.concat(rows.map(({ raw }) => raw)).equals(file.content.subarray(64))).toBe(true);
    await world.db.query('delete from clearing.undecided_intake where intake_id = $1', [ended.intakeId]);
  });

  it('is not carried on from anywhere else, nor by two at once', async () => {
    const file = longFile();
    const { uploadId } = await open(file);
    const wrong = appendToUpload(world.db, { uploadId, offset: 5 }, piecesOf(file.content, 5));
    await expect(wrong).rejects.toMatchObject({ code: 'clearing.uploads.offset-differs', status: 409 });
    const both = await Promise.allSettled([
      appendToUpload(world.db, { uploadId, offset: 0 }, piecesOf(file.content, 0)),
      appendToUpload(world.db, { uploadId, offset: 0 }, piecesOf(file.content, 0)),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await completeUpload(deps, uploadId, NOON)).toMatchObject({ state: 'taken' });
    await world.db.query('delete from clearing.undecided_intake');
  });

  it('belongs to who opened it', async () => {
    const { uploadId } = await open(fileOf([tap(newCardNo())]));
    await expect(readUpload(world.db, uploadId, BUS_TWO)).rejects.toMatchObject({ status: 404 });
    const other = appendToUpload(world.db, { uploadId, participantNo: BUS_TWO, offset: 0 }, Readable.from([]));
    await expect(other).rejects.toMatchObject({ code: 'clearing.uploads.unknown' });
  });

  it('takes no byte more than announced, and keeps those', async () => {
    const file = fileOf([tap(newCardNo())]);
    const { uploadId } = await open(file);
    const more = Buffer.concat([file.content, Buffer.from('x')]);
    const sent = appendToUpload(
      world.db,
      { uploadId, offset: 0 },
      Readable.from([more.subarray(0, 100), more.subarray(100)]),
    );
    await expect(sent).rejects.toMatchObject({ code: 'clearing.uploads.too-long' });
    expect(await send(file, await open(file))).toMatchObject({ state: 'taken' });
  });

  it('whose last byte came before somebody could take the file is taken when it is looked at again', async () => {
    const file = fileOf([tap(newCardNo())]);
    const { uploadId } = await open(file);
    await appendToUpload(world.db, { uploadId, offset: 0 }, piecesOf(file.content, 0));
    expect(await readUpload(world.db, uploadId)).toMatchObject({ state: 'receiving', receivedBytes: 128 });
    expect(await send(file, await open(file))).toMatchObject({ state: 'taken' });
  });

  it('is given up after a week, with its bytes', async () => {
    const file = fileOf([tap(newCardNo())]);
    const { uploadId } = await open(file);
    await appendToUpload(world.db, { uploadId, offset: 0 }, piecesOf(file.content, 0, 100));
    const rows = await contentRows();
    await world.db.query(`update clearing.upload set changed_at = now() - interval '8 days' where upload_id = $1`, [
      uploadId,
    ]);
    expect(await dropStaleUploads(world.db)).toBe(1);
    expect(await contentRows()).toBe(rows - 1);
    expect(await readUpload(world.db, uploadId)).toMatchObject({ state: 'abandoned' });
  });

  it('stops, and keeps what was acknowledged, when the disk is full', async () => {
    const file = longFile();
    const { uploadId } = await open(file);
    await appendToUpload(world.db, { uploadId, offset: 0 }, piecesOf(file.content, 0, 300_000));
    await world.db.query(`
      create function clearing.full() returns trigger language plpgsql as $$ begin
        raise exception 'could not extend file: No space left on device' using errcode = 'disk_full'; end $$;
      create trigger full_disk before insert on clearing.received_content for each row execute function clearing.full()`);
    const sent = appendToUpload(world.db, { uploadId, offset: 300_000 }, piecesOf(file.content, 300_000));
    await expect(sent).rejects.toMatchObject({ code: 'clearing.uploads.storage-full', status: 507 });
    await world.db.query('drop trigger full_disk on clearing.received_content');
    const upload = await readUpload(world.db, uploadId);
    expect(upload).toMatchObject({ state: 'receiving', receivedBytes: 300_000 });
    expect(await send(file, upload)).toMatchObject({ state: 'taken' });
    await world.db.query('delete from clearing.undecided_intake');
  });
});

describe('a file that is wrong', () => {
  const refusedAtOnce = async (file: TestFile, reason: string, bytes = file.content.length, by = BUS_ONE) => {
    const { fileName, signature } = file;
    const announced = { participantNo: by, channel: 'session', fileName, bytes, signature, at: NOON } as const;
    expect(await openUpload(deps, announced)).toMatchObject({ status: 'refused', reason });
    const [newest] = await listUploads(world.db, { participantNo: by, state: 'refused' });
    expect(newest).toMatchObject({ fileName, refusal: { reason } });
  };

  it('is refused before it travels, where name, sender and signature tell', async () => {
    const file = fileOf([tap(newCardNo())]);
    await refusedAtOnce({ ...file, fileName: 'purchases.ccpf' }, 'name');
    await refusedAtOnce(file, 'sender', undefined, BUS_TWO);
    await refusedAtOnce({ ...file, signature: signed(file.content, BUS_TWO) }, 'signature');
    await refusedAtOnce(file, 'length', 3 * 1024 ** 3);
  });

  it('is refused by its header, and the rest of it is not read', async () => {
    const file = longFile();
    const content = Buffer.from(file.content);
    content.writeUInt32BE(12_000, 32);
    const spoiled = { ...file, content, signature: signed(content, BUS_ONE) };
    const { uploadId } = await open(spoiled);
    let read = 0;
    const watched = Readable.from(
      (function* () {
        for (let at = 0; at < content.length; at += 65_536) {
          read += 1;
          yield content.subarray(at, at + 65_536);
        }
      })(),
      { highWaterMark: 1 },
    );
    const upload = await appendToUpload(world.db, { uploadId, offset: 0 }, watched);
    expect(upload).toMatchObject({ state: 'refused', refusal: { reason: 'length' } });
    expect(upload.refusal?.detail).toBe(`12000 records make a file of 768064 bytes; this one has ${content.length}`);
    expect(read).toBeLessThan(4);
  });

  it.each([
    ['a byte changed on the way', 'signature', (content: Buffer) => content.fill(0xff, 500_000, 500_001), false],
    ['a wrong total', 'total', (content: Buffer) => content.writeBigUInt64BE(1n, 36), true],
    ['no header of ours', 'header', (content: Buffer) => content.write('CCPX'), true],
    ['another sequence inside', 'name-and-header-differ', (content: Buffer) => content.writeUInt32BE(77, 28), true],
  ])('with %s is refused whole and leaves nothing behind', async (_, reason, spoil, sign) => {
    const file = longFile();
    const rows = await contentRows();
    const content = Buffer.from(file.content);
    spoil(content);
    const spoiled = { ...file, content, signature: sign ? signed(content, BUS_ONE) : file.signature };
    const ended = await send(spoiled, await open(spoiled));
    expect(ended).toMatchObject({ state: 'refused', refusal: { reason } });
    expect(await contentRows()).toBe(rows);
    expect(await findFile(world.db, file.fileName)).toBeUndefined();
  });

  it('is refused when its certificate is revoked while it travels', async () => {
    const file = fileOf([tap(newCardNo())]);
    const upload = await open(file);
    revoked.add(BUS_ONE);
    expect(await send(file, upload)).toMatchObject({ state: 'refused', refusal: { reason: 'signature' } });
    revoked.clear();
    expect(await send(file, await open(file))).toMatchObject({ state: 'taken' });
  });
});

describe('the same file', () => {
  it('again is known before it travels; under its name with other content it is refused', async () => {
    const file = fileOf([tap(newCardNo())]);
    await send(file, await open(file));
    const { fileName, signature } = file;
    const again = { participantNo: BUS_ONE, channel: 'session', fileName, bytes: 128, signature, at: NOON } as const;
    expect(await openUpload(deps, again)).toMatchObject({ status: 'repeat', file: { fileName, records: 1 } });
    const other = Buffer.from(file.content);
    other.fill(1, 100, 101);
    expect(await openUpload(deps, { ...again, signature: signed(other, BUS_ONE) })).toMatchObject({
      status: 'refused',
      reason: 'other-content',
    });
  });

  it('over two uploads at once is taken once, and both hear the same', async () => {
    const file = fileOf([tap(newCardNo())]);
    const { fileName, signature, content } = file;
    const announced = {
      participantNo: BUS_ONE,
      channel: 'request',
      fileName,
      bytes: 128,
      signature,
      at: NOON,
    } as const;
    const opened = [await openUpload(deps, announced), await openUpload(deps, announced)].map((one) => {
      if (one.status !== 'open') throw new Error('not opened');
      return one.upload;
    });
    for (const { uploadId } of opened)
      await appendToUpload(world.db, { uploadId, offset: 0 }, Readable.from([content]));
    const ended = await Promise.all(opened.map(({ uploadId }) => completeUpload(deps, uploadId, NOON)));
    expect(ended.map(({ state }) => state).sort()).toEqual(['repeat', 'taken']);
    expect(ended[0]?.intakeId).toBe(ended[1]?.intakeId);
  });

  it('of other content at once is taken once, the other refused', async () => {
    const one = fileOf([tap(newCardNo())]);
    sequence -= 1;
    const two = fileOf([tap(newCardNo())]);
    const uploads = [await open(one), await open(two)];
    for (const [place, { content }] of [one, two].entries()) {
      await appendToUpload(world.db, { uploadId: uploads[place]!.uploadId, offset: 0 }, Readable.from([content]));
    }
    const ended = await Promise.all(uploads.map(({ uploadId }) => completeUpload(deps, uploadId, NOON)));
    expect(ended.map(({ state }) => state).sort()).toEqual(['refused', 'taken']);
    expect(ended.find(({ state }) => state === 'refused')?.refusal?.reason).toBe('other-content');
  });
});

it('tells what became of every record of a file, judged or not', async () => {
  while ((await validateReceived(world)).decided > 0);
  const card = await world.card();
  const file = fileOf([tap(card, { samTransactionNo: 7 }), tap(card, { offlineCounter: 2, tac: Buffer.alloc(4) })]);
  await send(file, await open(file));
  const csv = async (exceptions = false) => {
    const standing = (await findFile(world.db, file.fileName, BUS_ONE))!;
    let text = '';
    for await (const piece of outcomesCsv(world.db, standing, exceptions)) text += piece;
    return text.slice(1).split('\r\n').slice(1, -1);
  };
  expect(await findFile(world.db, file.fileName)).toMatchObject({ records: 2, undecided: 2 });
  expect(await csv()).toEqual(['0,received,,,,,,,,,,', '1,received,,,,,,,,,,']);
  await validateReceived(world);
  expect(await csv()).toEqual([
    `0,accepted,,,,${card},1,990000000001,7,20261122110000,200,${TODAY}`,
    expect.stringMatching(new RegExp(`^1,rejected,01,TAC wrong,the TAC is not that of this card,${card},2,`)) as string,
  ]);
  expect(await csv(true)).toHaveLength(1);
  const standing = (await findFile(world.db, file.fileName))!;
  expect(standing).toMatchObject({ undecided: 0 });
  expect(await fileOutcomes(world.db, standing)).toEqual([
    { state: 'accepted', count: 1, amountFen: 200n },
    { state: 'rejected', reasonCode: '01', count: 1, amountFen: 200n },
  ]);
});
