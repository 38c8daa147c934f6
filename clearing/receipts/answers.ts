import { Type } from '@citycard/common';

/** What the routes of this folder answer, for the description of the interface. Amounts are whole fen. */

/** `GET /v1/receipts` */
export const Receipts = Type.Object({
  receipts: Type.Array(
    Type.Object({
      businessDate: Type.String(),
      sha256: Type.String(),
      madeAt: Type.String(),
      signedAt: Type.Union([Type.String(), Type.Null()]),
      deliveries: Type.Array(Type.Object({ recipient: Type.String(), way: Type.String(), at: Type.String() })),
    }),
  ),
});

/** `GET /v1/receipts/:date` */
export const OneReceipt = Type.Object({
  content: Type.String(),
  signature: Type.String(),
  certificatePem: Type.String(),
  caPem: Type.String(),
});
