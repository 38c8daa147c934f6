import {
  command,
  decodeResponse,
  encodeRecord,
  personaliseSam,
  TapReader,
  VirtualCard,
  VirtualSam,
} from '@citycard/city-sim';
import { custodians, publishedKey, runCommandLine } from '@citycard/citycard';
import { describe, expect, it } from 'vitest';
import { sandboxTerminal, type TestCity } from '../installation.ts';
import { faultsOf, personaliseAll } from '../perso/chips.ts';
import { blankCard, claimOf, insert, numberOn, order, PulledChip } from './bureau.ts';
import { register } from './residents.ts';

const TRANSPORT_KEY = publishedKey('CHIP');
const WATER_AID = 'A0000006320101054D4554';

interface Document {
  readonly keys?: unknown;
  [term: string]: unknown;
}

/** Products, stock, quarantine (docs/card-production.md), with chips that are not the product's. */
export function productionTests(city: () => TestCity): void {
  const http = (person: string, method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
    city().http(person, method, path, body, headers);
  const standard = async () =>
    (await http('bureau-1', 'GET', '/v1/card-products/standard/versions/1')).body['document'] as Document;
  const progress = async (batchId: string) => (await http('bureau-1', 'GET', `/v1/card-batches/${batchId}`)).body;
  const cancel = (batchId: string) => http('bureau-1', 'POST', `/v1/card-batches/${batchId}/cancel`);
  /** A chip that was pulled is out at once; the books follow. */
  const quarantined = (batchId: string, cards: number) =>
    expect.poll(async () => (await progress(batchId))['quarantined']).toBe(cards);
  const proof = async () => (await http('auditor', 'GET', '/v1/stock/proof')).body;

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

  describe('the stock of blanks', () => {
    const onHand = async () =>
      (
        (await http('stock-1', 'GET', '/v1/stock')).body as unknown as {
          chipKind: string;
          places: Record<string, number>;
        }[]
      ).find(({ chipKind }) => chipKind === 'fmcos-3des')?.places ?? {};

    it('moves from hand to hand: what one hands over another counts', async () => {
      const before = await onHand();
      const handOver = (person: string, slip: object) => http(person, 'POST', '/v1/stock/transfers', slip);
      const note = { documentNo: 'note-1', chipKind: 'fmcos-3des', from: 'supplier', to: 'vault', quantity: 1000 };
      const delivery = await handOver('stock-1', note);
      expect(delivery).toMatchObject({ status: 201, body: { state: 'handed-over' } });
      expect((await handOver('stock-1', note)).body['transferId']).toBe(delivery.body['transferId']);
      expect(await handOver('stock-1', { ...note, quantity: 999 })).toMatchObject({
        status: 409,
        body: { code: 'card-issuer.stock.document-taken' },
      });
      const receive = (person: string, transfer: unknown, counted: number) =>
        http(person, 'POST', `/v1/stock/transfers/${String(transfer)}/receipt`, { counted });
      expect(await receive('stock-1', delivery.body['transferId'], 1000)).toMatchObject({
        status: 409,
        body: { code: 'card-issuer.stock.second-person-needed' },
      });
      // The note says 1 000, the box holds 998: what was counted is booked, the difference stays on record.
      expect(await receive('stock-2', delivery.body['transferId'], 998)).toMatchObject({
        status: 200,
        body: { state: 'received', quantity: 1000, counted: 998 },
      });
      expect((await onHand())['vault']).toBe((before['vault'] ?? 0) + 998);

      const box = await handOver('stock-1', {
        ...note,
        documentNo: 'slip-1',
        from: 'vault',
        to: 'bureau',
        quantity: 500,
      });
      expect(await onHand()).toMatchObject({ vault: (before['vault'] ?? 0) + 498, transit: 500 });
      expect(await receive('bureau-1', box.body['transferId'], 499)).toMatchObject({
        status: 409,
        body: { code: 'card-issuer.stock.count-differs' },
      });
      expect((await receive('bureau-1', box.body['transferId'], 500)).status).toBe(200);
      const back = await handOver('stock-2', {
        ...note,
        documentNo: 'slip-2',
        from: 'vault',
        to: 'bureau',
        quantity: 8,
      });
      const takeBack = (person: string) =>
        http(person, 'POST', `/v1/stock/transfers/${String(back.body['transferId'])}/taking-back`);
      expect(await takeBack('stock-1')).toMatchObject({ status: 409 });
      expect((await takeBack('stock-2')).body).toMatchObject({ state: 'taken-back' });
      const spoiled = await handOver('stock-1', {
        ...note,
        documentNo: 'spoiled-1',
        from: 'vault',
        to: 'spoiled',
        quantity: 3,
        reason: 'bent',
      });
      expect((await receive('stock-2', spoiled.body['transferId'], 3)).status).toBe(200);
      const returned = await handOver('stock-1', {
        ...note,
        documentNo: 'return-1',
        from: 'vault',
        to: 'returned',
        quantity: 5,
        reason: 'wrong print',
      });
      expect((await receive('stock-2', returned.body['transferId'], 5)).status).toBe(200);

      for (const [wrong, code] of [
        [{ quantity: 5000, from: 'vault', to: 'bureau' }, 'not-enough'],
        [{ to: 'good', from: 'bureau' }, 'location-unknown'],
        [{ to: 'nowhere' }, 'location-unknown'],
        [{ chipKind: 'paper' }, 'chip-kind-unknown'],
        [{ from: 'vault', to: 'spoiled' }, 'reason-missing'],
      ] as const)
        expect(await handOver('stock-1', { ...note, documentNo: `wrong-${code}`, ...wrong })).toMatchObject({
          body: { code: `card-issuer.stock.${code}` },
        });
      expect(await onHand()).toMatchObject({ vault: (before['vault'] ?? 0) + 490, transit: 0 });
      expect(await proof()).toEqual({ ok: true, faults: [] });
      await expect(city().installation.db.query('delete from issuer.stock_movement')).rejects.toThrow(/never changed/);
    });
  });

  describe('a card in quarantine', () => {
    it('goes on with its chip, or is rejected and another number prepared; the report says why', async () => {
      const batchId = await order(city(), 3);
      const [pulled, broken, whole] = [blankCard(), blankCard(), blankCard()];
      await insert(city(), new PulledChip(pulled, 12, 'after'));
      await insert(city(), new PulledChip(broken, 20, 'before'));
      await insert(city(), whole);
      await quarantined(batchId, 2);
      expect(await progress(batchId)).toMatchObject({ quarantined: 2, personalised: 1, unfinished: 2 });
      const { body } = await http('bureau-1', 'GET', `/v1/card-batches/${batchId}/quarantine`);
      const cards = body as unknown as { cardNo: string; chipSerial: string; reason: string }[];
      expect(cards.map(({ reason }) => reason)).toEqual(['chip-gone', 'chip-gone']);

      const rejected = cards.find(({ chipSerial }) => chipSerial === broken.serial.toString('hex').toUpperCase());
      const reject = (cardNo: string | undefined) =>
        http('bureau-1', 'POST', `/v1/card-batches/${batchId}/cards/${cardNo ?? ''}/rejection`, {
          reason: 'dead chip',
        });
      const first = await reject(rejected?.cardNo);
      expect(first).toMatchObject({
        status: 200,
        body: { replacement: expect.stringMatching(/^310\d{16}$/) as string },
      });
      expect((await reject(rejected?.cardNo)).body).toEqual({});
      expect(await reject(numberOn(whole))).toMatchObject({
        status: 409,
        body: { code: 'card-issuer.card-not-quarantined' },
      });
      await insert(city(), broken);
      expect(broken.personalised).toBe(false);

      const replacement = blankCard();
      await insert(city(), pulled);
      await insert(city(), replacement);
      expect(numberOn(replacement)).toBe(first.body['replacement']);
      expect(await progress(batchId)).toMatchObject({ count: 3, personalised: 3, quarantined: 0, rejected: 1 });
      expect((await http('bureau-1', 'GET', `/v1/card-batches/${batchId}/yield`)).body).toMatchObject({
        good: 3,
        goodAtOnce: 2,
        rejected: 1,
        yieldBasisPoints: 7500,
        reasons: [
          { reason: 'chip-gone', setAside: 2, rejected: 0 },
          { reason: 'dead chip', setAside: 0, rejected: 1 },
        ],
      });
      const csv = await fetch(new URL(`/v1/card-batches/${batchId}/yield.csv`, city().installation.baseUrl), {
        headers: { authorization: `Bearer ${city().people['bureau-1']?.token}` },
      });
      expect([csv.headers.get('content-type'), await csv.text()]).toEqual([
        expect.stringContaining('text/csv'),
        expect.stringContaining('\r\n"dead chip",0,1\r\n'),
      ]);
      expect(await proof()).toEqual({ ok: true, faults: [] });
    });

    it('is not made of a copy: of two chips with one serial in the machine only one becomes a card', async () => {
      const batchId = await order(city(), 2);
      const original = blankCard();
      const copy = blankCard(original.serial);
      await Promise.all([insert(city(), original), insert(city(), copy)]);
      expect([original, copy].filter(({ personalised }) => personalised).length).toBe(1);
      expect(await progress(batchId)).toMatchObject({ personalised: 1, prepared: 1, unfinished: 0 });
      await cancel(batchId);
    });

    it('waits while its batch is paused; a cancelled batch voids what was not begun', async () => {
      const batchId = await order(city(), 3);
      const step = (name: string) => http('bureau-1', 'POST', `/v1/card-batches/${batchId}/${name}`);
      const [begun, next] = [blankCard(), blankCard()];
      await insert(city(), new PulledChip(begun, 15, 'after'));
      await quarantined(batchId, 1);
      expect((await step('pause')).body).toEqual({ state: 'paused' });
      await insert(city(), next);
      expect(next.personalised).toBe(false);
      expect((await step('resume')).body).toEqual({ state: 'released' });
      await insert(city(), next);
      expect(next.personalised).toBe(true);
      expect((await step('cancel')).body).toEqual({ state: 'cancelled' });
      expect(await step('resume')).toMatchObject({ status: 409, body: { code: 'card-issuer.batch-not-in-state' } });
      await insert(city(), begun);
      expect(await progress(batchId)).toMatchObject({ state: 'cancelled', personalised: 2, prepared: 0, rejected: 1 });
      expect(await proof()).toEqual({ ok: true, faults: [] });
    });
  });

  it('can be had from the command line', async () => {
    const citycard = async (person: string, ...words: string[]) => {
      let said = '';
      const listen = { write: (text: string) => (said += text) };
      const token = city().people[person]?.token ?? '';
      const line = [...words, '--json', '--url', city().installation.baseUrl, '--token', token];
      const code = await runCommandLine(line, { CITYCARD_VAR: city().varDirectory }, listen, listen);
      return { code, said: code === 2 ? said : (JSON.parse(said) as Record<string, unknown>) };
    };
    const prepared = await citycard('bureau-1', 'batch', 'prepare', 'standard', '1');
    const batch = String((prepared.said as Record<string, unknown>)['batchId']);
    expect(await citycard('bureau-1', 'batch', 'release', batch)).toMatchObject({ code: 2 });
    expect(await citycard('bureau-2', 'batch', 'release', batch)).toMatchObject({
      code: 0,
      said: { state: 'released' },
    });
    await insert(city(), new PulledChip(blankCard(), 15, 'after'));
    await quarantined(batch, 1);
    expect(await citycard('bureau-1', 'batch', 'show', batch)).toMatchObject({ said: { quarantined: 1, finished: 0 } });
    const { code, said } = await citycard('bureau-1', 'batch', 'quarantine', batch);
    expect(code).toBe(1);
    const [aside] = said as unknown as { cardNo: string }[];
    const rejection = await citycard('bureau-1', 'batch', 'reject', batch, aside?.cardNo ?? '', 'gone', 'for', 'good');
    expect(rejection).toMatchObject({ code: 0, said: { replacement: expect.any(String) as string } });
    expect(await citycard('bureau-1', 'batch', 'yield', batch)).toMatchObject({ said: { rejected: 1 } });
    expect(await citycard('bureau-1', 'batch', 'cancel', batch)).toMatchObject({ said: { state: 'cancelled' } });

    const slip = ['slip-cli', 'fmcos-3des', 'supplier', 'vault', '10'];
    const handed = await citycard('stock-1', 'stock', 'hand-over', ...slip);
    const transfer = String((handed.said as Record<string, unknown>)['transferId']);
    expect((await citycard('stock-1', 'stock', 'transfers')).said).toMatchObject([{ documentNo: 'slip-cli' }]);
    expect(await citycard('stock-2', 'stock', 'receive', transfer, '10')).toMatchObject({ code: 0 });
    expect(await citycard('stock-1', 'stock', 'verify')).toEqual({ code: 0, said: { ok: true, faults: [] } });
    expect(await citycard('platform', 'product', 'show', 'standard', '1')).toMatchObject({
      said: { product: 'standard' },
    });
    expect(await citycard('platform', 'product', 'propose', 'x', 'no-such-file.json')).toMatchObject({ code: 2 });
    expect((await citycard('stock-1', 'stock', 'receive', transfer)).said).toContain('stock receive TRANSFER COUNTED');
  });

  it('makes every card once, whatever the machine is interrupted at', async () => {
    const batchId = await order(city(), 120);
    const chips = Array.from({ length: 120 }, () => blankCard());
    const { body } = await http('bureau-1', 'GET', '/v1/personalisation/machines');
    const machine = body['cards'] as { host: string; port: number };
    let inserted = 0;
    // Every third chip is pulled somewhere, another time at another command; now and then the database loses its connections.
    const atFault = chips.filter((_, index) => index % 3 === 0);
    await Promise.all(
      atFault.map((chip, index) =>
        insert(city(), new PulledChip(chip, 4 + (index % 28), index % 2 ? 'after' : 'before')),
      ),
    );
    const cut = () =>
      city().installation.db.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'citycard' and pid <> pg_backend_pid()`,
      );
    const { db } = city().installation;
    await personaliseAll(db, chips, () => machine, {
      atOnce: 24,
      onEjected: (ejected) => {
        inserted = ejected;
        if (ejected === 30 || ejected === 75) void cut().catch(() => undefined);
      },
    });
    expect(inserted).toBeGreaterThanOrEqual(120);
    const faults = await faultsOf(db, BigInt(batchId), chips);
    expect(faults).toEqual([]);
  });
}
