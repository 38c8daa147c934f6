import {
  addDays,
  type BusinessDate,
  cityDate,
  type Fen,
  type Principal,
  recordAct,
  type Transaction,
} from '@citycard/common';
import { addEvent, type CaseChannel, type CaseKind, findCase, type ResidentCase } from './case.ts';
import { answeringParticipant, attachChain, isAnswering, recordChain } from './chain.ts';
import { caseErrors } from './errors.ts';
import { caseDays } from './rules.ts';
import { type CaseSeal, keepWords, type SaidWords } from './words.ts';

/** What a person says is wrong. */
interface NewCase extends SaidWords {
  readonly kind: CaseKind;
  readonly channel: CaseChannel;
  /** The hotline's number of its order; of that channel alone. */
  readonly orderNo?: string;
  readonly cardNo: string;
  readonly occurredOn: BusinessDate;
  /** 0 when nothing was said. */
  readonly amountFen: Fen;
  /** Whose answer is wanted, when the person knows; otherwise the records say. */
  readonly participantNo?: string;
}

/** Older than that nothing is looked into: the records are in archives. */
const YEARS = 3;

/**
 * Opens a case: attaches the record chain of the card, and asks the participant whose records it is about, with a deadline;
 * when the records name none, the company looks into it. The same matter again, while its case is open, is the same case, and
 * what was said then is kept with it.
 *
 * @throws CityCardError `reconciliation.cases.card-unknown`, `.not-yet`, `.too-old`, `.participant-unknown`, `.order-differs`
 */
export async function openCase(
  tx: Transaction,
  seal: CaseSeal,
  by: Principal,
  said: NewCase,
): Promise<{ opened: ResidentCase; known: boolean }> {
  const today = cityDate(new Date());
  if (said.occurredOn > today) throw caseErrors.notYet({ date: said.occurredOn });
  if (said.occurredOn < addDays(today, -YEARS * 365)) throw caseErrors.tooOld({ date: said.occurredOn, years: YEARS });
  // Two counters that hear of one matter at once are one after the other here.
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 5012019370706))', [said.orderNo ?? said.cardNo]);
  const known = await knownCase(tx, said, by);
  if (known !== undefined) {
    if (said.orderNo === undefined) {
      await keepWords(tx, seal, known.caseNo, said);
      await addEvent(tx, known.caseNo, { actor: by.id, event: 'said-again', words: said.channel });
    }
    return { opened: known, known: true };
  }
  const chain = await recordChain(tx, said);
  if (chain === undefined) throw caseErrors.cardUnknown();
  if (said.participantNo !== undefined && !(await isAnswering(tx, said.participantNo)))
    throw caseErrors.participantUnknown({ participantNo: said.participantNo });
  const participantNo = said.participantNo ?? (await answeringParticipant(tx, chain));
  const { answerDays, endDays } = (await caseDays(tx))[said.kind];
  const { rows } = await tx.query<{ no: bigint }>(
    `insert into reconciliation.resident_case (kind, channel, order_no, card_no, occurred_on, amount_fen, participant_no, state, opened_by, opened_at, answer_due_at, end_due_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, now(), now() + make_interval(days => $10), now() + make_interval(days => $11)) returning case_no as no`,
    [
      said.kind,
      said.channel,
      said.orderNo ?? null,
      said.cardNo,
      said.occurredOn,
      said.amountFen,
      participantNo ?? '',
      participantNo === undefined ? 'with-company' : 'with-participant',
      by.id,
      answerDays,
      endDays,
    ],
  );
  const caseNo = rows[0]?.no ?? 0n;
  await keepWords(tx, seal, caseNo, said);
  await attachChain(tx, caseNo, chain);
  await addEvent(tx, caseNo, { actor: by.id, event: 'opened', words: said.channel });
  await recordAct(tx, by, {
    act: 'resident-case.open',
    subject: `case ${caseNo}`,
    detail: { kind: said.kind, channel: said.channel },
  });
  const opened = await findCase(tx, caseNo);
  if (opened === undefined) throw new Error('a case just opened cannot be found');
  return { opened, known: false };
}

/** The case of the same order; or, of other channels, the open case of the same matter. */
async function knownCase(tx: Transaction, said: NewCase, by: Principal): Promise<ResidentCase | undefined> {
  const { rows } = await tx.query<{ no: bigint; same: boolean; own: boolean }>(
    said.orderNo === undefined
      ? `select case_no as no, true as same, true as own from reconciliation.resident_case
          where card_no = $1 and occurred_on = $2 and kind = $3 and amount_fen = $4 and order_no is null and $5 <> '' and $6::text is null
            and state <> 'ended' order by case_no limit 1 for update`
      : `select case_no as no, card_no = $1 and occurred_on = $2 and kind = $3 and amount_fen = $4 as same, opened_by = $5 as own
           from reconciliation.resident_case where order_no = $6 for update`,
    [said.cardNo, said.occurredOn, said.kind, said.amountFen, by.id, said.orderNo ?? null],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  if (!row.same || !row.own) throw caseErrors.orderDiffers({ orderNo: said.orderNo });
  return findCase(tx, row.no);
}
