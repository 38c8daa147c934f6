import { createHash } from 'node:crypto';
import { bookImportedBalances, openFormerIssuer, verifyDetachedCms } from '@citycard/clearing';
import {
  approveAct,
  copyRows,
  type Database,
  type Fen,
  fen,
  type Principal,
  proposeAct,
  recordAct,
  transact,
  type Transaction,
} from '@citycard/common';
import type { Protection } from '../protection/protection.ts';
import { legacyErrors } from './errors.ts';
import { type LegacyFile, readLegacyFile, type ReturnedRow } from './file.ts';
import { type LegacyManifest, readManifest } from './manifest.ts';
import { sealedRows } from './sealed-rows.ts';

export interface LegacyDeps {
  readonly db: Database;
  readonly protection: Protection;
}

/** What was read of a file and what became of it. */
export interface LegacyImport {
  readonly importId: bigint;
  readonly participantNo: string;
  readonly sequence: number;
  readonly state: 'staged' | 'accepted' | 'refused';
  readonly rows: number;
  readonly totalFen: Fen;
  readonly goodRows: number;
  readonly goodFen: Fen;
  readonly returnedRows: number;
  readonly returnedFen: Fen;
  readonly approvalId: bigint;
}

const ACT = 'accept-legacy-import';

/** Opens a participant's old cards for taking over; `firstUse`: balances go to the holder's card without being asked for. */
export async function openLegacyIssuer(
  tx: Transaction,
  actor: Principal,
  participantNo: string,
  firstUse: boolean,
): Promise<void> {
  await openFormerIssuer(tx, actor, participantNo);
  await tx.query(
    `insert into issuer.legacy_issuer (participant_no, first_use, opened_by) values ($1, $2, $3)
     on conflict (participant_no) do update set first_use = excluded.first_use`,
    [participantNo, firstUse, actor.id],
  );
  await recordAct(tx, actor, { act: 'open-legacy-issuer', subject: participantNo, detail: { firstUse } });
}

/**
 * Reads, proves and stages a file of a former issuer: nothing of it counts before a second person accepts it. The same file
 * again answers the same import. Holders' data is sealed before it is stored.
 *
 * @throws card-issuer.legacy.* — nothing was stored then
 */
export async function stageImport(
  deps: LegacyDeps,
  maker: Principal,
  handedIn: {
    readonly participantNo: string;
    readonly manifest: Buffer;
    readonly signature: Buffer;
    readonly content: Buffer;
  },
): Promise<LegacyImport> {
  const { db, protection } = deps;
  const { participantNo } = handedIn;
  const manifest = readManifest(handedIn.manifest);
  if (manifest.formerIssuer !== participantNo) {
    throw legacyErrors.otherIssuer({ found: manifest.formerIssuer, expected: participantNo });
  }
  const verdict = await verifyDetachedCms(db, {
    content: handedIn.manifest,
    signatureDer: handedIn.signature,
    expectedCn: participantNo,
    at: new Date(),
  });
  if (!verdict.ok) throw legacyErrors.signatureWrong(verdict.reason);
  const file = readLegacyFile(handedIn.content, manifest);
  await protection.prepare();
  return transact(db, async (tx) => {
    await lockIssuer(tx, participantNo);
    const manifestSha256 = createHash('sha256').update(handedIn.manifest).digest();
    const known = await findBySequence(tx, participantNo, manifest.sequence);
    if (known !== undefined) {
      if (known.manifestSha256.equals(manifestSha256)) return known.found;
      throw legacyErrors.sequenceUsed({ sequence: manifest.sequence, participantNo });
    }
    await checkSequence(tx, participantNo, manifest.sequence);
    const proved = await withoutKnownCards(tx, participantNo, file);
    return store(tx, protection, maker, { manifest, manifestSha256, serial: verdict.serial, file: proved });
  });
}

interface Stored {
  readonly manifest: LegacyManifest;
  readonly manifestSha256: Buffer;
  readonly serial: string;
  readonly file: LegacyFile;
}

