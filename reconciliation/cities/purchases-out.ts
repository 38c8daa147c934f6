import { HOME_CITY } from '@citycard/clearing';
import { sumFen, fen, transact, type Transaction } from '@citycard/common';
import { readAgreement } from './agreements/agreement.ts';
import type { CityDeps } from './deps.ts';
import { createFile, lockSequence } from './outbox.ts';
import { fitsText } from './text/text-file.ts';

/** 3.2 MB: a file that is easily sent again when the line breaks. */
const MAX_RECORDS = 50_000;

interface RoutedRow {
  card_no: string;
  business_date: string;
  intake_id: bigint;
  record_index: number;
  raw: Buffer;
  amount_fen: bigint;
}

/**
 * Puts every routed purchase with cards of that city into a CCIP file, each record once for all time: choosing the
 * records, writing the file and noting who travelled in it are one transaction. Answers how many records were put
 * into files. The files still have to be signed.
 */
export async function exportRouted(deps: CityDeps, city: string): Promise<number> {
  let exported = 0;
  for (;;) {
    const count = await transact(deps.db, (tx) => exportOneFile(tx, deps.homeCity ?? HOME_CITY, city));
    exported += count;
    if (count === 0) return exported;
  }
}

async function exportOneFile(tx: Transaction, home: string, city: string): Promise<number> {
  await lockSequence(tx, 'ccip', city);
  const records = await fitting(tx, city, await routedRecords(tx, city));
  if (records.length === 0) return 0;
  const { sequence } = await createFile(tx, {
    kind: 'ccip',
    home,
    city,
    rows: records.map((record) => record.raw),
    totalFen: sumFen(records.map((record) => fen(record.amount_fen))),
  });
  await tx.query(
    `insert into reconciliation.city_sent_record
       (card_no, business_date, intake_id, record_index, amount_fen, position, city, sequence)
     select card_no, business_date, intake_id, record_index, amount_fen, position - 1, $6, $7 from unnest($1::text[], $2::date[], $3::bigint[], $4::integer[], $5::bigint[])
       with ordinality as r (card_no, business_date, intake_id, record_index, amount_fen, position)`,
    [
      records.map((record) => record.card_no),
      records.map((record) => record.business_date),
      records.map((record) => record.intake_id),
      records.map((record) => record.record_index),
      records.map((record) => record.amount_fen),
      city,
      sequence,
    ],
  );
  return records.length;
}

/** Where text rows travel, as many as their file has room for. */
async function fitting(tx: Transaction, city: string, records: readonly RoutedRow[]): Promise<readonly RoutedRow[]> {
  if ((await readAgreement(tx, city)).format === 'binary') return records;
  let sum = 0n;
  const beyond = records.findIndex(({ amount_fen: amount }, place) => !fitsText(place + 1, (sum += amount)));
  return beyond < 0 ? records : records.slice(0, beyond);
}

/** In the order they were received; only reads what clearing has routed. */
async function routedRecords(tx: Transaction, city: string): Promise<RoutedRow[]> {
  const { rows } = await tx.query<RoutedRow>(
    `select r.card_no, r.business_date, r.intake_id, r.record_index, r.raw, r.amount_fen
       from clearing.purchase_record r
      where r.state = 'routed' and r.issuer_city = $1
        and not exists (
          select from reconciliation.city_sent_record s
           where (s.card_no, s.business_date, s.intake_id, s.record_index) = (r.card_no, r.business_date, r.intake_id, r.record_index))
      order by r.business_date, r.intake_id, r.record_index limit $2`,
    [city, MAX_RECORDS],
  );
  return rows;
}
