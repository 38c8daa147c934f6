import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BusinessDate, type Database, type Logger, transact } from '@citycard/common';
import { REPORT_KEY } from '../acceptance-reports/record.ts';
import { type CertificateDeps, ensureOwnCertificate } from '../certificates/city-ca.ts';
import { signDetachedCms } from '../certificates/sign.ts';
import { repeat } from '../repeat.ts';
import { trySessionLock } from '../session-lock.ts';

/** The name in the certificate receipts are signed with; the key is the city's for reports. */
export const RECEIPT_SIGNER = 'day-receipts';

/** Who gets the receipts into a folder of its own. */
export const RECEIPT_RECIPIENTS = ['finance-bureau', 'central-bank'] as const;

export interface ReceiptDeps {
  readonly db: Database;
  readonly hsm: CertificateDeps['hsm'];
  readonly logger: Logger;
  /** The folder that holds the authorities' outgoing folders. */
  readonly directory: string;
}

const LOOK_EVERY_MS = 2_000;
/** Any number serves, as long as everybody who delivers receipts locks the same one. */
const RECEIPT_LOCK = 5_012_019_370_765n;

/** Signs receipts of closed days and puts them into the authorities' folders; several processes may, one at a time does. */
export function startReceipts(deps: ReceiptDeps): { stop(): Promise<void> } {
  const complaint = 'receipts were not signed or delivered, will be tried again';
  const work = () => trySessionLock(deps.db, RECEIPT_LOCK, () => deliverReceipts(deps));
  return { stop: repeat(deps.logger, 'receipts', complaint, LOOK_EVERY_MS, work) };
}

/** Signs what is not signed and writes what is not in a folder yet, oldest first. @throws HsmUnavailable, HsmRefused */
export async function deliverReceipts(deps: ReceiptDeps): Promise<void> {
  const { db, hsm } = deps;
  const { rows: unsigned } = await db.query<{ date: BusinessDate; content: string; made_at: Date }>(
    `select r.business_date as date, r.content, r.made_at from clearing.day_receipt r
      where not exists (select from clearing.day_receipt_signature s where s.business_date = r.business_date) order by 1`,
  );
  if (unsigned.length > 0) {
    const own = { keyName: REPORT_KEY, usage: 'report-sign', cn: RECEIPT_SIGNER } as const;
    const { certificatePem, serial } = await transact(db, (tx) => ensureOwnCertificate({ db: tx, hsm }, own));
    for (const { date, content } of unsigned) {
      const signature = await signDetachedCms(hsm, {
        keyName: REPORT_KEY,
        certificatePem,
        content: Buffer.from(content),
      });
      await db.query(
        `insert into clearing.day_receipt_signature (business_date, certificate_serial, signature) values ($1, $2, $3)
         on conflict (business_date) do nothing`,
        [date, serial, signature],
      );
    }
  }
  for (const recipient of RECEIPT_RECIPIENTS) await fillFolder(deps, recipient);
}

async function fillFolder({ db, directory }: ReceiptDeps, recipient: string): Promise<void> {
  const { rows } = await db.query<{ date: BusinessDate; content: string; signature: Buffer }>(
    `select r.business_date as date, r.content, s.signature
       from clearing.day_receipt r join clearing.day_receipt_signature s using (business_date)
      where not exists (select from clearing.day_receipt_delivery d
                         where d.business_date = r.business_date and d.way = 'folder' and d.recipient = $1)
      order by 1`,
    [recipient],
  );
  if (rows.length === 0) return;
  const folder = join(directory, recipient, 'receipts');
  await mkdir(folder, { recursive: true });
  for (const { date, content, signature } of rows) {
    // The signature last: who sees it finds the receipt whole.
    for (const [name, bytes] of [
      [`${date}.json`, content],
      [`${date}.json.p7s`, signature],
    ] as const) {
      await writeFile(join(folder, `${name}.part`), bytes);
      await rename(join(folder, `${name}.part`), join(folder, name));
    }
    await db.query(
      `insert into clearing.day_receipt_delivery (business_date, recipient, way) values ($1, $2, 'folder') on conflict do nothing`,
      [date, recipient],
    );
  }
}
