import { RemoteReader } from '@citycard/city-sim';
import { runCommandLine } from '@citycard/citycard';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTestCity, type TestCity } from '../installation.ts';
import { blankCard, claimOf, order } from '../card-issuing/bureau.ts';
import { register } from '../card-issuing/residents.ts';
import { FORCED, Listener, openscTool, VIRTUAL_READER, VIRTUAL_SLOT, whyNot } from './virtual-reader.ts';

const reason = await whyNot();
const title = 'through PC/SC';

/** The real stack: a virtual card behind pcscd, lent to a counter window by the command line, driven over HTTP. */
describe.skipIf(reason !== undefined && !FORCED)(
  reason === undefined ? title : `${title} (not here: ${reason})`,
  () => {
    let city: TestCity;
    let shiftId: number;
    const stop = new AbortController();
    const said = new Listener();
    let attaching: Promise<number>;
    let inserted: RemoteReader | undefined;
    let keys = 0;

    beforeAll(async () => {
      expect(reason).toBeUndefined();
      city = await startTestCity();
      shiftId = Number((await city.http('clerk-1', 'POST', '/v1/shifts')).body['shiftId']);
      const words = ['reader', 'attach', 'window-3', '--reader', VIRTUAL_READER, '--json'];
      const credential = ['--url', city.installation.baseUrl, '--token', city.people['clerk-1']?.token ?? ''];
      attaching = runCommandLine([...words, ...credential], process.env, new Listener(), said, () => stop.signal);
      await vi.waitFor(() => expect(said.text).toContain('serves as window-3'), { timeout: 10_000 });
    });
    afterEach(async () => {
      await inserted?.remove();
      inserted = undefined;
      await seen(stop.signal.aborted ? undefined : 'empty');
    });
    afterAll(async () => {
      stop.abort();
      await attaching;
      await city?.stop();
    });

    const stateOfReader = async () => {
      const { body } = await city.http('clerk-1', 'GET', '/v1/readers');
      return (body['readers'] as { name: string; state: string }[]).find(({ name }) => name === 'window-3')?.state;
    };
    const seen = (state: string | undefined) =>
      vi.waitFor(async () => expect(await stateOfReader()).toBe(state), { timeout: 10_000 });
    async function insert(card: ReturnType<typeof blankCard>): Promise<void> {
      inserted = await RemoteReader.insert(card, VIRTUAL_SLOT);
      await seen('card');
    }
    const issueNow = (residentId: number, key: string) =>
      city.http(
        'clerk-1',
        'POST',
        '/v1/counter/issue-now',
        { reader: 'window-3', product: 'standard', residentId, depositFen: 0, shiftId },
        { 'idempotency-key': key },
      );
    const show = async () => {
      const out = new Listener();
      const code = await runCommandLine(
        ['reader', 'show', '--reader', VIRTUAL_READER, '--json'],
        process.env,
        out,
        new Listener(),
      );
      return { code, card: out.text === '' ? {} : (JSON.parse(out.text) as Record<string, unknown>) };
    };

    it(
      'makes a blank a card and hands it over in one go; OpenSC then reads the same number',
      { timeout: 60_000 },
      async () => {
        await order(city, 1);
        const card = blankCard();
        await insert(card);
        expect((await openscTool('80F6000308')).data).toBe(card.serial.toString('hex').toUpperCase());
        const answer = await issueNow(await register(city), `pcsc-${++keys}`);
        expect(answer).toMatchObject({ status: 201, body: { state: 'active' } });
        const cardNo = String(answer.body['cardNo']);
        expect((await openscTool('00A4040008A000000632010105')).data).toContain(`0${cardNo}`);
        expect(await show()).toMatchObject({ code: 0, card: { reader: VIRTUAL_READER, cardNo, balanceFen: 0 } });
      },
    );

    it(
      'goes on with the same number when the card is pulled out of the reader and put back',
      { timeout: 60_000 },
      async () => {
        await order(city, 1);
        const card = blankCard();
        await insert(card);
        const residentId = await register(city);
        const key = `pcsc-${++keys}`;
        const torn = issueNow(residentId, key);
        await expect.poll(() => claimOf(city, card), { timeout: 10_000 }).toBeDefined();
        const number = await claimOf(city, card);
        await inserted?.remove();
        expect(await torn).toMatchObject({ status: 502, body: { code: 'card-issuer.chip-gone' } });
        expect((await city.http('clerk-1', 'GET', `/v1/cards/${number}`)).body['state']).toBe('quarantined');
        expect(await show()).toMatchObject({ code: 2 });
        expect(await issueNow(residentId, key)).toMatchObject({
          status: 409,
          body: { code: 'card-issuer.readers.no-card' },
        });
        await insert(card);
        expect(await issueNow(residentId, key)).toMatchObject({ status: 201, body: { cardNo: number } });
      },
    );

    it('lets the window go when it is told to', { timeout: 30_000 }, async () => {
      stop.abort();
      expect(await attaching).toBe(0);
      await seen(undefined);
    });
  },
);
