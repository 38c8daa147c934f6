import { Type } from '@citycard/common';

const Total = Type.Object({ count: Type.Integer(), amountFen: Type.Integer() });

/** `GET /v1/billers/:billerCode/checks/:date` */
export const BillCheckOfDay = Type.Object({
  billerCode: Type.String(),
  date: Type.String(),
  ours: Total,
  theirs: Total,
  equal: Type.Integer({ description: 'Lines that both sides have alike' }),
  differences: Type.Array(
    Type.Object({
      differenceNo: Type.Integer(),
      paymentId: Type.String(),
      kind: Type.String(),
      oursFen: Type.Optional(Type.Integer()),
      theirsFen: Type.Optional(Type.Integer()),
      action: Type.Optional(Type.String()),
      reason: Type.Optional(Type.String()),
      proposedBy: Type.Optional(Type.String()),
      approvedBy: Type.Optional(Type.String()),
      resolved: Type.Boolean(),
    }),
  ),
  closed: Type.Boolean(),
});
