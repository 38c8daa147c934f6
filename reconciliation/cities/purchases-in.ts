import { intakeCcip, type TakenFile, verifyDetachedCms } from '@citycard/clearing';
import type { Database } from '@citycard/common';
import type { DeliveredCityFile, TakenCityFile } from './delivery.ts';
import { cityErrors } from './errors.ts';

/**
 * Takes in a CCIP file: purchases made in another city with our cards. Clearing stores and judges the records; what is
 * kept here is the file as signed evidence, waiting for its answer. Killed between the two, the city's repeat of the
 * file completes it.
 *
 * @param verify what a signature is judged by; other than usual when the file stands for another that was signed
 * @throws CityCardError of the cities catalogue; then nothing was changed
 */
export async function takePurchases(
  db: Database,
  file: DeliveredCityFile,
  city: string,
  homeCity: string,
  verify = verifyDetachedCms,
): Promise<TakenCityFile> {
  const result = await intakeCcip(
    { db, verifySignature: verify, homeCity },
    // Who may deliver it has been asked: the city, or the centre that carries its files.
    withoutDeliverer(file),
  );
  if (result.status === 'refused') {
    const { reason, detail } = result;
    if (reason === 'signature') throw cityErrors.signatureBad({ name: file.name, reason: detail });
    if (reason === 'other-content') throw cityErrors.otherContent({ known: file.name });
    throw cityErrors.purchasesRefused({ name: file.name, reason, detail: detail.replace(/\.$/, '') });
  }
  await keepFile(db, file, city, result.file);
  const { records, amountFen } = result.file;
  return { status: result.status, name: file.name, kind: 'ccip', records, amountFen };
}

function withoutDeliverer({ deliveredBy: _, ...file }: DeliveredCityFile): DeliveredCityFile {
  return file;
}

async function keepFile(db: Database, file: DeliveredCityFile, city: string, taken: TakenFile): Promise<void> {
  await db.query(
    `insert into reconciliation.city_file
       (file_name, direction, kind, city, sequence, business_date, record_count, amount_fen, sha256, content, signature, intake_id)
     values ($1, 'in', 'ccip', $2, $3, $4, $5, $6, sha256($7), $7, $8, $9)
     on conflict (file_name) do nothing`,
    [
      file.name,
      city,
      taken.sequence,
      taken.headerBusinessDate,
      taken.records,
      taken.amountFen,
      file.content,
      file.signature,
      taken.intakeId,
    ],
  );
}
