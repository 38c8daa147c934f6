import {
  type BusinessDate,
  businessDate,
  cityDate,
  type Database,
  type Principal,
  recordAct,
  type Transaction,
} from '@citycard/common';
import type { CardNo } from '../purses/card-number.ts';
import { findPurse } from '../purses/purse.ts';
import { codeOfIndustry } from './code.ts';
import { industryErrors } from './errors.ts';
import { industryOn } from './in-force.ts';

export interface NewEntitlement {
  readonly cardNo: CardNo;
  readonly industry: number;
  readonly validFrom: BusinessDate;
  /** Included. */
  readonly validTo: BusinessDate;
  /** As often as the holder likes when left out. */
  readonly visitsAllowed?: number;
  /** Receipt or document it was granted on. */
  readonly reference: string;
}

export interface Entitlement {
  readonly entitlementNo: bigint;
  readonly code: string;
  readonly validFrom: BusinessDate;
  readonly validTo: BusinessDate;
  readonly visitsAllowed?: number;
  readonly visitsUsed: number;
  readonly reference: string;
  readonly endedOn?: BusinessDate;
}

/** A partner acts for its own industry only; staff for every one. @throws CityCardError `clearing.industries.not-yours` */
async function mayActFor(tx: Transaction, actor: Principal, industry: number): Promise<void> {
  if (actor.participantNo === undefined) return;
  const { rows } = await tx.query<{ industry: number | null }>(
    'select industry from clearing.participant where participant_no = $1',
    [actor.participantNo],
  );
  if (rows[0]?.industry !== industry) throw industryErrors.notYours();
}

/**
 * Gives a card an entitlement without money (a year card). Whoever repeats the request does so under its idempotency key.
 *
 * @throws CityCardError `clearing.industries.unknown`, `.not-of-pattern`, `.card-unknown`, `.not-yours`
 */
export async function grantEntitlement(
  tx: Transaction,
  actor: Principal,
  wanted: NewEntitlement,
): Promise<{ entitlementNo: bigint }> {
  const { document } = await industryOn(tx, wanted.industry, cityDate(new Date()));
  const industry = codeOfIndustry(wanted.industry);
  if (document.pattern !== 'entitlement')
    throw industryErrors.notOfPattern({ industry, pattern: document.pattern, what: 'entitlements' });
  await mayActFor(tx, actor, wanted.industry);
  if ((await findPurse(tx, wanted.cardNo)) === undefined) throw industryErrors.cardUnknown();
  const { rows } = await tx.query<{ entitlement_no: bigint }>(
    `insert into clearing.entitlement (card_no, industry, valid_from, valid_to, visits_allowed, reference, granted_by)
     values ($1, $2, $3, $4, $5, $6, $7) returning entitlement_no`,
    [
      wanted.cardNo,
      wanted.industry,
      wanted.validFrom,
      wanted.validTo,
      wanted.visitsAllowed ?? null,
      wanted.reference,
      actor.id,
    ],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('an entitlement just written is not there');
  const entitlementNo = row.entitlement_no;
  await recordAct(tx, actor, {
    act: 'grant-entitlement',
    subject: `industry ${industry} entitlement ${entitlementNo}`,
  });
  return { entitlementNo };
}

/**
 * Ends an entitlement; today is its last day. Ending it again changes nothing.
 *
 * @throws CityCardError `clearing.industries.entitlement-unknown`, `.not-yours`
 */
export async function endEntitlement(
  tx: Transaction,
  actor: Principal,
  cardNo: CardNo,
  entitlementNo: bigint,
): Promise<void> {
  const { rows } = await tx.query<{ industry: number; ended_on: string | null }>(
    'select industry, ended_on from clearing.entitlement where card_no = $1 and entitlement_no = $2 for update',
    [cardNo, entitlementNo],
  );
  const [row] = rows;
  if (row === undefined) throw industryErrors.entitlementUnknown();
  await mayActFor(tx, actor, row.industry);
  if (row.ended_on !== null) return;
  await tx.query('update clearing.entitlement set ended_on = $3 where card_no = $1 and entitlement_no = $2', [
    cardNo,
    entitlementNo,
    cityDate(new Date()),
  ]);
  await recordAct(tx, actor, {
    act: 'end-entitlement',
    subject: `industry ${codeOfIndustry(row.industry)} entitlement ${entitlementNo}`,
  });
}

/** What a card is entitled to, the newest first; a partner sees its own industry. */
export async function entitlementsOf(
  db: Database | Transaction,
  reader: Principal,
  cardNo: CardNo,
): Promise<Entitlement[]> {
  const { rows } = await (db as Database).query<{
    entitlement_no: bigint;
    industry: number;
    valid_from: string;
    valid_to: string;
    visits_allowed: number | null;
    visits_used: number;
    reference: string;
    ended_on: string | null;
  }>(
    `select entitlement_no, industry, valid_from, valid_to, visits_allowed, visits_used, reference, ended_on
       from clearing.entitlement
      where card_no = $1
        and ($2::text is null or industry = (select industry from clearing.participant where participant_no = $2))
      order by entitlement_no desc`,
    [cardNo, reader.participantNo ?? null],
  );
  return rows.map((row) => ({
    entitlementNo: row.entitlement_no,
    code: codeOfIndustry(row.industry),
    validFrom: businessDate(row.valid_from),
    validTo: businessDate(row.valid_to),
    ...(row.visits_allowed !== null && { visitsAllowed: row.visits_allowed }),
    visitsUsed: row.visits_used,
    reference: row.reference,
    ...(row.ended_on !== null && { endedOn: businessDate(row.ended_on) }),
  }));
}
