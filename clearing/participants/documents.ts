import {
  approveAct,
  type BusinessDate,
  cityDate,
  type Database,
  type Principal,
  proposeAct,
  recordAct,
  sqlState,
  type Transaction,
} from '@citycard/common';
import { participantErrors } from './errors.ts';
import { writeNotice } from './notices.ts';
import { lockParticipant } from './standing.ts';

export type DocumentKind = 'licence' | 'contract' | 'account-proof' | 'authority' | 'exit';
export type ContactPurpose = 'settlement' | 'operations' | 'security';

export interface NewDocument {
  readonly participantNo: string;
  readonly kind: DocumentKind;
  /** Number of the paper or of its place in the archive. */
  readonly reference: string;
  /** SHA-256 of the scan, in hexadecimal. */
  readonly sha256: string;
  readonly validUntil?: BusinessDate;
}

/** Files a paper by its hash; filing it again answers the same number. @throws clearing.participant-unknown */
export async function fileDocument(
  tx: Transaction,
  person: Principal,
  document: NewDocument,
): Promise<{ documentNo: bigint }> {
  const { participantNo, kind, reference, sha256 } = document;
  await lockParticipant(tx, participantNo);
  const inserted = await tx.query<{ document_no: bigint }>(
    `insert into clearing.participant_document (participant_no, kind, reference, sha256, valid_until, filed_by)
     values ($1, $2, $3, $4, $5, $6) on conflict (participant_no, kind, sha256) do nothing returning document_no`,
    [participantNo, kind, reference, sha256, document.validUntil ?? null, person.id],
  );
  const [created] = inserted.rows;
  if (created !== undefined) {
    const detail = { documentNo: created.document_no, kind, sha256 };
    await recordAct(tx, person, { act: 'participant.file-document', subject: participantNo, detail });
    return { documentNo: created.document_no };
  }
  const { rows } = await tx.query<{ document_no: bigint }>(
    'select document_no from clearing.participant_document where participant_no = $1 and kind = $2 and sha256 = $3',
    [participantNo, kind, sha256],
  );
  return { documentNo: rows[0]?.document_no ?? 0n };
}

/** @throws clearing.participants.document-unknown, .document-expired */
export async function requireDocument(
  tx: Transaction,
  wanted: { readonly participantNo: string; readonly documentNo: bigint; readonly kind: DocumentKind },
): Promise<void> {
  const { rows } = await tx.query<{ valid_until: string | null }>(
    'select valid_until from clearing.participant_document where participant_no = $1 and document_no = $2 and kind = $3',
    [wanted.participantNo, wanted.documentNo, wanted.kind],
  );
  const [row] = rows;
  if (row === undefined) throw participantErrors.documentUnknown(wanted);
  if (row.valid_until !== null && row.valid_until < cityDate(new Date())) {
    throw participantErrors.documentExpired({ documentNo: wanted.documentNo, validUntil: row.valid_until });
  }
}

export interface NewContact {
  readonly participantNo: string;
  readonly purpose: ContactPurpose;
  /** An office, never a person by name. */
  readonly office: string;
  readonly email: string;
  readonly phone?: string;
}

/**
 * Files where an office of a participant is reached; the one before it ends now and is kept. The settlement contact that is
 * replaced is told. Filing the same again changes nothing. @throws clearing.participant-unknown
 */
export async function fileContact(tx: Transaction, person: Principal, contact: NewContact): Promise<void> {
  const { participantNo, purpose, office, email } = contact;
  await lockParticipant(tx, participantNo);
  const same = await tx.query(
    `select from clearing.participant_contact where participant_no = $1 and purpose = $2 and ended_at is null
        and office = $3 and email = $4 and phone is not distinct from $5`,
    [participantNo, purpose, office, email, contact.phone ?? null],
  );
  if (same.rowCount === 1) return;
  if (purpose === 'settlement') {
    const sentence = `The settlement contact of ${participantNo} has changed. If you did not ask for this, object at once.`;
    await writeNotice(tx, { participantNo, sentence, contactsSince: new Date() });
  }
  await tx.query(
    `update clearing.participant_contact set ended_at = clock_timestamp()
      where participant_no = $1 and purpose = $2 and ended_at is null`,
    [participantNo, purpose],
  );
  await tx.query(
    `insert into clearing.participant_contact (participant_no, purpose, office, email, phone, filed_by) values ($1, $2, $3, $4, $5, $6)`,
    [participantNo, purpose, office, email, contact.phone ?? null, person.id],
  );
  await recordAct(tx, person, { act: 'participant.file-contact', subject: participantNo, detail: { purpose } });
}

/** A contract by date; fees and settlement terms that belong to it have tables of their own. */
export interface Contract {
  readonly participantNo: string;
  readonly contractNo: string;
  readonly validFrom: BusinessDate;
  /** Inclusive; open-ended when absent. */
  readonly validTo?: BusinessDate;
  readonly noticeDays: number;
  /** The signed paper. */
  readonly documentNo: bigint;
}

const CONTRACT = 'participant.contract';

const contractContent = (contract: Contract) => ({
  ...contract,
  validTo: contract.validTo ?? null,
  documentNo: contract.documentNo.toString(),
});

