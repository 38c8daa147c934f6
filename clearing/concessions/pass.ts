import {
  addDays,
  type BusinessDate,
  businessDate,
  cityDate,
  type Database,
  type Fen,
  fen,
  type Principal,
  recordAct,
  type Transaction,
} from '@citycard/common';
import { clearingErrors } from '../errors.ts';
import { openAccount } from '../ledger/accounts.ts';
import { currentBusinessDate } from '../ledger/business-day.ts';
import { post } from '../ledger/posting.ts';
import type { CardNo } from '../purses/card-number.ts';
import { findPurse } from '../purses/purse.ts';
import { holdsOn } from '../terms/dated.ts';
import { concessionErrors } from './errors.ts';
import { listConcessionRules } from './rule.ts';

/** What passes have brought in and operators have not been given yet; part of the float. */
export const PASS_UNEARNED = 'pass-unearned:main';
const PAYS = /^(pending-credit|online|cash-shift:[0-9A-Za-z.-]{1,40})$/;

/** A pass of a card: a period, or so many rides within one. */
export interface Pass {
  readonly passNo: bigint;
  readonly code: string;
  readonly priceFen: Fen;
  readonly validFrom: BusinessDate;
  readonly validTo: BusinessDate;
  readonly ridesAllowed?: number;
  readonly ridesUsed: number;
  /** Given back, or gone on with another card, on that day; what was taken out of its price. */
  readonly endedOn?: BusinessDate;
  readonly takenOutFen?: Fen;
}

/**
 * Sells a card a pass, or renews it: a period that follows the one the card has, without a day between. The holder pays from
 * the card's pending credit or online account, or in cash at an open shift; the money waits for the operators that will be
 * ridden with.
 *
 * @throws CityCardError `clearing.purse-unknown`, `clearing.concessions.pass-unknown`, `.card-not-active`, `.money-missing`,
 *   `.pay-from-unknown`
 */
export async function sellPass(
  tx: Transaction,
  clerk: Principal,
  { cardNo, code, payFrom }: { readonly cardNo: CardNo; readonly code: string; readonly payFrom: string },
): Promise<Pass> {
  const date = await currentBusinessDate(tx);
  const today = cityDate(new Date());
  const purse = await findPurse(tx, cardNo);
  if (purse === undefined) throw clearingErrors.purseUnknown({ cardNo });
  if (purse.status !== 'active') throw concessionErrors.cardNotActive({ status: purse.status });
  const rule = (await listConcessionRules(tx)).find(
    (each) => each.kind === 'pass' && each.category === code && holdsOn(each, today),
  );
  if (rule?.kind !== 'pass') throw concessionErrors.passUnknown({ code, date: today });
  if (!PAYS.test(payFrom)) throw concessionErrors.payFromUnknown({ account: payFrom });
  // One sale at a time per card, so that two renewals follow one another.
  await tx.query('select from clearing.purse where card_no = $1 for update', [cardNo]);
  const validFrom = rule.rides === undefined ? await afterTheLast(tx, cardNo, code, today) : today;
  const validTo = addDays(validFrom, rule.days - 1);
  const { subject, priceFen } = rule;
  const { rows } = await tx.query<{ pass_no: bigint }>(
    `insert into clearing.pass (card_no, code, rule_id, participant_no, industry, price_fen, valid_from, valid_to, rides_allowed,
       paid_from, sold_by, sold_on)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning pass_no`,
    [
      cardNo,
      code,
      rule.ruleId,
      'participantNo' in subject ? subject.participantNo : null,
      'industry' in subject ? subject.industry : null,
      priceFen,
      validFrom,
      validTo,
      rule.rides ?? null,
      payFrom,
      clerk.id,
      date,
    ],
  );
  const passNo = rows[0]?.pass_no ?? 0n;
  await openAccount(tx, PASS_UNEARNED);
  const legs = [{ debit: payFrom, credit: PASS_UNEARNED, amount: priceFen }];
  const [paid] = await post(tx, date, [{ cardNo, key: `pass:${passNo}`, reason: `pass ${code}`, legs }]);
  if (paid?.outcome === 'floor') throw concessionErrors.moneyMissing({ account: payFrom, priceFen });
  if (paid?.outcome === 'no-account') throw concessionErrors.payFromUnknown({ account: payFrom });
  if (paid?.outcome !== 'posted') throw clearingErrors.postingRefused({ key: `pass:${passNo}`, ...paid });
  await recordAct(tx, clerk, {
    act: 'sell-pass',
    subject: `card ${cardNo}`,
    detail: { passNo: passNo.toString(), code, validFrom, validTo, priceFen: priceFen.toString(), payFrom },
  });
  const rides = rule.rides === undefined ? {} : { ridesAllowed: rule.rides };
  return { passNo, code, priceFen, validFrom, validTo, ...rides, ridesUsed: 0 };
}

/** A pass that is sold on a day. */
export interface PassForSale {
  readonly code: string;
  readonly priceFen: Fen;
  readonly days: number;
  readonly rides?: number;
}

/** The passes a counter can sell on a day, by code. */
export async function passesForSale(tx: Transaction, date: BusinessDate): Promise<PassForSale[]> {
  const rules = await listConcessionRules(tx);
  return rules
    .flatMap((rule) => (rule.kind === 'pass' && holdsOn(rule, date) ? [rule] : []))
    .map(({ category: code, priceFen, days, rides }) => ({
      code,
      priceFen,
      days,
      ...(rides !== undefined && { rides }),
    }));
}

async function afterTheLast(tx: Transaction, cardNo: CardNo, code: string, today: BusinessDate): Promise<BusinessDate> {
  const { rows } = await tx.query<{ last: string | null }>(
    `select max(valid_to) as last from clearing.pass
      where card_no = $1 and code = $2 and rides_allowed is null and ended_on is null`,
    [cardNo, code],
  );
  const last = rows[0]?.last ?? null;
  return last === null || last < today ? today : addDays(businessDate(last), 1);
}

/** Every pass a card ever had, the newest first, with the rides that days priced until now were made on it. */
export async function passesOf(db: Database | Transaction, cardNo: CardNo): Promise<Pass[]> {
  const { rows } = await (db as Database).query<{
    pass_no: bigint;
    code: string;
    price_fen: bigint;
    valid_from: string;
    valid_to: string;
    rides_allowed: number | null;
    ended_on: string | null;
    taken_out_fen: bigint;
    used: bigint;
  }>(
    `select p.pass_no, p.code, p.price_fen, p.valid_from, p.valid_to, p.rides_allowed, p.ended_on, p.taken_out_fen,
            (select count(*) from clearing.pass_use u where u.card_no = p.card_no and u.pass_no = p.pass_no) as used
       from clearing.pass p where p.card_no = $1 order by p.pass_no desc`,
    [cardNo],
  );
  return rows.map((row) => ({
    passNo: row.pass_no,
    code: row.code,
    priceFen: fen(row.price_fen),
    validFrom: businessDate(row.valid_from),
    validTo: businessDate(row.valid_to),
    ...(row.rides_allowed !== null && { ridesAllowed: row.rides_allowed }),
    ridesUsed: Number(row.used),
    ...(row.ended_on !== null && { endedOn: businessDate(row.ended_on), takenOutFen: fen(row.taken_out_fen) }),
  }));
}
