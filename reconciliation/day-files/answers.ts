import { Type } from '@citycard/common';

const Total = Type.Object({ count: Type.Integer(), amountFen: Type.Integer() });

/** `POST /v1/day-files` */
export const TakenDayFile = Type.Object({
  name: Type.String(),
  date: Type.String(),
  lines: Type.Integer(),
  amountFen: Type.Integer(),
  open: Type.Integer({ description: 'Lines of the day that both sides do not have alike, now' }),
  repeated: Type.Boolean({ description: 'The same file was taken before' }),
});

/** `GET /v1/day-files` */
export const DayFiles = Type.Object({
  files: Type.Array(
    Type.Object({
      participantNo: Type.String(),
      name: Type.String(),
      date: Type.String(),
      channel: Type.String(),
      receivedAt: Type.String(),
      normal: Total,
      cancel: Total,
      refund: Total,
    }),
  ),
});
