import { Type } from '@citycard/common';

/** What the routes of this folder answer, for the description of the interface. Amounts are whole fen. */

const AlarmCase = Type.Object({
  caseNo: Type.Integer(),
  kind: Type.String(),
  subject: Type.Optional(Type.String()),
  severity: Type.Enum(['warning', 'notice', 'critical']),
  state: Type.Enum(['open', 'closed', 'acknowledged']),
  alarmCount: Type.Integer(),
  firstAt: Type.String(),
  lastAt: Type.String(),
  level: Type.Integer(),
  acknowledgedBy: Type.Optional(Type.String()),
  acknowledgedAt: Type.Optional(Type.String()),
  closedBy: Type.Optional(Type.String()),
  closedAt: Type.Optional(Type.String()),
  finding: Type.Optional(Type.String()),
});

const CaseAct = Type.Object({
  act: Type.Enum(['close', 'acknowledge', 'answer', 'escalate']),
  actor: Type.String(),
  actedAt: Type.String(),
  words: Type.String(),
});

const Alarm = Type.Object({
  alarmId: Type.Integer(),
  raisedAt: Type.String(),
  kind: Type.String(),
  severity: Type.Enum(['warning', 'notice', 'critical']),
  subject: Type.String(),
  evidence: Type.Record(Type.String(), Type.Unknown()),
});

const Notice = Type.Object({
  noticeNo: Type.Integer(),
  caseNo: Type.Integer(),
  level: Type.Integer(),
  principalId: Type.String(),
  channel: Type.String(),
  words: Type.String(),
  state: Type.Enum(['queued', 'sent', 'failed']),
  attempts: Type.Integer(),
  queuedAt: Type.String(),
  sentAt: Type.Union([Type.Null(), Type.String()]),
  readAt: Type.Union([Type.Null(), Type.String()]),
  answer: Type.Union([Type.Null(), Type.String()]),
});

/** `GET /v1/alarm-cases` */
export const Cases = Type.Object({ cases: Type.Array(AlarmCase) });

/** `GET /v1/alarm-cases/:caseNo` */
export const OneCase = Type.Object({
  ...AlarmCase.properties,
  acts: Type.Array(CaseAct),
  alarms: Type.Array(Alarm),
});

/** `GET /v1/notices` */
export const Notices = Type.Object({ notices: Type.Array(Notice) });

/** `GET /v1/duties` */
export const Duties = Type.Object({
  duties: Type.Array(
    Type.Object({
      shiftNo: Type.Integer(),
      level: Type.Integer(),
      principalId: Type.String(),
      beginsAt: Type.String(),
      endsAt: Type.String(),
      channels: Type.Array(Type.String()),
    }),
  ),
});
