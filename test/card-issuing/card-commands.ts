import { createHash } from 'node:crypto';
import {
  type CardAlgorithm,
  CARD_KEY_USAGES,
  cardFactor,
  type CardKeySet,
  type CardKeyUsage,
  cityFactor,
  deriveCardKeys,
  deriveThrough,
  loadByIssuer,
  personaliseCard,
  VirtualCard,
} from '@citycard/city-sim';
import { publishedKey } from '@citycard/citycard';
import { describe, expect, it } from 'vitest';
import type { TestCity } from '../installation.ts';

const ROOTS: Readonly<Record<CardKeyUsage, string>> = {
  purchase: 'DPK',
  load: 'DLK',
  tac: 'DTK',
  cardMaster: 'DACK',
  maintenance: 'DAMK',
  pinUnblock: 'DPUK',
  pinReload: 'DRPK',
  applicationBlock: 'DABK',
  applicationUnblock: 'DAUK',
};
const CARD = { cityCode: '4580', cardNo: '3104580000000000428', start: '20260101', expiry: '20341231' };
const factors = [cityFactor(CARD.cityCode), cardFactor(CARD.cardNo)];
const SAM = '458001000042';
const hex = (digits: string) => Buffer.from(digits, 'hex');

/** What the HSM of the product makes for a card, and what a card that shares no code with it takes: both algorithms. */
export function cardCommandTests(city: () => TestCity): void {
  describe.each(['3des', 'sm4'] as const)('commands of the issuer to a card, %s', (algorithm) => {
    const suffix = algorithm === 'sm4' ? '-SM4' : '';
    const root = (name: string) => `name:${name}${suffix}`;
    const hsm = () => city().installation.hsm;

    function make(): { card: VirtualCard; send: (apdu: Buffer | string) => string } {
      const transportKey = publishedKey('CHIP');
      const card = new VirtualCard({ transportKey, algorithm });
      const roots = Object.fromEntries(
        CARD_KEY_USAGES.map((usage) => [usage, publishedKey(ROOTS[usage] + suffix)]),
      ) as CardKeySet;
      const keys = deriveCardKeys(roots, CARD, algorithm);
      const unloadKey = deriveThrough(algorithm, publishedKey(`DULK${suffix}`), factors);
      personaliseCard(card, transportKey, CARD, keys, { pin: hex('123456'), unloadKey });
      card.powerOn();
      const moment = { date: '20260301', time: '070000' };
      loadByIssuer(card, { loadKey: keys.load, amountFen: 5000, samNo: SAM, moment });
      const send = (apdu: Buffer | string) =>
        card
          .transmit(Buffer.isBuffer(apdu) ? apdu : hex(apdu))
          .toString('hex')
          .toUpperCase();
      return { card, send };
    }
    const derived = (name: string, of: CardAlgorithm = algorithm) => ({ root: root(name), algorithm: of, factors });

    async function secured(
      send: (apdu: string) => string,
      key: string,
      header: string,
      plaintext: Buffer,
      enciphered: boolean,
    ) {
      const data = enciphered ? await hsm().cardCommandEncrypt({ ...derived(key), plaintext }) : plaintext;
      const head = Buffer.concat([hex(header), Buffer.from([data.length + 4])]);
      const challenge = hex(send('0084000004').slice(0, 8));
      const mac = await hsm().cardCommandMac({ ...derived(key), challenge, data: Buffer.concat([head, data]) });
      return Buffer.concat([head, data, mac]);
    }

    it('PIN reload, PIN unblock and key update are taken', async () => {
      const { card, send } = make();
      const mac = await hsm().pinReloadMac({ ...derived('DRPK'), pin: hex('654321') });
      expect(send(`805E000007654321${mac.toString('hex')}`)).toBe('9000');
      expect(send('0020000003654321')).toBe('9000');
      for (const left of ['63C2', '63C1', '63C0', '6983']) expect(send('0020000003000000')).toBe(left);
      expect(send(await secured(send, 'DPUK', '84240000', hex('246802'), true))).toBe('9000');
      expect(send('0020000003246802')).toBe('9000');

      const fresh = createHash('sha256').update('test key after an update').digest().subarray(0, 16);
      const record = Buffer.concat([hex(algorithm === 'sm4' ? '02040000' : '02000000'), fresh]);
      expect(send(await secured(send, 'DACK', '84D4013F', record, true))).toBe('9000');
      const moment = { date: '20260301', time: '080000' };
      loadByIssuer(card, { loadKey: fresh, amountFen: 100, samNo: SAM, moment });
      expect(send('805C000204')).toBe('000013EC9000');
    });

    it('external authentication, file updates and blocks are taken; each challenge once', async () => {
      const { send } = make();
      const challenge = hex(send('0084000008').slice(0, 16));
      const cryptogram = await hsm().externalAuthenticate({ ...derived('DACK'), challenge });
      expect(send(Buffer.concat([hex('0082003908'), cryptogram]))).toBe('9000');
      expect(send('00B0960001')).toBe('009000');
      const update = await secured(send, 'DAMK', '04D6951D', hex('02'), false);
      expect([send(update), send(update)]).toEqual(['9000', '6984']);
      expect(send('00B0951D01')).toBe('029000');
      expect(send(await secured(send, 'DABK', '841E0000', Buffer.alloc(0), false))).toBe('9000');
      expect(send('805C000204')).toBe('6A81');
      expect(send(await secured(send, 'DAUK', '84180000', Buffer.alloc(0), false))).toBe('9000');
      expect(send('805C000204')).toBe('000013889000');
    });

    it('an unload is authorised and proved', async () => {
      const { send } = make();
      const init = hex(send(`805005020B01000003E8${SAM}10`));
      const item = {
        algorithm,
        factors,
        dulk: root('DULK'),
        amount: 1000,
        type: 3,
        samNo: hex(SAM),
        cardRandom: init.subarray(8, 12),
        onlineCounter: init.readUInt16BE(4),
        date: hex('20260301'),
        time: hex('090000'),
      };
      const wrong = { ...item, balanceBefore: 4999, mac1: init.subarray(12, 16) };
      expect(await hsm().unloadAuthorise(wrong)).toEqual({ ok: false });
      const authorised = await hsm().unloadAuthorise({ ...wrong, balanceBefore: 5000 });
      if (!authorised.ok) throw new Error('the HSM does not know the card');
      const answer = send(Buffer.concat([hex('805403000B20260301090000'), authorised.mac2]));
      expect(answer).toMatch(/^[0-9A-F]{8}9000$/);
      const proof = { ...item, balanceAfter: 4000, mac3: hex(answer.slice(0, 8)) };
      expect(await hsm().verifyUnloadMac3(proof)).toBe(true);
      expect(await hsm().verifyUnloadMac3({ ...proof, balanceAfter: 4001 })).toBe(false);
    });
  });
}
