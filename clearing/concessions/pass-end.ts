import {
  addDays,
  type BusinessDate,
  businessDate,
  cityDate,
  type Fen,
  fen,
  type Principal,
  recordAct,
  type Transaction,
} from '@citycard/common';
import { currentBusinessDate } from '../ledger/business-day.ts';
import { postOrThrow } from '../ledger/posting.ts';
import type { CardNo } from '../purses/card-number.ts';
import { findPurse } from '../purses/purse.ts';
import { lockApportionments, withdrawApportionment } from './apportion.ts';
import { concessionErrors } from './errors.ts';
import { PASS_UNEARNED } from './pass.ts';

/** Purses that are history take no credit: it would wait for a card that cannot be loaded. */
const HISTORY: readonly string[] = ['replaced', 'returned'];

export interface PassGivenBack {
  readonly passNo: bigint;
  /** The day before its first day when it was never good. */
  readonly validTo: BusinessDate;
  /** What went to the card's pending credit. */
  readonly givenBackFen: Fen;
}

interface Running {
  pass_no: bigint;
  code: string;
  rule_id: bigint;
  participant_no: string | null;
  industry: number | null;
  price_fen: bigint;
  valid_from: BusinessDate;
  valid_to: BusinessDate;
  rides_allowed: number | null;
  used: bigint;
  ridden_last: BusinessDate | null;
  apportioned: bigint | null;
}

/**
 * Takes a pass back: it is good until a day (today), and what of its price belongs to the days after, or to the rides nobody
 * made, becomes pending credit of the card, rounded down to a fen. Operators are given the rest. A division that two persons
 * have not agreed to yet is dropped, to be made again.
 *
 * @throws CityCardError `clearing.concessions.card-not-active`, `.pass-not-here`, `.pass-over`, `.pass-shared-out`, `.ridden-after`
 */
export async function giveBackPass(
  tx: Transaction,
  clerk: Principal,
  {
    cardNo,
    passNo,
    lastDay: asked,
    reason,
  }: { readonly cardNo: CardNo; readonly passNo: bigint; readonly lastDay?: BusinessDate; readonly reason: string },
): Promise<PassGivenBack> {
  const today = cityDate(new Date());
  const date = await currentBusinessDate(tx);
  await lockApportionments(tx);
  const purse = await findPurse(tx, cardNo, { lock: true });
  if (purse === undefined) throw concessionErrors.passNotHere({ passNo });
  if (HISTORY.includes(purse.status)) throw concessionErrors.cardNotActive({ status: purse.status });
  const pass = (await runningPasses(tx, cardNo)).find((each) => each.pass_no === passNo);
  if (pass === undefined) throw concessionErrors.passNotHere({ passNo });
  const lastDay = asked !== undefined && asked < today ? asked : today;
  if (lastDay >= pass.valid_to) throw concessionErrors.passOver({ passNo, validTo: pass.valid_to });
  if (pass.ridden_last !== null && pass.ridden_last > lastDay)
    throw concessionErrors.riddenAfter({ passNo, lastDay: pass.ridden_last });
  if (pass.apportioned !== null) await withdrawApportionment(tx, clerk, pass.apportioned);
  const { leftFen, validTo } = leftOf(pass, lastDay);
  await endPass(tx, cardNo, pass, { validTo, leftFen, date, reason });
  if (leftFen > 0n)
    await postOrThrow(tx, date, [
      {
        cardNo,
        key: `pass-back:${passNo}`,
        reason: `pass ${pass.code} given back`,
        legs: [{ debit: PASS_UNEARNED, credit: 'pending-credit', amount: leftFen }],
      },
    ]);
  await recordAct(tx, clerk, {
    act: 'give-back-pass',
    subject: `card ${cardNo}`,
    detail: { passNo: passNo.toString(), validTo, givenBackFen: leftFen.toString(), reason },
  });
  return { passNo, validTo, givenBackFen: leftFen };
}

