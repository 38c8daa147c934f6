import { type Database, type Principal, recordAct, type Transaction } from '@citycard/common';
import type { HsmClient, KeyRef } from '@citycard/hsm-sim';
import { gatewayErrors } from '../errors.ts';

export type TerminalFunction = 'load' | 'load-bound' | 'purchase-upload' | 'bill' | 'enquiry';

/** A terminal as it is registered. Keys are blocks under the HSM's LMK, never clear. */
export interface Terminal {
  readonly terminalNo: string;
  /** Without the padding of field 42. */
  readonly merchantNo: string;
  readonly samNo: string | undefined;
  readonly functions: readonly TerminalFunction[];
  readonly macAlgorithm: 'ecb' | 'x9.19';
  readonly active: boolean;
  readonly tmk: KeyRef | undefined;
  readonly mak: KeyRef | undefined;
  /** Handed out with the last sign-on; in force from the first message that is right under it. */
  readonly nextMak: KeyRef | undefined;
  readonly lastSettledBatch: string | undefined;
}

interface TerminalRow {
  terminal_no: string;
  merchant_no: string;
  sam_no: string | null;
  functions: TerminalFunction[];
  mac_algorithm: 'ecb' | 'x9.19';
  status: string;
  tmk: string | null;
  mak: string | null;
  next_mak: string | null;
  last_settled_batch: string | null;
}

export async function findTerminal(db: Database, terminalNo: string): Promise<Terminal | undefined> {
  const found = await db.query<TerminalRow>({
    name: 'gateway-find-terminal',
    text: `select terminal_no, merchant_no, sam_no, functions, mac_algorithm, status, tmk, mak, next_mak, last_settled_batch
             from gateway.terminal where terminal_no = $1`,
    values: [terminalNo],
  });
  const row = found.rows[0];
  if (row === undefined) return undefined;
  return {
    terminalNo: row.terminal_no,
    merchantNo: row.merchant_no,
    samNo: row.sam_no ?? undefined,
    functions: row.functions,
    macAlgorithm: row.mac_algorithm,
    active: row.status === 'active',
    tmk: row.tmk ?? undefined,
    mak: row.mak ?? undefined,
    nextMak: row.next_mak ?? undefined,
    lastSettledBatch: row.last_settled_batch ?? undefined,
  };
}

export interface TerminalRegistration {
  readonly terminalNo: string;
  readonly participantNo: string;
  readonly industry: number;
  readonly samNo?: string;
  readonly functions: readonly TerminalFunction[];
  readonly macAlgorithm: 'ecb' | 'x9.19';
}

/** Functions whose messages move money: on plain TCP they ask for a MAC that notices blocks that change places. */
const movesMoney: readonly TerminalFunction[] = ['load', 'load-bound', 'bill'];

/**
 * Registers a terminal (terminal interface, section 2). Outside demo mode a terminal that may send messages 7, 8, 10 or
 * 12 has to be provisioned for X9.19.
 *
 * @throws terminal-gateway.terminal-exists, terminal-gateway.mac-too-weak
 */
export async function registerTerminal(
  tx: Transaction,
  officer: Principal,
  terminal: TerminalRegistration,
  options: { readonly demo: boolean },
): Promise<void> {
  if (!options.demo && terminal.macAlgorithm === 'ecb' && terminal.functions.some((one) => movesMoney.includes(one))) {
    throw gatewayErrors.macTooWeak({ terminalNo: terminal.terminalNo });
  }
  const inserted = await tx.query(
    `insert into gateway.terminal (terminal_no, merchant_no, industry, sam_no, functions, mac_algorithm)
     values ($1, $2, $3, $4, $5, $6) on conflict (terminal_no) do nothing`,
    [
      terminal.terminalNo,
      terminal.participantNo,
      terminal.industry,
      terminal.samNo ?? null,
      terminal.functions,
      terminal.macAlgorithm,
    ],
  );
  if (inserted.rowCount === 0) throw gatewayErrors.terminalExists({ terminalNo: terminal.terminalNo });
  await recordAct(tx, officer, {
    act: 'register-terminal',
    subject: `terminal ${terminal.terminalNo}`,
    detail: terminal,
  });
}

/** Gives a terminal a master key that the caller has in the HSM; its working keys so far are void. */
export async function setTerminalMasterKey(
  tx: Transaction,
  terminalNo: string,
  key: { tmk: KeyRef; kcv: string },
): Promise<void> {
  const updated = await tx.query(
    `update gateway.terminal set tmk = $2, tmk_kcv = $3, mak = null, pik = null, next_mak = null, next_pik = null where terminal_no = $1`,
    [terminalNo, key.tmk, key.kcv],
  );
  if (updated.rowCount === 0) throw gatewayErrors.terminalUnknown({ terminalNo });
}

/**
 * Makes a terminal master key in the HSM and hands it over under a transport key, once.
 *
 * @throws terminal-gateway.terminal-unknown, terminal-gateway.key-handed-over unless a replacement is asked for
 */
export async function handOverMasterKey(
  tx: Transaction,
  hsm: HsmClient,
  officer: Principal,
  order: { terminalNo: string; transport: string; replace: boolean },
): Promise<{ tmkUnderTransport: string; kcv: string }> {
  const found = await tx.query<{ tmk: string | null }>(
    'select tmk from gateway.terminal where terminal_no = $1 for update',
    [order.terminalNo],
  );
  const row = found.rows[0];
  if (row === undefined) throw gatewayErrors.terminalUnknown({ terminalNo: order.terminalNo });
  if (row.tmk !== null && !order.replace) throw gatewayErrors.keyHandedOver({ terminalNo: order.terminalNo });
  const key = await hsm.createTerminalMasterKey();
  const { encrypted, kcv } = await hsm.exportUnderTransport(key.tmk, `name:${order.transport}`);
  await setTerminalMasterKey(tx, order.terminalNo, key);
  await recordAct(tx, officer, {
    act: 'hand-over-master-key',
    subject: `terminal ${order.terminalNo}`,
    detail: { kcv: key.kcv },
  });
  return { tmkUnderTransport: encrypted.toString('hex').toUpperCase(), kcv };
}
