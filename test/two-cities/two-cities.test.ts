import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { clearDay, notifyOfWire, SettlementCentre, type VirtualCard } from '@citycard/city-sim';
import { addDays, businessDate } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { liveBesideCareless } from './careless-partner.ts';
import { CENTRE_PARTICIPANT, databaseOfCity, ISSUER_SHARE_MILLIONTHS, TestCity } from './city.ts';

const DAYS = 10;
/** Qingdao cannot be reached on these days, counted from 1. */
const ABSENT: ReadonlySet<number> = new Set([5, 6]);
const CUSTODY = '6217000000000000001';
const NO_EVENTS = { phase: () => undefined, step: () => undefined, result: () => undefined };

interface StatementLine {
  readonly issuerCity: string;
  readonly acquirerCity: string;
  readonly acceptedFen: number;
  readonly oursFen: number | null;
  readonly shareFen: number;
  readonly ourShareFen: number;
  readonly state: string;
}

describe('two cities with a centre between them', () => {
  let directory: string;
  let weifang: TestCity;
  let qingdao: TestCity;
  const centre = new SettlementCentre();
  const ourCards = new Map<TestCity, VirtualCard[]>();
  /** What the cards of a city spent in the other one, as the cards know it. */
  const spentAbroad = new Map<string, number>();
  /** What the centre paid to a city less what the city paid it. */
  const paidByCentre = new Map<string, number>();

  const other = (city: TestCity) => (city === weifang ? qingdao : weifang);
  const present = () => [weifang, qingdao].filter(({ isThere }) => isThere);

  const exchange = async (cities: readonly TestCity[]): Promise<void> => {
    await Promise.all(
      cities.map(async (city) => {
        await city.judged();
        await city.office.post('platform', `/v1/cities/${other(city).code}/exchange`);
      }),
    );
    await centre.carry();
  };

  /** Ends a business day; what is due between the city and the centre is paid on it. */
  const clear = async (city: TestCity): Promise<void> => {
    await city.judged();
    const date = await city.openDate();
    await city.ending(date);
    await clearDay(city.office, city.bank, date, NO_EVENTS);
    const { sheets } = await city.office.get<{
      sheets: { participantNo: string; payableFen: number; disposition: string }[];
    }>('finance-maker', `/v1/clearing-days/${date}`);
    const sheet = sheets.find(({ participantNo }) => participantNo === CENTRE_PARTICIPANT);
    if (sheet === undefined || sheet.payableFen === 0) return;
    const toCity = -sheet.payableFen;
    paidByCentre.set(city.code, (paidByCentre.get(city.code) ?? 0) + toCity);
    if (toCity < 0) return expect(sheet.disposition).toBe('pay');
    const booked = addDays(businessDate(date), 1);
    const wire = { accountNo: CUSTODY, amountFen: toCity, from: 'centre', remittance: `CITY 0000 ${date}`, booked };
    await notifyOfWire(city.office, city.bank, wire);
  };

  const ride = async (city: TestCity, day: number): Promise<void> => {
    const own = ourCards.get(city) ?? [];
    const guests = ourCards.get(other(city)) ?? [];
    const records = own.flatMap((card, index) => city.ride(card, 100 + 10 * index + day) ?? []);
    for (const [index, card] of guests.entries()) {
      // Cities are of different size: more guests ride in Qingdao than in Weifang.
      if (city === weifang && index > 1) continue;
      const fare = 150 + 7 * index + day;
      const record = city.ride(card, fare);
      if (record === undefined) continue;
      records.push(record);
      spentAbroad.set(other(city).code, (spentAbroad.get(other(city).code) ?? 0) + fare);
    }
    await city.upload(records, await city.openDate());
  };

  const linesOf = async ({ office }: TestCity): Promise<StatementLine[]> =>
    (await office.get<{ lines: StatementLine[] }>('auditor', '/v1/cities/0000/statement-lines')).lines;

  beforeAll(async () => {
    await mkdir('var', { recursive: true });
    directory = await mkdtemp(join(process.cwd(), 'var', 'test-two-cities-'));
    const [ours, theirs] = [await databaseOfCity(), await databaseOfCity()];
    weifang = new TestCity('4580', join(directory, 'weifang'), ours);
    qingdao = new TestCity('4520', join(directory, 'qingdao'), theirs, '2-4');
    const address = await centre.open();
    // What each shows to the centre; it shows them what they give it.
    await Promise.all([weifang, qingdao].map((city) => city.start(`0000=test-token-of-${city.code}`)));
    await Promise.all(
      [weifang, qingdao].map(async (city) => {
        await city.found(await city.openDate());
        const given = await city.admitCentre();
        centre.admit({ city: city.code, baseUrl: city.baseUrl, ...given }, `test-token-of-${city.code}`);
      }),
    );
    await Promise.all([weifang, qingdao].map((city) => city.agreeWith(other(city), address)));
    centre.agreeShare(weifang.code, qingdao.code, ISSUER_SHARE_MILLIONTHS);
    await Promise.all([weifang, qingdao].map(async (city) => ourCards.set(city, await city.issue(3, 100_00))));
  }, 300_000);

  afterAll(async () => {
    await Promise.all([weifang.end(), qingdao.end(), centre.close()]);
    await rm(directory, { recursive: true, force: true });
  });

  it('run ten days, one of them away for two, and agree to the fen with each other and with the centre', async () => {
    for (let day = 1; day <= DAYS; day += 1) {
      if (ABSENT.has(day) && qingdao.isThere) await qingdao.stop();
      if (!ABSENT.has(day) && !qingdao.isThere) {
        await qingdao.start();
        // Its calendar goes on without it: the days it missed end with nothing in them.
        for (let missed = 0; missed < ABSENT.size; missed += 1) await clear(qingdao);
      }
      await Promise.all(present().map((city) => ride(city, day)));
      await exchange(present());
      // Weifang cuts off before the answers of the evening, Qingdao after them; it goes on with its day while they come.
      const date = await weifang.openDate();
      const weifangClears = clear(weifang);
      await Promise.race([weifang.cutOff(date), weifangClears]);
      await exchange(present());
      centre.closeDay(`202601${String(day).padStart(2, '0')}`);
      await centre.carry();
      await Promise.all([weifangClears, ...(qingdao.isThere ? [clear(qingdao)] : [])]);
    }
    // What was on its way on the last evening arrives.
    await exchange(present());
    await exchange(present());
    centre.closeDay('20260111');
    await centre.carry();
    await Promise.all(present().map(clear));

    expect(centre.troubles).toEqual({ refusedHere: [], refusedThere: [] });
    for (const city of [weifang, qingdao]) {
      const lines = await linesOf(city);
      expect(new Set(lines.map(({ state }) => state))).toEqual(new Set(['equal']));
      for (const [acquirer, issuer] of [
        [city.code, other(city).code],
        [other(city).code, city.code],
      ] as const) {
        const own = lines.filter((line) => line.acquirerCity === acquirer && line.issuerCity === issuer);
        const books = own.reduce((sum, { oursFen }) => sum + (oursFen ?? 0), 0);
        expect([acquirer, issuer, books]).toEqual([acquirer, issuer, Number(centre.gross(acquirer, issuer))]);
        expect([issuer, books]).toEqual([issuer, spentAbroad.get(issuer)]);
        const shares = own.reduce((sum, { ourShareFen }) => sum + ourShareFen, 0);
        expect([issuer, shares]).toEqual([issuer, Number(centre.shares(acquirer, issuer))]);
        // Each answer's share by hand, half a fen up; together about 1.2 % of what was spent.
        const byHand = own.map(({ acceptedFen }) => Math.floor((acceptedFen * ISSUER_SHARE_MILLIONTHS) / 1e6 + 0.5));
        expect(own.map(({ shareFen }) => shareFen)).toEqual(byHand);
        expect(shares).toBeGreaterThan(0);
      }
      const { cities } = await city.office.get<{
        cities: { city: string; positionFen: number; toDeliver: number; unanswered: number; refusedFiles: number }[];
      }>('auditor', '/v1/cities');
      const standing = cities.find(({ city: code }) => code === other(city).code);
      expect(standing).toMatchObject({ positionFen: 0, toDeliver: 0, unanswered: 0, refusedFiles: 0 });
      // What the centre owes by its matrix is what it paid and what the books say it still owes.
      const open = cities.find(({ city: code }) => code === '0000')!.positionFen;
      expect((paidByCentre.get(city.code) ?? 0) + open).toBe(Number(centre.net(city.code)));
      const { differences } = await city.office.get<{ differences: unknown[] }>(
        'auditor',
        '/v1/differences?counterpartKind=city&state=open',
      );
      expect(differences).toEqual([]);
    }
    expect(centre.net('4580') + centre.net('4520')).toBe(0n);
    expect(centre.net('4520')).toBeGreaterThan(0n);
  }, 600_000);

  it('let no mistake of a third one in, nor lose a fen of what it does right', async () => {
    const careless = await liveBesideCareless(weifang);
    expect(careless.surprises).toEqual([]);
    expect([...careless.mistakes].sort()).toEqual([
      'bad signature',
      'half file',
      'late',
      'lost file',
      'twice',
      'wrong amount',
      'wrong city',
    ]);
    expect([careless.weAccepted, careless.itAccepted]).toEqual([careless.spentThere, careless.spentHere]);
    const { cities } = await weifang.office.get<{
      cities: { city: string; positionFen: number; unanswered: number }[];
    }>('auditor', '/v1/cities');
    const { spentHere, spentThere } = careless;
    expect(cities.find(({ city }) => city === '4530')).toMatchObject({
      positionFen: spentHere - spentThere,
      unanswered: 0,
    });
    const { files } = await weifang.office.get<{ files: { times: number }[] }>(
      'auditor',
      '/v1/cities/4530/refused-files',
    );
    expect(files.reduce((sum, { times }) => sum + times, 0)).toBe(careless.refusedAttempts);
  }, 300_000);
});
