import { HOME_CITY, settleThrough, shareByAnswers } from '@citycard/clearing';
import {
  approveAct,
  type BusinessDate,
  businessDate,
  cityDate,
  type Database,
  type Fen,
  type Principal,
  proposeAct,
  recordAct,
  type Transaction,
} from '@citycard/common';
import { cityErrors } from '../errors.ts';
import { lockSequence } from '../outbox.ts';
import { issuerShareOn } from '../position/issuer-share.ts';

/** What was agreed with a city: by what way files go, who settles, in which form, and within how many days. */
export interface CityAgreement {
  readonly city: string;
  /** Base address of the receiver's `POST /v1/city-files`; left out: the city fetches its files. */
  readonly deliverTo?: string;
  /** City code of the centre that carries the files. */
  readonly through?: string;
  readonly settlement: 'bilateral' | 'centre';
  /** `text`: rows in CJ/T 332 style, carried and split by a centre. */
  readonly format: 'binary' | 'text';
  readonly answerDays: number;
  readonly resendAtMost: number;
  readonly disputeDays: number;
  readonly disputeAnswerDays: number;
  /** What the city may owe us at most before its acceptances wait to be booked. */
  readonly positionCapFen?: Fen;
  /** What the city that issued the cards gets of the amount an answer accepts, in millionths; each of the two cities from the other. */
  readonly issuerShareMillionths: number;
  /** The first business date of answers for which that holds; the day of the approval when left out. */
  readonly issuerShareFrom?: BusinessDate;
}

/** What holds for a city nobody has agreed anything else with. */
export const USUAL_AGREEMENT: Omit<CityAgreement, 'city'> = {
  settlement: 'bilateral',
  format: 'binary',
  answerDays: 3,
  resendAtMost: 3,
  disputeDays: 30,
  disputeAnswerDays: 15,
  issuerShareMillionths: 0,
};

interface AgreementRow {
  city: string;
  deliver_to: string | null;
  through: string | null;
  settlement: CityAgreement['settlement'];
  format: CityAgreement['format'];
  answer_days: number;
  resend_at_most: number;
  dispute_days: number;
  dispute_answer_days: number;
  position_cap_fen: Fen | null;
  issuer_share_millionths: number;
  issuer_share_from: BusinessDate;
}

const NEWEST = `select distinct on (city) city, deliver_to, through, settlement, format, answer_days, resend_at_most, dispute_days,
  dispute_answer_days, position_cap_fen, issuer_share_millionths, issuer_share_from from reconciliation.city_agreement`;

const agreementOf = (row: AgreementRow): CityAgreement => ({
  city: row.city,
  ...(row.deliver_to !== null && { deliverTo: row.deliver_to }),
  ...(row.through !== null && { through: row.through }),
  settlement: row.settlement,
  format: row.format,
  answerDays: row.answer_days,
  resendAtMost: row.resend_at_most,
  disputeDays: row.dispute_days,
  disputeAnswerDays: row.dispute_answer_days,
  ...(row.position_cap_fen !== null && { positionCapFen: row.position_cap_fen }),
  issuerShareMillionths: row.issuer_share_millionths,
  ...(row.issuer_share_millionths > 0 && { issuerShareFrom: businessDate(row.issuer_share_from) }),
});

/** What holds with a city now. */
export async function readAgreement(db: Database | Transaction, city: string): Promise<CityAgreement> {
  const { rows } = await db.query<AgreementRow>(`${NEWEST} where city = $1 order by city, agreement_no desc`, [city]);
  return rows[0] === undefined ? { city, ...USUAL_AGREEMENT } : agreementOf(rows[0]);
}

/** What is proposed follows the version in force, so that the same terms may come back later, and nobody approves what was overtaken. */
const contentOf = (agreement: CityAgreement, replaces: bigint) => ({
  ...agreement,
  replaces: replaces.toString(),
  ...(agreement.positionCapFen !== undefined && { positionCapFen: agreement.positionCapFen.toString() }),
});

/**
 * Proposes what is to hold with a city from its approval on. The city, and the centre when one is named, must be admitted as
 * participants of kind `city`.
 *
 * @throws CityCardError `cities.city-unknown`, `cities.agreement-bad`
 */
export async function proposeAgreement(
  tx: Transaction,
  officer: Principal,
  agreement: CityAgreement,
): Promise<{ approvalId: bigint }> {
  await requireSense(tx, agreement);
  const { city } = agreement;
  const replaces = await versionInForce(tx, city);
  const content = contentOf(agreement, replaces);
  const subject = `city ${city} after agreement ${replaces}`;
  const proposed = await proposeAct(tx, officer, { act: 'city-agreement', subject, content });
  await recordAct(tx, officer, { act: 'propose-city-agreement', subject: `city ${city}`, detail: content });
  return proposed;
}

