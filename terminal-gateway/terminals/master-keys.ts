import { type Principal, recordAct, type Transaction } from '@citycard/common';
import type { HsmClient, KeyRef } from '@citycard/hsm-sim';
import { gatewayErrors } from '../errors.ts';
import { estateErrors } from './errors.ts';
import { noteEvents } from './events.ts';
import { holdTerminal, requireAlive } from './status.ts';

/** A master key as it leaves the HSM, once: enciphered under the transport key. */
export interface HandedOverKey {
  readonly terminalNo: string;
  /** 16 bytes, 3DES-ECB, hexadecimal. */
  readonly tmkUnderTransport: string;
  /** First 3 bytes of E(key, zeros), hexadecimal. */
  readonly kcv: string;
}

export interface KeyOrder {
  readonly terminals: readonly string[];
  /** Name of a key-transport key of the HSM. */
  readonly transport: string;
  /** Terminals that have a key get another one. */
  readonly replace: boolean;
}

/** Calls of the HSM in flight for one order. */
const WIDTH = 32;

interface KeyRow {
  terminal_no: string;
  status: string;
  tmk: string | null;
}

/**
 * Looks whether an order for keys can be carried out.
 *
 * @throws terminal-gateway.terminal-unknown, .key-handed-over, terminal-gateway.estate.status-final, .transport-unfit
 */
export async function checkKeyOrder(tx: Transaction, hsm: HsmClient, order: KeyOrder): Promise<ReadonlySet<string>> {
  const keys = await hsm.listKeys();
  if (!keys.some(({ name, usage }) => name === order.transport && usage === 'key-transport'))
    throw estateErrors.transportUnfit({ transport: order.transport });
  const { rows } = await tx.query<KeyRow>(
    'select terminal_no, status, tmk from gateway.terminal where terminal_no = any($1) order by terminal_no for update',
    [order.terminals],
  );
  const known = new Map(rows.map((row) => [row.terminal_no, row]));
  for (const terminalNo of order.terminals) {
    const row = known.get(terminalNo);
    if (row === undefined) throw gatewayErrors.terminalUnknown({ terminalNo });
    if (row.status === 'retired') throw estateErrors.statusFinal({ terminalNo, status: row.status, wanted: 'keyed' });
    if (row.tmk !== null && !order.replace) throw gatewayErrors.keyHandedOver({ terminalNo });
  }
  return new Set(rows.filter(({ tmk }) => tmk !== null).map((row) => row.terminal_no));
}

/**
 * Makes a master key for each terminal in the HSM and hands it over under a transport key; the answer is the only time. The
 * first key of a terminal is in force at once; another one waits until somebody who has loaded it confirms its check value,
 * and the terminal works on with the old one.
 *
 * @throws as {@link checkKeyOrder}, HsmUnavailable
 */
export async function handOverMasterKeys(
  tx: Transaction,
  hsm: HsmClient,
  officer: Principal,
  order: KeyOrder,
): Promise<HandedOverKey[]> {
  const keyed = await checkKeyOrder(tx, hsm, order);
  const made: (HandedOverKey & { tmk: KeyRef })[] = [];
  for (let at = 0; at < order.terminals.length; at += WIDTH) {
    const part = order.terminals.slice(at, at + WIDTH).map(async (terminalNo) => {
      const { tmk } = await hsm.createTerminalMasterKey();
      const { encrypted, kcv } = await hsm.exportUnderTransport(tmk, `name:${order.transport}`);
      return { terminalNo, tmk, tmkUnderTransport: encrypted.toString('hex').toUpperCase(), kcv };
    });
    made.push(...(await Promise.all(part)));
  }
  await putKeys(tx, made, keyed);
  const detail = { transport: order.transport, replaced: keyed.size };
  await noteEvents(tx, officer, 'key-handed-over', order.terminals, { transport: order.transport });
  await recordAct(tx, officer, { act: 'hand-over-master-keys', subject: subjectOf(order.terminals), detail });
  return made.map(({ terminalNo, tmkUnderTransport, kcv }) => ({ terminalNo, tmkUnderTransport, kcv }));
}

/**
 * Gives a terminal the master key that custodians have formed from their components under this name; the components are what
 * they type into the terminal.
 *
 * @throws terminal-gateway.terminal-unknown, .key-handed-over, terminal-gateway.estate.ceremony-key-unfit, .status-final
 */
