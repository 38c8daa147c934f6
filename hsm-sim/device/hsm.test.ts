import { createHash, createPublicKey, randomBytes, verify } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectHsm } from '../client/connect.ts';
import type { HsmClient } from '../client/hsm-client.ts';
import { decipherBlocks } from '../cipher/block-cipher.ts';
import { TripleDes } from '../cipher/triple-des.ts';
import { verifyAuditLog } from '../audit/verify-audit-log.ts';
import type { SymmetricUsage } from '../keys/key-usage.ts';
import { checkValue } from '../keys/check-value.ts';
import { deriveLevel } from '../purse/card-key.ts';
import { folded, mac4 } from '../purse/slow-path.test-data.ts';
import { FrameSplitter } from '../wire/frame.ts';
import { startHsm, type RunningHsm } from './hsm.ts';

const hex = (...texts: string[]) => Buffer.from(texts.join(''), 'hex');
const directory = mkdtempSync(join(tmpdir(), 'hsm-test-'));
const CITY = hex('4580FF0000000000');
const CARD = hex('1045800100000001');
const PINS = { li: '100001', wang: '200002', zhao: '300003' } as const;
const ROOTS: Record<string, Buffer> = {
  DLK: hex('505152535455565758595A5B5C5D5E5F'),
  DTK: hex('606162636465666768696A6B6C6D6E6F'),
  DAMK: hex('707172737475767778797A7B7C7D7E7F'),
  CHIP: hex('A1A2A3A4A5A6A7A8B1B2B3B4B5B6B7B8'),
  KTK: hex('C1C2C3C4C5C6C7C8D1D2D3D4D5D6D7D8'),
};
let hsm: RunningHsm;
let client: HsmClient;

/** Forms a key of known value by the whole ceremony: two random components, the third makes up the rest. */
async function form(name: string, usage: SymmetricUsage, key: Buffer, algorithm: '3des' | 'sm4' = '3des') {
  const first = randomBytes(16);
  const second = randomBytes(16);
  const third = Buffer.from(key.map((byte, index) => byte ^ first[index]! ^ second[index]!));
  const custodians = Object.entries(PINS);
  for (const [index, component] of [first, second, third].entries()) {
    const [custodian, pin] = custodians[index]!;
    const kcv = checkValue(algorithm, component);
    await client.submitComponent({ name, usage, algorithm, exportable: false, custodian, pin, component, kcv });
  }
  return client.formKey({ name });
}

const authorise = async (...commands: string[]) => client.authorise('li', PINS.li, 'wang', PINS.wang, commands, 10);
const refused = (code: string) => expect.objectContaining({ name: 'HsmRefused', code });

beforeAll(async () => {
  hsm = await startHsm({ directory, lmk: 'test' });
  client = connectHsm({ host: '127.0.0.1', port: hsm.port });
  await client.createCustodian({ name: 'li', pin: PINS.li });
  await client.createCustodian({ name: 'wang', pin: PINS.wang });
  await client.createCustodian({ name: 'zhao', pin: PINS.zhao });
  await authorise('createCustodian', 'formKey', 'generateKey', 'generateRsa', 'discardComponents');
  await form('DLK', 'load', ROOTS['DLK']!);
  await form('DTK', 'tac', ROOTS['DTK']!);
  await form('DAMK', 'maintenance', ROOTS['DAMK']!);
  await form('CHIP', 'chip-transport', ROOTS['CHIP']!);
  await form('KTK', 'key-transport', ROOTS['KTK']!);
});

afterAll(async () => {
  await client.close();
  await hsm.stop();
  expect(verifyAuditLog(directory, 'test')).toMatchObject({ ok: true });
  rmSync(directory, { recursive: true });
});

/** One raw message on a link of its own; header and command included. */
async function raw(...frames: Buffer[]): Promise<Buffer[]> {
  const answers: Buffer[] = [];
  const splitter = new FrameSplitter();
  const socket = connect(hsm.port, '127.0.0.1');
  socket.write(Buffer.concat(frames));
  for await (const chunk of socket) {
    answers.push(...splitter.push(chunk as Buffer).map((frame) => Buffer.from(frame.message)));
    if (answers.length === frames.length) break;
  }
  return answers;
}
const framed = (message: Buffer | string, length = message.length) => {
  const prefix = Buffer.alloc(2);
  prefix.writeUInt16BE(length);
  return Buffer.concat([prefix, Buffer.from(message as string, 'latin1')]);
};