/** Puts it in force as the second person. Approving again changes nothing. @throws as {@link proposeAgreement}, identity.* */
export async function approveAgreement(
  tx: Transaction,
  officer: Principal,
  agreement: CityAgreement,
  approvalId: bigint,
): Promise<CityAgreement> {
  const { city } = agreement;
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('city agreement ' || $1, 0))`, [city]);
  const { rowCount: known } = await tx.query(
    'select from reconciliation.city_agreement where city = $1 and approval_id = $2',
    [city, approvalId],
  );
  if (known !== 0) return readAgreement(tx, city);
  const content = contentOf(agreement, await versionInForce(tx, city));
  const { maker, checker } = await approveAct(tx, officer, approvalId, content);
  await requireSense(tx, agreement);
  const shareFrom = agreement.issuerShareFrom ?? cityDate(new Date());
  await requireShareToCome(tx, agreement, shareFrom);
  await tx.query(
    `insert into reconciliation.city_agreement (city, deliver_to, through, settlement, format, answer_days, resend_at_most, dispute_days,
       dispute_answer_days, position_cap_fen, issuer_share_millionths, issuer_share_from, set_by, approved_by, approval_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
    [
      city,
      agreement.deliverTo ?? null,
      agreement.through ?? null,
      agreement.settlement,
      agreement.format,
      agreement.answerDays,
      agreement.resendAtMost,
      agreement.disputeDays,
      agreement.disputeAnswerDays,
      agreement.positionCapFen ?? null,
      agreement.issuerShareMillionths,
      shareFrom,
      maker,
      checker,
      approvalId,
    ],
  );
  await settleThrough(tx, city, agreement.settlement === 'centre' ? agreement.through : undefined);
  await shareByAnswers(tx, city, agreement.issuerShareMillionths > 0 ? shareFrom : undefined);
  await recordAct(tx, officer, { act: 'city-agreement', subject: `city ${city}`, detail: content });
  return agreement;
}

async function versionInForce(tx: Transaction, city: string): Promise<bigint> {
  const { rows } = await tx.query<{ no: bigint | null }>(
    'select max(agreement_no) as no from reconciliation.city_agreement where city = $1',
    [city],
  );
  return rows[0]?.no ?? 0n;
}

async function requireSense(tx: Transaction, agreement: CityAgreement): Promise<void> {
  const { city, through, settlement, format } = agreement;
  for (const named of [city, ...(through === undefined ? [] : [through])]) {
    const { rowCount } = await tx.query(`select from clearing.participant where kind = 'city' and city_code = $1`, [
      named,
    ]);
    if (rowCount === 0 || named === HOME_CITY) throw cityErrors.cityUnknown({ city: named });
  }
  if (agreement.issuerShareMillionths > 0 && format === 'text')
    throw cityErrors.agreementBad({
      city,
      problem:
        'text rows regroup answers on their way, and the two sides would round other shares; agree on binary files',
    });
  if (through === city) throw cityErrors.agreementBad({ city, problem: 'no city is its own centre' });
  if (settlement === 'centre' && through === undefined)
    throw cityErrors.agreementBad({
      city,
      problem: 'who is settled through a centre needs one that its files go through',
    });
  if (format === 'text' && through === undefined)
    throw cityErrors.agreementBad({ city, problem: 'text rows are split and signed by a centre; name it' });
}

/** Answers that were exchanged keep the share they had, on both sides: another one holds for answers to come. */
async function requireShareToCome(
  tx: Transaction,
  { city, issuerShareMillionths }: CityAgreement,
  from: BusinessDate,
): Promise<void> {
  // No answer is made or taken in while it is decided what the next ones are worth.
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('reconciliation answers of ' || $1, 0))`, [city]);
  await lockSequence(tx, 'ccir', city);
  const { rows } = await tx.query<{ date: BusinessDate }>(
    `select distinct business_date as date from reconciliation.city_file
      where city = $1 and kind = 'ccir' and business_date >= $2 and amount_fen > 0 order by 1`,
    [city, from],
  );
  for (const { date } of rows)
    if ((await issuerShareOn(tx, city, date)) !== issuerShareMillionths)
      throw cityErrors.agreementBad({
        city,
        problem: `answers of ${date} were exchanged with another issuer's share; let this one begin on a later day`,
      });
}
