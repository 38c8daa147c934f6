import { answers, type Database, type HttpServer, type Principal, rolesAllowed, Type } from '@citycard/common';
import { cityCa } from '../certificates/city-ca.ts';
import { findCertificate } from '../certificates/register.ts';
import { verifyDetachedCms } from '../certificates/verify.ts';
import { DateParams, dateOf } from '../day/date-of-path.ts';
import { verifyLedger } from '../ledger/verify.ts';
import { compareReceipts } from './compare.ts';
import { RECEIPT_SIGNER } from './deliver.ts';
import { receiptErrors } from './errors.ts';
import { type DayReceipt, readReceipt } from './receipt.ts';
import * as said from './answers.ts';

/** Ten years of daily receipts. */
const MOST_RECEIPTS = 3_660;
const BODY_LIMIT = 128 * 1024 * 1024;

const Given = Type.Object(
  {
    /** The file as it was received. */
    content: Type.String({ maxLength: 1_000_000 }),
    /** Its `.p7s`, base64. */
    signature: Type.String({ maxLength: 100_000 }),
  },
  { additionalProperties: false },
);

/** Receipts of closed days over HTTP: to fetch them, and to hold the books against them. */
export function registerReceiptRoutes(server: HttpServer, { db }: { readonly db: Database }): void {
  const auditing = { onRequest: rolesAllowed('auditor', 'supervisor') };
  server.get(
    '/v1/receipts',
    {
      ...auditing,
      schema: { summary: 'Receipts of closed days, newest first, and to whom they went', ...answers(said.Receipts) },
    },
    async () => ({ receipts: await listReceipts(db) }),
  );
  server.get(
    '/v1/receipts/:date',
    {
      ...auditing,
      schema: {
        summary: 'A receipt with its signature; who fetched it first is noted',
        params: DateParams,
        ...answers(said.OneReceipt),
      },
    },
    async ({ params, principal }) => fetchReceipt(db, principal, dateOf(params)),
  );
  server.post(
    '/v1/ledger/verification',
    {
      ...auditing,
      bodyLimit: BODY_LIMIT,
      schema: {
        summary: 'Prove the ledger, and that it is the one these receipts were given of',
        body: Type.Object(
          { receipts: Type.Array(Given, { minItems: 1, maxItems: MOST_RECEIPTS }) },
          { additionalProperties: false },
        ),
      },
    },
    async ({ body }) => {
      const read: DayReceipt[] = [];
      for (const [index, given] of body.receipts.entries()) read.push(await readSigned(db, given, index + 1));
      const verification = await verifyLedger(db);
      const receipts = await compareReceipts(db, read);
      return { ...verification, ok: verification.ok && receipts.ok, chainOk: verification.ok, receipts };
    },
  );
}

async function listReceipts(db: Database): Promise<unknown[]> {
  const { rows } = await db.query(
    `select r.business_date as "businessDate", encode(r.content_sha256, 'hex') as sha256, r.made_at as "madeAt", s.signed_at as "signedAt",
            coalesce((select json_agg(json_build_object('recipient', d.recipient, 'way', d.way, 'at', d.delivered_at) order by d.delivered_at)
                        from clearing.day_receipt_delivery d where d.business_date = r.business_date), '[]') as deliveries
       from clearing.day_receipt r left join clearing.day_receipt_signature s using (business_date) order by 1 desc limit 400`,
  );
  return rows;
}

async function fetchReceipt(db: Database, principal: Principal, date: string) {
  const { rows } = await db.query<{ content: string; signature: Buffer | null; serial: string | null }>(
    `select r.content, s.signature, s.certificate_serial as serial
       from clearing.day_receipt r left join clearing.day_receipt_signature s using (business_date) where r.business_date = $1`,
    [date],
  );
  const row = rows[0];
  if (row === undefined) throw receiptErrors.unknown({ date });
  if (row.signature === null || row.serial === null) throw receiptErrors.unsigned({ date });
  await db.query(
    `insert into clearing.day_receipt_delivery (business_date, recipient, way) values ($1, $2, 'fetched') on conflict do nothing`,
    [date, principal.id],
  );
  return {
    content: row.content,
    signature: row.signature.toString('base64'),
    certificatePem: (await findCertificate(db, row.serial)).pem,
    caPem: (await cityCa(db)).pem,
  };
}

/** @throws CityCardError `clearing.receipts.unreadable`, `.bad-signature` */
async function readSigned(
  db: Database,
  given: { readonly content: string; readonly signature: string },
  place: number,
): Promise<DayReceipt> {
  let receipt: DayReceipt;
  try {
    receipt = readReceipt(given.content);
  } catch (error) {
    throw receiptErrors.unreadable({ place, reason: error instanceof Error ? error.message : 'it cannot be read' });
  }
  const signatureAt = (at: Date) =>
    verifyDetachedCms(db, {
      content: Buffer.from(given.content),
      signatureDer: Buffer.from(given.signature, 'base64'),
      expectedCn: RECEIPT_SIGNER,
      at,
    });
  // A certificate that ended since does not take back what it signed while it was good; the first one is made after its receipt.
  const then = await signatureAt(new Date(receipt.madeAt));
  const verdict = then.ok ? then : await signatureAt(new Date());
  if (!verdict.ok) throw receiptErrors.badSignature({ date: receipt.businessDate, reason: verdict.reason });
  return receipt;
}