describe('ceremony', () => {
  it('forms the key whose components were submitted, and lists its check value', async () => {
    const keys = await client.listKeys();
    expect(keys.find(({ name }) => name === 'DLK')).toEqual({
      name: 'DLK',
      usage: 'load',
      algorithm: '3des',
      exportable: false,
      levels: 2,
      kcv: checkValue('3des', ROOTS['DLK']!),
    });
  });

  it('tells when a key of the store was last used', async () => {
    const random = await client.randomBytes(1);
    expect(random).toHaveLength(1);
    const began = Math.floor(Date.now() / 1000) * 1000;
    await client.createWorkingKeys((await client.createTerminalMasterKey()).tmk);
    expect((await client.keyUses()).has('NOBODY')).toBe(false);
    await client.exportUnderTransport((await client.createTerminalMasterKey()).tmk, 'name:KTK');
    expect((await client.keyUses()).get('KTK')?.getTime()).toBeGreaterThanOrEqual(began);
    expect(client.load()).toMatchObject({ inFlight: 0, waiting: 0 });
  });

  const component = hex('00112233445566778899AABBCCDDEEFF');
  const item = {
    name: 'NEW',
    usage: 'purchase',
    algorithm: '3des',
    exportable: false,
    custodian: 'li',
    pin: PINS.li,
    component,
    kcv: checkValue('3des', component),
  } as const;

  it('refuses a wrong check value, a zero component, a second component of one person, other attributes', async () => {
    await expect(client.submitComponent({ ...item, kcv: '000000' })).rejects.toEqual(refused('03'));
    const zero = Buffer.alloc(16);
    const zeroItem = { ...item, component: zero, kcv: checkValue('3des', zero) };
    await expect(client.submitComponent(zeroItem)).rejects.toEqual(refused('10'));
    await expect(client.formKey({ name: 'NEW' })).rejects.toEqual(refused('31'));
    await client.submitComponent(item);
    await client.submitComponent(item);
    const other = randomBytes(16);
    const second = { ...item, component: other, kcv: checkValue('3des', other) };
    await expect(client.submitComponent(second)).rejects.toEqual(refused('32'));
    const wang = { ...second, custodian: 'wang', pin: PINS.wang };
    await expect(client.submitComponent({ ...wang, exportable: true })).rejects.toEqual(refused('33'));
    await client.submitComponent(wang);
    await expect(client.formKey({ name: 'NEW' })).rejects.toEqual(refused('31'));
    await client.discardComponents({ name: 'NEW' });
    await client.discardComponents({ name: 'NEW' });
    await expect(client.formKey({ name: 'NEW' })).rejects.toEqual(refused('31'));
    await expect(client.submitComponent({ ...item, name: 'DLK' })).rejects.toEqual(refused('30'));
  });

  it('refuses a key with equal halves and keeps its components for a decision', async () => {
    await expect(form('EQUAL', 'tac', hex('0123456789ABCDEF', '0123456789ABCDEF'))).rejects.toEqual(refused('10'));
    await expect(form('EQUAL', 'tac', ROOTS['DTK']!)).rejects.toEqual(refused('32'));
    await client.discardComponents({ name: 'EQUAL' });
  });

  it('refuses unknown usages and names', async () => {
    await expect(client.generateKey({ ...item, usage: 'component' as never })).rejects.toEqual(refused('04'));
    await expect(client.generateKey({ ...item, usage: 'pay' as never })).rejects.toEqual(refused('04'));
    await expect(client.generateKey({ ...item, name: 'a b' })).rejects.toEqual(refused('15'));
    await expect(client.generateKey({ ...item, name: 'DLK' })).rejects.toEqual(refused('30'));
  });
});

