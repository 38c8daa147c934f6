import { createHttpServer, createLogger, type HttpServer } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { advanceAsFarAsPossible } from '../day/advance.ts';
import { cutOff } from '../day/days.ts';
import { registerClearingDayRoutes } from '../day/routes.ts';
import { approve, BUS, CARD, DAY, fillDay, insertRecord, NEXT_DAY, startTestCity, TAXI } from '../day/test-city.ts';
import { registerValidationRoutes } from '../validation/routes.ts';

let city: Awaited<ReturnType<typeof startTestCity>>;
let server: HttpServer;
beforeAll(async () => {
  city = await startTestCity();
  await fillDay(city.db);
  await cutOff(city.db, DAY);
  await advanceAsFarAsPossible(city.deps, DAY);
  await approve(city.db, DAY);
  await advanceAsFarAsPossible(city.deps, DAY);
  server = createHttpServer({ logger: createLogger('test', { level: 'silent' }), db: city.db, title: 'test' });
  registerClearingDayRoutes(server, city.deps);
  registerValidationRoutes(server, { db: city.db });
  await server.ready();
});
afterAll(async () => {
  await server.close();
  await city.stop();
});

interface Answer {
  readonly sheets: { readonly sheetNo: string; readonly participantNo: string; readonly businessDate: string }[];
  readonly records: { readonly cardNo: string; readonly intakeId: number; readonly state: string }[];
  readonly next: string | null;
}
async function ask(url: string, who = 'finance-checker') {
  const authorization = `Bearer ${city.tokens[who] ?? 'nobody'}`;
  const response = await server.inject({ method: 'GET', url, headers: { authorization } });
  return { status: response.statusCode, body: response.json<Answer & Record<string, unknown>>() };
}

describe('sheets of any day', () => {
  it('are found a page at a time, each once, and by participant and state', async () => {
    const all = (await ask('/v1/settlement/sheets')).body;
    expect(all.next).toBeNull();
    expect(all.sheets.length).toBeGreaterThan(3);
    const paged: string[] = [];
    for (let next: string | null = ''; next !== null;) {
      const page: Answer = (await ask(`/v1/settlement/sheets?limit=2${next === '' ? '' : `&before=${next}`}`)).body;
      paged.push(...page.sheets.map(({ sheetNo }) => sheetNo));
      next = page.next;
    }
    expect(paged).toEqual(all.sheets.map(({ sheetNo }) => sheetNo));
    const own = (await ask(`/v1/settlement/sheets?participantNo=${BUS}&state=instructed`)).body;
    expect(own.sheets.map(({ participantNo }) => participantNo)).toEqual([BUS]);
    expect((await ask(`/v1/settlement/sheets?from=${NEXT_DAY}`)).body.sheets).toEqual([]);
  });

  it('tell how they were paid and what they took in', async () => {
    const [own] = (await ask(`/v1/settlement/sheets?participantNo=${BUS}`)).body.sheets;
    expect(await ask(`/v1/settlement/sheets/${own?.sheetNo}`)).toMatchObject({
      status: 200,
      body: { sheetNo: own?.sheetNo, takenIn: [], payments: [{ sheetNo: own?.sheetNo, state: 'pending' }] },
    });
    // The taxi company has no account: its sheet is carried and taken in by that of the next day.
    const [carried] = (await ask(`/v1/settlement/sheets?participantNo=${TAXI}&disposition=carry`)).body.sheets;
    await cutOff(city.db, NEXT_DAY);
    await advanceAsFarAsPossible(city.deps, NEXT_DAY);
    const [next] = (await ask(`/v1/settlement/sheets?participantNo=${TAXI}&from=${NEXT_DAY}`)).body.sheets;
    expect((await ask(`/v1/settlement/sheets/${next?.sheetNo}`)).body).toMatchObject({
      takenIn: [{ sheetNo: carried?.sheetNo, businessDate: DAY }],
      payments: [],
    });
  });

  it.each([
    ['/v1/settlement/sheets/none', 404, 'clearing.settlement.sheet-unknown'],
    ['/v1/settlement/sheets?from=2026-02-30', 422, undefined],
    ['/v1/settlement/sheets?before=1', 422, undefined],
    ['/v1/settlement/sheets?state=lost', 422, undefined],
  ])('%s is answered %i', async (url, status, code) => {
    const answer = await ask(url);
    expect(answer.status).toBe(status);
    if (code !== undefined) expect(answer.body).toMatchObject({ code });
    expect((await ask(url, 'bank')).status).toBe(403);
  });
});