/**
 * Passes go with their holder to the next card: the old ones end today, and what is left of their days or rides, with its
 * part of the price, goes on from today on the next card. What that card has already stays.
 */
export async function movePasses(tx: Transaction, from: CardNo, to: CardNo): Promise<void> {
  const today = cityDate(new Date());
  const passes = (await runningPasses(tx, from)).filter((pass) => pass.valid_to >= today && pass.apportioned === null);
  if (passes.length === 0) return;
  const date = await currentBusinessDate(tx);
  await lockApportionments(tx);
  for (const pass of passes) {
    const { leftFen, validTo, ridesLeft } = leftOf(pass, today);
    if (ridesLeft === 0) continue;
    const { rows } = await tx.query<{ pass_no: bigint }>(
      `insert into clearing.pass (card_no, code, rule_id, participant_no, industry, price_fen, valid_from, valid_to, rides_allowed,
         paid_from, sold_by, sold_on)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'system', $11) returning pass_no`,
      [
        to,
        pass.code,
        pass.rule_id,
        pass.participant_no,
        pass.industry,
        leftFen,
        pass.valid_from > today ? pass.valid_from : today,
        pass.valid_to,
        ridesLeft ?? null,
        `pass:${pass.pass_no}`,
        date,
      ],
    );
    const goesOnWith = rows[0]?.pass_no;
    await endPass(tx, from, pass, {
      validTo,
      leftFen,
      date,
      reason: 'another card',
      ...(goesOnWith && { goesOnWith }),
    });
  }
}

async function runningPasses(tx: Transaction, cardNo: CardNo): Promise<Running[]> {
  const { rows } = await tx.query<Running>(
    `select p.pass_no, p.code, p.rule_id, p.participant_no, p.industry, p.price_fen, p.valid_from, p.valid_to, p.rides_allowed,
            p.apportioned, coalesce(u.used, 0) as used, u.ridden_last
       from clearing.pass p
       left join (select pass_no, count(*) as used, max((tapped_at at time zone 'Asia/Shanghai')::date) as ridden_last
                    from clearing.pass_use where card_no = $1 group by 1) u using (pass_no)
      where p.card_no = $1 and p.ended_on is null order by p.pass_no for update of p`,
    [cardNo],
  );
  return rows;
}

/** What of a pass nobody has used when its last day is this one. */
function leftOf(pass: Running, lastDay: BusinessDate): { validTo: BusinessDate; leftFen: Fen; ridesLeft?: number } {
  const before = addDays(pass.valid_from, -1);
  const validTo = businessDate(lastDay < before ? before : lastDay < pass.valid_to ? lastDay : pass.valid_to);
  if (pass.rides_allowed === null) {
    const days = daysBetween(before, pass.valid_to);
    return { validTo, leftFen: fen((pass.price_fen * daysBetween(validTo, pass.valid_to)) / days) };
  }
  const left = BigInt(pass.rides_allowed) - pass.used;
  const ridesLeft = left < 0n ? 0n : left;
  return {
    validTo,
    leftFen: fen((pass.price_fen * ridesLeft) / BigInt(pass.rides_allowed)),
    ridesLeft: Number(ridesLeft),
  };
}

const daysBetween = (from: BusinessDate, to: BusinessDate): bigint =>
  BigInt(Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000));

async function endPass(
  tx: Transaction,
  cardNo: CardNo,
  pass: Running,
  end: {
    readonly validTo: BusinessDate;
    readonly leftFen: Fen;
    readonly date: BusinessDate;
    readonly reason: string;
    readonly goesOnWith?: bigint;
  },
): Promise<void> {
  await tx.query(
    `update clearing.pass set valid_to = $3, price_fen = price_fen - $4, taken_out_fen = $4, ended_on = $5, end_reason = $6,
            goes_on_with = $7
      where card_no = $1 and pass_no = $2`,
    [cardNo, pass.pass_no, end.validTo, end.leftFen, end.date, end.reason, end.goesOnWith ?? null],
  );
}