describe('authorised state', () => {
  it('opens only what two different custodians named, until cancelled', async () => {
    const key = { usage: 'purchase', algorithm: 'sm4', exportable: false } as const;
    await expect(client.authorise('li', PINS.li, 'li', PINS.li, ['generateKey'], 1)).rejects.toEqual(refused('20'));
    await expect(authorise('openEverything')).rejects.toEqual(refused('15'));
    await authorise('formKey');
    expect((await client.status()).authorised).toBe(true);
    await expect(client.generateKey({ ...key, name: 'SM4' })).rejects.toEqual(refused('17'));
    await client.cancelAuthorisation();
    expect((await client.status()).authorised).toBe(false);
    await expect(client.formKey({ name: 'NEW' })).rejects.toEqual(refused('17'));
    await expect(client.createCustodian({ name: 'qian', pin: '400004' })).rejects.toEqual(refused('17'));
    await authorise('createCustodian', 'formKey', 'generateKey', 'generateRsa', 'discardComponents');
    expect(await client.generateKey({ ...key, name: 'SM4' })).toEqual({ kcv: expect.stringMatching(/^[0-9A-F]{6}$/) });
  });

  it('counts wrong PINs and locks; two others give a new PIN', async () => {
    await client.createCustodian({ name: 'sun', pin: '500005' });
    await expect(client.createCustodian({ name: 'sun', pin: '500006' })).rejects.toEqual(refused('30'));
    await expect(client.createCustodian({ name: 'wu', pin: '12345' })).rejects.toEqual(refused('15'));
    const asSun = async (pin: string) => client.authorise('sun', pin, 'li', PINS.li, ['formKey'], 1);
    await expect(client.authorise('nobody', '500005', 'li', PINS.li, ['formKey'], 1)).rejects.toEqual(refused('19'));
    for (let tries = 0; tries < 3; tries++) await expect(asSun('999999')).rejects.toEqual(refused('19'));
    await expect(asSun('500005')).rejects.toEqual(refused('18'));
    await client.createCustodian({ name: 'sun', pin: '500007' });
    await asSun('500007');
    await authorise('createCustodian', 'formKey', 'generateKey', 'generateRsa', 'discardComponents');
  });
});

describe('purse commands', () => {
  const factors = [CITY, CARD];
  const cardKey = (root: string) => deriveLevel(new TripleDes(deriveLevel(new TripleDes(ROOTS[root]!), CITY)), CARD);

  it('authorises a load of PBOC-S1 under the card key of two levels', async () => {
    const item = {
      dlk: 'name:DLK',
      factors: [hex('2610FF0000000000'), hex('0000000012345678')],
      algorithm: '3des',
      cardRandom: hex('A1B2C3D4'),
      onlineCounter: 0,
      balanceBefore: 0,
      amount: 10_000,
      type: 2,
      samNo: hex('261000000001'),
      mac1: hex('383D792A'),
      date: hex('20081001'),
      time: hex('093000'),
    } as const;
    expect(await client.loadAuthorise(item)).toEqual({ ok: true, mac2: hex('AA4F9274') });
    expect(await client.loadAuthorise({ ...item, amount: 10_001 })).toEqual({ ok: false });
    await expect(client.loadAuthorise({ ...item, dlk: 'name:DTK' })).rejects.toEqual(refused('28'));
    await expect(client.loadAuthorise({ ...item, dlk: 'name:NONE' })).rejects.toEqual(refused('12'));
    await expect(client.loadAuthorise({ ...item, algorithm: 'sm4' })).rejects.toEqual(refused('27'));
    await expect(client.loadAuthorise({ ...item, dlk: 'DLK' })).rejects.toEqual(refused('26'));
    await expect(client.loadAuthorise({ ...item, mac1: hex('00') })).rejects.toThrow(RangeError);
    const loadTac = { ...item, dtk: 'name:DTK', balanceAfter: 10_000, onlineCounterBefore: 0, tac: hex('DD894D94') };
    expect(await client.verifyLoadTac(loadTac)).toBe(true);
    expect(await client.verifyLoadTac({ ...loadTac, onlineCounterBefore: 1 })).toBe(false);
  });

  it('verifies any number of TACs, in order', async () => {
    const tacKey = folded('3des', cardKey('DTK'));
    const items = Array.from({ length: 2_500 }, (_, index) => {
      const data = randomBytes(22);
      const right = mac4('3des', tacKey, data);
      if (index % 7 === 0) right[3]! ^= 1;
      return { dtk: 'name:DTK', factors, algorithm: '3des' as const, data, tac: right };
    });
    expect(await client.verifyTacs(items)).toEqual(items.map((_, index) => index % 7 !== 0));
    expect(await client.verifyTacs([])).toEqual([]);
    await expect(client.verifyTacs([{ ...items[1]!, dtk: 'name:DLK' }, items[2]!])).rejects.toEqual(refused('28'));
  });

  it('wraps a card key for the chip, a root only for a SAM', async () => {
    const item = { root: 'name:DTK', factors, algorithm: '3des', transport: 'name:CHIP' } as const;
    const { encrypted, kcv } = await client.wrapCardKey(item);
    expect(decipherBlocks(new TripleDes(ROOTS['CHIP']!), encrypted)).toEqual(cardKey('DTK'));
    expect(kcv).toBe(checkValue('3des', cardKey('DTK')));
    await expect(client.wrapCardKey({ ...item, factors: [] })).rejects.toEqual(refused('28'));
    await expect(client.wrapCardKey({ ...item, transport: 'name:KTK' })).rejects.toEqual(refused('28'));
    await expect(client.wrapCardKey({ ...item, root: 'name:KTK' })).rejects.toEqual(refused('28'));
  });

  it('makes the MAC of PBOC-SM1 and answers challenges', async () => {
    const root = 'name:DAMK';
    const diversified = {
      root,
      factors: [hex('2610FF0000000000'), hex('0000000012345678')],
      algorithm: '3des',
    } as const;
    const mac = await client.cardCommandMac({ ...diversified, challenge: hex('11223344'), data: hex('841E000004') });
    expect(mac).toEqual(hex('0CB555A3'));
    const challenge = hex('53FD1F26');
    const cryptogram = await client.externalAuthenticate({
      root: 'name:CHIP',
      factors: [],
      algorithm: '3des',
      challenge,
    });
    expect(decipherBlocks(new TripleDes(ROOTS['CHIP']!), cryptogram)).toEqual(hex('53FD1F26', '00000000'));
    await expect(
      client.externalAuthenticate({ root: 'name:DTK', factors, algorithm: '3des', challenge }),
    ).rejects.toEqual(refused('28'));
    await expect(
      client.externalAuthenticate({ root: 'name:CHIP', factors: [], algorithm: '3des', challenge: hex('00') }),
    ).rejects.toEqual(refused('15'));
  });
});

