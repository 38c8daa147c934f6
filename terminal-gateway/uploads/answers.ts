import { Type } from '@citycard/common';

const Taken = Type.Object({
  fileName: Type.String(),
  sequence: Type.Optional(Type.Integer()),
  records: Type.Integer(),
  amountFen: Type.Integer(),
  businessDate: Type.String(),
  receivedAt: Type.String(),
});

const standing = {
  uploadId: Type.Integer(),
  participantNo: Type.String(),
  channel: Type.String(),
  fileName: Type.String(),
  bytes: Type.Integer(),
  offset: Type.Integer({ description: 'The file goes on from this byte' }),
  state: Type.String({ description: 'receiving, taken, repeat, refused, abandoned' }),
  refusal: Type.Optional(Type.Object({ reason: Type.String(), detail: Type.String() })),
  openedAt: Type.String(),
  endedAt: Type.Optional(Type.String()),
};

/** Where an upload stands; of a file that was taken before, the first result alone. */
export const StandingUpload = Type.Union([
  Type.Object({ ...standing, file: Type.Optional(Taken) }),
  Type.Object({ state: Type.Literal('repeat'), file: Taken }),
]);

/** `GET /v1/purchase-uploads` */
export const Uploads = Type.Object({ uploads: Type.Array(Type.Object(standing)) });

/** `GET /v1/operator-answers` */
export const AnswerFiles = Type.Object({
  answers: Type.Array(
    Type.Object({
      participantNo: Type.String(),
      fileName: Type.String(),
      kind: Type.String({ description: 'SS, QS, NS, CD' }),
      settleDate: Type.String(),
      madeAt: Type.String(),
    }),
  ),
});
