import { approveTransfer, cardBalance, cardNo, floatPosition, proposeTransfer, verifyLedger } from '@citycard/clearing';
import { type BusinessDate, fen, type Principal, transact, verifyActLog } from '@citycard/common';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testNumber } from '../residents/test-residents.ts';
import { convertAtCounter, convertMatching, convertOnFirstUse, waitingBalances } from './convert.ts';
import { approveCorrection, dropDispute, openDispute, proposeCorrection } from './dispute.ts';
import { acceptImport, refuseImport, returnedRows, stageImport } from './import.ts';
import { legacyReport, reportCsv } from './report.ts';
import { CUSTODY, FORMER, startTestLegacy } from './test-legacy.ts';

const [JIA, YI, BING, DING] = [testNumber(), testNumber(), testNumber(), testNumber()];

let city: Awaited<ReturnType<typeof startTestLegacy>>;
beforeAll(async () => {
  city = await startTestLegacy();
});
afterAll(async () => {
  expect(await verifyLedger(city.db)).toMatchObject({ ok: true });
  expect(await verifyActLog(city.db)).toMatchObject({ ok: true });
  await city.stop();
});

const stage = async (sequence: number, lines: readonly string[], changes: Record<string, unknown> = {}) =>
  stageImport(city.deps, city.people.maker, await city.handIn(sequence, lines, changes));
const accept = (importId: bigint, who: Principal = city.people.checker) =>
  transact(city.db, (tx) => acceptImport(tx, who, importId));
const convert = (legacyCardNo: string, to: string, surrendered?: boolean) =>
  transact(city.db, (tx) =>
    convertAtCounter(tx, city.people.clerk, {
      participantNo: FORMER,
      legacyCardNo,
      cardNo: to,
      ...(surrendered !== undefined && { surrendered }),
    }),
  );
const pending = async (to: string) => (await cardBalance(city.db, cardNo(to), 'pending-credit')).posted;
const old = (legacyCardNo: string) => ({ participantNo: FORMER, legacyCardNo });
const code = (name: string) => expect.objectContaining({ code: `card-issuer.legacy.${name}` });

const FIRST_FILE = [
  `GAS-0001,测试甲,${JIA},13800000001,12345`,
  `GAS-0002,测试乙,${YI},,100`,
  `GAS-0003,,,,5000`,
  `GAS-0004,测试丁,${DING},,0`,
  `GAS-0005,测试丙,${BING},,700`,
  `GAS-0006,测试坏,370799199003010000,,50`,
  `GAS-0001,测试甲,${JIA},,60`,
  `GAS-0007,,${YI},,70`,
];

