import { approveAct, type Principal, proposeAct, recordAct, type Transaction } from '@citycard/common';
import { acceptanceErrors } from '../acceptance-reports/errors.ts';
import { requireAccepted } from '../acceptance-reports/record.ts';
import type { Kit } from '../acceptance-reports/report.ts';
import { clearingErrors } from '../errors.ts';
import { HOME_CITY } from '../purses/card-number.ts';
import { missingOnFile } from './documents.ts';
import { participantErrors } from './errors.ts';
import type { ParticipantKind, ParticipantStatus } from './participant.ts';

/**
 * The kit a participant's system has to pass. Agents reach us through terminals, whose software is accepted by itself; banks
 * and companies exchange nothing the kit could play.
 */
export const KIT_OF_KIND: Readonly<Record<ParticipantKind, Kit | undefined>> = {
  operator: 'operator',
  biller: 'biller',
  city: 'city',
  agent: undefined,
  bank: undefined,
  company: undefined,
};

/** What one officer proposes and another approves. */
export interface Activation {
  readonly participantNo: string;
  /** The report that speaks for it; needed for operators, billers and cities. */
  readonly reportNo?: bigint;
}

const contentOf = ({ participantNo, reportNo }: Activation) => ({
  participantNo,
  reportNo: reportNo?.toString() ?? null,
});

/**
 * Proposes that a participant in test serves the public from now on.
 *
 * @throws clearing.participant-unknown, clearing.acceptance.not-in-test, .report-needed, .report-unknown, .not-accepted,
 * clearing.participants.file-incomplete
 */
export async function proposeActivation(
  tx: Transaction,
  officer: Principal,
  activation: Activation,
): Promise<{ approvalId: bigint }> {
  const { status } = await requireActivatable(tx, activation);
  const { participantNo } = activation;
  if (status !== 'test') throw acceptanceErrors.notInTest({ participantNo, status });
  const act = { act: 'participant.activate', subject: participantNo, content: contentOf(activation) };
  const proposed = await proposeAct(tx, officer, act);
  await recordAct(tx, officer, {
    act: 'participant.propose-activation',
    subject: participantNo,
    detail: contentOf(activation),
  });
  return proposed;
}

/**
 * Activates a participant as the second person. Approving again changes nothing.
 *
 * @throws as {@link proposeActivation}, and identity.same-person, .approval-unknown, .content-differs,
 * clearing.acceptance.activated-otherwise
 */
export async function approveActivation(
  tx: Transaction,
  officer: Principal,
  activation: Activation,
  approvalId: bigint,
): Promise<{ participantNo: string; status: 'production' }> {
  const { participantNo, reportNo } = activation;
  const { status, acceptedBy } = await requireActivatable(tx, activation);
  const { maker, checker } = await approveAct(tx, officer, approvalId, contentOf(activation));
  if (status === 'production') {
    if (acceptedBy !== (reportNo ?? null)) throw acceptanceErrors.activatedOtherwise({ participantNo });
    return { participantNo, status };
  }
  if (status !== 'test') throw acceptanceErrors.notInTest({ participantNo, status });
  await tx.query(
    `update clearing.participant set status = 'production', acceptance_report_no = $2, activated_by = $3, activated_at = now()
      where participant_no = $1`,
    [participantNo, reportNo ?? null, `${maker}, ${checker}`],
  );
  await recordAct(tx, officer, { act: 'participant.activate', subject: participantNo, detail: contentOf(activation) });
  return { participantNo, status: 'production' };
}

/** Holds the participant until the transaction ends, its report to what it must say, and its file to what it must hold. */
async function requireActivatable(
  tx: Transaction,
  { participantNo, reportNo }: Activation,
): Promise<{ status: ParticipantStatus; acceptedBy: bigint | null }> {
  const { rows } = await tx.query<{
    kind: ParticipantKind;
    status: ParticipantStatus;
    cityCode: string | null;
    acceptedBy: bigint | null;
  }>(
    `select kind, status, city_code as "cityCode", acceptance_report_no as "acceptedBy" from clearing.participant where participant_no = $1 for update`,
    [participantNo],
  );
  const row = rows[0];
  if (row === undefined) throw clearingErrors.participantUnknown({ participantNo });
  const kit = KIT_OF_KIND[row.kind];
  if (kit !== undefined) {
    if (reportNo === undefined) throw acceptanceErrors.reportNeeded({ participantNo, kind: row.kind });
    // A city is what signs its files: a report under another code says nothing about this one.
    const conditions = row.cityCode === null ? {} : { city: row.cityCode, home: HOME_CITY };
    await requireAccepted(tx, reportNo, { kit, candidate: participantNo, conditions });
  }
  const missing = row.status === 'test' ? await missingOnFile(tx, participantNo) : [];
  if (missing.length > 0) throw participantErrors.fileIncomplete({ participantNo, missing: missing.join(', ') });
  return row;
}
