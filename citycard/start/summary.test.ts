import { expect, test } from 'vitest';
import { printDay } from './summary.ts';

const checks = { ledger: { ok: true }, float: { ok: false }, chain: { ok: true }, cards: { ok: true } };

test.each([
  [0, '0.00'],
  [1, '0.01'],
  [10, '0.10'],
  [100, '1.00'],
  [-5, '-0.05'],
  [-100_001, '-1000.01'],
  [Number.MAX_SAFE_INTEGER, '90071992547409.91'],
])('%d fen are %s yuan', (amountFen, yuan) => {
  const printed = printDay(
    {
      businessDate: '2026-05-04',
      purchases: { accepted: { count: 1, amountFen } },
      loads: {},
      net: [],
      sheets: [],
      industries: [],
      concessions: [],
    },
    checks,
  );
  expect(printed).toMatch(new RegExp(`^ +accepted +1 +${yuan.replace('.', '\\.')}$`, 'm'));
});

test('every outcome with its reasons, every position, every proof', () => {
  const printed = printDay(
    {
      businessDate: '2026-05-04',
      purchases: {
        suspicious: {
          count: 3,
          amountFen: 600,
          reasons: { '05': { count: 2, amountFen: 400 }, '77': { count: 1, amountFen: 200 } },
        },
      },
      loads: { posted: { count: 1, amountFen: 5000 } },
      net: [{ party: 'holders', receivesFen: 0, givesFen: 1000, netFen: -1000 }],
      sheets: [
        {
          participantNo: '904458041110001',
          name: '公交一（测试）',
          salesFen: 1000,
          refundFen: 300,
          feeFen: 5,
          otherFen: 20,
          carriedInFen: -15,
          payableFen: 700,
          state: 'paid',
        },
        {
          participantNo: '904458041210001',
          name: '出租（测试）',
          salesFen: 1000,
          refundFen: 0,
          feeFen: 8,
          otherFen: 0,
          carriedInFen: 0,
          payableFen: 992,
          carryReason: 'settled every Sunday',
          state: 'carried',
        },
      ],
      concessions: [{ category: 'senior', rideCount: 4, fullFen: 400, paidFen: 200, backFen: 0, subsidyFen: 160 }],
      industries: [
        {
          code: '0A',
          name: '医疗（测试）',
          purchaseCount: 2,
          purchaseFen: 1000,
          refundFen: 40,
          feeFen: 3,
          netFen: 707,
          elsewhereFen: 250,
          visitCount: 1,
          fundFen: 8800,
        },
      ],
    },
    checks,
  );
  expect(printed).toContain('Purchases of 2026-05-04');
  expect(printed).toMatch(/^ +suspicious +3 +6\.00$/m);
  expect(printed).toMatch(/^ +05 gray, unresolved +2 +4\.00$/m);
  expect(printed).toMatch(/^ +77 +1 +2\.00$/m);
  expect(printed).toMatch(/^ +904458041110001 公交一（测试） +10\.00 +3\.00 +0\.05 +0\.20 +-0\.15 +7\.00 +paid$/m);
  expect(printed).toMatch(
    /^ +904458041210001 出租（测试） +10\.00 +0\.00 +0\.08 +0\.00 +0\.00 +9\.92 +carried: settled every Sunday$/m,
  );
  expect(printed).toMatch(/^ +0A 医疗（测试） +2 +10\.00 +0\.40 +0\.03 +7\.07 +2\.50 +1 +88\.00$/m);
  expect(printed).toMatch(/^ +holders +0\.00 +10\.00 +-10\.00$/m);
  expect(printed).toMatch(/^ +ledger +holds$/m);
  expect(printed).toMatch(/^ +float +DOES NOT HOLD$/m);
});