/**
 * Proposes a contract. @throws clearing.participants.document-unknown, .dates-reversed
 */
export async function proposeContract(
  tx: Transaction,
  maker: Principal,
  contract: Contract,
): Promise<{ approvalId: bigint }> {
  const { participantNo, documentNo } = contract;
  await lockParticipant(tx, participantNo);
  if (contract.validTo !== undefined && contract.validTo < contract.validFrom) throw participantErrors.datesReversed();
  await requireDocument(tx, { participantNo, documentNo, kind: 'contract' });
  const content = contractContent(contract);
  const subject = `${participantNo} ${contract.contractNo}`;
  const proposal = await proposeAct(tx, maker, { act: CONTRACT, subject, content });
  await recordAct(tx, maker, { act: `${CONTRACT} proposed`, subject, detail: content });
  return proposal;
}

/**
 * The second person puts the contract on file. Approving again changes nothing.
 *
 * @throws identity.same-person, .content-differs, clearing.participants.contract-overlaps, .contract-exists
 */
export async function approveContract(
  tx: Transaction,
  checker: Principal,
  contract: Contract,
  approvalId: bigint,
): Promise<Contract> {
  const { participantNo, contractNo } = contract;
  await lockParticipant(tx, participantNo);
  const { maker } = await approveAct(tx, checker, approvalId, contractContent(contract));
  const values = [participantNo, contractNo, contract.validFrom, contract.validTo ?? null, contract.noticeDays];
  const known = await tx.query<{ same: boolean }>(
    `select valid_from = $3 and valid_to is not distinct from $4 and notice_days = $5 as same
       from clearing.participant_contract where participant_no = $1 and contract_no = $2`,
    values,
  );
  if (known.rows[0]?.same === true) return contract;
  if (known.rows[0] !== undefined) throw participantErrors.contractExists({ participantNo, contractNo });
  try {
    await tx.query(
      `insert into clearing.participant_contract (participant_no, contract_no, valid_from, valid_to, notice_days, document_no,
         proposed_by, approved_by) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [...values, contract.documentNo, maker, checker.id],
    );
  } catch (error) {
    // 23P01: the exclusion constraint; it also decides between two that come at once.
    if (sqlState(error) === '23P01') throw participantErrors.contractOverlaps({ participantNo, contractNo }, error);
    throw error;
  }
  await recordAct(tx, checker, { act: CONTRACT, subject: `${participantNo} ${contractNo}`, detail: { approvalId } });
  return contract;
}

/** Everything on file of a participant, and what is missing before it should go into production. */
export async function participantFile(db: Database, participantNo: string): Promise<Record<string, unknown>> {
  const all = async (sql: string) => (await db.query(sql, [participantNo])).rows;
  const [documents, contacts, contracts, statuses] = [
    await all(
      `select document_no as "documentNo", kind, reference, sha256, valid_until as "validUntil", filed_by as "filedBy",
              filed_at as "filedAt" from clearing.participant_document where participant_no = $1 order by document_no`,
    ),
    await all(
      `select purpose, office, email, phone, filed_at as "filedAt", ended_at as "endedAt"
         from clearing.participant_contact where participant_no = $1 order by filed_at`,
    ),
    await all(
      `select contract_no as "contractNo", valid_from as "validFrom", valid_to as "validTo", notice_days as "noticeDays",
              document_no as "documentNo", proposed_by as "proposedBy", approved_by as "approvedBy"
         from clearing.participant_contract where participant_no = $1 order by valid_from`,
    ),
    await all(
      `select from_status as "from", to_status as "to", changed_at as "at"
         from clearing.participant_status_change where participant_no = $1 order by changed_at`,
    ),
  ];
  return { documents, contacts, contracts, statuses, missing: await missingOnFile(db, participantNo) };
}

/** What a complete file has and this one lacks today, in words. */
export async function missingOnFile(db: Database | Transaction, participantNo: string): Promise<string[]> {
  const { rows } = await (db as Database).query<{ missing: string }>(
    `select w.missing from clearing.participant p cross join lateral (values
       ('a business licence in force', exists (select from clearing.participant_document d where d.participant_no = p.participant_no
          and d.kind = 'licence' and coalesce(d.valid_until, 'infinity') >= $2::date)),
       ('a contract in force', exists (select from clearing.participant_contract c where c.participant_no = p.participant_no
          and daterange(c.valid_from, c.valid_to, '[]') @> $2::date)),
       ('a settlement contact', exists (select from clearing.participant_contact c where c.participant_no = p.participant_no
          and c.purpose = 'settlement' and c.ended_at is null)),
       ('an operations contact', exists (select from clearing.participant_contact c where c.participant_no = p.participant_no
          and c.purpose = 'operations' and c.ended_at is null)),
       -- Banks and companies are paid nothing by settlement sheets.
       ('a settlement account', p.settlement_account is not null or p.kind in ('bank', 'company'))) as w(missing, there)
      where p.participant_no = $1 and not w.there`,
    [participantNo, cityDate(new Date())],
  );
  return rows.map((row) => row.missing);
}