export async function adoptCeremonyKey(
  tx: Transaction,
  hsm: HsmClient,
  officer: Principal,
  { terminalNo, key, replace }: { terminalNo: string; key: string; replace: boolean },
): Promise<{ terminalNo: string; kcv: string }> {
  const { kcv, keyed } = await checkCeremonyKey(tx, hsm, { terminalNo, key, replace });
  await putKeys(tx, [{ terminalNo, tmk: `name:${key}`, kcv }], keyed ? new Set([terminalNo]) : new Set());
  await noteEvents(tx, officer, 'key-handed-over', [terminalNo], { formedAs: key });
  await recordAct(tx, officer, { act: 'adopt-master-key', subject: `terminal ${terminalNo}`, detail: { key, kcv } });
  return { terminalNo, kcv };
}

/** @throws as {@link adoptCeremonyKey} */
export async function checkCeremonyKey(
  tx: Transaction,
  hsm: HsmClient,
  { terminalNo, key, replace }: { terminalNo: string; key: string; replace: boolean },
): Promise<{ kcv: string; keyed: boolean }> {
  requireAlive(terminalNo, await holdTerminal(tx, terminalNo), 'keyed');
  const found = (await hsm.listKeys()).find(({ name }) => name === key);
  if (found?.usage !== 'terminal-master') throw estateErrors.ceremonyKeyUnfit({ key });
  const { rows } = await tx.query<{ tmk: string | null }>('select tmk from gateway.terminal where terminal_no = $1', [
    terminalNo,
  ]);
  const keyed = rows[0]?.tmk !== null;
  if (keyed && !replace) throw gatewayErrors.keyHandedOver({ terminalNo });
  return { kcv: found.kcv, keyed };
}

/** First keys come into force, others wait beside the one in force. */
async function putKeys(
  tx: Transaction,
  keys: readonly { readonly terminalNo: string; readonly tmk: KeyRef; readonly kcv: string }[],
  keyed: ReadonlySet<string>,
): Promise<void> {
  for (const [columns, some] of [
    ['tmk = k.tmk, tmk_kcv = k.kcv', keys.filter(({ terminalNo }) => !keyed.has(terminalNo))],
    ['next_tmk = k.tmk, next_tmk_kcv = k.kcv', keys.filter(({ terminalNo }) => keyed.has(terminalNo))],
  ] as const) {
    await tx.query(
      `update gateway.terminal t set ${columns}, revision = revision + 1
         from unnest($1::text[], $2::text[], $3::text[]) as k(terminal_no, tmk, kcv) where t.terminal_no = k.terminal_no`,
      [some.map(({ terminalNo }) => terminalNo), some.map(({ tmk }) => tmk), some.map(({ kcv }) => kcv)],
    );
  }
}

/**
 * The new master key is in the terminal, says the person who loaded it by its check value: it comes into force, and the
 * working keys under the old one end. The terminal signs on next.
 *
 * @throws terminal-gateway.terminal-unknown, terminal-gateway.estate.no-key-waiting, .key-value-differs
 */
export async function confirmMasterKey(
  tx: Transaction,
  officer: Principal,
  { terminalNo, kcv }: { terminalNo: string; kcv: string },
): Promise<void> {
  await holdTerminal(tx, terminalNo);
  const { rows } = await tx.query<{ next_tmk_kcv: string | null }>(
    'select next_tmk_kcv from gateway.terminal where terminal_no = $1',
    [terminalNo],
  );
  const waiting = rows[0]?.next_tmk_kcv ?? undefined;
  if (waiting === undefined) throw estateErrors.noKeyWaiting({ terminalNo });
  if (waiting !== kcv.toUpperCase()) throw estateErrors.keyValueDiffers({ terminalNo });
  await tx.query(
    `update gateway.terminal set tmk = next_tmk, tmk_kcv = next_tmk_kcv, next_tmk = null, next_tmk_kcv = null,
            mak = null, pik = null, next_mak = null, next_pik = null, next_software = null, revision = revision + 1
      where terminal_no = $1`,
    [terminalNo],
  );
  await noteEvents(tx, officer, 'key-in-force', [terminalNo], { kcv: waiting });
  await recordAct(tx, officer, {
    act: 'confirm-master-key',
    subject: `terminal ${terminalNo}`,
    detail: { kcv: waiting },
  });
}

/** Gives a terminal a master key that the caller has in the HSM, in force at once; its working keys so far are void. */
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

const subjectOf = (terminals: readonly string[]): string =>
  terminals.length === 1 ? `terminal ${terminals[0]}` : `${terminals.length} terminals`;