describe('terminal keys', () => {
  it('makes working keys that the terminal can unwrap with the TMK it was handed', async () => {
    const { tmk, kcv } = await client.createTerminalMasterKey();
    const handed = await client.exportUnderTransport(tmk, 'name:KTK');
    const clearTmk = decipherBlocks(new TripleDes(ROOTS['KTK']!), handed.encrypted);
    expect([checkValue('3des', clearTmk), handed.kcv]).toEqual([kcv, kcv]);
    const keys = await client.createWorkingKeys(tmk);
    const mak = decipherBlocks(new TripleDes(clearTmk), keys.makUnderTmk);
    expect(keys.makKcv.toString('hex', 0, 3).toUpperCase()).toBe(checkValue('3des', mak));
    const data = Buffer.from('0820 echo message');
    const { bankCardMac } = await import('../mac/bank-card-mac.ts');
    const { retailMac } = await import('../mac/cbc-mac.ts');
    const ecb = await client.terminalMac(keys.mak, 'ecb', data);
    expect(ecb).toEqual(bankCardMac(new TripleDes(mak), data));
    expect(await client.terminalMac(keys.mak, 'x9.19', data)).toEqual(retailMac(mak, data, 1));
    expect(await client.verifyTerminalMac(keys.mak, 'ecb', data, ecb)).toBe(true);
    expect(await client.verifyTerminalMac(keys.mak, 'x9.19', data, ecb)).toBe(false);

    await expect(client.terminalMac(keys.pik, 'ecb', data)).rejects.toEqual(refused('28'));
    await expect(client.exportUnderTransport(keys.mak, 'name:KTK')).rejects.toEqual(refused('29'));
    await expect(client.exportUnderTransport('name:DLK', 'name:KTK')).rejects.toEqual(refused('29'));
    await expect(client.exportUnderTransport(tmk, 'name:CHIP')).rejects.toEqual(refused('28'));
    await expect(client.createWorkingKeys(keys.mak)).rejects.toEqual(refused('28'));
    // Another usage written into the header, and a flipped digit of the body.
    await expect(client.createWorkingKeys(keys.mak.replace('31TC', '30TB'))).rejects.toEqual(refused('13'));
    const flipped = tmk.slice(0, -1) + (tmk.endsWith('0') ? '1' : '0');
    await expect(client.createWorkingKeys(flipped)).rejects.toEqual(refused('13'));
  });

  it('joins concurrent MACs into few commands, and one bad key hurts only its own', async () => {
    const { tmk } = await client.createTerminalMasterKey();
    const { mak } = await client.createWorkingKeys(tmk);
    const before = readFileSync(join(directory, 'audit.log'), 'utf8').split('\n').length;
    const calls = Array.from({ length: 300 }, async (_, index) => {
      const key = index === 17 ? 'name:NONE' : mak;
      return client.terminalMac(key, 'ecb', Buffer.from(`message ${index}`));
    });
    const results = await Promise.allSettled(calls);
    expect(results.flatMap(({ status }, index) => (status === 'rejected' ? [index] : []))).toEqual([17]);
    expect(readFileSync(join(directory, 'audit.log'), 'utf8').split('\n').length - before).toBeLessThan(10);
  });
});