async function store(
  tx: Transaction,
  protection: Protection,
  maker: Principal,
  { manifest, manifestSha256, serial, file }: Stored,
): Promise<LegacyImport> {
  const { formerIssuer: participantNo, sequence } = manifest;
  const subject = `${participantNo} file ${sequence}`;
  const content = {
    participantNo,
    sequence,
    manifest: manifestSha256.toString('hex'),
    goodRows: file.good.length,
    goodFen: file.goodFen,
  };
  const { approvalId } = await proposeAct(tx, maker, { act: ACT, subject, content });
  const { rows } = await tx.query<{ import_id: bigint }>(
    `insert into issuer.legacy_import (participant_no, file_sequence, manifest_sha256, file_sha256, certificate_serial, made_on, row_count,
       total_fen, good_count, good_fen, returned_count, returned_fen, approval_id, staged_by)
     values ($1, $2, $3, decode($4, 'hex'), $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) returning import_id`,
    [
      participantNo,
      sequence,
      manifestSha256,
      manifest.sha256,
      serial,
      manifest.madeOn,
      manifest.rows,
      manifest.totalFen,
      file.good.length,
      file.goodFen,
      file.returned.length,
      file.returnedFen,
      approvalId,
      maker.id,
    ],
  );
  const importId = rows[0]?.import_id ?? 0n;
  await copyRows(
    tx,
    'issuer.legacy_balance',
    ['participant_no', 'legacy_card_no', 'import_id', 'balance_fen', 'holder_index', 'name_index', 'sealed'],
    sealedRows(protection, { participantNo, importId }, file.good),
  );
  await copyRows(
    tx,
    'issuer.legacy_returned_row',
    ['import_id', 'line', 'column_name', 'reason', 'amount_fen'],
    file.returned.map(({ line, column, reason, amount }) => [importId, line, column, reason, amount]),
  );
  const { good, goodFen, returned, returnedFen } = file;
  const detail = { goodRows: good.length, goodFen, returnedRows: returned.length, returnedFen };
  await recordAct(tx, maker, { act: 'stage-legacy-import', subject, detail });
  return importOf(tx, importId);
}

/**
 * The second person accepts the totals: the good rows' balances are booked and can be converted from now on. Accepting again
 * changes nothing.
 *
 * @throws card-issuer.legacy.import-unknown, import-decided; identity.same-person
 */
export async function acceptImport(tx: Transaction, checker: Principal, importId: bigint): Promise<LegacyImport> {
  const found = await importOf(tx, importId, { lock: true });
  if (found.state === 'refused') throw legacyErrors.importDecided({ state: found.state });
  const { rows } = await tx.query<{ manifest_sha256: Buffer }>(
    'select manifest_sha256 from issuer.legacy_import where import_id = $1',
    [importId],
  );
  const { participantNo, sequence, goodRows, goodFen } = found;
  const manifest = rows[0]?.manifest_sha256.toString('hex');
  const approval = await approveAct(tx, checker, found.approvalId, {
    participantNo,
    sequence,
    manifest,
    goodRows,
    goodFen,
  });
  if (found.state === 'accepted') return found;
  const { postingKey, businessDate } = await bookImportedBalances(tx, participantNo, importId, goodFen);
  await tx.query(`update issuer.legacy_balance set state = 'unclaimed', owed_since = $2 where import_id = $1`, [
    importId,
    businessDate,
  ]);
  await tx.query(
    `update issuer.legacy_import set state = 'accepted', decided_by = $2, decided_at = clock_timestamp(), posting_key = $3, business_date = $4
      where import_id = $1`,
    [importId, approval.checker, postingKey, businessDate],
  );
  const subject = `${participantNo} file ${sequence}`;
  await recordAct(tx, checker, { act: ACT, subject, detail: { goodRows, goodFen } });
  return importOf(tx, importId);
}

/** The second person sends the file back: its rows are forgotten, its sequence stays used. @throws as {@link acceptImport} */
export async function refuseImport(tx: Transaction, checker: Principal, importId: bigint): Promise<LegacyImport> {
  const found = await importOf(tx, importId, { lock: true });
  if (found.state === 'refused') return found;
  if (found.state === 'accepted') throw legacyErrors.importDecided({ state: found.state });
  await tx.query('delete from issuer.legacy_balance where import_id = $1', [importId]);
  await tx.query(
    `update issuer.legacy_import set state = 'refused', decided_by = $2, decided_at = clock_timestamp() where import_id = $1`,
    [importId, checker.id],
  );
  const subject = `${found.participantNo} file ${found.sequence}`;
  await recordAct(tx, checker, { act: 'refuse-legacy-import', subject });
  return importOf(tx, importId);
}

/** The rows of an import that go back, in the order of the file. */
export async function returnedRows(db: Database | Transaction, importId: bigint): Promise<ReturnedRow[]> {
  await importOf(db, importId);
  const { rows } = await db.query<{
    line: number;
    column_name: string;
    reason: string;
    amount_fen: bigint;
  }>(
    'select line, column_name, reason, amount_fen from issuer.legacy_returned_row where import_id = $1 order by line',
    [importId],
  );
  return rows.map((row) => ({ line: row.line, column: row.column_name, reason: row.reason, amount: row.amount_fen }));
}

