import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyAuditLog } from '../audit/verify-audit-log.ts';
import { SchemeCipher } from '../keys/variant-lmk.ts';
import {
  blockUnderTestLmk,
  header,
  hex,
  odd,
  runHost,
  underTestLmk,
  upper,
  type RunningHost,
} from './running-host.test-data.ts';

const ZMK = hex('0123456789ABCDEFFEDCBA9876543210');
const ZMK_TEXT = underTestLmk('000', 'U', ZMK);
let host: RunningHost;

beforeAll(async () => {
  host = await runHost();
  await host.authoriseHost();
});

afterAll(async () => {
  await host.stop();
});

describe('authorised state', () => {
  const secret = odd(16);
  const text = underTestLmk('000', 'U', secret);
  const needed = [
    'A00000U',
    'A00109U',
    'A00FFFS#K0T2B00E00',
    `A01001U;0${ZMK_TEXT}X`,
    'A2001U',
    `A42000U${text}${underTestLmk('000', 'U', odd(16))}`,
    `A6000${ZMK_TEXT}X${upper(new SchemeCipher(ZMK).encipher('X', secret))}U`,
    `A600A${ZMK_TEXT}X${upper(new SchemeCipher(ZMK).encipher('X', secret))}U`,
    `A600A${ZMK_TEXT}X${upper(new SchemeCipher(ZMK).encipher('X', secret))}S`,
    `A8001${ZMK_TEXT}${underTestLmk('001', 'U', odd(16))}X`,
  ];

  it('is needed for strong keys, components and exports; RA ends it', async () => {
    for (const message of needed) expect((await host.ask(message)).slice(0, 2), message).toBe('00');
    expect(await host.ask('RA\x19bye')).toBe('00\x19bye');
    for (const message of needed) expect(await host.ask(message), message).toBe('17');
    for (const message of ['A00001U', 'A00003X', 'A00FFFS#D0A3B00N00'])
      expect((await host.ask(message)).slice(0, 2), message).toBe('00');
    const sent = upper(new SchemeCipher(ZMK).encipher('X', odd(16)));
    expect((await host.ask(`A6001${ZMK_TEXT}X${sent}U`)).slice(0, 2)).toBe('00');
    await host.authoriseHost();
  });

  it('the log names keys by type and check value, and holds no key', async () => {
    expect(verifyAuditLog(host.directory, 'test')).toMatchObject({ ok: true });
    const log = readFileSync(join(host.directory, 'audit.log'), 'utf8');
    expect(log).toContain(`001 `);
    for (const key of [secret, ZMK]) expect(log.toUpperCase()).not.toContain(upper(key));
    expect(log).not.toMatch(/[0-9A-F]{32}/);
  });
});

describe('an HSM under a passphrase', () => {
  it('opens nothing made under the published pairs, and says it is another', async () => {
    const production = await runHost({ passphrase: 'a passphrase of some length' });
    try {
      const key = (code: string) => underTestLmk(code, 'U', odd(16));
      expect(await production.ask(`BU011${key('001')}`)).toBe('10');
      expect(await production.ask(`CC${key('001')}${key('001')}12000000000000000001011234567890120`.slice(0, -1))).toBe(
        '10',
      );
      const block = blockUnderTestLmk({ ...header('D') }, odd(16));
      expect(await production.ask(`BUFFF${block};FFF`)).toBe('13');
      expect((await production.ask('NC')).slice(0, 18)).not.toBe((await host.ask('NC')).slice(0, 18));
    } finally {
      await production.stop();
    }
  });
});