describe('signatures', () => {
  it('makes RSA keys inside and signs digests', async () => {
    const { publicKeySpki } = await client.generateRsa({ name: 'FILES', usage: 'file-sign', bits: 2048 });
    const data = Buffer.from('settlement of the day');
    const digest = createHash('sha256').update(data).digest();
    const signature = await client.sign({ name: 'FILES', digest });
    expect(await client.publicKey('FILES')).toEqual(publicKeySpki);
    const key = createPublicKey({ key: publicKeySpki, format: 'der', type: 'spki' });
    expect(verify('sha256', data, key, signature)).toBe(true);
    await expect(client.sign({ name: 'DLK', digest })).rejects.toEqual(refused('28'));
    await expect(client.sign({ name: 'NONE', digest })).rejects.toEqual(refused('12'));
    await expect(client.sign({ name: 'FILES', digest: Buffer.alloc(20) })).rejects.toEqual(refused('80'));
    await expect(client.generateRsa({ name: 'W', usage: 'ca', bits: 1024 as never })).rejects.toEqual(refused('15'));
    await expect(client.terminalMac('name:FILES', 'ecb', data)).rejects.toEqual(refused('28'));
  });
});

describe('the wire', () => {
  it('echoes header and data, on one link in order', async () => {
    const answers = await raw(framed('AAAAB20003abc'), framed('BBBBB20000'), framed('CCCCZZ'));
    expect(answers.map(String)).toEqual(['AAAAB300abc', 'BBBBB300', 'CCCCZ[42']);
  });

  it('answers truncated and over-long commands with 80 and goes on', async () => {
    const long = Buffer.alloc(60_000, 0x41);
    long.write('LONGB2');
    const answers = await raw(
      framed('AAAAB20010abc'),
      framed('BBBBB20001abc'),
      framed('CCC'),
      framed('DDDDP2'),
      framed(long),
      framed('EEEEB20001x'),
    );
    expect(answers.map(String)).toEqual(['AAAAB380', 'BBBBB380', 'CCC?@80', 'DDDDP380', 'LONGB380', 'EEEEB300x']);
  });

  it('gives random bytes and the LMK check value', async () => {
    expect(await client.randomBytes(16_384)).toHaveLength(16_384);
    await expect(client.randomBytes(0)).rejects.toEqual(refused('15'));
    expect(await client.status()).toMatchObject({ lmkCheck: expect.stringMatching(/^[0-9A-F]{6}$/) });
    const data = randomBytes(40_000);
    expect(await client.echo(data)).toEqual(data);
  });
});

it('leaves no key, component or PIN in log or store', () => {
  const written =
    readFileSync(join(directory, 'audit.log'), 'latin1') + readFileSync(join(directory, 'keys.json'), 'latin1');
  for (const key of Object.values(ROOTS))
    for (const text of [key.toString('hex'), key.toString('hex').toUpperCase(), key.toString('base64')])
      expect(written).not.toContain(text);
  for (const pin of Object.values(PINS)) expect(written).not.toContain(`"${pin}"`);
});
