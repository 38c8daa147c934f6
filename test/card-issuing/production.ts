import {
  command,
  decodeResponse,
  encodeRecord,
  personaliseSam,
  TapReader,
  VirtualCard,
  VirtualSam,
} from '@citycard/city-sim';
import { custodians, publishedKey } from '@citycard/citycard';
import { describe, expect, it } from 'vitest';
import { sandboxTerminal, type TestCity } from '../installation.ts';
import { blankCard, claimOf, insert, numberOn, order } from './bureau.ts';
import { register } from './residents.ts';

const TRANSPORT_KEY = publishedKey('CHIP');
const WATER_AID = 'A0000006320101054D4554';

interface Document {
  readonly keys?: unknown;
  [term: string]: unknown;
}

/** Card products (docs/card-production.md), with chips that are not the product's. */
export function productionTests(city: () => TestCity): void {
  const http = (person: string, method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
    city().http(person, method, path, body, headers);
  const standard = async () =>
    (await http('bureau-1', 'GET', '/v1/card-products/standard/versions/1')).body['document'] as Document;
  const progress = async (batchId: string) => (await http('bureau-1', 'GET', `/v1/card-batches/${batchId}`)).body;

  /** Root keys of an industry, made in the HSM by two custodians. */
  const makeRoots = async (names: Record<string, 'maintenance' | 'card-master'>) => {
    const { hsm } = city().installation;
    const [first, second] = custodians;
    await hsm.authorise(first.name, first.pin, second.name, second.pin, ['generateKey'], 5);
    for (const [name, usage] of Object.entries(names))
      await hsm.generateKey({ name, usage, algorithm: '3des', exportable: false });
    await hsm.cancelAuthorisation();
  };

  const waterCard = async (): Promise<Document> => {
    const document = await standard();
    return {
      ...document,
      title: 'Resident card with a water meter',
      applications: [
        ...(document['applications'] as object[]),
        {
          title: 'Water meter',
          id: '3F02',
          aid: WATER_AID,
          size: 512,
          create: 'F0',
          erase: 'F0',
          applicationId: '96',
          keyFile: { size: 120, shortId: '96', write: 'F0' },
          keys: [
            { id: '39', root: 'WATER-MASTER', use: 'F0', change: 'FF', opensState: 2, tries: 3 },
            { id: '36', root: 'WATER-MAINTENANCE', use: 'F0', change: 'FF', version: 1 },
          ],
          files: [
            {
              kind: 'binary',
              id: '0005',
              size: 24,
              protection: 'mac',
              read: 'F0',
              update: 'F0',
              content: [{ constant: '03' }, { value: 'city' }, { value: 'applicationSerial' }, { zeros: 11 }],
            },
            { kind: 'cyclic', id: '0006', records: 12, recordLength: 16, read: 'F0', update: 'F0' },
          ],
        },
      ],
    };
  };

  describe('card products', () => {
    it('are proposed and approved by two people, and never change afterwards', async () => {
      const versions = '/v1/card-products/water-card/versions';
      const document = await waterCard();
      expect(await http('bureau-1', 'POST', versions, document)).toMatchObject({ status: 403 });
      expect(await http('platform', 'POST', versions, document)).toEqual({
        status: 201,
        body: { product: 'water-card', version: 1 },
      });
      expect(await http('platform', 'POST', versions, document)).toMatchObject({
        status: 409,
        body: { code: 'card-issuer.products.draft-there' },
      });
      expect(await http('platform-2', 'POST', `${versions}/1/approval`)).toMatchObject({
        status: 409,
        body: { code: 'card-issuer.products.root-keys-missing' },
      });
      await makeRoots({ 'WATER-MASTER': 'card-master', 'WATER-MAINTENANCE': 'maintenance' });
      expect(await http('platform', 'POST', `${versions}/1/approval`)).toMatchObject({
        status: 409,
        body: { code: 'identity.same-person' },
      });
      expect(await http('bureau-1', 'POST', '/v1/card-batches', { product: 'water-card', count: 1 })).toMatchObject({
        status: 422,
        body: { code: 'card-issuer.product-unknown' },
      });
      expect((await http('platform-2', 'POST', `${versions}/1/approval`)).status).toBe(204);
      expect((await http('bureau-1', 'GET', `${versions}/1`)).body).toMatchObject({
        document,
        proposedBy: 'platform',
        approvedBy: 'platform-2',
      });
      for (const statement of [
        `update issuer.product_version set document = '{}' where product = 'water-card'`,
        `delete from issuer.product_version where product = 'water-card'`,
      ])
        await expect(city().installation.db.query(statement)).rejects.toThrow(/never changes/);
      expect(await http('platform', 'DELETE', `${versions}/1`)).toMatchObject({
        status: 409,
        body: { code: 'card-issuer.products.version-approved' },
      });
      const sm4 = { ...document, algorithm: 'sm4' };
      expect(await http('platform', 'POST', versions, sm4)).toMatchObject({
        status: 422,
        body: { code: 'card-issuer.products.another-product' },
      });
    });

    it('put an application of an industry on the card without a line of code', async () => {
      const batchId = await order(city(), 1, 'water-card');
      const card = blankCard();
      await insert(city(), card);
      expect(await progress(batchId)).toMatchObject({ personalised: 1, cards: [numberOn(card)] });
      card.powerOn();
      const aid = Buffer.from(WATER_AID, 'hex');
      expect(decodeResponse(card.transmit(command(0x00, 0xa4, 0x04, 0x00, aid))).sw).toBe(0x9000);
      const meter = decodeResponse(card.transmit(command(0x00, 0xb0, 0x85, 0x00, undefined, 24)));
      expect(meter.data.toString('hex')).toBe(`0345800${numberOn(card)}${'00'.repeat(11)}`);
    });

    it('are refused with every fault named, before anything is made of them', async () => {
      const document = await standard();
      const [purse] = document['applications'] as { files: { id: string; kind: string }[]; keys: { root: string }[] }[];
      const withPurse = (change: object) => ({ ...document, applications: [{ ...purse, ...change }] });
      const faulty: [string, Document][] = [
        ['one application with a purse', withPurse({ files: purse!.files.filter(({ kind }) => kind !== 'purse') })],
        [
          'root key DTK stands twice',
          withPurse({ keys: purse!.keys.map((key) => (key.root === 'DLK' ? { ...key, root: 'DTK' } : key)) }),
        ],
        ['no key 3E', withPurse({ keys: purse!.keys.slice(1) })],
        [
          'has 30 bytes and content of 2',
          withPurse({
            files: purse!.files.map((file) =>
              file.id === '0015' ? { ...file, content: [{ constant: 'ABCD' }] } : file,
            ),
          }),
        ],
        ['that is no cyclic file', withPurse({ files: purse!.files.filter(({ id }) => id !== '0018') })],
        ['AID A000000632010105 stands twice', { ...document, applications: [purse, { ...purse, id: '3F09' }] }],
        ['not among the concessions', { ...document, concessions: [7] }],
      ];
      for (const [fault, wrong] of faulty) {
        const answer = await http('platform', 'POST', '/v1/card-products/faulty/versions', wrong);
        expect([fault, answer.status, answer.body['detail'] ?? answer.body['title']]).toEqual([
          fault,
          422,
          expect.stringContaining(fault),
        ]);
      }
      for (const wrong of [
        {},
        { ...document, format: 2 },
        { ...document, validityYears: 0 },
        { ...document, colour: 'red' },
      ])
        expect((await http('platform', 'POST', '/v1/card-products/faulty/versions', wrong)).status).toBe(422);
      expect((await http('bureau-1', 'GET', '/v1/card-products/faulty/versions')).body).toEqual([]);
    });

    it('may be of SM4: such a card is made, loaded online, and its tap is proved', async () => {
      const batchId = await order(city(), 1, 'standard-sm4');
      const wrong = blankCard();
      await insert(city(), wrong);
      expect([wrong.personalised, await claimOf(city(), wrong)]).toEqual([false, undefined]);
      expect(await progress(batchId)).toMatchObject({ prepared: 1, unfinished: 0 });

      const card = new VirtualCard({ transportKey: TRANSPORT_KEY, algorithm: 'sm4' });
      await insert(city(), card);
      const cardNo = numberOn(card);
      expect(await progress(batchId)).toMatchObject({ personalised: 1, cards: [cardNo] });
      const shift = (await http('clerk-2', 'POST', '/v1/shifts')).body['shiftId'];
      const issue = { residentId: await register(city()), depositFen: 0, shiftId: shift };
      const issued = await http('clerk-2', 'POST', `/v1/cards/${cardNo}/issue`, issue, {
        'idempotency-key': 'sm4-issue',
      });
      expect(issued.status).toBe(200);
      await http(
        'clerk-2',
        'POST',
        `/v1/shifts/${String(shift)}/closing`,
        { countedFen: 0 },
        { 'idempotency-key': 'sm4-close' },
      );

      const sandbox = await city().sandbox();
      const terminal = sandboxTerminal(sandbox);
      await terminal.signOn();
      expect(await terminal.load(card, { amountFen: 3000 })).toMatchObject({ kind: 'credited', balanceAfterFen: 3000 });
      const sam = new VirtualSam({ transportKey: TRANSPORT_KEY, algorithm: 'sm4' });
      personaliseSam(sam, TRANSPORT_KEY, {
        samNo: sandbox.sam,
        rootPurchaseKey: publishedKey('DPK-SM4'),
        keyVersion: 2,
      });
      const tap = new TapReader({ sam, industry: 1, clock: () => new Date() }).tap(card, { amountFen: 400 });
      expect(tap.kind).toBe('paid');
      await terminal.upload(tap.records.map(encodeRecord));
      await expect.poll(async () => (await terminal.enquireBalance(cardNo)).ledgerFen).toBe(2600);
      await terminal.disconnect();
    });
  });
}
