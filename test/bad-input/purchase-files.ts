import {
  createCertificateRequest,
  encodeRecord,
  momentOf,
  signDetached,
  type Signer,
  type TapReader,
  type VirtualCard,
  writePurchaseFile,
} from '@citycard/city-sim';
import { cityDate, compactDate } from '@citycard/common';
import { beforeAll, describe, expect, it } from 'vitest';
import { sandboxCard, sandboxReader, sandboxTerminal, type TestCity } from '../installation.ts';

const BUS = '904458041110001';
const TAXI = '904458041210001';
const day = () => compactDate(cityDate(new Date()));

interface Company {
  readonly token: string;
  readonly signer: Signer;
  readonly serial: string;
}

/** Signed purchase files over HTTP (terminal interface, section 3, Purchase file), spoiled in every way they can be. */
export function purchaseFileTests(city: () => TestCity): void {
  let bus: Company;
  let taxi: Company;
  let reader: TapReader;
  let card: VirtualCard;
  let sequence = 0;

  beforeAll(async () => {
    bus = await admit(city(), BUS, 1);
    taxi = await admit(city(), TAXI, 2);
    const sandbox = await city().sandbox();
    card = sandboxCard(sandbox.cards[0]!);
    reader = sandboxReader(sandbox);
    const terminal = sandboxTerminal(sandbox);
    await terminal.signOn();
    expect((await terminal.load(card, { amountFen: 50_000 })).kind).toBe('credited');
    await terminal.disconnect();
  });

  const write = (amounts: readonly number[], change: { participant?: string; sequence?: number } = {}) =>
    writePurchaseFile({
      participant: BUS,
      businessDate: day(),
      sequence: ++sequence,
      created: momentOf(new Date()),
      records: amounts.flatMap((amountFen) => reader.tap(card, { amountFen }).records.map(encodeRecord)),
      ...change,
    });
  const deliver = (
    file: { name: string; bytes: Buffer },
    by: Company = bus,
    signature: Buffer = signDetached(file.bytes, by.signer),
  ) =>
    city().http(by.token, 'POST', `/v1/purchase-files?name=${encodeURIComponent(file.name)}`, file.bytes, {
      'x-signature': signature.toString('base64'),
    });
  const stored = async () => {
    const { rows } = await city().installation.db.query<Record<string, bigint>>(
      `select count(*) as intakes, coalesce(sum(record_count), 0)::bigint as records from clearing.intake where file_name is not null`,
    );
    return rows[0];
  };

  async function refused(answer: Promise<{ status: number; body: unknown }>, status: number, sentence: RegExp) {
    const before = await stored();
    const { status: got, body } = await answer;
    expect({ got, body }).toMatchObject({ got: status, body: { title: expect.stringMatching(sentence) as string } });
    expect(await stored()).toEqual(before);
  }

  describe('a purchase file', () => {
    it('is taken whole, and answered with its first result when it comes again', async () => {
      const before = await stored();
      const file = write([200, 0, 350]);
      const first = await deliver(file);
      expect(first).toMatchObject({ status: 201, body: { fileName: file.name, records: 3, amountFen: 550 } });
      const after = await stored();
      expect(after).toEqual({ intakes: before!['intakes']! + 1n, records: before!['records']! + 3n });
      for (const again of [deliver(file), deliver(file)]) expect(await again).toEqual({ ...first, status: 200 });
      expect(await stored()).toEqual(after);
    });

    it('is taken once when it comes twice at the same moment', async () => {
      const file = write([100]);
      const before = await stored();
      const answers = await Promise.all([deliver(file), deliver(file), deliver(file)]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 201]);
      expect(await stored()).toEqual({ intakes: before!['intakes']! + 1n, records: before!['records']! + 1n });
    });

    it('is refused with other content under a name or sequence that was used', async () => {
      const first = write([200]);
      expect((await deliver(first)).status).toBe(201);
      await refused(deliver(write([300], { sequence })), 409, /taken in on .* with other content; a sequence is never/);
    });

    it('is refused for a signature that is wrong, of another file, or none', async () => {
      const file = write([200]);
      const spoiled = signDetached(file.bytes, bus.signer);
      spoiled.writeUInt8(spoiled.readUInt8(spoiled.length - 1) ^ 1, spoiled.length - 1);
      await refused(deliver(file, bus, spoiled), 422, /nothing of it was stored: .*not made by the key/);
      await refused(
        deliver(file, bus, signDetached(write([1]).bytes, bus.signer)),
        422,
        /signature is of another file/,
      );
      await refused(deliver(file, bus, Buffer.from('no signature')), 422, /the signature cannot be read/);
      await refused(deliver(file, bus, Buffer.alloc(0)), 422, /signature/);
      const unsigned = city().http(bus.token, 'POST', `/v1/purchase-files?name=${file.name}`, file.bytes);
      await refused(unsigned, 422, /X-Signature/);
      expect((await deliver(file)).status).toBe(201);
    });

    it('is refused when its total or its length is wrong, though the signature is right', async () => {
      const wrongTotal = write([200, 300]);
      wrongTotal.bytes.writeBigUInt64BE(501n, 36);
      await refused(deliver(wrongTotal), 422, /header says 501 fen; the records sum up to 500 fen/);
      const cut = write([200, 300]);
      await refused(
        deliver({ name: cut.name, bytes: cut.bytes.subarray(0, -64) }),
        422,
        /2 records make a file of 192 bytes; this one has 128/,
      );
      const torn = write([200]);
      await refused(
        deliver({ name: torn.name, bytes: torn.bytes.subarray(0, -1) }),
        422,
        /128 bytes; this one has 127/,
      );
      await refused(deliver({ name: torn.name, bytes: Buffer.from('CCPF') }), 422, /ends inside its header/);
    });

    it('is refused when participant, certificate, name and header do not say the same', async () => {
      const file = write([200]);
      await refused(deliver(file, taxi), 422, new RegExp(`of ${BUS}; it was delivered by ${TAXI}`));
      await refused(
        deliver(file, bus, signDetached(file.bytes, taxi.signer)),
        422,
        new RegExp(`certificate is of "${TAXI}", not of "${BUS}"`),
      );
      const renamed = file.name.replace(BUS, TAXI);
      await refused(deliver({ ...file, name: renamed }), 422, new RegExp(`of ${TAXI}; it was delivered by ${BUS}`));
      const resequenced = file.name.replace(/\d{8}\.ccpf/, '00099999.ccpf');
      await refused(deliver({ ...file, name: resequenced }), 422, /the name says .*; the header/);
      await refused(deliver({ ...file, name: '../../file.ccpf' }), 422, /a file name has the form/);
      const unknown = write([200], { participant: '904458041119998' });
      await refused(deliver(unknown), 422, /no participant 904458041119998/);
      await refused(deliver({ ...file, bytes: Buffer.from(file.bytes).fill('X', 0, 1) }), 422, /begin with CCPF/);
    });

    it('is refused when the key is not the one of the certificate, or the certificate was revoked', async () => {
      const file = write([200]);
      const { privateKeyPem } = createCertificateRequest(BUS);
      const thief = signDetached(file.bytes, { ...bus.signer, privateKeyPem });
      await refused(deliver(file, bus, thief), 422, /not made by the key of certificate/);
      const old = await certify(city(), BUS);
      const revocation = { reason: 'key lost (test)' };
      const path = `/v1/certificates/${old.serial}/revocation`;
      expect((await city().http('platform', 'POST', path, revocation)).status).toBe(200);
      await refused(deliver(file, bus, signDetached(file.bytes, old.signer)), 422, /the certificate was revoked on/);
      expect((await deliver(file)).status).toBe(201);
    });

    it('goes in parts, from the byte its upload stands at, and is seen by its participant and the officers alone', async () => {
      const file = write([200, 300]);
      const speak = (by: string, method: string, path: string, body?: unknown, headers = {}) =>
        city().http(by, method, path, body, headers);
      const announced = {
        fileName: file.name,
        bytes: file.bytes.length,
        signature: signDetached(file.bytes, bus.signer).toString('base64'),
      };
      const opened = await speak(bus.token, 'POST', '/v1/purchase-uploads', announced);
      expect(opened).toMatchObject({ status: 201, body: { state: 'receiving', offset: 0 } });
      const path = `/v1/purchase-uploads/${String(opened.body['uploadId'])}`;
      const send = (by: string, from: number, to: number, offset = from) =>
        speak(by, 'PUT', `${path}/content`, file.bytes.subarray(from, to), { 'upload-offset': String(offset) });
      expect(await send(bus.token, 0, 100)).toMatchObject({ status: 200, body: { state: 'receiving', offset: 100 } });
      expect(await send(bus.token, 0, 100)).toMatchObject({
        status: 409,
        body: { title: 'The upload stands at byte 100; send the file on from there.' },
      });
      expect((await send(taxi.token, 100, 192)).status).toBe(404);
      expect((await speak(taxi.token, 'GET', path)).status).toBe(404);
      expect((await speak(bus.token, 'GET', path)).body).toMatchObject({ offset: 100, bytes: 192 });
      expect((await speak('platform', 'GET', path)).body).toMatchObject({ offset: 100 });
      const again = await speak(bus.token, 'POST', '/v1/purchase-uploads', announced);
      expect(again).toMatchObject({ status: 200, body: { uploadId: opened.body['uploadId'], offset: 100 } });
      const ended = await send(bus.token, 100, 192);
      expect(ended).toMatchObject({ status: 200, body: { state: 'taken', file: { records: 2, amountFen: 500 } } });
      const known = await speak(bus.token, 'POST', '/v1/purchase-uploads', announced);
      expect(known).toMatchObject({ status: 200, body: { state: 'repeat', file: { records: 2 } } });
      const one = await speak('platform', 'GET', `/v1/purchase-files/${file.name}`);
      expect(one).toMatchObject({ status: 200, body: { fileName: file.name, records: 2 } });
      expect((await speak(taxi.token, 'GET', `/v1/purchase-files/${file.name}`)).status).toBe(404);
    });

    it('is for operators: nobody else’s token delivers it', async () => {
      const file = write([200]);
      const before = await stored();
      for (const [person, status] of [
        ['clerk-1', 403],
        ['platform', 403],
        ['no-token', 401],
      ] as const) {
        const answer = await city().http(person, 'POST', `/v1/purchase-files?name=${file.name}`, file.bytes, {
          'x-signature': signDetached(file.bytes, bus.signer).toString('base64'),
        });
        expect([person, answer.status]).toEqual([person, status]);
      }
      expect(await stored()).toEqual(before);
    });
  });
}

async function admit(city: TestCity, participantNo: string, industry: number): Promise<Company> {
  const participant = { participantNo, name: `Company ${participantNo} (test)`, kind: 'operator', industry };
  expect((await city.http('platform', 'POST', '/v1/participants', participant)).status).toBe(201);
  const roles = ['operator-partner'];
  const credential = await city.http('platform', 'POST', `/v1/partners/${participantNo}/credentials`, { roles });
  expect(credential.status).toBe(201);
  return { token: String(credential.body['token']), ...(await certify(city, participantNo)) };
}

async function certify(city: TestCity, cn: string): Promise<{ signer: Signer; serial: string }> {
  const { privateKeyPem, requestPem } = createCertificateRequest(cn);
  const issued = await city.http('platform', 'POST', '/v1/certificates', { csrPem: requestPem, cn, kind: 'operator' });
  expect(issued.status).toBe(201);
  const certificatePem = String(issued.body['certificatePem']);
  return { signer: { certificatePem, privateKeyPem }, serial: String(issued.body['serial']) };
}
