import type { Transaction } from '@citycard/common';
import { type Subject, subjectName } from './subject.ts';

/** A participant that a document names beside its subjects, and where. */
interface NamedParticipant {
  readonly participantNo: string;
  readonly place: string;
}

/**
 * Which participant of a document does not exist, or cannot be owed anything by us; undefined when all of them can.
 * Participants that left are as good as unknown.
 */
export async function tableSubjectProblem(
  tx: Transaction,
  rows: readonly { readonly subject: Subject }[],
  named: readonly NamedParticipant[] = [],
): Promise<string | undefined> {
  const subjects = rows.flatMap(({ subject }): NamedParticipant[] =>
    'participantNo' in subject ? [{ participantNo: subject.participantNo, place: subjectName(subject) }] : [],
  );
  const wanted = [...subjects, ...named];
  const { rows: known } = await tx.query<{ participant_no: string }>(
    `select participant_no from clearing.participant
      where participant_no = any($1) and kind in ('operator', 'agent', 'biller', 'city') and status <> 'exited'`,
    [wanted.map(({ participantNo }) => participantNo)],
  );
  const stranger = wanted.find(
    ({ participantNo }) => !known.some((participant) => participant.participant_no === participantNo),
  );
  return stranger && `${stranger.place}: there is no operator, agent, biller or city ${stranger.participantNo}`;
}
