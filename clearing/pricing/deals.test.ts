import { transact } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUS, buy, CARD, DAY, instruct, NEXT_DAY, PEOPLE, startTestCity, WATER } from '../day/test-city.ts';
import { accountBalance } from '../ledger/balances.ts';
import { postOrThrow } from '../ledger/posting.ts';
import { transfer } from '../ledger/test-ledger.ts';
import { verifyLedger } from '../ledger/verify.ts';
import { listPositions } from '../netting/net-day.ts';
import { listSheets } from '../settlement/sheets.ts';
import { approveTerms, proposeTerms } from '../terms/versions.ts';
import { explainPricing } from './explain.ts';
import { FEES, type FeeDocument } from './fee-document.ts';

const AGENT = '904458060510001';

let city: Awaited<ReturnType<typeof startTestCity>>;
beforeAll(async () => {
  city = await startTestCity();
});
afterAll(() => city.stop());

const propose = (rules: FeeDocument['rules']) =>
  transact(city.db, (tx) => proposeTerms(tx, PEOPLE.maker, FEES, DAY, { rules }));

/** A bill paid with a purchase of this amount, as the terminal's message leaves it. */
const billOf = (amount: number, id: string) =>
  city.db.query(
    `insert into clearing.bill_payment (card_no, sam_no, sam_transaction_no, issuer_city, payment_id, biller_code, customer, bill_reference,
       amount_fen, asked_at, state, receipt, meter_token, decided_at, settled, settled_at)
     select card_no, sam_no, sam_transaction_no, issuer_city, $2, '0001', '1', '1', amount_fen, now(), 'paid', '', '', now(), 'biller', now()
       from clearing.purchase_record where amount_fen = $1`,
    [amount, id],
  );