describe('a file of old cards', () => {
  it('is refused whole when signature, issuer, digest or totals do not fit, and stores nothing', async () => {
    const good = await city.handIn(1, FIRST_FILE);
    const refused = (handedIn: Partial<typeof good>) =>
      stageImport(city.deps, city.people.maker, { ...good, ...handedIn });
    await expect(refused({ participantNo: 'OTHER' })).rejects.toThrow(code('other-issuer'));
    await expect(refused({ signature: good.signature.subarray(1) })).rejects.toThrow(code('signature-wrong'));
    await expect(
      refused({ manifest: Buffer.from(good.manifest.toString().replace('2026-11-20', '2026-11-21')) }),
    ).rejects.toThrow(code('signature-wrong'));
    await expect(refused({ content: Buffer.concat([good.content, Buffer.from('\n')]) })).rejects.toThrow(
      code('file-differs'),
    );
    await expect(refused({ manifest: Buffer.from('{"rows":') })).rejects.toThrow(code('manifest-unreadable'));
    await expect(stage(1, FIRST_FILE, { totalFen: '18326' })).rejects.toThrow(code('totals-unproved'));
    await expect(stage(1, FIRST_FILE, { rows: 7 })).rejects.toThrow(code('totals-unproved'));
    await expect(stage(1, ['GAS-0001,,,,12.50'])).rejects.toThrow(/no balance in line 2/);
    await expect(stage(2, FIRST_FILE)).rejects.toThrow(code('sequence-gap'));
    expect((await city.db.query('select from issuer.legacy_balance')).rowCount).toBe(0);
  });

  it('counts when a second person accepts it; bad rows are named and go back, their money proved as well', async () => {
    const staged = await stage(1, FIRST_FILE);
    expect(staged).toMatchObject({ state: 'staged', rows: 8, totalFen: 18_325n, goodRows: 5, goodFen: 18_145n });
    expect(await returnedRows(city.db, staged.importId)).toMatchObject([
      { line: 7, column: 'documentNo', amount: 50n },
      { line: 8, column: 'cardNo', amount: 60n },
      { line: 9, column: 'name', amount: 70n },
    ]);
    const { cardNo: to } = await city.cardOf('测试甲', JIA);
    await expect(convert('GAS-0001', to)).rejects.toThrow(code('card-unknown'));
    await expect(accept(staged.importId, city.people.maker)).rejects.toThrow(
      expect.objectContaining({ code: 'identity.same-person' }),
    );
    const accepted = await accept(staged.importId);
    expect(accepted.state).toBe('accepted');
    expect(await accept(staged.importId)).toEqual(accepted);
    expect(await stage(1, FIRST_FILE)).toEqual(accepted);
    await expect(stage(1, FIRST_FILE.slice(1))).rejects.toThrow(code('sequence-used'));
    await expect(transact(city.db, (tx) => refuseImport(tx, city.people.checker, accepted.importId))).rejects.toThrow(
      code('import-decided'),
    );
  });

  it('leaves no holder in clear in any table', async () => {
    const { rows } = await city.db.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('issuer', 'clearing', 'platform')`,
    );
    for (const { name } of rows) {
      const found = await city.db.query<{ text: string }>(`select t::text as text from ${name} t`);
      const content = found.rows.map(({ text }) => text).join('\n');
      for (const secret of [JIA, YI, '测试甲', '13800000001']) {
        expect(content, name).not.toContain(secret);
        expect(content, name).not.toContain(Buffer.from(secret).toString('hex'));
      }
    }
  });

  it('that the second person sends back is forgotten; a card that came before goes back', async () => {
    const refused = await stage(2, [`GAS-0100,,,,900`]);
    expect(await transact(city.db, (tx) => refuseImport(tx, city.people.checker, refused.importId))).toMatchObject({
      state: 'refused',
    });
    await expect(accept(refused.importId)).rejects.toThrow(code('import-decided'));
    const again = await stage(3, ['GAS-0100,,,,900', 'GAS-0002,,,,1']);
    expect(again).toMatchObject({ goodRows: 1, goodFen: 900n, returnedFen: 1n });
    expect(await returnedRows(city.db, again.importId)).toMatchObject([
      { line: 3, reason: 'file 1 brought this card already' },
    ]);
    await accept(again.importId);
  });
});

describe('an old card', () => {
  it('is converted at the counter once, for its holder only', async () => {
    const jia = await city.db.query<{ card_no: string }>(`select card_no from issuer.card order by card_no limit 1`);
    const to = jia.rows[0]!.card_no;
    expect(await waitingBalances(city.deps, to)).toMatchObject([{ legacyCardNo: 'GAS-0001', amountFen: 12_345n }]);
    await expect(convert('GAS-0002', to)).rejects.toThrow(code('holder-differs'));
    expect(await convert('GAS-0001', to)).toMatchObject({ amountFen: 12_345n });
    expect(await pending(to)).toBe(12_345n);
    await expect(convert('GAS-0001', to)).rejects.toThrow(code('card-converted'));
    await expect(convert('GAS-9999', to)).rejects.toThrow(code('card-unknown'));
    await expect(convert('GAS-0003', to)).rejects.toThrow(code('surrender-needed'));
    expect(await convert('GAS-0003', to, true)).toMatchObject({ amountFen: 5_000n });
    expect(await pending(to)).toBe(17_345n);
  });

  it('finds its holder when the holder gets a card: document and name the same', async () => {
    const yi = await city.cardOf('测试乙', YI);
    const ding = await city.cardOf('测试另', DING);
    expect(await convertOnFirstUse(city.deps, city.people.clerk, ding.cardNo)).toMatchObject({ converted: 0 });
    expect(await convertOnFirstUse(city.deps, city.people.clerk, yi.cardNo)).toMatchObject({
      converted: 1,
      amountFen: 100n,
    });
    expect(await convertOnFirstUse(city.deps, city.people.clerk, yi.cardNo)).toMatchObject({ converted: 0 });
    expect(await convertMatching(city.db, city.people.maker)).toMatchObject({ converted: 0 });
    expect(await pending(yi.cardNo)).toBe(100n);
  });

  it('in dispute waits until two people have corrected it', async () => {
    const { db, people } = city;
    const bing = await city.cardOf('测试丙', BING);
    await transact(db, (tx) => openDispute(tx, people.clerk, old('GAS-0005'), 'balance-wrong'));
    await expect(convert('GAS-0005', bing.cardNo)).rejects.toThrow(code('card-disputed'));
    expect(await convertMatching(db, people.maker)).toMatchObject({ converted: 0 });
    const propose = (toFen: number) =>
      transact(db, (tx) =>
        proposeCorrection(tx, people.maker, old('GAS-0005'), { toFen: fen(toFen), reference: 'L-2026-17' }),
      );
    const { approvalId } = await propose(1_000);
    const approve = (who: Principal) => transact(db, (tx) => approveCorrection(tx, who, approvalId));
    await expect(approve(people.maker)).rejects.toThrow(expect.objectContaining({ code: 'identity.same-person' }));
    expect(await approve(people.checker)).toEqual({ toFen: 1_000n });
    expect(await approve(people.checker)).toEqual({ toFen: 1_000n });
    expect(await convertMatching(db, people.maker)).toMatchObject({ converted: 1, amountFen: 1_000n });
    expect(await pending(bing.cardNo)).toBe(1_000n);
    await expect(propose(5)).rejects.toThrow(code('card-converted'));
    await transact(db, (tx) => openDispute(tx, people.clerk, old('GAS-0100'), 'holder-wrong'));
    await transact(db, (tx) => dropDispute(tx, people.clerk, old('GAS-0100'), 'settled'));
  });

  it('stands in the report to the fen, until its former issuer has paid', async () => {
    const { db, people } = city;
    const report = await legacyReport(db, FORMER);
    expect(report).toMatchObject({
      imported: { cards: 6, amountFen: 19_045n },
      adjustedFen: 300n,
      converted: { cards: 4, amountFen: 18_445n },
      unclaimed: { cards: 2, amountFen: 900n },
      disputed: { cards: 0 },
      returnedRows: { cards: 4, amountFen: 181n },
      ledger: { migratedBalanceFen: 900n, receivableFen: 19_345n },
      proof: { cardsAddUp: true, ledgerAgrees: true, finished: false },
    });
    expect(reportCsv(report)).toContain('unclaimed,2,900\r\n');
    const today = (await db.query<{ d: BusinessDate }>('select business_date as d from clearing.business_day')).rows[0]!
      .d;
    expect(await floatPosition(db, today)).toMatchObject({
      uncoveredMigrations: { [FORMER]: 19_345n },
      unexplainedFen: 0n,
      ok: false,
    });
    const paid = {
      participantNo: FORMER,
      account: CUSTODY,
      bankReference: 'B-1',
      amountFen: fen(19_345),
      bookedOn: today,
    };
    const { approvalId } = await transact(db, (tx) => proposeTransfer(tx, people.maker, paid));
    await transact(db, (tx) => approveTransfer(tx, people.checker, approvalId));
    expect(await floatPosition(db, today)).toMatchObject({ uncoveredMigrations: {}, differenceFen: 0n, ok: true });
    const last = await city.cardOf('测试收', testNumber());
    await convert('GAS-0100', last.cardNo, true);
    expect((await legacyReport(db, FORMER)).proof).toEqual({ cardsAddUp: true, ledgerAgrees: true, finished: true });
  });

  it('never costs more than was imported, whatever is converted, disputed and converted again in whatever order', async () => {
    const { db, people } = city;
    const numbers = Array.from({ length: 6 }, (_, at) => `MIX-${String(at).padStart(4, '0')}`);
    const mixed = await stage(
      4,
      numbers.map((number, at) => `${number},,,,${at * 100}`),
    );
    await accept(mixed.importId);
    const { cardNo: to } = await city.cardOf('测试混', testNumber());
    const acts = fc.array(
      fc.record({ card: fc.constantFrom(...numbers), act: fc.constantFrom('convert', 'dispute', 'drop', 'sweep') }),
      { minLength: 1, maxLength: 10 },
    );
    const converted = new Set<string>();
    await fc.assert(
      fc.asyncProperty(acts, async (steps) => {
        for (const { card, act } of steps) {
          const done = await (
            act === 'convert'
              ? convert(card, to, true)
              : act === 'sweep'
                ? convertMatching(db, people.maker)
                : transact(db, (tx) =>
                    act === 'dispute'
                      ? openDispute(tx, people.clerk, old(card), 'balance-wrong')
                      : dropDispute(tx, people.clerk, old(card), 'settled'),
                  )
          ).then(
            () => true,
            () => false,
          );
          if (act === 'convert' && done) {
            expect(converted.has(card)).toBe(false);
            converted.add(card);
          }
        }
        const paid = [...converted].reduce((sum, card) => sum + BigInt(numbers.indexOf(card) * 100), 0n);
        expect(await pending(to)).toBe(paid);
        expect((await legacyReport(db, FORMER)).proof).toMatchObject({ cardsAddUp: true, ledgerAgrees: true });
      }),
      { numRuns: 8 },
    );
  });
});
