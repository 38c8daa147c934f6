import { Type } from '@citycard/common';
import { codeOfIndustry, industryOfCode, INDUSTRY_CODE } from '../industries/code.ts';

/** Whom a row of a table by date is for; the most particular one wins: participant, then industry, then everybody. */
export type Subject = { readonly participantNo: string } | { readonly industry: number } | { readonly everybody: true };

/** How a subject is named in tables and in errors. */
export function subjectName(subject: Subject): string {
  if ('participantNo' in subject) return `participant:${subject.participantNo}`;
  if ('industry' in subject) return `industry:${subject.industry}`;
  return 'everybody';
}

const closed = { additionalProperties: false } as const;

/** A subject as documents name it: an industry by its code of two hexadecimal digits. */
export const SubjectDocument = Type.Union([
  Type.Object({ participant: Type.String({ pattern: '^[0-9A-Za-z.-]{4,15}$' }) }, closed),
  Type.Object({ industry: Type.String({ pattern: INDUSTRY_CODE }) }, closed),
  Type.Object({ everybody: Type.Literal(true) }, closed),
]);
export type SubjectDocument =
  { readonly participant: string } | { readonly industry: string } | { readonly everybody: true };

/** A subject of a document as the program knows it. */
export function subjectOfDocument(document: SubjectDocument): Subject {
  if ('participant' in document) return { participantNo: document.participant };
  if ('industry' in document) return { industry: industryOfCode(document.industry) };
  return { everybody: true };
}

/** A subject as documents and people name it. */
export function documentOfSubject(subject: Subject): SubjectDocument {
  if ('participantNo' in subject) return { participant: subject.participantNo };
  if ('industry' in subject) return { industry: codeOfIndustry(subject.industry) };
  return subject;
}

/** The columns participant_no and industry of a row, and back. */
export const subjectColumns = (subject: Subject): [participantNo: string | null, industry: number | null] => [
  'participantNo' in subject ? subject.participantNo : null,
  'industry' in subject ? subject.industry : null,
];

/** The subject of a row with the columns participant_no and industry. */
export function subjectOfRow(row: { participant_no: string | null; industry: number | null }): Subject {
  if (row.participant_no !== null) return { participantNo: row.participant_no };
  return row.industry !== null ? { industry: row.industry } : { everybody: true };
}