describe('fees of a day by what was dealt in', () => {
  it('are refused where a condition has no meaning', async () => {
    const rule = { for: { everybody: true as const }, kind: 'by-amount', rate: '1', validFrom: DAY } as const;
    await expect(propose([{ ...rule, deal: 'load', recordIndustry: '05' }])).rejects.toMatchObject({
      code: 'clearing.terms.refused',
      message: expect.stringContaining('everybody/load/sold-in:5') as unknown,
    });
  });

  it('pay agents for loads, charge billers per bill, and tell industries of one participant apart', async () => {
    const { db, deps } = city;
    const { version } = await propose([
      {
        for: { everybody: true },
        deal: 'load',
        direction: 'out',
        kind: 'by-amount',
        ladder: [
          { upTo: '100000', rate: '2000' },
          { upTo: null, rate: '1000' },
        ],
        validFrom: DAY,
      },
      { for: { participant: WATER }, deal: 'bill', kind: 'per-count', rate: '50', validFrom: DAY },
      { for: { participant: WATER }, deal: 'purchase', kind: 'by-amount', rate: '10000', validFrom: DAY },
      { for: { participant: BUS }, recordIndustry: '05', kind: 'by-amount', rate: '20000', validFrom: DAY },
      { for: { participant: BUS }, kind: 'by-amount', rate: '5000', validFrom: DAY },
    ]);
    await transact(db, (tx) => approveTerms(tx, PEOPLE.checker, FEES, version));

    // The agent has loaded 5 000.00 before; 200.00 and 300.00 more, of which 300.00 are cancelled.
    await transact(db, (tx) =>
      postOrThrow(tx, DAY, [
        transfer('load:2', `agent-prefund:${AGENT}`, 'purse', 20_000, CARD),
        transfer('load:3', `agent-prefund:${AGENT}`, 'purse', 30_000, CARD),
      ]),
    );
    await transact(db, (tx) =>
      postOrThrow(tx, DAY, [transfer('load:3:cancelled', 'purse', `agent-prefund:${AGENT}`, 30_000, CARD)]),
    );
    await buy(db, DAY, 'purse', BUS, 20_000);
    await buy(db, DAY, 'purse', BUS, 8_000);
    await db.query('update clearing.purchase_record set industry = 5 where amount_fen = 8000');
    await buy(db, DAY, 'city', BUS, 2_000);
    // A bill of the water company at a bus terminal, one at its own, and a tap that is sold there.
    await buy(db, DAY, 'purse', BUS, 10_000);
    await db.query(`update clearing.purchase_record set sam_transaction_no = 2 where amount_fen = 10000`);
    await buy(db, DAY, 'purse', WATER, 5_000);
    await db.query(`update clearing.purchase_record set sam_transaction_no = 3 where amount_fen = 5000`);
    await buy(db, DAY, 'purse', WATER, 1_000);
    await billOf(10_000, 'p1');
    await billOf(5_000, 'p2');
    await transact(db, (tx) =>
      postOrThrow(tx, DAY, [transfer('bill:p1', `operator-pending:${BUS}`, `operator-pending:${WATER}`, 10_000)]),
    );
    await instruct(deps);

    // 0.2 % of 1 000.00 and 0.1 % of the 4 200.00 above: 2.00 + 4.20, which the company pays.
    const agent = await explainPricing(db, DAY, AGENT);
    expect(agent).toMatchObject({ grossFen: 0n, feeFen: -620n, netFen: 620n });
    expect(agent.parts).toMatchObject([
      {
        tariff: { deal: 'load', direction: 'out' },
        salesCount: 3n,
        salesFen: 550_000n,
        refundFen: 30_000n,
        sections: [{ part: 100_000n }, { part: 420_000n }],
        shares: [{ institution: 'company', amountFen: -620n }],
      },
    ]);
    // Two bills at 0.50, and 1 % of what else was sold.
    const water = await explainPricing(db, DAY, WATER);
    expect(water).toMatchObject({ grossFen: 16_000n, feeFen: 110n });
    // 0.5 % of 200.00 and of the 20.00 of the neighbour's card, 2 % of 80.00; the bill came and went.
    const bus = await explainPricing(db, DAY, BUS);
    expect(bus).toMatchObject({ grossFen: 30_000n, feeFen: 110n + 160n });
    expect(bus.parts.map(({ tariff, feeFen }) => [tariff, feeFen])).toEqual(
      expect.arrayContaining([[expect.objectContaining({ recordIndustry: '05' }), 160n]]),
    );

    const sheets = await listSheets(db, DAY);
    expect(sheets.map((sheet) => [sheet.participantNo, sheet.feeFen, sheet.payableFen])).toEqual(
      expect.arrayContaining([
        [AGENT, -620n, 620n],
        [BUS, 270n, 29_730n],
        [WATER, 110n, 15_890n],
      ]),
    );
    const company = (await listPositions(db, DAY)).find(({ party }) => party === 'company');
    expect(company?.netFen).toBe(270n + 110n - 620n);
    expect((await accountBalance(db, 'fee-income:main')).posted).toBe(270n + 110n - 620n);
    expect(await verifyLedger(db)).toMatchObject({ ok: true });
  });

  it('leave agents alone whose loads no rule names', async () => {
    const { db, deps } = city;
    const { version } = await transact(db, (tx) =>
      proposeTerms(tx, PEOPLE.maker, FEES, NEXT_DAY, {
        rules: [],
        ended: [{ for: { everybody: true }, deal: 'load' }],
      }),
    );
    await transact(db, (tx) => approveTerms(tx, PEOPLE.checker, FEES, version));
    await transact(db, (tx) =>
      postOrThrow(tx, NEXT_DAY, [transfer('load:4', `agent-prefund:${AGENT}`, 'purse', 40_000, CARD)]),
    );
    await instruct(deps, NEXT_DAY);
    await expect(explainPricing(db, NEXT_DAY, AGENT)).rejects.toMatchObject({ code: 'clearing.terms.not-priced' });
    expect((await listSheets(db, NEXT_DAY)).find(({ participantNo }) => participantNo === AGENT)).toMatchObject({
      payableFen: 620n,
      carriedInFen: 620n,
    });
  });
});
