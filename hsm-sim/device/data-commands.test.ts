import { execFileSync, spawnSync } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { foundedHsm, type FoundedHsm } from './founded.test-data.ts';

let founded: FoundedHsm;
const refused = (code: string) => expect.objectContaining({ name: 'HsmRefused', code });
const indexKey = randomBytes(32);

beforeAll(async () => {
  founded = await foundedHsm();
  await founded.authorise('formKey', 'generateKey', 'generateRsa');
  await founded.client.generateKey({ name: 'PERSONAL', usage: 'data-wrap', algorithm: 'aes', exportable: false });
  await founded.form('INDEX', 'blind-index', indexKey, 'hmac');
});
afterAll(async () => founded.stop());

describe('data keys', () => {
  it('come in clear once and open again from what was kept', async () => {
    const { client } = founded;
    const made = await client.createDataKey('name:PERSONAL');
    expect(made.clear).toHaveLength(32);
    expect(made.wrapped.length).toBeLessThanOrEqual(200);
    expect(made.wrapped).not.toContain(made.clear.toString('hex').toUpperCase());
    expect(await client.openDataKey('name:PERSONAL', made.wrapped)).toEqual(made.clear);
    expect((await client.createDataKey('name:PERSONAL')).clear).not.toEqual(made.clear);
  });

  it('do not open when altered, under another key, or as another kind of key', async () => {
    const { client } = founded;
    await client.generateKey({ name: 'OTHER', usage: 'data-wrap', algorithm: 'aes', exportable: false });
    const { wrapped } = await client.createDataKey('name:PERSONAL');
    for (const at of [5, 40, wrapped.length - 1]) {
      const altered = wrapped.slice(0, at) + (wrapped[at] === '1' ? '2' : '1') + wrapped.slice(at + 1);
      await expect(client.openDataKey('name:PERSONAL', altered)).rejects.toEqual(refused('13'));
    }
    await expect(client.openDataKey('name:OTHER', wrapped)).rejects.toEqual(refused('13'));
    await expect(client.openDataKey('name:INDEX', wrapped)).rejects.toEqual(refused('28'));
    await expect(client.createDataKey('name:NONE')).rejects.toEqual(refused('12'));
    await expect(client.terminalMac(`block:${wrapped}`, 'ecb', Buffer.from('x'))).rejects.toEqual(refused('13'));
  });

  it('have algorithms of their own', async () => {
    const key = { name: 'ODD', exportable: false } as const;
    await expect(founded.client.generateKey({ ...key, usage: 'data-wrap', algorithm: '3des' })).rejects.toEqual(
      refused('15'),
    );
    await expect(founded.client.generateKey({ ...key, usage: 'tac', algorithm: 'aes' })).rejects.toEqual(refused('15'));
  });
});

describe('blind index', () => {
  it('is a keyed hash of each item, in order, over any number of commands', async () => {
    const items = Array.from({ length: 2_300 }, (_, index) => randomBytes(index % 256));
    const expected = items.map((item) => createHmac('sha256', indexKey).update(item).digest().subarray(0, 16));
    expect(await founded.client.blindIndexes('name:INDEX', items)).toEqual(expected);
    expect(await founded.client.blindIndexes('name:INDEX', [])).toEqual([]);
    await expect(founded.client.blindIndexes('name:INDEX', [Buffer.alloc(256)])).rejects.toThrow(RangeError);
    await expect(founded.client.blindIndexes('name:PERSONAL', items)).rejects.toEqual(refused('28'));
  });

  it('leaves no listeners on a link whose answers had to wait', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    const items = Array.from({ length: 40_000 }, (_, index) => Buffer.from(String(index)));
    await founded.client.blindIndexes('name:INDEX', items);
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });
});

const withOpenssl = spawnSync('openssl', ['version']).status === 0;

describe('certificate requests', () => {
  const subject = {
    country: 'CN',
    province: 'Shandong',
    organisation: 'City Card Co., Ltd.',
    commonName: 'City Card CA 4580',
  } as const;

  it.runIf(withOpenssl)(
    'prove the key, and ask for what its usage allows; openssl reads them (needs the openssl command)',
    async () => {
      const { client } = founded;
      const request = async (usage: 'ca' | 'file-sign') => {
        await client.generateRsa({ name: `KEY-${usage}`, usage, bits: 2048 });
        const input = await client.certificateRequest({ name: `KEY-${usage}`, subject });
        const args = ['req', '-inform', 'DER', '-noout', '-verify', '-text', '-nameopt', 'RFC2253'];
        return execFileSync('openssl', args, { input, stdio: ['pipe', 'pipe', 'pipe'] }).toString();
      };
      const ca = await request('ca');
      expect(ca).toContain('Subject: CN=City Card CA 4580,O=City Card Co.\\, Ltd.,ST=Shandong,C=CN');
      expect(ca).toMatch(/CA:TRUE[^]*Certificate Sign, CRL Sign/);
      expect(await request('file-sign')).toMatch(/CA:FALSE[^]*Digital Signature, Non Repudiation/);
    },
  );

  it('refuse subjects that no certificate may bear, and keys that cannot sign', async () => {
    const ask = async (more: object, name = 'KEY-ca') =>
      founded.client.certificateRequest({ name, subject: { ...subject, ...more } });
    await expect(ask({ country: 'China' })).rejects.toEqual(refused('15'));
    await expect(ask({ commonName: '' })).rejects.toEqual(refused('15'));
    await expect(ask({ organisation: 'x'.repeat(65) })).rejects.toEqual(refused('15'));
    await expect(ask({}, 'INDEX')).rejects.toEqual(refused('28'));
    await expect(ask({}, 'NONE')).rejects.toEqual(refused('12'));
  });
});
