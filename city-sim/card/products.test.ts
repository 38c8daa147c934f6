import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { KEY_ID } from '../chip/keys.ts';
import type { CardAlgorithm } from '../cryptography/block-cipher.ts';
import {
  authenticationCryptogram,
  commandCryptogram,
  commandMac,
  loadSessionKey,
  openCommandCryptogram,
  pinReloadMac,
  transactionMac,
} from '../cryptography/purse.ts';
import { deriveCardKeys } from './default-product.ts';
import type { CardExtras } from './issue.ts';
import { loadByIssuer } from './issuer-load.ts';
import { SELECT_PURSE, send, TEST_ROOTS, testCard, testIdentity } from './simulated-issuer.test-data.ts';
import type { VirtualCard } from './virtual-card.ts';

const key = (name: string) => createHash('sha256').update(`test key ${name}`).digest().subarray(0, 16);
const WATER_AID = Buffer.from('F0574154455201', 'hex');
const SELECT_WATER = `00A4040007${WATER_AID.toString('hex')}`;
const MOMENT = '20260301080000';
const SAM = '458000000001';

function extrasFor(algorithm: CardAlgorithm): CardExtras {
  const attributes = algorithm === 'sm4' ? 'F0FF0104' : 'F0FF0100';
  return {
    pin: Buffer.from('123456', 'hex'),
    unloadKey: key('DULK'),
    applications: [
      {
        directory: '3F02',
        aid: WATER_AID,
        keys: [
          { id: KEY_ID.cardMaster, prefix: 'F0FF0533', value: key('water master') },
          { id: KEY_ID.maintenance, prefix: attributes, value: key('water maintenance') },
        ],
        files: [
          { id: '0005', header: '280010F0F5FFFF', content: Buffer.alloc(16, 0x11) },
          { id: '0006', header: '680010F5F0FFFF' },
          { id: '0007', header: 'AE0308F0F0FFFF' },
        ],
      },
    ],
  };
}

