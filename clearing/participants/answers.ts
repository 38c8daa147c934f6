import { Type } from '@citycard/common';

/** What the routes of this folder answer, for the description of the interface. Amounts are whole fen. */

const SettlementAccount = Type.Object({
  accountNo: Type.String(),
  bankLineNo: Type.String(),
  accountName: Type.String(),
});

const AccountChange = Type.Object({
  changeNo: Type.Integer(),
  participantNo: Type.String(),
  account: SettlementAccount,
  previous: Type.Union([Type.Null(), SettlementAccount]),
  documentNo: Type.Integer(),
  state: Type.Enum(['approved', 'proposed', 'withdrawn', 'noticed', 'in-force']),
  proposedBy: Type.String(),
  proposedAt: Type.String(),
  approvedBy: Type.Union([Type.Null(), Type.String()]),
  noticeNo: Type.Union([Type.Null(), Type.Integer()]),
  payableFrom: Type.Union([Type.Null(), Type.String()]),
  inForceAt: Type.Union([Type.Null(), Type.String()]),
  reason: Type.Union([Type.Null(), Type.String()]),
});

const Notice = Type.Object({
  noticeNo: Type.Integer(),
  participantNo: Type.String(),
  office: Type.String(),
  email: Type.String(),
  phone: Type.Union([Type.Null(), Type.String()]),
  sentence: Type.String(),
  madeAt: Type.String(),
  sentAt: Type.Union([Type.Null(), Type.String()]),
  channel: Type.Union([Type.Enum(['email', 'letter', 'phone', 'api']), Type.Null()]),
});

const OrNull = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()]);
const Participant = Type.Object({
  participantNo: Type.String(),
  name: Type.String(),
  kind: Type.Enum(['company', 'operator', 'agent', 'biller', 'city', 'bank']),
  industry: Type.Optional(Type.Integer()),
  cityCode: Type.Optional(Type.String()),
  settlementAccount: Type.Optional(SettlementAccount),
  status: Type.Enum(['test', 'production', 'suspended', 'leaving', 'exited']),
});

/** `GET /v1/participants` */
export const Participants = Type.Object({ participants: Type.Array(Participant) });

/** `GET /v1/participants/:participantNo` */
export const OneParticipant = Type.Object({
  accountChanges: Type.Array(AccountChange),
  notices: Type.Array(Notice),
  participantNo: Type.String(),
  name: Type.String(),
  kind: Type.Enum(['company', 'operator', 'agent', 'biller', 'city', 'bank']),
  industry: Type.Optional(Type.Integer()),
  cityCode: Type.Optional(Type.String()),
  settlementAccount: Type.Optional(SettlementAccount),
  status: Type.Enum(['test', 'production', 'suspended', 'leaving', 'exited']),
  documents: Type.Array(
    Type.Object({
      documentNo: Type.Integer(),
      kind: Type.String(),
      reference: Type.String(),
      sha256: Type.String(),
      validUntil: OrNull(Type.String()),
      filedBy: Type.String(),
      filedAt: Type.String(),
    }),
  ),
  contacts: Type.Array(
    Type.Object({
      purpose: Type.String(),
      office: Type.String(),
      email: Type.String(),
      phone: OrNull(Type.String()),
      filedAt: Type.String(),
      endedAt: OrNull(Type.String()),
    }),
  ),
  contracts: Type.Array(
    Type.Object({
      contractNo: Type.String(),
      validFrom: Type.String(),
      validTo: OrNull(Type.String()),
      noticeDays: Type.Integer(),
      documentNo: Type.Integer(),
      proposedBy: Type.String(),
      approvedBy: Type.String(),
    }),
  ),
  statuses: Type.Array(Type.Object({ from: OrNull(Type.String()), to: Type.String(), at: Type.String() })),
  missing: Type.Array(Type.String({ description: 'what a complete file has and this one lacks, in words' })),
});

/** `GET /v1/account-changes` */
export const AccountChanges = Type.Object({ changes: Type.Array(AccountChange) });

/** `GET /v1/participants/:participantNo/notices` */
export const NoticesToParticipant = Type.Object({ notices: Type.Array(Notice) });

/** `GET /v1/participants/:participantNo/obligations` */
export const OpenObligations = Type.Object({
  participantNo: Type.String(),
  accounts: Type.Array(Type.Object({ code: Type.String(), postedFen: Type.Integer(), pendingFen: Type.Integer() })),
  sheets: Type.Array(Type.String()),
  records: Type.Integer(),
  open: Type.Array(Type.String()),
});

/** `POST /v1/participants/:participantNo/account-changes` */
export const ProposedChange = Type.Object({ changeNo: Type.Integer(), approvalId: Type.Integer() });

/** SAMs by number, a page. */
export const SamList = Type.Object({
  sams: Type.Array(
    Type.Object({
      samNo: Type.String(),
      participantNo: Type.String(),
      participantName: Type.String(),
      terminalNo: Type.Union([Type.String(), Type.Null()]),
      validFrom: Type.String(),
      validTo: Type.Union([Type.String(), Type.Null()]),
    }),
  ),
  next: Type.Optional(Type.String()),
});