describe('the records behind a figure of a day', () => {
  it('are those received on it or paid on it, by participant and state, a page at a time', async () => {
    const path = `/v1/clearing-days/${DAY}/purchases`;
    const all = (await ask(path)).body;
    expect(all.records.length).toBeGreaterThan(3);
    expect(all.records.every(({ cardNo }) => cardNo === CARD)).toBe(true);
    const paged: number[] = [];
    for (let next: string | null = ''; next !== null;) {
      const page: Answer = (await ask(`${path}?limit=2${next === '' ? '' : `&after=${next}`}`)).body;
      paged.push(...page.records.map(({ intakeId }) => intakeId));
      next = page.next;
    }
    expect(paged).toEqual(all.records.map(({ intakeId }) => intakeId));
    const bus = (await ask(`${path}?participantNo=${BUS}&state=accepted&by=posted`)).body.records;
    expect(bus.length).toBeGreaterThan(0);
    expect(bus.length).toBeLessThan(all.records.length);
    expect((await ask(`${path}?state=rejected&reasonCode=01&participantNo=${TAXI}`)).body.records).toEqual([]);
  });

  it('show a record that came in before under the day that pays it', async () => {
    const { rows } = await city.db.query<{ intake_id: bigint }>(
      `insert into clearing.intake (source, participant_no, sha256, record_count, amount_fen, received_at, business_date)
       values ('message', $1, '\\x01', 1, 5, now(), $2) returning intake_id`,
      [BUS, DAY],
    );
    const intakeId = rows[0]!.intake_id;
    await insertRecord(city.db, { date: DAY, intakeId, to: BUS, amount: 5, state: 'accepted', code: null });
    await city.db.query('update clearing.purchase_record set posted_date = $2 where intake_id = $1', [
      intakeId,
      NEXT_DAY,
    ]);
    const paid = (await ask(`/v1/clearing-days/${NEXT_DAY}/purchases?by=posted`)).body.records;
    expect(paid).toMatchObject([{ intakeId: Number(intakeId), businessDate: DAY, postedDate: NEXT_DAY }]);
    expect((await ask(`/v1/clearing-days/${NEXT_DAY}/purchases`)).body.records).toEqual([]);
  });
});

describe('working days', () => {
  it('are told with weekends, holidays and days made up for', async () => {
    const { body } = await ask('/v1/working-days?from=2026-09-19&to=2026-10-01');
    const days = body['days'] as { date: string; kind: string }[];
    expect(Object.fromEntries(days.map(({ date, kind }) => [date, kind]))).toMatchObject({
      '2026-09-19': 'weekend',
      '2026-09-20': 'made-up',
      '2026-09-21': 'working',
      '2026-09-25': 'holiday',
      '2026-10-01': 'holiday',
    });
    expect((await ask('/v1/working-days?from=2099-01-01&to=2099-01-01')).body).toMatchObject({
      announcedUntil: '2026-12-31',
      days: [{ date: '2099-01-01', kind: 'unknown' }],
    });
    expect((await ask('/v1/working-days?from=2026-10-02&to=2026-10-01')).body).toMatchObject({
      code: 'clearing-day.range-bad',
    });
    expect((await ask('/v1/working-days?from=2026-01-01&to=2029-01-01')).status).toBe(422);
  });
});
