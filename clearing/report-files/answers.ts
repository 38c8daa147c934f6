import { Type } from '@citycard/common';

/** What the routes of this folder answer, for the description of the interface. Amounts are whole fen. */

/** `GET /v1/reports` */
export const Sets = Type.Object({
  sets: Type.Array(
    Type.Object({
      period: Type.String(),
      state: Type.Enum(['ordered', 'making', 'made', 'failed']),
      filesDone: Type.Integer(),
      filesTotal: Type.Integer(),
      orderedBy: Type.String(),
      orderedAt: Type.String(),
      finishedAt: Type.Union([Type.String(), Type.Null()]),
      failure: Type.Union([Type.String(), Type.Null()]),
    }),
  ),
});

/** `POST /v1/reports/:period` */
export const OneSet = Type.Object({
  period: Type.String(),
  state: Type.Enum(['ordered', 'making', 'made', 'failed']),
  filesDone: Type.Integer(),
  filesTotal: Type.Integer(),
  failure: Type.Optional(Type.String()),
  files: Type.Array(
    Type.Object({
      report: Type.String(),
      subject: Type.Union([Type.String(), Type.Null()]),
      format: Type.Enum(['pdf', 'xlsx', 'csv', 'json']),
      sha256: Type.String(),
      dataSha256: Type.String(),
      bytes: Type.Integer(),
      certificateSerial: Type.String(),
      madeAt: Type.String(),
    }),
  ),
});