/** @throws card-issuer.legacy.import-unknown */
export async function importOf(
  db: Database | Transaction,
  importId: bigint,
  options: { readonly lock?: boolean } = {},
): Promise<LegacyImport> {
  const { rows } = await db.query<ImportRow>(
    `${SELECT} where import_id = $1 ${options.lock === true ? 'for update' : ''}`,
    [importId],
  );
  const [row] = rows;
  if (row === undefined) throw legacyErrors.importUnknown();
  return fromRow(row);
}

async function findBySequence(
  tx: Transaction,
  participantNo: string,
  sequence: number,
): Promise<{ found: LegacyImport; manifestSha256: Buffer } | undefined> {
  const { rows } = await tx.query<ImportRow>(`${SELECT} where participant_no = $1 and file_sequence = $2`, [
    participantNo,
    sequence,
  ]);
  const [row] = rows;
  return row && { found: fromRow(row), manifestSha256: row.manifest_sha256 };
}

/** Files of one former issuer come one at a time. @throws card-issuer.legacy.issuer-unknown */
async function lockIssuer(tx: Transaction, participantNo: string): Promise<void> {
  const locked = await tx.query('select from issuer.legacy_issuer where participant_no = $1 for update', [
    participantNo,
  ]);
  if (locked.rowCount === 0) throw legacyErrors.issuerUnknown({ participantNo });
}

async function checkSequence(tx: Transaction, participantNo: string, sequence: number): Promise<void> {
  const { rows } = await tx.query<{ last: bigint }>(
    'select coalesce(max(file_sequence), 0) as last from issuer.legacy_import where participant_no = $1',
    [participantNo],
  );
  const expected = Number(rows[0]?.last ?? 0n) + 1;
  if (sequence !== expected) throw legacyErrors.sequenceGap({ participantNo, expected, sequence });
}

/** Cards that an earlier file brought go back with this one. */
async function withoutKnownCards(tx: Transaction, participantNo: string, file: LegacyFile): Promise<LegacyFile> {
  const { rows } = await tx.query<{ legacy_card_no: string; file_sequence: bigint }>(
    `select b.legacy_card_no, i.file_sequence from issuer.legacy_balance b join issuer.legacy_import i using (import_id)
      where b.participant_no = $1 and b.legacy_card_no = any($2)`,
    [participantNo, file.good.map(({ legacyCardNo }) => legacyCardNo)],
  );
  if (rows.length === 0) return file;
  const known = new Map(rows.map((row) => [row.legacy_card_no, row.file_sequence]));
  const good = file.good.filter(({ legacyCardNo }) => !known.has(legacyCardNo));
  const again = file.good.flatMap(({ line, legacyCardNo, balance }): ReturnedRow[] => {
    const sequence = known.get(legacyCardNo);
    return sequence === undefined
      ? []
      : [{ line, column: 'cardNo', reason: `file ${sequence} brought this card already`, amount: balance }];
  });
  const againFen = again.reduce((sum, { amount }) => sum + amount, 0n);
  return {
    good,
    returned: [...file.returned, ...again].toSorted((a, b) => a.line - b.line),
    goodFen: fen(file.goodFen - againFen),
    returnedFen: fen(file.returnedFen + againFen),
  };
}

interface ImportRow {
  import_id: bigint;
  participant_no: string;
  file_sequence: bigint;
  manifest_sha256: Buffer;
  state: LegacyImport['state'];
  row_count: number;
  total_fen: bigint;
  good_count: number;
  good_fen: bigint;
  returned_count: number;
  returned_fen: bigint;
  approval_id: bigint;
}

const SELECT = `select import_id, participant_no, file_sequence, manifest_sha256, state, row_count, total_fen, good_count, good_fen,
  returned_count, returned_fen, approval_id from issuer.legacy_import`;

const fromRow = (row: ImportRow): LegacyImport => ({
  importId: row.import_id,
  participantNo: row.participant_no,
  sequence: Number(row.file_sequence),
  state: row.state,
  rows: row.row_count,
  totalFen: fen(row.total_fen),
  goodRows: row.good_count,
  goodFen: fen(row.good_fen),
  returnedRows: row.returned_count,
  returnedFen: fen(row.returned_fen),
  approvalId: row.approval_id,
});
