import { casesOf, publishedKey, runOperatorKit } from '@citycard/citycard';
import {
  createCertificateRequest,
  encodeRecord,
  INDUSTRY,
  momentOf,
  personaliseSam,
  signDetached,
  TapReader,
  VirtualSam,
  writePurchaseFile,
} from '@citycard/city-sim';
import { cityDate, compactDate } from '@citycard/common';
import { expect, it } from 'vitest';
import { testCard, testCardNo } from './simulated-terminal.ts';
import { selfSigned } from './test-certificate.ts';

const DEPOT = '904458041110078';
const TOKEN = 'test-token-of-a-depot';
const CHIP_KEY = Buffer.from('54'.repeat(8) + '45'.repeat(8), 'hex');

/** Plays the kit against a depot that posts its files; `honest` delivers again what was refused, else it gives it up. */
async function play(honest: boolean) {
  const { privateKeyPem } = createCertificateRequest(DEPOT);
  const certificatePem = await selfSigned(privateKeyPem, DEPOT, 'operator');
  const sam = new VirtualSam({ transportKey: CHIP_KEY });
  personaliseSam(sam, CHIP_KEY, { samNo: '458001000078', rootPurchaseKey: publishedKey('DPK') });
  sam.powerOn();
  const reader = new TapReader({ sam, industry: INDUSTRY.bus, clock: () => new Date() });
  let cards = 0;
  let url = '';
  let sequence = 0;
  const ride = () => {
    const card = testCard(testCardNo((cards += 1)));
    card.powerOn();
    return reader.tap(card, { amountFen: 0 }).records.map(encodeRecord);
  };
  const file = (records = ride()) => {
    const created = momentOf(new Date());
    const businessDate = compactDate(cityDate(new Date()));
    return writePurchaseFile({ participant: DEPOT, businessDate, sequence: (sequence += 1), created, records });
  };
  const post = async ({ name, bytes }: ReturnType<typeof file>, token = TOKEN) => {
    const signature = signDetached(bytes, { certificatePem, privateKeyPem }).toString('base64');
    const answered = await fetch(`${url}/v1/purchase-files?name=${name}`, {
      method: 'POST',
      headers: { 'x-signature': signature, authorization: `Bearer ${token}` },
      body: new Uint8Array(bytes),
    });
    await answered.body?.cancel();
    return answered.status;
  };
  /** Until it is answered: a link that breaks is no answer. */
  const deliver = async (one: ReturnType<typeof file>): Promise<number> => post(one).catch(() => post(one));
  const statuses: number[] = [];
  const act = async (id: string) => {
    const first = file();
    statuses.push(await deliver(first));
    if (id === 'next-sequence') statuses.push(await deliver(file()));
    if (!id.startsWith('refused')) return;
    // A depot that loses what is refused goes on with its next ride.
    statuses.push(await deliver(file(honest ? [first.bytes.subarray(64)] : undefined)));
  };
  const report = await runOperatorKit({
    participantNo: DEPOT,
    door: { host: '127.0.0.1', port: 0, token: TOKEN },
    certificatePem,
    limitMs: 2_000,
    quietMs: 50,
    clockLimitMs: 30_000,
    stopping: new AbortController().signal,
    ready: (port) => (url = `http://127.0.0.1:${port}`),
    tell: (event) => {
      if (event.event === 'case' && event.id === 'file')
        void post(file(), 'another token').then((s) => statuses.push(s));
      if (event.event === 'ask') void act(event.id).catch(() => undefined);
    },
  });
  const failed = report.cases.filter(({ outcome }) => outcome === 'failed').map(({ id, reason }) => `${id}: ${reason}`);
  return { report, failed, statuses };
}

it('a depot that posts its files passes every case', async () => {
  const { report, failed, statuses } = await play(true);
  expect(failed).toEqual([]);
  expect(report).toMatchObject({ kit: 'operator', passed: true, conditions: { delivery: 'HTTP' } });
  expect(report.cases.map(({ id }) => id)).toEqual(casesOf('operator').map(({ id }) => id));
  expect(new Set(statuses)).toEqual(new Set([401, 201, 422]));
}, 40_000);

it('a depot that loses purchases whose file was refused fails the cases about it', async () => {
  const { failed } = await play(false);
  expect(failed.map((sentence) => sentence.split(':')[0])).toEqual(
    casesOf('operator').flatMap(({ id }) => (id.startsWith('refused') ? [id] : [])),
  );
  expect(failed[0]).toMatch(/Record 1 of the file that was refused is not in the new one/);
}, 40_000);