describe.each(['3des', 'sm4'] as const)('a product with PIN, unload and an industry application, %s', (algorithm) => {
  const keys = deriveCardKeys(TEST_ROOTS, testIdentity(51), algorithm);
  const make = (): VirtualCard => {
    const card = testCard(51, { algorithm, extras: extrasFor(algorithm) });
    loadByIssuer(card, {
      loadKey: keys.load,
      amountFen: 5000,
      samNo: SAM,
      moment: { date: '20260301', time: '070000' },
    });
    return card;
  };

  /** A command with secure messaging: challenge, MAC, and data enciphered when `cipherKey` is given. */
  function secured(card: VirtualCard, macKey: Buffer, header: string, data: Buffer, cipherKey?: Buffer): string {
    const challenge = Buffer.from(send(card, '0084000004').slice(0, 8), 'hex');
    const content = cipherKey ? commandCryptogram(algorithm, cipherKey, data) : data;
    const head = Buffer.concat([Buffer.from(header, 'hex'), Buffer.from([content.length + 4]), content]);
    return Buffer.concat([head, commandMac(algorithm, macKey, challenge, head)]).toString('hex');
  }

  function authenticate(card: VirtualCard, master: Buffer): string {
    const challenge = Buffer.from(send(card, '0084000008').slice(0, 16), 'hex');
    return send(card, `0082003908${authenticationCryptogram(algorithm, master, challenge).toString('hex')}`);
  }

  const reload = (pin: string, drpk = keys.pinReload) =>
    `805E0000${(pin.length / 2 + 4).toString(16).padStart(2, '0')}${pin}${pinReloadMac(algorithm, drpk, Buffer.from(pin, 'hex')).toString('hex')}`;
  const unblock = (card: VirtualCard, pin: string, dpuk = keys.pinUnblock) =>
    secured(card, dpuk, '84240000', Buffer.from(pin, 'hex'), dpuk);
  const verify = (card: VirtualCard, pin: string) => send(card, `0020000003${pin}`);

  it('counts wrong PINs down to a block; a right one gives the tries back', () => {
    const card = make();
    expect([verify(card, '111111'), verify(card, '222222'), verify(card, '123456')]).toEqual(['63C2', '63C1', '9000']);
    expect(['1', '2', '3', '4'].map((digit) => verify(card, digit.repeat(6)))).toEqual([
      '63C2',
      '63C1',
      '63C0',
      '6983',
    ]);
    expect(verify(card, '123456')).toBe('6983');
    card.powerOn();
    send(card, SELECT_PURSE);
    expect(verify(card, '123456')).toBe('6983');
    expect(send(card, '00200000011234')).toBe('6700');
  });

  it('changes the PIN with the old one, reloads and unblocks it with the issuer’s keys', () => {
    const card = make();
    expect(send(card, '805E010007999999FF654321')).toBe('63C2');
    expect(send(card, '805E010007123456FF65432A')).toBe('6A80');
    expect(send(card, '805E010007123456FF654321')).toBe('9000');
    expect(verify(card, '654321')).toBe('9000');
    expect(send(card, reload('7777'))).toBe('9000');
    expect([send(card, '00200000027777'), verify(card, '654321')]).toEqual(['9000', '63C2']);

    for (const wrong of ['000000', '000001']) verify(card, wrong);
    expect(verify(card, '654321')).toBe('6983');
    expect(send(card, unblock(card, '246802'))).toBe('9000');
    expect(verify(card, '246802')).toBe('9000');
    expect(send(card, '8424000008000000000000')).toBe('6700');
  });

  it('stops guessing at the issuer’s keys: reload closes, unblock closes the application for good', () => {
    const card = make();
    for (let attempt = 0; attempt < 3; attempt += 1) expect(send(card, reload('9999', keys.load))).toBe('9302');
    expect(send(card, reload('9999'))).toBe('6983');
    expect(send(card, unblock(card, '246802'))).toBe('9000');
    expect(send(card, reload('9999'))).toBe('9000');
    for (let attempt = 0; attempt < 3; attempt += 1)
      expect(send(card, unblock(card, '246802', keys.load))).toBe('6988');
    expect(send(card, '805C000204')).toBe('9303');
  });

  it('pays out under the unload key and proves it', () => {
    const card = make();
    const { command, mac3 } = unload(card);
    expect(send(card, command)).toBe(`${mac3}9000`);
    expect(send(card, '805C000204')).toBe('000003E89000');
    expect(send(card, '805A0003020002')).toMatch(new RegExp(`${mac3}9000$`));
    expect(send(card, '00B201C417').slice(0, 24)).toBe('000100000000000FA0034580');
    expect(send(card, `805005020B01000003E9${SAM}10`)).toBe('9401');
    expect(send(card, `805005020B0100000001${SAM}10`)).toMatch(/9000$/);
    expect(send(card, `805403000B${MOMENT}00000000`)).toBe('9302');
  });

  /** DEBIT FOR UNLOAD of 40.00 yuan as a host with the unload key makes it. */
  function unload(card: VirtualCard): { command: string; mac3: string } {
    const init = Buffer.from(send(card, `805005020B0100000FA0${SAM}10`), 'hex');
    const session = loadSessionKey(algorithm, key('DULK'), init.subarray(8, 12), init.subarray(4, 6));
    const sale = Buffer.from(`00000FA003${SAM}`, 'hex');
    expect(transactionMac(algorithm, session, init.subarray(0, 4), sale)).toEqual(init.subarray(12, 16));
    const moment = Buffer.from(MOMENT, 'hex');
    const mac2 = transactionMac(algorithm, session, sale, moment).toString('hex');
    const after = Buffer.from('000003E8', 'hex');
    const mac3 = transactionMac(algorithm, session, after, init.subarray(4, 6), sale, moment)
      .toString('hex')
      .toUpperCase();
    return { command: `805403000B${MOMENT}${mac2}`, mac3 };
  }

  it('replaces a key under the card master key, never by one it has', () => {
    const card = make();
    const fresh = key('new DLK');
    const record = (value: Buffer, fifth = algorithm === 'sm4' ? '04' : '00') =>
      Buffer.concat([Buffer.from(`02${fifth}0000`, 'hex'), value]);
    const update = (id: string, content: Buffer, master = keys.cardMaster) =>
      send(card, secured(card, master, `84D401${id}`, content, master));
    expect(update('3F', record(fresh), keys.load)).toBe('6988');
    expect(update('3F', record(keys.purchase))).toBe('6A80');
    expect(update('3F', record(fresh, '77'))).toBe('6A80');
    expect(update('3F', record(Buffer.alloc(16, 7)))).toBe('6A80');
    expect(update('31', record(fresh))).toBe('6A88');
    expect(update('3A', record(fresh))).toBe('6A88');
    expect(update('3F', record(fresh))).toBe('9000');
    expect(send(card, `805000020B0100000001${SAM}10`).slice(12, 14)).toBe('02');
    const load = (loadKey: Buffer) => () =>
      loadByIssuer(card, { loadKey, amountFen: 1, samNo: SAM, moment: { date: '20260301', time: '090000' } });
    expect(load(keys.load)).toThrow('credit for load');
    load(fresh)();
    expect(send(card, '805C000204')).toBe('000013899000');
  });

  it('keeps an industry’s files and keys to themselves', () => {
    const card = make();
    expect(send(card, SELECT_WATER)).toBe(`6F0B8407${WATER_AID.toString('hex').toUpperCase()}A5009000`);
    expect(send(card, '805C000204')).toBe('6A82');
    expect(send(card, '00B0850010')).toBe(`${'11'.repeat(16)}9000`);
    expect(send(card, '00D6850002AABB')).toBe('6982');
    expect(authenticate(card, keys.cardMaster)).toBe('63C2');
    expect(authenticate(card, key('water master'))).toBe('9000');
    expect(send(card, '00D6850002AABB')).toBe('9000');
    expect(send(card, '00B0850003')).toBe('AABB119000');

    expect(send(card, secured(card, key('water maintenance'), '04D68600', Buffer.from('C0FFEE', 'hex')))).toBe('6A80');
    const enciphered = secured(
      card,
      key('water maintenance'),
      '04D68600',
      Buffer.from('C0FFEE', 'hex'),
      key('water maintenance'),
    );
    expect(send(card, enciphered)).toBe('9000');
    expect(send(card, '00B0860003')).toBe('C0FFEE9000');
    send(card, SELECT_WATER);
    card.powerOn();
    send(card, SELECT_WATER);
    expect(send(card, '00B0860003')).toBe('6982');

    expect(send(card, '00E20038080102030405060708')).toBe('6982');
    for (const row of ['01', '02', '03', '04']) {
      expect(send(card, secured(card, key('water maintenance'), '04E20038', Buffer.from(row.repeat(8), 'hex')))).toBe(
        '9000',
      );
    }
    expect(send(card, '00B2013C08')).toBe(`${'04'.repeat(8)}9000`);
    expect(send(card, '00B2043C08')).toBe('6A83');
  });

  it('blocks one application and leaves the other; CARD BLOCK is the master file’s wherever one stands', () => {
    const card = make();
    expect(send(card, secured(card, keys.applicationBlock, '841E0000', Buffer.alloc(0)))).toBe('9000');
    expect(send(card, '805C000204')).toBe('6A81');
    expect(send(card, SELECT_WATER)).toMatch(/9000$/);
    expect(send(card, secured(card, key('water master'), '84160000', Buffer.alloc(0)))).toBe('6988');
    expect(send(card, secured(card, keys.cardMaster, '84160000', Buffer.alloc(0)))).toBe('9000');
    expect(send(card, SELECT_WATER)).toBe('6A81');
  });

  it('is before or after, never between, wherever the power fails', () => {
    const cases: [string, (card: VirtualCard) => string, (card: VirtualCard) => string, string, string][] = [
      [
        'unload',
        (card) => unload(card).command,
        (card) => `${send(card, '805C000204')} ${send(card, '805A0003020002').slice(-4)}`,
        '000013889000 9406',
        '000003E89000 9000',
      ],
      [
        'change PIN',
        () => '805E010007123456FF654321',
        (card) => `${verify(card, '654321') === '9000' ? 'new' : 'old'} ${verify(card, '123456')}`,
        'old 9000',
        'new 63C2',
      ],
      [
        'reload PIN',
        () => reload('654321'),
        (card) => `${verify(card, '654321') === '9000' ? 'new' : 'old'} ${verify(card, '123456')}`,
        'old 9000',
        'new 63C2',
      ],
      [
        'unblock PIN',
        (card) => unblock(card, '654321'),
        (card) => `${verify(card, '654321') === '9000' ? 'new' : 'old'} ${verify(card, '123456')}`,
        'old 9000',
        'new 63C2',
      ],
      [
        'block',
        (card) => secured(card, keys.applicationBlock, '841E0000', Buffer.alloc(0)),
        (card) => send(card, '805C000204'),
        '000013889000',
        '6A81',
      ],
    ];
    for (const [name, prepare, look, before, after] of cases) {
      const seen: string[] = [];
      for (let writes = 0; ; writes += 1) {
        const card = make();
        const apdu = prepare(card);
        card.powerCutAfterWrites(writes);
        let answered = true;
        try {
          send(card, apdu);
        } catch {
          answered = false;
        }
        card.powerOn();
        send(card, SELECT_PURSE);
        seen.push(look(card));
        if (answered) break;
      }
      expect({ name, first: seen[0], last: seen.at(-1) }).toEqual({ name, first: before, last: after });
      expect(new Set(seen), name).toEqual(new Set([before, after]));
    }
  });

  it('takes a try before it compares: a card torn away while comparing has spent it', () => {
    const card = make();
    card.powerCutAfterWrites(1);
    expect(() => verify(card, '111111')).toThrow('no power');
    card.powerOn();
    send(card, SELECT_PURSE);
    expect(verify(card, '111111')).toBe('63C1');
  });
});

it('opens only what was enciphered as it should be', () => {
  const short = key('short');
  for (const algorithm of ['3des', 'sm4'] as const) {
    for (const length of [0, 1, 6, 7, 8, 15, 16, 20]) {
      const data = Buffer.alloc(length, 0xa5);
      const cryptogram = commandCryptogram(algorithm, short, data);
      expect(openCommandCryptogram(algorithm, short, cryptogram)).toEqual(data);
      expect(openCommandCryptogram(algorithm, short, cryptogram.subarray(1))).toBeUndefined();
    }
    expect(openCommandCryptogram(algorithm, short, Buffer.alloc(0))).toBeUndefined();
  }
});
